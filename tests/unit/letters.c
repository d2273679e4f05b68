/* Messages are loaded once, and as many stay as their octets allow. */
#include "store_folder.h"

#include "base/thread.h"
#include "send/letters.h"

enum { LARGE = 5 << 20, MANY = 300 };

static int64_t add(struct book *b, str body)
{
	static int serial;
	bool fresh;
	ARENA(a);
	struct outbound_message m = { .source = arena_printf(a, "%d/x", ++serial),
				      .kind = STR("post"),
				      .size = (int64_t)body.n };
	if (!ok(outbound_add(b, &m, &fresh)) || !ok(outbound_body_write(b, m.id, body)))
		exit(1);
	return m.id;
}

static str large(struct arena *a, char c)
{
	char *bytes = arena_alloc(a, LARGE);
	memset(bytes, c, LARGE - 2);
	memcpy(bytes + LARGE - 2, "\r\n", 2);
	return (str){ bytes, LARGE };
}

static struct letter *get(struct letters *ls, int64_t id)
{
	struct letter *l = NULL;
	if (!ok(letters_get(ls, id, &l)) || l->row.id != id)
		exit(1);
	return l;
}

/* Ten of 5 MB: three fit. In use they stay, whatever it takes. */
static void test_octets(struct arena *a, struct book *b, struct letters *ls)
{
	struct letter *used[10];
	int64_t id[10];
	for (int i = 0; i < 10; i++)
		id[i] = add(b, large(a, (char)('a' + i)));
	for (int i = 0; i < 10; i++) {
		letters_put(ls, get(ls, id[i]));
		CHECK(letters_octets(ls) <= LETTERS_IDLE);
	}
	CHECK(letters_octets(ls) > 3 * LARGE);
	struct letter *last = get(ls, id[9]), *again = get(ls, id[9]);
	CHECK(last == again && last->whole.n == LARGE && last->whole.p[0] == 'j');
	letters_put(ls, again);
	letters_put(ls, last);
	for (int i = 0; i < 10; i++)
		used[i] = get(ls, id[i]);
	CHECK(letters_octets(ls) > 10 * LARGE);
	CHECK(letters_octets(ls) < 10 * (LARGE + 100000));
	for (int i = 0; i < 10; i++) {
		CHECK(used[i]->whole.p[LARGE / 2] == 'a' + i);
		letters_put(ls, used[i]);
	}
	CHECK(letters_octets(ls) <= LETTERS_IDLE);
}

/* More at a time than there are places. */
static void test_many(struct book *b, struct letters *ls)
{
	struct letter *used[MANY];
	int64_t id[MANY];
	for (int i = 0; i < MANY; i++)
		id[i] = add(b, STR("Subject: x\r\n\r\nx\r\n"));
	for (int i = 0; i < MANY; i++)
		used[i] = get(ls, id[i]);
	for (int i = 0; i < MANY; i++)
		CHECK(used[i]->row.id == id[i] && str_ends(used[i]->whole, STR("x\r\n")));
	for (int i = 0; i < MANY; i++)
		letters_put(ls, used[i]);
	CHECK(letters_octets(ls) <= LETTERS_IDLE);
}

static void test_missing(struct book *b, struct letters *ls)
{
	struct letter *l;
	int64_t id = add(b, STR("gone\r\n"));
	CHECK(ok(book_run(b, "DELETE FROM body WHERE message = ?1", SQL_I(id))));
	CHECK(letters_get(ls, id, &l).kind == ERR_NOTFOUND);
	CHECK(letters_get(ls, 999999, &l).kind == ERR_NOTFOUND);
}

struct share {
	struct letters *ls;
	int64_t first;
};

static void *share(void *arg)
{
	struct share *s = arg;
	for (int i = 0; i < 300; i++)
		letters_put(s->ls, get(s->ls, s->first + i * 7 % 20));
	return NULL;
}

static void test_shared(struct book *b, struct letters *ls)
{
	struct share s = { ls, 0 };
	pthread_t id[6];
	for (int i = 0; i < 20; i++) {
		int64_t n = add(b, STR("Subject: shared\r\n\r\nx\r\n"));
		s.first = i ? s.first : n;
	}
	for (int i = 0; i < 6; i++)
		CHECK(ok(thread_start_joinable(&id[i], share, &s)));
	for (int i = 0; i < 6; i++)
		pthread_join(id[i], NULL);
	CHECK(letters_octets(ls) <= LETTERS_IDLE);
}

int main(void)
{
	ARENA(a);
	struct letters *ls;
	str data = folder_make(a);
	struct book *b = fresh_book(a, data, BOOK_OUTBOUND);
	if (!ok(letters_open(a, data, &ls)))
		return 1;
	test_octets(a, b, ls);
	test_many(b, ls);
	test_missing(b, ls);
	test_shared(b, ls);
	letters_close(ls);
	book_close(b);
	folder_remove(a, data);
	return check_done();
}
