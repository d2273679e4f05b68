/* mail/address.h: mail addresses, as SMTP writes them (strictly) and as header
 * fields do (tolerantly).
 *
 *     struct address to;
 *     TRY(address_path(a, STR("<\"a b\"@Uni.Example>"), false, &to, &rest));
 *     address_text(a, &to)  ->  "a b"@uni.example
 *     address_key(a, &to)   ->  what two spellings of one mailbox share
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

enum { ADDRESS_LOCAL_MAX = 64 }; /* octets; RFC 5321 section 4.5.3.1.1 */

struct address {
	str local;  /* unquoted, as written */
	str domain; /* lower case; U-labels stay what they are; "[192.0.2.1]" for a
		       literal */
};

struct mailbox {  /* an address with the name that a header gives it */
	str name; /* decoded to UTF-8 */
	struct address address;
};

static inline bool address_is_null(const struct address *x) /* the reverse-path <> */
{
	return !x->local.n && !x->domain.n;
}

/* A forward- or reverse-path in its brackets (RFC 5321 section 4.1.2), at the
 * start of text; *rest is what follows. "<>" and "<postmaster>" are known (the
 * latter has no domain). Source routes are a syntax error: nobody has needed
 * one since 1989 and relays trip over them. Non-ASCII only where utf8.
 * A local part may fill the path: return paths that carry a recipient in them (VERP,
 * SRS) are often over the 64 octets that RFC 5321 section 4.5.3.1.1 asks for at least.
 * ERR_SYNTAX: no such path. ERR_LIMIT: path over 254 octets. */
MUST_USE err address_path(struct arena *a, str text, bool utf8, struct address *out,
			  str *rest);

/* local@domain with nothing around it, as people type it into forms and
 * commands: dot-atom or quoted local part, a host name with a dot or a literal. */
MUST_USE err address_parse(struct arena *a, str text, struct address *out);

/* Mailbox of RFC 5321 section 4.1.2 with nothing around it: address_path without
 * the brackets, a single-label domain allowed; local part at most 64 octets. The same
 * failures. */
MUST_USE err address_mailbox(struct arena *a, str text, bool utf8, struct address *out);

/* The mailboxes of a From, To, Cc, Reply-To or Sender field's raw value (RFC
 * 5322 section 3.4 and the obsolete forms, groups, comments, encoded words,
 * and what real mailers get wrong). Broken pieces are skipped.
 * ERR_LIMIT: more than 10,000. */
MUST_USE err address_list(struct arena *a, str value, struct mailbox **out,
			  size_t *count);

str address_text(struct arena *a, const struct address *x); /* quoted where it must be */
str address_key(struct arena *a,
		const struct address *x); /* local and domain folded to lower
					   * case, domain as A-labels */
/* That of an address as somebody has typed it, with white space around it. As address_parse. */
MUST_USE err address_read_key(struct arena *a, str text, str *key);
bool address_is_ascii(const struct address *x);

/* Whether the n octets of text at `at` are an address, or a name, of their own:
 * "ben@uni.example" is neither in "ruben@uni.example" nor in "x+ben@uni.example" nor in
 * "ben@uni.example.org", but in "+ben@uni.example" at the begin of a line that a patch adds. */
bool address_stands_alone(str text, size_t at, size_t n);

/* A name as it stands before the < of an address or an identifier: quoted or encoded
 * (RFC 2047 section 5) as needed. */
str phrase_text(struct arena *a, str name);

/* "Name <local@domain>" for a header field, the name quoted or encoded
 * (RFC 2047) as needed. */
str mailbox_text(struct arena *a, const struct mailbox *m);

/* Lower case and A-labels (libidn2); as it is where it cannot be converted. */
str domain_ascii(struct arena *a, str domain);
/* And A-labels as people see them. */
str domain_unicode(struct arena *a, str domain);

/* "uni.example" of "anna@Uni.Example": what deliveries are grouped by; empty without @. */
str destination_of(struct arena *a, str address);

bool domain_valid(
	str domain); /* a host name with at least one dot, or with utf8 labels */
