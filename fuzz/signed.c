/* A message with whatever signatures and chain it claims to have: nothing
 * passes, since nobody has the key; our seal on top of it verifies or says why
 * not; no foreign result in our name is left. */
#include "fuzz.h"

#include "trust/arc.h"
#include "trust/authres.h"

static const char pem[] =
	"-----BEGIN PRIVATE KEY-----\n"
	"MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
	"-----END PRIVATE KEY-----\n";

struct one {
	struct resolver resolver;
	str record;
};

static void one_ask(struct resolver *r, struct arena *a, str name, enum dns_type type,
		    int64_t deadline, struct dns_answer *out)
{
	(void)type, (void)deadline;
	*out = (struct dns_answer){ .status = DNS_NXDOMAIN };
	if (!str_eq(name, STR("s._domainkey.fuzz.example")))
		return;
	out->status = DNS_FOUND;
	out->count = 1;
	out->records = arena_zero(a, sizeof *out->records);
	out->records->data = ((struct one *)r)->record;
}

static void seal_it(struct arena *a, const struct verify *v, const struct sign_key *key,
		    const struct arc_result *chain)
{
	struct signing by = { key, STR("fuzz.example"), STR("s"), 1 };
	struct arc_sealing s = {
		&by, chain, v->h, v->body, STR("fuzz.example; none"), STR_NONE, STR_NONE
	};
	struct header h;
	struct arc_result again;
	str fields;
	if (arc_seal(a, &s, &fields).kind)
		return;
	if (v->h->flags & HEADER_STRAY_LINE) /* might go on where our field ends */
		return;
	str whole = arena_cat(a, fields, v->h->raw, STR("\r\n"), v->h->body);
	if (header_scan(a, whole, &h).kind)
		return;
	must(h.count == v->h->count + 3);
	struct canon_cache body = { .body = h.body };
	struct verify w = { &h, &body, v->resolver, 0, 0 };
	arc_verify(a, &w, &again);
	/* A broken chain is sealed as such; a whole one never is broken by us. */
	must(chain->verdict == ARC_FAIL ? again.ended || again.verdict == ARC_FAIL
					: again.verdict == ARC_PASS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA(a);
	struct header h, left;
	static struct sign_key *key; /* read once: PEM is slow */
	struct dkim_result *r;
	struct arc_result chain;
	size_t count;
	if (header_scan(a, (str){ (const char *)data, n }, &h).kind)
		return 0;
	must(key || !sign_key_load(a, str_from(pem), &key).kind);
	struct one one = { { one_ask }, sign_key_record(a, key) };
	struct canon_cache body = { .body = h.body };
	struct verify v = { &h, &body, &one.resolver, 0, 1 };
	dkim_verify(a, &v, &r, &count);
	for (size_t i = 0; i < count; i++)
		must(r[i].verdict != DKIM_PASS && r[i].why);
	arc_verify(a, &v, &chain);
	must(chain.verdict != ARC_PASS);
	seal_it(a, &v, key, &chain);
	str block = authres_strip(a, &h, STR("fuzz.example"));
	if (!header_scan(a, arena_cat(a, block, STR("\r\n")), &left).kind)
		must(!authres_collect(a, &left, STR("fuzz.example")).n);
	return 0;
}
