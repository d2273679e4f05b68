#include "store_folder.h"

#include "store/inbound/file.h"
#include "store/inbound/known.h"
#include "store/inbound/message.h"
#include "store/inbound/token_use.h"

#include <dirent.h>
#include <fcntl.h>
#include <time.h>

static const struct inbound_recipient three[] = {
	{ .address = STR("dev@lists.example"), .notify = STR("NEVER") },
	{ .address = STR("users@lists.example"), .orcpt = STR("rfc822;u@x.example") },
	{ .address = STR("postmaster@lists.example") },
};

static void test_round_trip(struct arena *a, struct book *b)
{
	str body = { "a\0b\r\n\xff", 6 };
	struct inbound_message m = {
		.received_at = 1234567890123,
		.reverse_path = STR("anna@uni.example"),
		.client = STR("192.0.2.1"),
		.helo = STR("mx.uni.example"),
		.protocol = STR("ESMTPSA"),
		.account = 42,
		.trust = STR("{\"spf\":\"pass\"}"),
		.envid = STR("QQ314159"),
		.ret = STR("HDRS"),
		.size = 6,
		.body = body,
	};
	struct inbound_message got;
	struct inbound_recipient *r;
	size_t n;
	CHECK(ok(inbound_add(b, &m, three, 3)) && m.id > 0);
	CHECK(ok(inbound_get(b, a, m.id, &got)));
	CHECK(got.received_at == m.received_at && got.account == 42 && got.size == 6);
	CHECK(str_eq(got.reverse_path, m.reverse_path) && str_eq(got.client, m.client));
	CHECK(str_eq(got.helo, m.helo) && str_eq(got.protocol, m.protocol));
	CHECK(str_eq(got.trust, m.trust) && str_eq(got.envid, m.envid));
	CHECK(str_eq(got.ret, m.ret) && str_eq(got.body, body) && got.file.n == 0);
	CHECK(ok(inbound_recipients(b, a, m.id, &r, &n)) && n == 3);
	for (size_t i = 0; i < n && n == 3; i++) {
		CHECK(r[i].n == (int64_t)i && str_eq(r[i].address, three[i].address));
		CHECK(str_eq(r[i].notify, three[i].notify));
		CHECK(str_eq(r[i].orcpt, three[i].orcpt));
	}
	CHECK(inbound_add(b, &m, three, 0).kind == ERR_SYNTAX);
}

static void test_done(struct arena *a, struct book *b)
{
	struct inbound_message m, empty = { .received_at = 5 };
	struct inbound_recipient *r;
	bool found;
	size_t n;
	int64_t count, oldest;
	str file = STR("unchanged");
	CHECK(ok(inbound_next(b, a, 0, &m, &found)) && found);
	int64_t id = m.id;
	CHECK(ok(inbound_done(b, a, id, 1, &file)) && !file.n);
	CHECK(ok(inbound_done(b, a, id, 1, &file))); /* again */
	CHECK(ok(inbound_recipients(b, a, id, &r, &n)) && n == 2);
	CHECK(n == 2 && r[0].n == 0 && r[1].n == 2);
	CHECK(ok(inbound_done(b, a, id, 0, &file)));
	CHECK(ok(inbound_count(b, &count)) && count == 1);
	CHECK(ok(inbound_oldest(b, &oldest)) && oldest == 1234567890123);
	CHECK(ok(inbound_done(b, a, id, 2, &file)));
	CHECK(ok(inbound_count(b, &count)) && count == 0);
	CHECK(ok(inbound_oldest(b, &oldest)) && oldest == 0);
	CHECK(inbound_get(b, a, id, &m).kind == ERR_NOTFOUND);
	CHECK(ok(inbound_next(b, a, 0, &m, &found)) && !found);
	CHECK(ok(inbound_done(b, a, id, 2, &file)));                  /* long gone */
	CHECK(ok(inbound_add(b, &empty, three, 1)) && empty.id > id); /* never reused */
	CHECK(ok(inbound_done(b, a, empty.id, 0, &file)));
}

/* Many sessions' messages in one commit, or none of them. */
static void test_batch(struct arena *a, struct book *b)
{
	struct inbound_message m = { 0 }, got;
	int64_t count, after = 0, walked = 0;
	bool found = true;
	CHECK(ok(book_begin(b)));
	for (int i = 0; i < 10; i++)
		CHECK(ok(inbound_add(b, &m, three, 2)));
	book_rollback(b);
	CHECK(ok(inbound_count(b, &count)) && count == 0);
	CHECK(ok(book_begin(b)));
	for (int i = 0; i < 10; i++)
		CHECK(ok(inbound_add(b, &m, three, 2)));
	CHECK(ok(book_commit(b)));
	while (ok(inbound_next(b, a, after, &got, &found)) && found) {
		after = got.id;
		walked++;
	}
	CHECK(walked == 10);
	CHECK(ok(book_run(b, "DELETE FROM message")));
}

static bool file_there(struct arena *a, str data, str name)
{
	return !access(arena_z(a, arena_cat(a, data, STR("/inbound/files/"), name)),
		       F_OK);
}

static void make_old(struct arena *a, str data, str name)
{
	struct timespec times[2] = { { .tv_sec = time(NULL) - 7200 },
				     { .tv_sec = time(NULL) - 7200 } };
	CHECK(!utimensat(AT_FDCWD,
			 arena_z(a, arena_cat(a, data, STR("/inbound/files/"), name)),
			 times, 0));
}

static void test_files(struct arena *a, struct book *b, str data)
{
	int64_t removed = -1;
	str large = { arena_zero(a, 200000), 200000 }, got, orphan, young, file;
	struct inbound_message m = { .size = 200000 }, read;
	CHECK(ok(inbound_sweep_files(b, a, data, &removed))
	      && removed == 0); /* no folder */
	CHECK(ok(inbound_file_write(a, data, large, &m.file)) && m.file.n);
	CHECK(ok(inbound_add(b, &m, three, 1)));
	CHECK(ok(inbound_get(b, a, m.id, &read)));
	CHECK(str_eq(read.file, m.file) && read.body.n == 0);
	CHECK(ok(inbound_file_read(a, data, read.file, 200000, &got))
	      && str_eq(got, large));
	CHECK(inbound_file_read(a, data, read.file, 199999, &got).kind == ERR_LIMIT);
	CHECK(inbound_file_read(a, data, STR("none"), 9, &got).kind == ERR_NOTFOUND);
	CHECK(inbound_file_read(a, data, STR("../inbound.db"), 9, &got).kind == ERR_IO);
	CHECK(ok(inbound_file_write(a, data, STR("x"), &orphan)));
	CHECK(ok(inbound_file_write(a, data, STR("y"), &young)));
	make_old(a, data, orphan);
	make_old(a, data, m.file);
	CHECK(ok(inbound_sweep_files(b, a, data, &removed)) && removed == 1);
	CHECK(file_there(a, data, m.file) && file_there(a, data, young));
	CHECK(!file_there(a, data, orphan));
	CHECK(ok(inbound_done(b, a, m.id, 0, &file)) && str_eq(file, m.file));
	inbound_file_remove(a, data, file);
	inbound_file_remove(a, data, file);
	inbound_file_remove(a, data, STR_NONE);
	CHECK(!file_there(a, data, m.file));
}

static bool knows(struct arena *a, struct book *b, enum known_kind kind, int64_t since,
		  size_t limit, const char *networks)
{
	struct known *x;
	size_t n;
	str all = STR("");
	CHECK(ok(known_all(b, a, kind, since, limit, &x, &n)));
	for (size_t i = 0; i < n; i++)
		all = arena_cat(a, all, x[i].key, STR(" "));
	return str_eq(all, str_from(networks));
}

static void test_known(struct arena *a, struct book *b, enum known_kind kind)
{
	static const struct known all[] = {
		{ STR("c"), 30 }, { STR("a"), 10 }, { STR("b"), 20 },
		{ STR("a"), 40 }, { STR("c"), 25 }, /* of another process: the later */
		{ STR("d"), 5 },
	};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		CHECK(ok(known_add(b, kind, &all[i])));
	CHECK(knows(a, b, kind, 0, 9, "d b c a "));
	CHECK(knows(a, b, kind, 20, 9, "b c a "));
	CHECK(knows(a, b, kind, 0, 2, "c a "));
	CHECK(ok(known_prune(b, kind, 6, 9)) && knows(a, b, kind, 0, 9, "b c a "));
	CHECK(ok(known_prune(b, kind, 6, 2)) && knows(a, b, kind, 0, 9, "c a "));
}

static bool used(struct arena *a, struct book *b, size_t count, int64_t first)
{
	struct token_use *x;
	size_t n;
	return ok(token_use_all(b, a, &x, &n)) && n == count && (!n || x[0].at == first);
}

static void add_uses(struct book *b, int64_t from, int64_t to, int64_t at)
{
	CHECK(ok(book_begin(b)));
	for (int64_t i = from; i <= to; i++)
		CHECK(ok(token_use_add(b, &(struct token_use){ i, at })));
	CHECK(ok(book_commit(b)));
}

static void test_token_uses(struct arena *a, struct book *b)
{
	CHECK(used(a, b, 0, 0));
	add_uses(b, 1, 2, 100);
	add_uses(b, 1, 1, 200);
	add_uses(b, 1, 1, 150); /* of another process: the later stands */
	CHECK(used(a, b, 2, 200));
	CHECK(ok(token_use_done(b, &(struct token_use){ 1, 150 })) && used(a, b, 2, 200));
	CHECK(ok(token_use_done(b, &(struct token_use){ 1, 200 })) && used(a, b, 1, 100));
	CHECK(ok(token_use_done(b, &(struct token_use){ 1, 200 }))); /* again */
	add_uses(b, 1, TOKEN_USE_MOST + 5, 300);
	CHECK(used(a, b, TOKEN_USE_MOST, 300));
	add_uses(b, 1, 1, 400); /* what is there goes on */
	CHECK(used(a, b, TOKEN_USE_MOST, 400));
}

int main(void)
{
	ARENA(a);
	str data = folder_make(a);
	struct book *b = fresh_book(a, data, BOOK_INBOUND);
	test_round_trip(a, b);
	test_done(a, b);
	test_batch(a, b);
	test_files(a, b, data);
	test_known(a, b, KNOWN_NETWORKS);
	test_known(a, b, KNOWN_TRIES);
	test_token_uses(a, b);
	book_close(b);
	folder_remove(a, data);
	return check_done();
}
