#include "sealing.h"

#include "base/thread.h"
#include "send/seal.h"
#include "trust/authres.h"

#include <stdatomic.h>

#define DEV "dev@lists.example"

static const char BODY[] = "\r\nHello\r\n",
		  PERSONAL[] = "List-Unsubscribe: <https://x/leave?m={leave}>\r\n"
			       "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n";

static struct mac_key mac;
static const struct reader nobody;
static struct keyring ring, upstream;

static struct letter *load(struct book *b, const char *list, const char *kind, str head,
			   str body)
{
	static int n;
	char source[32];
	bool fresh;
	struct letter *l = NULL;
	snprintf(source, sizeof source, "%d/x", ++n);
	struct outbound_message m = { .source = str_from(source),
				      .kind = str_from(kind),
				      .list = str_from(list),
				      .verp = *list != 0,
				      .personal = str_from(*list ? PERSONAL : ""),
				      .split = (int64_t)head.n };
	ARENA(a);
	str whole = arena_cat(a, head, body);
	m.size = (int64_t)whole.n;
	CHECK(ok(outbound_add(b, &m, &fresh)) && ok(outbound_body_write(b, m.id, whole)));
	CHECK(ok(letter_load(b, m.id, &l)));
	return l;
}

static str copy_of(struct arena *a, struct letter *l, const struct sealer *by,
		   int64_t member)
{
	struct copy_parts p;
	str all = STR("");
	letter_seal(l, by);
	copy_make(a, l, &mac, member, &nobody, &p);
	copy_sign(a, l, &p);
	for (size_t i = 0; i < p.count; i++)
		all = arena_cat(a, all, p.parts[i].bytes);
	return all;
}

/* Both keys sign, in the name that proves From, for which there is a record. */
static void test_domain(struct book *b)
{
	static const struct {
		const char *list, *from, *published, *domain, *kind;
	} cases[] = {
		{ DEV, "a@uni.example", "lists.example", "lists.example", "post" },
		{ DEV, "dev@lists.example", "lists.example", "lists.example", "post" },
		{ DEV, "a@site.example", "lists.example", "site.example", "post" },
		{ DEV, "a@cs.site.example", "lists.example", "site.example", "post" },
		{ DEV, "a@cs.lists.example", "lists.example", "lists.example", "post" },
		{ DEV, "a@uni.example", "", "site.example", "post" },
		{ DEV, "dev@lists.example", "", "site.example", "post" },
		{ DEV, "nobody", "lists.example", "lists.example", "post" },
		{ "dev@site.example", "a@uni.example", "", "site.example", "post" },
		{ "", "a@lists.example", "lists.example", "lists.example", "submission" },
		{ "", "a@lists.example", "lists.example", "lists.example", "notice" },
		{ "", "a@LISTS.example", "lists.example", "lists.example", "dsn" },
		{ "", "a@lists.example", "", "site.example", "submission" },
		{ "", "a@slow.example", "", "site.example", "submission" },
		{ "", "a@site.example", "lists.example", "site.example", "submission" },
		{ "", "a@cs.site.example", "", "site.example", "submission" },
		{ "", "a@cs.site.example", "cs.site.example", "cs.site.example",
		  "submission" },
		{ "", "a@cs.lists.example", "lists.example", "site.example",
		  "submission" },
		{ "", "nobody", "lists.example", "site.example", "submission" },
		/* Whoever wrote a post may say anything. */
		{ DEV, "a@other.example", "other.example", "site.example", "post" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ARENA(a);
		struct dns_table t = DNS_TABLE(a);
		struct sealer by = { &ring, false, STR("site.example"),
				     STR("mail.site.example"), &t.resolver };
		struct dkim_result *r;
		publish(&t, &ring, "site.example");
		table_fail(&t, "s._domainkey.slow.example");
		if (*cases[i].published)
			publish(&t, &ring, cases[i].published);
		str head = arena_cat(a, STR("From: "), str_from(cases[i].from),
				     STR("\r\nSubject: x\r\n"));
		struct letter *l = load(b, cases[i].list, cases[i].kind, head,
					str_from(BODY));
		str copy = copy_of(a, l, &by, 4711);
		CHECK(dkim(a, &t, copy, &r) == 2);
		CHECK(r[0].verdict == DKIM_PASS && r[1].verdict == DKIM_PASS);
		CHECK(str_eq(r[0].selector, STR("s")));
		CHECK(str_eq(r[1].selector, STR("s-ed")));
		CHECK(str_eq(r[0].domain, str_from(cases[i].domain)));
		CHECK(str_eq(r[1].domain, str_from(cases[i].domain)));
		letter_drop(l);
	}
}

/* An old installation has one key and goes on with it. */
static void test_one_key(struct book *b)
{
	ARENA(a);
	struct dns_table t = DNS_TABLE(a);
	struct keyring one = { { ring.signers[0] }, 1 },
		       other = { { ring.signers[1] }, 1 };
	struct sealer by = { &one, true, STR("site.example"), STR("m.site.example"),
			     &t.resolver };
	struct dkim_result *r;
	publish(&t, &ring, "site.example");
	struct letter *l = load(b, "", "post", STR("From: a@b.example\r\n"),
				str_from(BODY));
	str copy = copy_of(a, l, &by, 0);
	CHECK(dkim(a, &t, copy, &r) == 1 && r[0].verdict == DKIM_PASS);
	CHECK(arc(a, &t, copy).verdict == ARC_PASS);
	letter_drop(l);
	/* ARC knows RSA alone. */
	by.ring = &other;
	l = load(b, "", "post", STR("From: a@b.example\r\n"), str_from(BODY));
	copy = copy_of(a, l, &by, 0);
	CHECK(dkim(a, &t, copy, &r) == 1 && r[0].verdict == DKIM_PASS);
	CHECK(arc(a, &t, copy).verdict == ARC_NONE);
	letter_drop(l);
}

/* What upstream.example sealed, and what we said of it when it came. */
static str sealed_above(struct arena *a, struct dns_table *t, str head)
{
	struct header h;
	str fields;
	struct arc_result none = { 0 };
	struct signing by = { upstream.signers[0].key, STR("upstream.example"), STR("u"),
			      clock_now() };
	CHECK(ok(header_scan(a, arena_cat(a, head, str_from(BODY)), &h)));
	struct canon_cache body = { .body = h.body };
	struct arc_sealing s = { .by = &by,
				 .chain = &none,
				 .h = &h,
				 .body = &body,
				 .results = STR("upstream.example; none") };
	publish(t, &upstream, "upstream.example");
	CHECK(ok(arc_seal(a, &s, &fields)));
	return arena_cat(a, fields, head);
}

/* cv= says how the post came, whatever the list made of it; a set that would not hold
 * does not leave. */
static void test_chain(struct book *b)
{
	static const char *const said = "Authentication-Results: m.site.example;\r\n ";
	static const struct {
		const char *kind, *results;
		bool changed, key_gone, sealed;
	} cases[] = {
		{ "post", "spf=pass; arc=pass", false, false, true },
		{ "post", "spf=pass; arc=pass", true, false, true },
		{ "post", "spf=pass; arc=pass (a; b)", true, false, true },
		{ "post", "spf=pass; arc=passable", true, false, false },
		{ "post", "spf=pass x.y=\"a; arc=pass\"", true, false, false },
		{ "post", "spf=pass x.y=\"a\\\"; arc=pass\"", true, false, false },
		{ "post", "spf=pass (; arc=pass )", true, false, false },
		{ "post", "spf=pass (a \\) b; arc=pass c)", true, false, false },
		{ "post", "spf=pass (\"); arc=pass", true, false, true },
		{ "post", "arc=fail", true, false, false },
		{ "post", "arc=pass", true, true, false },
		{ "post", "arc=pass", false, true, false },
		{ "forward", "arc=pass", false, false, true },
		{ "forward", "arc=none", true, false, false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ARENA(a);
		struct dns_table t = DNS_TABLE(a);
		struct sealer by = { &ring, true, STR("site.example"),
				     STR("m.site.example"), &t.resolver };
		publish(&t, &ring, "site.example");
		str head = sealed_above(a, &t,
					STR("From: a@b.example\r\nSubject: x\r\n"));
		if (cases[i].key_gone)
			t.count -= upstream.count;
		if (cases[i].changed)
			head = arena_cat(a, STR("Subject: [dev] x\r\n"), head);
		head = arena_cat(a, str_from(said), str_from(cases[i].results),
				 STR("\r\n"), head);
		const char *list = str_eq(str_from(cases[i].kind), STR("post"))
					   ? "dev@site.example"
					   : "";
		struct letter *l = load(b, list, cases[i].kind, head, str_from(BODY));
		str one = copy_of(a, l, &by, 1), two = copy_of(a, l, &by, 2);
		struct arc_result r = arc(a, &t, one);
		CHECK(r.count == (cases[i].sealed ? 2 : 1));
		CHECK(!cases[i].sealed || r.verdict == ARC_PASS);
		CHECK(!cases[i].sealed || arc(a, &t, two).verdict == ARC_PASS);
		/* One set for all. */
		CHECK(!cases[i].sealed || r.count != 2
		      || str_eq(r.sets[1].seal->raw, arc(a, &t, two).sets[1].seal->raw));
		struct dkim_result *d;
		CHECK(dkim(a, &t, two, &d) == (*list ? 2 : 0));
		CHECK(!*list || d[0].verdict == DKIM_PASS);
		letter_drop(l);
	}
}

static str copy_for(struct arena *a, struct letter *l, const struct sealer *by,
		    const char *name, const char *address)
{
	struct copy_parts p;
	str all = STR("");
	struct reader who = { str_from(address), str_from(name), STR("de") };
	letter_seal(l, by);
	copy_make(a, l, &mac, 7, &who, &p);
	copy_sign(a, l, &p);
	for (size_t i = 0; i < p.count; i++) {
		str part = p.parts[i].bytes;
		CHECK(str_ends(part, STR("\r\n"))
		      && str_eq(p.parts[i].stuffed, smtp_stuff(a, part)));
		all = arena_cat(a, all, part);
	}
	return all;
}

/* The set of the first copy is looked at as it leaves: one that covers the reader's own To
 * as absent would hold over none, and no copy has it. Signatures stay. */
static void test_broken_set(struct arena *a, struct book *b, struct dns_table *t,
			    const struct sealer *by, int64_t message)
{
	struct letter *l = NULL;
	struct dkim_result *r;
	CHECK(ok(letter_load(b, message, &l)));
	letter_seal(l, by);
	CHECK(l->set && str_eq(l->set->skip, STR("to")));
	l->set->skip = STR("");
	for (size_t i = 0; i < 2; i++) {
		str copy = copy_for(a, l, by, "Anna", "anna@uni.example");
		CHECK(arc(a, t, copy).verdict == ARC_NONE);
		CHECK(dkim(a, t, copy, &r) == 2 && r[0].verdict == DKIM_PASS);
	}
	letter_drop(l);
}

/* Copies that say who reads them: each has signatures and a set that hold over it alone. */
static void test_reader(struct book *b)
{
	static const char *const text =
		"\r\nHello=20=\r\n{aa.n}=\r\n, {aa.n}=\r\n you are =\r\n{aa.a}=\r\n"
		"\r\n{aa.l}=\r\n\r\n{aa.n}=\r\n";
	static const struct {
		const char *name, *address, *body, *to;
	} readers[] = {
		{ "Anna", "anna@uni.example",
		  "\r\nHello=20=\r\nAnna=\r\n, {aa.n}=\r\n you are =\r\n"
		  "anna@uni.example=\r\n\r\nDeutsch=\r\n\r\nAnna=\r\n",
		  "To: Anna <anna@uni.example>\r\n" },
		{ " ..\xc5\x81uk\r\nasz{leave} ", "l@uni.example",
		  "\r\nHello=20=\r\n..=C5=81uk asz{leave}=\r\n, {aa.n}=\r\n you are =\r\n"
		  "l@uni.example=\r\n\r\nDeutsch=\r\n\r\n..=C5=81uk asz{leave}=\r\n",
		  "To: =?utf-8?" },
		{ "", ".x@uni.example",
		  "\r\nHello=20=\r\n.x@uni.example=\r\n, {aa.n}=\r\n you are =\r\n"
		  ".x@uni.example=\r\n\r\nDeutsch=\r\n\r\n.x@uni.example=\r\n",
		  "To: " },
	};
	enum { READERS = sizeof readers / sizeof *readers };
	ARENA(a);
	struct dns_table t = DNS_TABLE(a);
	struct sealer by = { &ring, true, STR("site.example"), STR("m.site.example"),
			     &t.resolver };
	struct dkim_result *r;
	struct letter *l = NULL;
	bool fresh;
	str head = STR("From: a@b.example\r\nSubject: x\r\n"), copies[READERS];
	str whole = arena_cat(a, head, str_from(text));
	struct outbound_message m = { .source = STR("reader"),
				      .kind = STR("post"),
				      .list = STR("dev@site.example"),
				      .verp = true,
				      .personal = arena_cat(a, str_from(PERSONAL),
							    STR(READER_TO)),
				      .marks = STR("{aa."),
				      .size = (int64_t)whole.n,
				      .split = (int64_t)head.n };
	publish(&t, &ring, "site.example");
	CHECK(ok(outbound_add(b, &m, &fresh)) && ok(outbound_body_write(b, m.id, whole)));
	CHECK(ok(letter_load(b, m.id, &l)) && l->gap_count == 4);
	for (size_t i = 0; i < READERS; i++) {
		copies[i] = copy_for(a, l, &by, readers[i].name, readers[i].address);
		CHECK(str_ends(copies[i], str_from(readers[i].body)));
		CHECK(str_find(copies[i], str_from(readers[i].to)).n);
		CHECK(dkim(a, &t, copies[i], &r) == 2 && r[0].verdict == DKIM_PASS
		      && r[1].verdict == DKIM_PASS);
		CHECK(arc(a, &t, copies[i]).verdict == ARC_PASS);
	}
	CHECK(l->set_checked == LETTER_DONE && l->set_holds);
	/* One reader's signature over another's words. */
	str mixed = arena_cat(
		a, str_first(copies[0], copies[0].n - str_from(readers[0].body).n),
		str_from(readers[1].body));
	CHECK(dkim(a, &t, mixed, &r) == 2 && r[0].verdict == DKIM_FAIL);
	CHECK(arc(a, &t, mixed).verdict == ARC_FAIL);
	letter_drop(l);
	test_broken_set(a, b, &t, &by, m.id);
}

struct silent_dns { /* a name server that says nothing until it is let */
	struct resolver resolver;
	atomic_int asked;
	atomic_bool speaks;
};

static void keep_silent(struct resolver *r, struct arena *a, str name, enum dns_type type,
			int64_t deadline, struct dns_answer *answer)
{
	struct silent_dns *dns = (struct silent_dns *)r;
	(void)a, (void)name, (void)type, (void)deadline;
	atomic_fetch_add(&dns->asked, 1);
	for (int i = 0; i < 5000 && !atomic_load(&dns->speaks); i++)
		thread_sleep(1);
	*answer = (struct dns_answer){ .status = DNS_FAILED, .why = "no answer" };
}

struct sealing { /* by a thread of its own */
	struct letter *letter;
	struct sealer by;
	pthread_t thread;
	atomic_bool begun, done;
};

static void *seal_it(void *arg)
{
	struct sealing *x = arg;
	atomic_store(&x->begun, true);
	letter_seal(x->letter, &x->by);
	atomic_store(&x->done, true);
	return NULL;
}

/* As long as DNS says nothing another session makes the letter's other form; who wants to
 * seal waits for the one that does, and asks nothing. */
static void test_silent_dns(struct book *b)
{
	struct silent_dns dns = { .resolver = { keep_silent } };
	struct letter *l = load(b, DEV, "post",
				STR("From: J\u00fcrgen <a@uni.example>\r\n"),
				str_from(BODY));
	l->row.smtputf8 = true;
	struct sealing x[2];
	for (size_t i = 0; i < 2; i++) {
		x[i] = (struct sealing){ .letter = l,
					 .by = { &ring, false, STR("site.example"),
						 STR("m.site.example"), &dns.resolver } };
		CHECK(ok(thread_start_joinable(&x[i].thread, seal_it, &x[i])));
		while (!(i ? atomic_load(&x[i].begun) : atomic_load(&dns.asked)))
			thread_sleep(1);
	}
	CHECK(letter_plain(l) != NULL);
	thread_sleep(20);
	CHECK(!atomic_load(&x[0].done) && !atomic_load(&x[1].done));
	atomic_store(&dns.speaks, true);
	for (size_t i = 0; i < 2; i++)
		pthread_join(x[i].thread, NULL);
	CHECK(atomic_load(&dns.asked) == 1 && l->plan_count == 2);
	letter_drop(l);
}

/* Notices are signed and bear no set: nothing came. */
static void test_notice(struct book *b)
{
	ARENA(a);
	struct dns_table t = DNS_TABLE(a);
	struct sealer by = { &ring, true, STR("site.example"), STR("m.site.example"),
			     &t.resolver };
	struct dkim_result *r;
	publish(&t, &ring, "site.example");
	struct letter *l = load(b, "", "notice", STR("From: dev@site.example\r\n"),
				str_from(BODY));
	str copy = copy_of(a, l, &by, 0);
	CHECK(dkim(a, &t, copy, &r) == 2 && arc(a, &t, copy).verdict == ARC_NONE);
	letter_drop(l);
}

int main(void)
{
	ARENA(a);
	str folder = folder_make(a);
	struct book *b = fresh_book(a, folder, BOOK_OUTBOUND);
	make_ring(a, &ring, STR("s"));
	make_ring(a, &upstream, STR("u"));
	test_domain(b);
	test_one_key(b);
	test_chain(b);
	test_reader(b);
	test_notice(b);
	test_silent_dns(b);
	book_close(b);
	keyring_free(&ring);
	keyring_free(&upstream);
	folder_remove(a, folder);
	return check_done();
}
