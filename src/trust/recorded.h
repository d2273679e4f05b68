/* trust/recorded.h: what proof a message had when it came, by the fields that this server
 * wrote in front of it. For posts of the archive, whose results in JSON are gone.
 *
 *     str json = trust_recorded(a, &header, STR("mx.uni.example"));
 *     if (trust_said(json).aligned) ...
 *
 * Only for what this server has taken in itself: of all others anybody wrote the fields. */
#pragma once

#include "mail/header.h"

/* As much of trust_json as can be known, for trust_said; empty where nothing is. */
str trust_recorded(struct arena *a, const struct header *h, str receiver);
