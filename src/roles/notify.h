/* roles/notify.h: tells systemd how the server is: the protocol of sd_notify(3), one
 * datagram a message, without its library. Without systemd nothing happens. */
#pragma once

#include "base/str.h"

/* Reads NOTIFY_SOCKET and WATCHDOG_USEC and removes them, so that no role has them. */
void notify_open(void);

void notify(const char *state); /* "READY=1"; lines separated by \n */
void notify_reloading(void);    /* with the time that systemd asks for */

/* How often "WATCHDOG=1" is due, in milliseconds; 0: never. */
int64_t notify_watchdog(void);
