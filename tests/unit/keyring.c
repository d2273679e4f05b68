/* trust/keyring.h: names of keys, their files, and whether DNS has them. */
#include "sealing.h"

#include <unistd.h>

static struct keyring ring, upstream;

static void test_names(void)
{
	static const char *const good[] = { "s", "postern2", "2026-11" }, *const bad[] = {
		"", "S", "-s", "s-", "s-ed", "a.b", "a/b"
	};
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		CHECK(keyring_name_ok(str_from(good[i])));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		CHECK(!keyring_name_ok(str_from(bad[i])));
	CHECK(str_eq(keyring_selector(STR(""), STR("")), STR("postern")));
	CHECK(str_eq(keyring_selector(STR(""), STR("s2\n")), STR("s2")));
	CHECK(str_eq(keyring_selector(STR("s1"), STR("s2\n")), STR("s1")));
}

static void test_published(void)
{
	ARENA(a);
	struct dns_table t = DNS_TABLE(a);
	const struct signer *s = &ring.signers[0];
	publish(&t, &ring, "good.example");
	table_txt(&t, "s._domainkey.other.example",
		  sign_key_record(a, upstream.signers[0].key));
	table_txt(&t, "s._domainkey.odd.example", STR("v=spf1 -all"));
	table_fail(&t, "s._domainkey.slow.example");
	static const struct {
		const char *domain;
		enum err_kind kind;
	} cases[] = { { "good.example", 0 },
		      { "other.example", ERR_NOTFOUND },
		      { "odd.example", ERR_NOTFOUND },
		      { "none.example", ERR_NOTFOUND },
		      { "slow.example", ERR_TEMP } };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		CHECK(keyring_published(a, &t.resolver, 0, s, str_from(cases[i].domain))
			      .kind
		      == cases[i].kind);
	/* The overlay answers for ours alone. */
	struct keyring_resolver own = keyring_overlay(&ring, STR("none.example"),
						      &t.resolver);
	CHECK(ok(keyring_published(a, &own.resolver, 0, s, STR("none.example"))));
	CHECK(keyring_published(a, &own.resolver, 0, s, STR("slow.example")).kind
	      == ERR_TEMP);
}

static void test_files(struct arena *a, str dir)
{
	struct keyring r = { 0 };
	CHECK(keyring_read(a, dir, STR("k"), &r).kind == ERR_NOTFOUND);
	CHECK(ok(keyring_make(a, dir, STR("k"))));
	CHECK(ok(keyring_read(a, dir, STR("k"), &r)) && r.count == 2);
	CHECK(sign_key_alg(r.signers[0].key) == SIGN_RSA);
	CHECK(sign_key_alg(r.signers[1].key) == SIGN_ED25519);
	str before = keyring_records(a, &r, STR("d.example"));
	CHECK(str_starts(before, STR("k._domainkey.d.example. IN TXT")));
	CHECK(str_find(before, STR("\nk-ed._domainkey.d.example. IN TXT")).n);
	keyring_free(&r);
	/* Made again: what is there stays, what is missing comes. */
	CHECK(!unlink(arena_z(a, arena_cat(a, dir, STR("/k-ed.pem")))));
	CHECK(ok(keyring_read(a, dir, STR("k"), &r)) && r.count == 1);
	CHECK(str_starts(before, keyring_records(a, &r, STR("d.example"))));
	keyring_free(&r);
	CHECK(ok(keyring_make(a, dir, STR("k"))));
	CHECK(ok(keyring_read(a, dir, STR("k"), &r)) && r.count == 2);
	keyring_free(&r);
}

int main(void)
{
	ARENA(a);
	str folder = folder_make(a);
	make_ring(a, &ring, STR("s"));
	make_ring(a, &upstream, STR("u"));
	test_names();
	test_published();
	test_files(a, folder);
	keyring_free(&ring);
	keyring_free(&upstream);
	folder_remove(a, folder);
	return check_done();
}
