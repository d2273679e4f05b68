/* tests/unit/traces.h: Anna, who has posted, waits and was written about: traces in every table that
 * knows of people, for the tests of what she is given of them and what becomes of them. */
#pragma once

#include "books.h"

#include "archive/read.h"
#include "lists/decide.h"
#include "store/archive/author.h"
#include "store/lists/bounce.h"
#include "store/lists/held.h"
#include "store/lists/pending.h"
#include "store/lists/request.h"

#define DEV  "dev@lists.example"
#define ANNA "anna@uni.example"

static inline void arrive(struct books_test *t, const char *from, const char *who,
			  const char *id, const char *body, const char *trust)
{
	CHECK(ok(books_arrives_as(t, from, DEV, books_mail(t->a, who, DEV, id, body),
				  trust)));
}

static inline int64_t named(struct books_test *t, const char *address)
{
	struct archive_posts p;
	BOOKS_MUST(t, archive_posts_by_author(t->books.archive, t->a, str_from(address),
					      0, 1000, &p));
	return (int64_t)p.count;
}

static inline bool has(str text, const char *what)
{
	return str_ifind(text, str_from(what)).n > 0;
}

/* A file that names her, in its name and inside. */
static inline void arrive_file(struct books_test *t)
{
	str mail = STR(
		"From: Ben <ben@uni.example>\r\nTo: " DEV "\r\nSubject: ask " ANNA "\r\n"
		"Message-ID: <f@x>\r\nMIME-Version: 1.0\r\nContent-Type: "
		"multipart/mixed; "
		"boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nsee\r\n--b\r\n"
		"Content-Type: text/csv\r\nContent-Disposition: attachment; "
		"filename=\"" ANNA " 1.csv\"\r\n\r\n1," ANNA "\r\n--b--\r\n");
	CHECK(ok(books_arrives_as(t, "ben@uni.example", DEV, mail, ALIGNED)));
}

static inline int64_t fill(struct books_test *t)
{
	const struct list_entry *dev = books_list(t, DEV);
	int64_t person = books_person(t, ANNA);
	books_member(t, dev, ANNA);
	books_member(t, dev, "ben@uni.example");
	books_role(t, dev, "olga@uni.example", "owner");
	for (int i = 0; i < 120; i++)
		arrive(t, ANNA, "Anna Meyer <" ANNA ">",
		       arena_z(t->a, arena_printf(t->a, "%d@x", i)), "words of mine",
		       ALIGNED);
	arrive(t, "ben@uni.example", "Ben <ben@uni.example>", "b@x",
	       "> Anna Meyer <" ANNA "> wrote", ALIGNED);
	arrive_file(t);
	arrive(t, ANNA, ANNA, "held@x", "not proven", "{}");
	CHECK(named(t, ANNA) == 120);
	CHECK(books_count(t, "held", "verdict = ''") == 1);
	return person;
}

/* One step each of what a person does or has done to them beside posting. */
static const char *const once[] = {
	"UPDATE address SET text = 'Anna@uni.example' WHERE key = 'anna@uni.example'",
	"INSERT INTO answered (address, day, times) VALUES ('anna@uni.example', 1, 1)",
	"INSERT INTO audit (at, person, actor, list, what, detail) VALUES (1, 0, "
	"'Anna@uni.example', 0, 'x', 'olga and Anna@uni.example')",
	"INSERT INTO \"order\" (kind, args, person, client, created_at, state) VALUES "
	"('join', '{\"address\":\"anna@uni.example\"}', 0, 'x', 1, 'done')",
	"INSERT INTO token (person, name, hash, stored_key, server_key, created_at, "
	"scopes) "
	"SELECT person, 'of anna@uni.example', x'01', x'', x'', 1, 'read members:1' FROM "
	"address WHERE key = 'anna@uni.example'",
	"INSERT INTO session (token, person, created_at, seen_at, expires_at, client, "
	"agent) "
	"SELECT x'01', person, 1, 1, 9999999999, 'x', 'y' FROM address WHERE key = "
	"'anna@uni.example'",
	"INSERT INTO nonmember (list, key, action, set_at) SELECT id, "
	"'anna@uni.example', "
	"CASE id % 2 WHEN 0 THEN 'accept' ELSE 'discard' END, 1 FROM list",
	"INSERT INTO planned (list, address, key, name, first_day, last_day) VALUES "
	"(1, 'Anna@uni.example', 'anna@uni.example', 'Anna', 1, 86400)",
	"INSERT INTO request_handled (id, list, address, name, kind, asked_at, verdict, "
	"note, "
	"handled_by, handled_via, handled_at) VALUES (91, 1, 'Anna@uni.example', 'Anna', "
	"'join', "
	"1, 'granted', 'of anna@uni.example', 'olga@uni.example', 'page', 2), (92, 1, "
	"'zoe@x', 'Zoe', "
	"'join', 1, 'refused', 'ask Anna@uni.example', 'anna@uni.example', 'page', 2)",
	"INSERT INTO pending (token, kind, list, address, data, created_at, expires_at) "
	"VALUES (x'02', 'invite', 1, 'zoe@x', '{\"by\":\"anna@uni.example\"}', 1, "
	"9999999999)",
	"UPDATE member SET delivery = 'off', off_why = 'anna@uni.example asked' "
	"WHERE key = 'ben@uni.example'",
	"UPDATE member SET topics = char(10) || 'release' || char(10), bounce_text = "
	"'no anna@uni.example here' WHERE key = 'anna@uni.example'",
};

static inline void decided(struct books_test *t, const char *id, const char *word)
{
	struct actor anna = { .name = STR(ANNA), .via = STR("page") };
	struct held_row *h;
	size_t n;
	arrive(t, "ben@uni.example", "ben@uni.example", id, "held", "{}");
	BOOKS_MUST(t,
		   held_newest(t->books.lists, t->a, books_entry(t, DEV)->id, 1, &h, &n));
	CHECK(n == 1
	      && ok(held_decide(&t->books, t->a, h[0].id, str_from(word),
				STR("ask anna@uni.example"), &anna)));
}

static inline void fill_more(struct books_test *t)
{
	const struct list_entry *ops = books_list(t, "ops@lists.example");
	struct request_row r = {
		.list = ops->id, .address = STR(ANNA), .name = STR("Anna"), .asked_at = 1
	};
	struct pending_row p = { .kind = STR("join"),
				 .list = ops->id,
				 .address = STR(ANNA),
				 .data = STR("{}"),
				 .expires_at = INT64_MAX };
	struct bounce_row b = { .list = ops->id,
				.address = STR("Anna@uni.example"),
				.at = 1,
				.class = STR("mailbox"),
				.status = STR(""),
				.author_domain = STR(""),
				.text = STR("no such anna@uni.example"),
				.act = STR(""),
				.event = 1 };
	decided(t, "1@b", "claim");
	decided(t, "2@b", "defer");
	decided(t, "3@b", "reject");
	BOOKS_MUST(t, request_add(t->books.lists, &r));
	BOOKS_MUST(t, pending_add(t->books.lists, STR("abc"), &p));
	BOOKS_MUST(t, bounced_add(t->books.lists, &b));
	books_set(t, "ops@lists.example", "accept_these_nonmembers",
		  "ben@uni.example\nanna@uni.example\n");
	for (size_t i = 0; i < sizeof once / sizeof *once; i++)
		BOOKS_MUST(t, book_run(t->books.lists, once[i]));
}
