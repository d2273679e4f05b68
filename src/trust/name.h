/* trust/name.h: domain names as text, without asking DNS: what SPF, DKIM and
 * DMARC do with their labels. Case never matters; no dot stands at the end. */
#pragma once

#include "base/str.h"

/* Could DNS hold it? At most 253 octets, labels of 1 to 63, nothing that a
 * resolver would read as an escape. */
bool name_fits(str name);

size_t name_labels(str name);
str name_parent(str name);              /* without its first label; empty at the end */
str name_last(str name, size_t count);  /* its last count labels */
str name_of_identity(str identity);     /* behind its @; all of it where none is */
bool name_within(str name, str domain); /* domain itself or a name below it */
