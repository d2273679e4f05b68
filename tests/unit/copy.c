#include "store_folder.h"

#include "base/thread.h"
#include "lists/addressbook.h"
#include "lists/members.h"
#include "mail/retpath.h"
#include "send/copy.h"

#define DEV "dev@lists.example"

static const char HEADER[] = "From: a@b.example\r\nSubject: x\r\n.Odd: y\r\n",
		  BODY[] = "\r\n.\r\n..two\r\nplain\r\n.end",
		  PERSONAL[] = "List-Unsubscribe: <https://x/leave?m={leave}>\r\n";

static struct mac_key mac;

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
	copy_make(a, l, &mac, 4711, &p);
	CHECK(str_eq(p.reverse_path, retpath_make(a, &mac, STR(DEV), 4711))
	      && p.count == 3);
	/* The return path names the member, to us alone. */
	int64_t member;
	str token = str_skip(str_find(p.reverse_path, STR("+")), 1), domain;
	CHECK(str_cut_last(token, '@', &token, &domain));
	CHECK(ok(retpath_read(a, &mac, STR(DEV), token, &member)) && member == 4711);
	/* The personal fields stand between header and body, with this member's token. */
	str copy = copy_whole(a, l, &mac, 4711);
	str fields = arena_cat(a, STR("List-Unsubscribe: <https://x/leave?m="),
			       leave_token(a, &mac, STR(DEV), 4711), STR(">\r\n"));
	CHECK(str_eq(copy, arena_cat(a, str_from(HEADER), fields, str_from(BODY),
				     STR("\r\n"))));
	CHECK(!str_eq(copy, copy_whole(a, l, &mac, 4712)));
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
	copy_make(a, l, &mac, 0, &p);
	CHECK(p.count == 2 && !p.reverse_path.n
	      && str_eq(copy_whole(a, l, &mac, 0), whole(a)));
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
	copy_make(a, l, &mac, 7, &p);
	CHECK(str_eq(p.reverse_path, STR("anna@uni.example")) && p.count == 1);
	CHECK(str_eq(copy_whole(a, l, &mac, 7), whole(a)));
	letter_drop(l);
	/* fields that hold no {leave} go as they are; a split beyond the end is none */
	struct outbound_message odd = { .source = STR("3/x"),
					.list = STR(DEV),
					.personal = STR("X: {other}\r\n"),
					.split = 10000 };
	add(b, &odd, str_from(HEADER));
	CHECK(ok(letter_load(b, odd.id, &l)));
	CHECK(str_eq(copy_whole(a, l, &mac, 7),
		     arena_cat(a, STR("X: {other}\r\n"), str_from(HEADER))));
	letter_drop(l);
	struct outbound_message none = { .source = STR("4/x") };
	add(b, &none, STR(""));
	CHECK(ok(letter_load(b, none.id, &l))
	      && str_eq(copy_whole(a, l, &mac, 0), STR("\r\n")));
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
	copy_make(a, l, &mac, 0, &p);
	str stuffed = p.parts[p.count - 1].stuffed, rest = p.parts[p.count - 1].bytes;
	size_t dots = 0;
	for (size_t i = 0; i < stuffed.n; i++)
		dots += stuffed.p[i] == '.';
	CHECK(str_starts(copy_whole(a, l, &mac, 0), (str){ bytes, BIG }));
	CHECK(dots == 2 * (BIG / 3) && stuffed.n == rest.n + BIG / 3);
	letter_drop(l);
}

/* Shared by many threads; the last one lets it go. */
static void *share(void *arg)
{
	struct letter *l = arg;
	for (int i = 0; i < 200; i++) {
		ARENA(a);
		struct letter *mine = letter_keep(l);
		copy_whole(a, mine, &mac, i + 1);
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
	book_close(b);
	folder_remove(a, data);
	return check_done();
}
