#include "store_folder.h"

#include "base/clock.h"
#include "base/thread.h"
#include "dns_table.h"
#include "lists/addressbook.h"
#include "lists/members.h"
#include "mail/retpath.h"
#include "send/seal.h"

#define DEV "dev@lists.example"

static const char HEADER[] = "From: a@b.example\r\nSubject: x\r\n.Odd: y\r\n",
		  BODY[] = "\r\n.\r\n..two\r\nplain\r\n.end",
		  PERSONAL[] = "List-Unsubscribe: <https://x/leave?m={leave}>\r\n";

static struct mac_key mac;
static const struct reader nobody;

static int64_t add(struct book *b, struct outbound_message *m, str body)
{
	bool fresh;
	m->size = (int64_t)body.n;
	m->kind = STR("post");
	if (!ok(outbound_add(b, m, &fresh)) || !ok(outbound_body_write(b, m->id, body)))
		exit(1);
	return m->id;
}

static str
whole(struct arena *a) /* as it was stored, with the line end that was missing */
{
	return arena_cat(a, str_from(HEADER), str_from(BODY), STR("\r\n"));
}

static void test_member(struct arena *a, struct book *b)
{
	struct letter *l;
	struct copy_parts p;
	struct outbound_message m = { .source = STR("1/" DEV),
				      .list = STR(DEV),
				      .verp = true,
				      .personal = str_from(PERSONAL),
				      .split = sizeof HEADER - 1 };
	add(b, &m, arena_cat(a, str_from(HEADER), str_from(BODY)));
	CHECK(ok(letter_load(b, m.id, &l)));
	copy_make(a, l, &mac, 4711, &nobody, &p);
	CHECK(str_eq(p.reverse_path, retpath_make(a, &mac, STR(DEV), 4711))
	      && p.count == 3);
	/* The return path names the member, to us alone. */
	int64_t member;
	bool probe;
	str token = str_skip(str_find(p.reverse_path, STR("+")), 1), domain;
	CHECK(str_cut_last(token, '@', &token, &domain));
	CHECK(ok(retpath_read(a, &mac, STR(DEV), token, &member, &probe))
	      && member == 4711 && !probe);
	/* The personal fields stand between header and body, with this member's token. */
	str copy = copy_whole(a, l, &mac, 4711, &nobody);
	str fields = arena_cat(a, STR("List-Unsubscribe: <https://x/leave?m="),
			       leave_token(a, &mac, STR(DEV), 4711), STR(">\r\n"));
	CHECK(str_eq(copy, arena_cat(a, str_from(HEADER), fields, str_from(BODY),
				     STR("\r\n"))));
	CHECK(!str_eq(copy, copy_whole(a, l, &mac, 4712, &nobody)));
	/* As it goes over the wire: each dot at a line's start doubled, none else. */
	str wire = STR("");
	for (size_t i = 0; i < p.count; i++)
		wire = arena_cat(a, wire, p.parts[i].stuffed);
	CHECK(str_find(wire, STR("\r\n..Odd: y\r\n")).n
	      && str_find(wire, STR("\r\n\r\n..\r\n...two\r\nplain\r\n..end\r\n")).n);
	CHECK(str_eq(wire,
		     arena_cat(a, STR("From: a@b.example\r\nSubject: x\r\n..Odd: y\r\n"),
			       fields, STR("\r\n..\r\n...two\r\nplain\r\n..end\r\n"))));
	/* A copy without a member has neither. */
	copy_make(a, l, &mac, 0, &nobody, &p);
	CHECK(p.count == 2 && !p.reverse_path.n
	      && str_eq(copy_whole(a, l, &mac, 0, &nobody), whole(a)));
	letter_drop(l);
}

static void test_plain(struct arena *a, struct book *b)
{
	struct letter *l;
	struct copy_parts p;
	struct outbound_message m = { .source = STR("2/x"),
				      .reverse_path = STR("anna@uni.example") };
	add(b, &m, arena_cat(a, str_from(HEADER), str_from(BODY)));
	CHECK(ok(letter_load(b, m.id, &l)));
	copy_make(a, l, &mac, 7, &nobody, &p);
	CHECK(str_eq(p.reverse_path, STR("anna@uni.example")) && p.count == 1);
	CHECK(str_eq(copy_whole(a, l, &mac, 7, &nobody), whole(a)));
	letter_drop(l);
	/* fields that hold no {leave} go as they are; a split beyond the end is none */
	struct outbound_message odd = { .source = STR("3/x"),
					.list = STR(DEV),
					.personal = STR("X: {other}\r\n"),
					.split = 10000 };
	add(b, &odd, str_from(HEADER));
	CHECK(ok(letter_load(b, odd.id, &l)));
	CHECK(str_eq(copy_whole(a, l, &mac, 7, &nobody),
		     arena_cat(a, STR("X: {other}\r\n"), str_from(HEADER))));
	letter_drop(l);
	struct outbound_message none = { .source = STR("4/x") };
	add(b, &none, STR(""));
	CHECK(ok(letter_load(b, none.id, &l))
	      && str_eq(copy_whole(a, l, &mac, 0, &nobody), STR("\r\n")));
	letter_drop(l);
}

static void test_missing(struct arena *a, struct book *b)
{
	struct letter *l;
	bool fresh;
	struct outbound_message m = { .source = STR("5/x"),
				      .kind = STR("post"),
				      .size = 10 };
	(void)a;
	CHECK(letter_load(b, 999, &l).kind == ERR_NOTFOUND);
	CHECK(ok(outbound_add(b, &m, &fresh))
	      && letter_load(b, m.id, &l).kind == ERR_NOTFOUND);
	letter_drop(NULL);
}

/* A body of many pieces, with its dots where the pieces meet. */
static void test_large(struct arena *a, struct book *b)
{
	enum { BIG = 3 * BODY_PIECE + 100 };
	char *bytes = arena_alloc(a, BIG);
	struct letter *l;
	struct copy_parts p;
	for (size_t i = 0; i < BIG; i++)
		bytes[i] = i % 3 == 0 ? '\r' : i % 3 == 1 ? '\n' : '.';
	struct outbound_message m = { .source = STR("6/x"), .split = 2 };
	add(b, &m, (str){ bytes, BIG });
	CHECK(ok(letter_load(b, m.id, &l)));
	copy_make(a, l, &mac, 0, &nobody, &p);
	str stuffed = p.parts[p.count - 1].stuffed, rest = p.parts[p.count - 1].bytes;
	size_t dots = 0;
	for (size_t i = 0; i < stuffed.n; i++)
		dots += stuffed.p[i] == '.';
	CHECK(str_starts(copy_whole(a, l, &mac, 0, &nobody), (str){ bytes, BIG }));
	CHECK(dots == 2 * (BIG / 3) && stuffed.n == rest.n + BIG / 3);
	letter_drop(l);
}

/* The signature of a copy as a verifier sees it. */
static enum dkim_verdict verdict(struct arena *a, struct dns_table *t, str text)
{
	struct header h;
	struct dkim_result *r;
	size_t n;
	CHECK(!header_scan(a, text, &h).kind);
	struct canon_cache body = { .body = h.body };
	struct verify v = { &h, &body, &t->resolver, 0, clock_now() };
	dkim_verify(a, &v, &r, &n);
	return n ? r[0].verdict : DKIM_NONE;
}

static str signed_copy(struct arena *a, struct letter *l, int64_t member)
{
	struct copy_parts p;
	str all = STR("");
	copy_make(a, l, &mac, member, &nobody, &p);
	copy_sign(a, l, &p);
	for (size_t i = 0; i < p.count; i++)
		all = arena_cat(a, all, p.parts[i].bytes);
	return all;
}

static str replaced(struct arena *a, str text, const char *old, const char *new)
{
	str at = str_find(text, str_from(old));
	CHECK(at.n > 0);
	return arena_cat(a, str_first(text, text.n - at.n), str_from(new),
			 str_skip(at, strlen(old)));
}

/* For a server without SMTPUTF8: an ordinary header, the body's bytes and the personal
 * fields as they are, signed anew. */
static void test_plain_header(struct arena *a, struct book *b)
{
	static const char head[] =
		"From: J\u00fcrgen <a@b.example>\r\nSubject: \u00fc\r\n",
			  strange[] = "From: \u00fc@b.example\r\n";
	struct dns_table t = DNS_TABLE(a);
	struct sealer by = { .domain = STR("lists.example"), .resolver = &t.resolver };
	struct sign_key *key = NULL;
	struct letter *l;
	str pem;
	CHECK(ok(sign_key_make(a, SIGN_RSA, &pem)) && ok(sign_key_load(a, pem, &key)));
	table_txt(&t, "s._domainkey.lists.example", sign_key_record(a, key));
	struct keyring ring = { { { key, STR("s") } }, 1 };
	by.ring = &ring;
	struct outbound_message m = { .source = STR("20/" DEV),
				      .list = STR(DEV),
				      .verp = true,
				      .smtputf8 = true,
				      .personal = str_from(PERSONAL),
				      .split = sizeof head - 1 };
	add(b, &m, arena_cat(a, str_from(head), str_from(BODY)));
	CHECK(ok(letter_load(b, m.id, &l)));
	struct letter *plain = letter_plain(l);
	CHECK(plain && plain == letter_plain(l) && !plain->row.smtputf8);
	letter_seal(l, &by);
	letter_seal(plain, &by);
	str copy = copy_whole(a, plain, &mac, 4711, &nobody);
	CHECK(str_starts(copy, STR("From: =?"))
	      && str_find(copy, STR("\r\nSubject: =?")).n);
	CHECK(str_find(copy, STR("<a@b.example>")).n
	      && str_find(copy, STR("leave?m=")).n);
	CHECK(str_ends(copy, arena_cat(a, STR(">\r\n"), str_from(BODY), STR("\r\n"))));
	CHECK(verdict(a, &t, signed_copy(a, plain, 4711)) == DKIM_PASS);
	CHECK(str_starts(copy_whole(a, l, &mac, 4711, &nobody), str_from(head)));
	CHECK(verdict(a, &t, signed_copy(a, l, 4711)) == DKIM_PASS);
	letter_drop(l);
	struct outbound_message n = { .source = STR("21/x"), .smtputf8 = true };
	add(b, &n, arena_cat(a, str_from(strange), str_from(BODY)));
	CHECK(ok(letter_load(b, n.id, &l)) && !letter_plain(l) && !letter_plain(l));
	letter_drop(l);
	m.source = STR("22/" DEV); /* its author's signature holds over that form alone */
	m.author_signed = true;
	add(b, &m, arena_cat(a, str_from(head), str_from(BODY)));
	CHECK(ok(letter_load(b, m.id, &l)) && !letter_plain(l));
	letter_drop(l);
	sign_key_free(key);
}

/* For a server without 8BITMIME: quoted-printable, the personal fields where they belong,
 * signed anew. */
static void test_seven(struct arena *a, struct book *b)
{
	static const char head[] = "From: a@b.example\r\nMIME-Version: 1.0\r\n",
			  coded[] = "Content-Transfer-Encoding: quoted-printable\r\n",
			  strange[] = "Content-Transfer-Encoding: x-odd\r\n",
			  text[] = "\r\n.caf\u00e9\r\n";
	struct dns_table t = DNS_TABLE(a);
	struct sealer by = { .domain = STR("lists.example"), .resolver = &t.resolver };
	struct sign_key *key = NULL;
	struct letter *l;
	str pem;
	CHECK(ok(sign_key_make(a, SIGN_ED25519, &pem))
	      && ok(sign_key_load(a, pem, &key)));
	table_txt(&t, "s._domainkey.lists.example", sign_key_record(a, key));
	struct keyring ring = { { { key, STR("s") } }, 1 };
	by.ring = &ring;
	struct outbound_message m = { .source = STR("30/" DEV),
				      .list = STR(DEV),
				      .verp = true,
				      .eightbit = true,
				      .personal = str_from(PERSONAL),
				      .split = sizeof head - 1 };
	add(b, &m, arena_cat(a, str_from(head), str_from(text)));
	CHECK(ok(letter_load(b, m.id, &l)));
	letter_seal(l, &by);
	struct letter *seven = letter_seven(l);
	CHECK(seven && seven == letter_seven(l) && !seven->row.eightbit);
	letter_seal(seven, &by);
	str copy = copy_whole(a, seven, &mac, 4711, &nobody);
	str fields = arena_cat(a, str_from(head), str_from(coded), STR("List-Unsub"));
	CHECK(str_starts(copy, fields));
	CHECK(str_ends(copy, STR(">\r\n\r\n.caf=C3=A9\r\n")));
	CHECK(verdict(a, &t, signed_copy(a, seven, 4711)) == DKIM_PASS);
	CHECK(verdict(a, &t, signed_copy(a, l, 4711)) == DKIM_PASS);
	CHECK(str_ends(signed_copy(a, l, 4711), str_from(text)));
	letter_drop(l);
	struct outbound_message n = { .source = STR("31/x"), .eightbit = true };
	add(b, &n, arena_cat(a, str_from(strange), str_from(text)));
	CHECK(ok(letter_load(b, n.id, &l)) && !letter_seven(l) && !letter_seven(l));
	letter_drop(l);
	m.source = STR("32/" DEV); /* its author's signature holds over that form alone */
	m.author_signed = true;
	add(b, &m, arena_cat(a, str_from(head), str_from(text)));
	CHECK(ok(letter_load(b, m.id, &l)) && !letter_seven(l));
	letter_drop(l);
	sign_key_free(key);
}

/* Each member's copy verifies, and what is personal cannot be exchanged. */
static void test_signed(struct arena *a, struct book *b)
{
	static const struct {
		const char *old, *new;
	} changes[] = {
		{ "leave?m=", "leave?M=" },
		{ "One-Click", "Two-Click" },
		{ "From: a", "From: b" },
		{ "plain", "plane" },
		{ "Subject:", "List-Unsubscribe: <https://evil.example>\r\nSubject:" },
		{ "Subject:", "Cc: c@b.example\r\nSubject:" },
	};
	struct dns_table t = DNS_TABLE(a);
	struct sealer by = { .arc = true,
			     .domain = STR("lists.example"),
			     .resolver = &t.resolver };
	struct sign_key *key = NULL;
	struct letter *l;
	str pem;
	CHECK(ok(sign_key_make(a, SIGN_RSA, &pem)) && ok(sign_key_load(a, pem, &key)));
	table_txt(&t, "s._domainkey.lists.example", sign_key_record(a, key));
	struct outbound_message m = {
		.source = STR("8/x"),
		.list = STR(DEV),
		.verp = true,
		.personal = STR("List-Unsubscribe: <https://x/leave?m={leave}>\r\n"
				"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"),
		.split = sizeof HEADER - 1
	};
	add(b, &m, whole(a));
	CHECK(ok(letter_load(b, m.id, &l)));
	letter_seal(l, &by); /* no key, no signature */
	CHECK(str_eq(signed_copy(a, l, 1), copy_whole(a, l, &mac, 1, &nobody)));
	struct keyring ring = { { { key, STR("s") } }, 1 };
	by.ring = &ring;
	letter_seal(l, &by);
	str one = signed_copy(a, l, 1), two = signed_copy(a, l, 2);
	CHECK(verdict(a, &t, one) == DKIM_PASS && verdict(a, &t, two) == DKIM_PASS);
	CHECK(verdict(a, &t, signed_copy(a, l, 0)) == DKIM_PASS);
	CHECK(str_find(one, STR("d=lists.example;")).n > 0);
	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++)
		CHECK(verdict(a, &t, replaced(a, one, changes[i].old, changes[i].new))
		      == DKIM_FAIL);
	letter_drop(l);
	/* Forwarded mail gets an ARC set instead, in front of its unchanged bytes. */
	struct outbound_message f = { .source = STR("9/x") };
	add(b, &f, whole(a));
	CHECK(ok(book_run(b, "UPDATE message SET kind = 'forward' WHERE id = ?1",
			  SQL_I(f.id))));
	CHECK(ok(letter_load(b, f.id, &l)));
	letter_seal(l, &by);
	str sealed = signed_copy(a, l, 0);
	CHECK(str_starts(sealed, STR("ARC-Seal:")) && str_ends(sealed, whole(a)));
	CHECK(verdict(a, &t, sealed) == DKIM_NONE);
	letter_drop(l);
	sign_key_free(key);
}

/* Shared by many threads; the last one lets it go. */
static void *share(void *arg)
{
	struct letter *l = arg;
	for (int i = 0; i < 200; i++) {
		ARENA(a);
		struct letter *mine = letter_keep(l);
		copy_whole(a, mine, &mac, i + 1, &nobody);
		letter_drop(mine);
	}
	letter_drop(l);
	return NULL;
}

static void test_shared(struct arena *a, struct book *b)
{
	struct letter *l;
	pthread_t id[8];
	struct outbound_message m = { .source = STR("7/x"),
				      .list = STR(DEV),
				      .verp = true,
				      .personal = str_from(PERSONAL),
				      .split = sizeof HEADER - 1 };
	add(b, &m, whole(a));
	CHECK(ok(letter_load(b, m.id, &l)));
	for (int i = 0; i < 8; i++)
		CHECK(ok(thread_start_joinable(&id[i], share, letter_keep(l))));
	letter_drop(l);
	for (int i = 0; i < 8; i++)
		pthread_join(id[i], NULL);
}

int main(void)
{
	ARENA(a);
	str data = folder_make(a);
	struct book *b = fresh_book(a, data, BOOK_OUTBOUND);
	memset(&mac, 9, sizeof mac);
	test_member(a, b);
	test_plain(a, b);
	test_missing(a, b);
	test_large(a, b);
	test_shared(a, b);
	test_signed(a, b);
	test_plain_header(a, b);
	test_seven(a, b);
	book_close(b);
	folder_remove(a, data);
	return check_done();
}
