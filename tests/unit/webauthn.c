/* account/cose.h, account/webauthn.h: what an authenticator says, and what is wrong with it. */
#include "authenticator.h"

/* ---- keys */

static void keys(struct arena *a)
{
	for (size_t i = 0; i < 3; i++) {
		struct cose_key key;
		str octets = public_key(a, &devices[i]),
		    rest = arena_cat(a, octets, STR("x"));
		CHECK(ok(cose_read(&rest, &key)) && str_eq(rest, STR("x"))
		      && (int)key.algorithm == devices[i].algorithm);
		for (size_t n = 0; n < octets.n; n++) {
			str cut = str_first(octets, n);
			CHECK(cose_read(&cut, &key).kind == ERR_SYNTAX);
		}
		for (size_t n = 0; n < 8; n++) { /* type, algorithm, curve */
			char *bad = arena_z(a, octets);
			memcpy(bad, octets.p, octets.n);
			bad[n] ^= 0x40;
			str other = { bad, octets.n };
			CHECK(cose_read(&other, &key).kind);
		}
	}
	str point = public_key(a, &devices[0]);
	char *off = arena_alloc(a, point.n);
	memcpy(off, point.p, point.n);
	off[point.n - 1] ^= 1; /* on no curve */
	struct cose_key key;
	str rest = { off, point.n };
	CHECK(ok(cose_read(&rest, &key)));
	CHECK(cose_verify(&key, STR("x"), STR("y")).kind == ERR_DENIED);
}

/* ---- what is said, and what is wrong with it */

static void saying(struct arena *a, const struct device *d)
{
	struct webauthn_said x;
	str made = client_of(a, "create", "https://lists.example", STR("c")), challenge;
	str data = data_of(a, d, SITE.id, true);
	str object = object_of(a, d, data, made, false);
	str packed = object_of(a, d, data, made, true);
	CHECK(ok(webauthn_client(a, &SITE, WEBAUTHN_CREATE, made, &challenge))
	      && str_eq(challenge, STR("c")));
	CHECK(ok(webauthn_attest(a, &SITE, made, object, &x)));
	CHECK(str_eq(x.credential, str_from(d->id)) && x.counter == d->counter
	      && x.verified == (d->flags == 5) && str_eq(x.public_key, public_key(a, d)));
	CHECK(ok(webauthn_attest(a, &SITE, made, packed, &x)));
	CHECK(webauthn_attest(a, &SITE, STR("{}"), packed, &x).kind == ERR_DENIED);
	str key = public_key(a, d),
	    got = client_of(a, "get", "https://lists.example", STR("c"));
	for (size_t n = 0; n < object.n; n++)
		CHECK(webauthn_attest(a, &SITE, made, str_first(object, n), &x).kind
		      == ERR_SYNTAX);
	CHECK(webauthn_attest(a, &SITE, made, arena_cat(a, object, STR("x")), &x).kind
	      == ERR_SYNTAX);
	str said = data_of(a, d, SITE.id, false), signature = signed_by(a, d, said, got);
	CHECK(ok(webauthn_assert(a, &SITE, got, said, signature, key, &x)));
	CHECK(webauthn_assert(a, &SITE, made, said, signature, key, &x).kind
	      == ERR_DENIED);
	for (size_t n = 0; n < signature.n; n++)
		CHECK(webauthn_assert(a, &SITE, got, said, str_first(signature, n), key,
				      &x)
			      .kind
		      == ERR_DENIED);
	for (size_t n = 0; n < said.n; n++) {
		char *bad = arena_z(a, said);
		memcpy(bad, said.p, said.n);
		bad[n] ^= 2;
		CHECK(webauthn_assert(a, &SITE, got, (str){ bad, said.n }, signature, key,
				      &x)
			      .kind);
	}
	str elsewhere = data_of(a, d, STR("evil.example"), false);
	CHECK(webauthn_assert(a, &SITE, got, elsewhere, signed_by(a, d, elsewhere, got),
			      key, &x)
		      .kind
	      == ERR_DENIED);
	struct device absent = *d;
	absent.flags = 4;
	str nobody = data_of(a, &absent, SITE.id, false);
	CHECK(webauthn_assert(a, &SITE, got, nobody, signed_by(a, d, nobody, got), key,
			      &x)
		      .kind
	      == ERR_DENIED);
	const struct device *other = d == devices ? &devices[1] : &devices[0];
	CHECK(webauthn_assert(a, &SITE, got, said, signature, public_key(a, other), &x)
		      .kind
	      == ERR_DENIED);
}

static void clients(struct arena *a)
{
	static const struct {
		const char *text;
		enum err_kind kind;
	} rows[] = {
		{ "", ERR_SYNTAX },
		{ "[]", ERR_SYNTAX },
		{ "{\"type\":\"webauthn.get\",\"type\":\"webauthn.get\"}", ERR_SYNTAX },
		{ "{}", ERR_DENIED },
		{ "{\"type\":\"webauthn.get\",\"origin\":\"https://lists.example\"}",
		  ERR_NONE },
		{ "{\"type\":\"webauthn.get\",\"origin\":\"https://"
		  "lists.example\",\"challenge\":\"=\"}",
		  ERR_SYNTAX },
		{ "{\"type\":\"webauthn.get\",\"origin\":\"https://"
		  "lists.example.evil.example\",\"challenge\":\"YQ\"}",
		  ERR_DENIED },
		{ "{\"type\":\"webauthn.get\",\"origin\":\"http://"
		  "lists.example\",\"challenge\":\"YQ\"}",
		  ERR_DENIED },
		{ "{\"type\":\"webauthn.get\",\"origin\":\"https://"
		  "lists.example:444\",\"challenge\":\"YQ\"}",
		  ERR_DENIED },
		{ "{\"type\":\"webauthn.get\",\"origin\":[\"https://"
		  "lists.example\"],\"challenge\":\"YQ\"}",
		  ERR_DENIED },
		{ "{\"type\":\"webauthn.get\",\"origin\":\"https://"
		  "lists.example\",\"challenge\":\"YQ\",\"crossOrigin\":true}",
		  ERR_DENIED },
		{ "{\"type\":\"webauthn.get\",\"origin\":\"https://"
		  "lists.example\",\"challenge\":\"YQ\",\"crossOrigin\":\"no\"}",
		  ERR_DENIED },
		{ "{\"type\":\"webauthn.get\",\"origin\":\"https://"
		  "lists.example\",\"challenge\":\"YQ\",\"more\":{}}",
		  ERR_NONE },
	};
	str challenge;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		CHECK(webauthn_client(a, &SITE, WEBAUTHN_GET, str_from(rows[i].text),
				      &challenge)
			      .kind
		      == rows[i].kind);
	static char much[WEBAUTHN_CLIENT_MAX + 1];
	memset(much, ' ', sizeof much);
	CHECK(webauthn_client(a, &SITE, WEBAUTHN_GET, (str){ much, sizeof much },
			      &challenge)
		      .kind
	      == ERR_LIMIT);
}

/* A folder for the fuzzer's corpus, where one is named. */
static void write_samples(struct arena *a)
{
	const char *folder = getenv("SAMPLES");
	for (size_t i = 0; folder && i < 3; i++)
		for (int packed = 0; packed < 2; packed++) {
			str object = object_of(a, &devices[i],
					       data_of(a, &devices[i], SITE.id, true),
					       STR("{}"), packed);
			FILE *f = fopen(arena_z(a, arena_printf(a, "%s/object-%zu-%d",
								folder, i, packed)),
					"w");
			fwrite(object.p, 1, object.n, f);
			fclose(f);
		}
}

int main(void)
{
	ARENA(a);
	make_keys();
	keys(a);
	for (size_t i = 0; i < 3; i++)
		saying(a, &devices[i]);
	clients(a);
	write_samples(a);
	free_keys();
	return check_done();
}
