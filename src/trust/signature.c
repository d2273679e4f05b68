#include "trust/signature.h"

#include "base/enc.h"
#include "mail/address.h"
#include "trust/name.h"

#include <stdlib.h>

static err decode(struct arena *a, const struct tag_list *tags, const char *name,
		  str *bytes)
{
	str text;
	if (!tag_get(tags, name, &text))
		return err_in(a, ERR_SYNTAX, "the signature has no %s=", name);
	text = tag_squeeze(a, text);
	if (!text.n || enc_base64_decode(a, text, bytes).kind)
		return err_in(a, ERR_SYNTAX, "%s= of the signature is not base64", name);
	return OK;
}

/* sig-t-tag = 1*12DIGIT or more; a value past 2^63 is no date. */
static err number(struct arena *a, const struct tag_list *tags, const char *name,
		  int64_t *value)
{
	str text;
	uint64_t n;
	*value = -1;
	if (!tag_get(tags, name, &text))
		return OK;
	if (!str_u64(text, &n) || n > INT64_MAX)
		return err_in(a, ERR_SYNTAX, "%s= of the signature is not a number",
			      name);
	*value = (int64_t)n;
	return OK;
}

/* RFC 6376's Domain-Name, underscores let be, and since RFC 8616 UTF-8. */
static bool is_domain(str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (!chr_is_alpha(text.p[i]) && !chr_is_digit(text.p[i])
		    && !memchr(".-_", text.p[i], 3) && (unsigned char)text.p[i] < 0x80)
			return false;
	return name_fits(text);
}

static err domain_tag(struct arena *a, const struct tag_list *tags, const char *name,
		      str *out)
{
	str text;
	if (!tag_get(tags, name, &text) || !is_domain(text))
		return err_in(a, ERR_SYNTAX, "%s= of the signature is no domain name",
			      name);
	*out = arena_lower(a, text);
	return OK;
}

static err algorithm(const struct tag_list *tags, enum sign_alg *alg)
{
	str text = STR_NONE;
	tag_get(tags, "a", &text);
	for (enum sign_alg x = SIGN_RSA; x <= SIGN_ED25519; x++)
		if (str_eq(text, str_from(sign_alg_text(x)))) {
			*alg = x;
			return OK;
		}
	/* RFC 8301 section 3.1: rsa-sha1 has failed for good. */
	return FAIL(ERR_SYNTAX, str_eq(text, STR("rsa-sha1"))
					? "rsa-sha1 is no longer a signature"
					: "a= of the signature names no known algorithm");
}

err signature_parse_seal(struct arena *a, str raw, const struct tag_list *tags,
			 struct signature *s)
{
	struct signature out = { .raw = raw, .length = CANON_ALL, .expires = -1 };
	TRY(algorithm(tags, &out.alg));
	TRY(decode(a, tags, "b", &out.b));
	TRY(domain_tag(a, tags, "d", &out.domain));
	TRY(domain_tag(a, tags, "s", &out.selector));
	TRY(number(a, tags, "t", &out.time));
	out.b_whole = tag_find(tags, "b")->whole;
	out.b_text = tag_squeeze(a, out.b_whole);
	*s = out;
	return OK;
}

/* Each name is looked for among all fields: a long h= would cost us dearly. */
static bool too_many(str names)
{
	enum { NAMES_MAX = 400 };
	size_t n = 1;
	for (size_t i = 0; i < names.n; i++)
		n += names.p[i] == ':';
	return n > NAMES_MAX;
}

err signature_parse(struct arena *a, str raw, const struct tag_list *tags,
		    enum canon without_c, struct signature *s)
{
	struct signature out;
	str text;
	int64_t length;
	TRY(signature_parse_seal(a, raw, tags, &out));
	TRY(decode(a, tags, "bh", &out.bh));
	if (out.bh.n != HASH_SIZE)
		return FAIL(ERR_SYNTAX, "bh= of the signature is no SHA-256 sum");
	if (!tag_get(tags, "h", &out.names))
		return FAIL(ERR_SYNTAX, "the signature has no h=");
	if (too_many(out.names))
		return FAIL(ERR_LIMIT, "h= of the signature names too many fields");
	out.header = out.body = without_c;
	if (tag_get(tags, "c", &text) && !canon_parse(text, &out.header, &out.body))
		return FAIL(ERR_SYNTAX, "c= of the signature names no known form");
	TRY(number(a, tags, "x", &out.expires));
	TRY(number(a, tags, "l", &length));
	if (length >= 0)
		out.length = (uint64_t)length;
	if (out.expires >= 0 && out.time >= 0 && out.expires < out.time)
		return FAIL(ERR_SYNTAX, "x= of the signature lies before t=");
	*s = out;
	return OK;
}

void signature_add_fields(struct buf *out, const struct header *h, str names,
			  enum canon how)
{
	bool *taken = calloc(h->count + 1, sizeof *taken);
	str name;
	while (taken && tag_next(&names, &name)) {
		for (size_t i = h->count; name.n && i-- > 0;)
			if (!taken[i] && str_ieq(h->fields[i].name, name)) {
				taken[i] = true;
				canon_field(out, how, h->fields[i].raw);
				break;
			}
	}
	free(taken);
}

void signature_add_self(struct arena *a, struct buf *out, const struct signature *s,
			enum canon how)
{
	canon_field(out, how, tag_blank(a, s->raw, s->b_whole));
	out->n -= 2; /* its CRLF */
}

/* One TXT record of perhaps several. */
static err check_record(struct arena *a, str text, const struct signature *s,
			const unsigned char sum[static HASH_SIZE], struct key_record *key)
{
	TRY(key_parse(a, text, key));
	if (key->alg != s->alg)
		return FAIL(ERR_SYNTAX, "the key is of another kind than the signature");
	return key_check(key, sum, s->b);
}

bool signature_fits_body(const struct signature *s, struct canon_cache *body,
			 uint64_t *size)
{
	struct canon_body part;
	const struct canon_body *sum = &part;
	if (s->length == CANON_ALL)
		sum = canon_whole(body, s->body);
	else
		canon_body(body->body, s->body, s->length, &part);
	*size = sum->size;
	return str_eq(hash_str(sum->sum), s->bh);
}

err signature_check(struct arena *a, const struct verify *v, const struct signature *s,
		    const unsigned char sum[static HASH_SIZE], struct key_record *key)
{
	enum { TRIES = 4 }; /* RFC 6376 section 6.1.2: one key is usual */
	struct dns_answer answer;
	str name = arena_cat(a, s->selector, STR("._domainkey."),
			     domain_ascii(a, s->domain));
	*key = (struct key_record){ 0 };
	resolver_ask(v->resolver, a, name, DNS_TXT, v->deadline, &answer);
	if (answer.status == DNS_FAILED)
		return err_in(a, ERR_TEMP, "no answer from DNS for %.*s", STR_F(name));
	if (answer.status != DNS_FOUND || !answer.count)
		return err_in(a, ERR_NOTFOUND, "no key at %.*s", STR_F(name));
	err e = OK;
	for (size_t i = 0; i < answer.count && i < TRIES; i++) {
		e = check_record(a, answer.records[i].data, s, sum, key);
		if (!e.kind)
			break;
	}
	return e;
}
