/* trust/der.h: the two numbers of an RSA public key, out of its DER (RFC 8017
 * section A.1.1, alone or inside RFC 5280's SubjectPublicKeyInfo). OpenSSL's
 * reader costs five times what the signature does. Inside src/trust only. */
#pragma once

#include "base/str.h"

/* n and e, big-endian, without leading zeros, views into der. False: der is no
 * such key, or its numbers are negative or 0. */
bool der_rsa_key(str der, str *n, str *e);
