/* Tag lists: names are never twice, values lie inside the text, and the key
 * and signature readers take whatever list there is. One list can be both: then it
 * is asked whether the key made the signature, of a sum that is all zeros. */
#include "fuzz.h"

#include "base/buf.h"
#include "trust/signature.h"

struct one {
	struct resolver resolver;
	str record;
};

static void one_ask(struct resolver *r, struct arena *a, str name, enum dns_type type,
		    int64_t deadline, struct dns_answer *out)
{
	(void)deadline;
	must(type == DNS_TXT && !str_starts(name, STR(".")));
	*out = (struct dns_answer){ .status = DNS_FOUND, .count = 1 };
	out->records = arena_zero(a, sizeof *out->records);
	out->records->data = ((struct one *)r)->record;
	if (str_starts(name, STR("none.")))
		out->status = DNS_NXDOMAIN;
	if (str_starts(name, STR("late.")))
		out->status = DNS_FAILED;
}

/* What is signed: the fields that h= names, each once, and the signature's own. */
static void check_signed(struct arena *a, const struct signature *s)
{
	static const char text[] = "From: a@here\r\nTo: b@here\r\nTo: c@here\r\n"
				   "Subject: one\r\n\ttwo\r\n\r\n";
	struct header h;
	BUF(out);
	must(!header_scan(a, str_from(text), &h).kind);
	signature_add_fields(&out, &h, s->names, s->header);
	must(out.n < sizeof text && (!out.n || str_ends(buf_str(&out), STR("\r\n"))));
	buf_clear(&out);
	signature_add_self(a, &out, s, s->header);
	must(out.n <= 2 * s->raw.n); /* a lone LF counts as CRLF */
}

static void check_key(struct arena *a, const struct signature *s, str text)
{
	struct one one = { { one_ask }, text };
	struct verify v = { .resolver = &one.resolver };
	struct key_record key;
	const unsigned char sum[HASH_SIZE] = { 0 };
	err e = signature_check(a, &v, s, sum, &key);
	must(e.kind
	     || (key.alg == s->alg && key.bits >= (key.alg == SIGN_RSA ? 1024u : 253u)));
	must(!e.kind || e.msg);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA(a);
	str text = { (const char *)data, n };
	struct tag_list list;
	struct signature s;
	struct key_record key;
	unsigned char sum[HASH_SIZE] = { 0 };
	if (tag_parse(a, text, &list).kind)
		return 0;
	for (size_t i = 0; i < list.count; i++) {
		str v = list.tags[i].value;
		must(v.p >= text.p && v.p + v.n <= text.p + text.n);
		must(tag_find(&list, arena_z(a, list.tags[i].name)) == &list.tags[i]);
		must(tag_squeeze(a, v).n <= v.n);
	}
	if (!signature_parse(a, text, &list, CANON_SIMPLE, &s).kind) {
		str blank = tag_blank(a, s.raw, s.b_whole);
		must(blank.n + s.b_whole.n == text.n && s.bh.n == HASH_SIZE);
		check_signed(a, &s);
		check_key(a, &s, text);
	}
	if (!key_parse(a, text, &key).kind)
		must(key_check(&key, sum, STR("no signature")).kind);
	return 0;
}
