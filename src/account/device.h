/* account/device.h: a browser in words: "Firefox on Linux" of a User-Agent (RFC 9110 section
 * 10.1.5), which its sender may set to anything. The names are rows of devices.def.
 *
 *     row.agent = device_words(a, session.agent);
 */
#pragma once

#include "base/arena.h"

/* In this thread's language. What names no browser that we know stands as it is, its first
 * 40 octets. */
str device_words(struct arena *a, str agent);
