/* smtp/door.h: smtpd's local door as a place where news is had. smtpd answers RCPT from
 * memory, and greets at this door only when the memory is as new as the lists book was
 * when the session came. So whoever has made an address, and was greeted there since, knows
 * that it takes mail.
 *
 *     TRY(net_dial_unix(a, door, clock_mono_ms() + DOOR_LOOK_MS, &fd));
 *     door_wait(fd);
 */
#pragma once

enum { DOOR_LOOK_MS = 1000 }; /* no greeting is held back for longer */

/* Waits to be greeted and takes leave; closes fd, a new connection to the door. Where too
 * many sessions are open for one more it waits DOOR_LOOK_MS: meanwhile smtpd looks by
 * itself. */
void door_wait(int fd);
