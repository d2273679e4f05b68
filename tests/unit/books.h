/* tests/unit/books.h: real books in a temporary folder, a list, and
 * mail to it.
 *
 *     struct books_test t = books_make(a);
 *     const struct list_entry *dev = books_list(&t, "dev@lists.example");
 *     books_member(&t, dev, "anna@uni.example");
 *     CHECK(ok(books_arrives(&t, "anna@uni.example", "dev@lists.example", message)));
 *     CHECK(books_count(&t, "delivery") == 1);
 *     books_end(&t);
 */
#pragma once

#include "account/link.h"
#include "store_folder.h"

#include "base/clock.h"
#include "base/rand.h"
#include "lists/members.h"
#include "lists/books.h"
#include "lists/arrivals.h"
#include "store/inbound/message.h"
#include "store/lists/address.h"
#include "store/lists/domain.h"
#include "store/lists/list.h"
#include "store/lists/member.h"
#include "store/lists/person.h"
#include "store/lists/role.h"
#include "store/outbound/delivery.h"
#include "store/outbound/ledger.h"
#include "store/outbound/message.h"

enum { TOKEN_CHARS = (ACCOUNT_LINK_BYTES * 8 + 4) / 5 }; /* of base32 */

struct books_test {
	struct arena *a;
	str data;
	struct conf *conf;
	struct books books;
	struct actor by;
	int64_t arrival; /* the last one's id */
};

static const char ALIGNED[] = "{\"aligned\":true,\"spf\":\"pass\"}";

static inline void books_stop(struct books_test *t, err e)
{
	fprintf(stderr, "the test's books: %s\n", e.msg);
	folder_remove(t->a, t->data);
	exit(1);
}

#define BOOKS_MUST(t, call)                  \
	do {                                 \
		err e_ = (call);             \
		if (e_.kind)                 \
			books_stop((t), e_); \
	} while (0)

static inline struct books_test books_make(struct arena *a)
{
	struct books_test t = { .a = a,
				.data = folder_make(a),
				.conf = arena_zero(a, sizeof *t.conf),
				.by = { .name = STR("test") } };
	struct mac_key mac;
	int64_t id;
	str text = arena_cat(a,
			     STR("[site]\ndomain = lists.example\n"
				 "hostname = mx.lists.example\n"
				 "admin = admin@boss.example\n"
				 "url = https://lists.example\ndata = "),
			     t.data, STR("\n"));
	BOOKS_MUST(&t, conf_parse(a, "/nowhere/postern.conf", text, NULL, 0, t.conf));
	for (int i = 0; i < BOOK_KINDS; i++)
		BOOKS_MUST(&t, book_create(a, t.data, (enum book_kind)i));
	memset(&mac, 7, sizeof mac);
	BOOKS_MUST(&t, books_open(a, t.conf, BOOKS_WRITE, &mac, &t.books));
	BOOKS_MUST(&t, domain_add(t.books.lists, STR("lists.example"), &id));
	return t;
}

static inline void books_end(struct books_test *t)
{
	books_close(&t->books);
	folder_remove(t->a, t->data);
}

static inline const struct list_entry *books_list(struct books_test *t,
						  const char *address)
{
	int64_t id;
	BOOKS_MUST(t, list_create(t->books.lists, str_from(address), clock_now(), &id));
	BOOKS_MUST(t, books_refresh(&t->books));
	return addressbook_list_by_id(t->books.addresses, id);
}

/* Entries of before are gone after this: look the list up again. */
static inline void books_set(struct books_test *t, const char *list, const char *key,
			     const char *value)
{
	struct list_row row;
	BOOKS_MUST(t, list_by_address(t->books.lists, t->a, str_from(list), &row));
	BOOKS_MUST(t, setting_put(t->books.lists, t->a, row.id, str_from(key),
				  str_from(value)));
	BOOKS_MUST(t, books_refresh(&t->books));
}

static inline const struct list_entry *books_entry(struct books_test *t, const char *list)
{
	return addressbook_list(t->books.addresses, str_from(list));
}

static inline struct mailbox books_box(struct books_test *t, const char *text)
{
	struct mailbox m = { .name = STR("") };
	BOOKS_MUST(t, address_parse(t->a, str_from(text), &m.address));
	return m;
}

static inline int64_t books_member(struct books_test *t, const struct list_entry *list,
				   const char *text)
{
	struct mailbox m = books_box(t, text);
	struct member_row row;
	BOOKS_MUST(t, member_admit(&t->books, t->a, list, &m, false, &t->by));
	BOOKS_MUST(t, member_find(t->books.lists, t->a, list->id,
				  address_key(t->a, &m.address), &row));
	return row.id;
}

/* The person behind an address, verified. */
static inline int64_t books_person(struct books_test *t, const char *text)
{
	struct mailbox m = books_box(t, text);
	struct address_row row;
	BOOKS_MUST(t, address_ensure(t->books.lists, t->a, address_key(t->a, &m.address),
				     str_from(text), STR(""), clock_now(), &row));
	BOOKS_MUST(t, address_verify(t->books.lists, row.id, clock_now()));
	return row.person;
}

static inline int64_t books_role(struct books_test *t, const struct list_entry *list,
				 const char *text, const char *role)
{
	struct address_row row;
	int64_t person = books_person(t, text);
	BOOKS_MUST(t, address_find(t->books.lists, t->a, str_from(text), &row));
	BOOKS_MUST(t, role_add(t->books.lists, list->id, row.id, str_from(role)));
	return person;
}

/* A post with the usual fields, LF as CRLF in body. */
static inline str books_mail(struct arena *a, const char *from, const char *to,
			     const char *id, const char *body)
{
	return arena_cat(a, STR("From: "), str_from(from), STR("\r\nTo: "), str_from(to),
			 STR("\r\nSubject: hello\r\nMessage-ID: <"), str_from(id),
			 STR(">\r\nDate: Tue, 24 Nov 2026 04:00:00 +0000\r\n\r\n"),
			 str_from(body), STR("\r\n"));
}

/* Puts a message into the inbound book, as smtpd does. */
static inline struct inbound_message books_accept(struct books_test *t,
						  const char *reverse_path,
						  const char *to, str message,
						  const char *trust)
{
	struct inbound_message m = { .received_at = clock_now_ms(),
				     .reverse_path = str_from(reverse_path),
				     .client = STR("192.0.2.1"),
				     .helo = STR("client.example"),
				     .protocol = STR("ESMTP"),
				     .trust = str_from(trust),
				     .envid = STR(""),
				     .ret = STR(""),
				     .size = (int64_t)message.n,
				     .body = message,
				     .file = STR("") };
	struct inbound_recipient r[8];
	str rest = str_from(to), one;
	size_t n = 0;
	while (n < 8 && str_word(&rest, &one))
		r[n++] = (struct inbound_recipient){ .address = one,
						     .notify = STR(""),
						     .orcpt = STR("") };
	BOOKS_MUST(t, inbound_add(t->books.inbound, &m, r, n));
	t->arrival = m.id;
	return m;
}

/* One arrival by itself. */
static inline err arrival_sort(struct books *books, struct arena *a,
			       const struct inbound_message *m)
{
	struct arrivals *x;
	TRY(arrivals_take(books, a, m, 1, &x));
	while (arrivals_left(x))
		arrivals_sort(x);
	TRY(arrivals_tick(x));
	return arrivals_failed(x);
}

static inline err books_arrives_as(struct books_test *t, const char *reverse_path,
				   const char *to, str message, const char *trust)
{
	struct inbound_message m = books_accept(t, reverse_path, to, message, trust);
	return arrival_sort(&t->books, t->a, &m);
}

/* The same, proven by DKIM or SPF. */
static inline err books_arrives(struct books_test *t, const char *reverse_path,
				const char *to, str message)
{
	return books_arrives_as(t, reverse_path, to, message, ALIGNED);
}

static inline struct book *books_book(struct books_test *t, const char *table)
{
	static const char *const outbound[] = { "message", "delivery", "event", "body",
						"arrival" };
	for (size_t i = 0; i < sizeof outbound / sizeof *outbound; i++)
		if (!strcmp(table, outbound[i]))
			return t->books.outbound;
	return t->books.lists;
}

/* Rows of a table; where: a condition, or "1". The query is made here, so it is
 * kept for the whole test (store.h: the text's address names the statement). */
static inline int64_t books_count(struct books_test *t, const char *table,
				  const char *where)
{
	static struct arena *kept;
	int64_t n = -1;
	bool found;
	if (!kept)
		kept = arena_new();
	const char *sql = arena_z(
		kept,
		arena_printf(kept, "SELECT count(*) FROM \"%s\" WHERE %s", table, where));
	BOOKS_MUST(t, book_number(books_book(t, table), &n, &found, sql));
	return n;
}

/* The newest outbound message and its bytes. */
static inline str books_newest(struct books_test *t, struct outbound_message *m)
{
	struct outbound_message *all;
	size_t n;
	str body = STR("");
	BOOKS_MUST(t, outbound_before(t->books.outbound, t->a, 0, 1, &all, &n));
	*m = n ? all[0] : (struct outbound_message){ 0 };
	if (n)
		BOOKS_MUST(t, outbound_body_read(t->books.outbound, t->a, m->id, 0,
						 m->size, &body));
	return body;
}

/* Every recipient that is owed a copy, in order, separated by spaces. */
static inline str books_owed(struct books_test *t)
{
	int64_t after = 0;
	struct delivery *d;
	size_t n;
	str out = STR("");
	BOOKS_MUST(t, delivery_claim(t->books.outbound, t->a, &after, 10000, &d, &n));
	for (size_t i = 0; i < n; i++)
		out = arena_cat(t->a, out, out.n ? STR(" ") : STR(""), d[i].recipient);
	return out;
}

/* What the newest ledger entry of that kind says; "" where there is none. */
static inline str books_noted(struct books_test *t, const char *what)
{
	struct ledger_entry *e;
	size_t n;
	str out = STR("");
	BOOKS_MUST(t, ledger_after(t->books.outbound, t->a, 0, 100000, &e, &n));
	for (size_t i = 0; i < n; i++)
		if (str_eq(e[i].what, str_from(what)))
			out = e[i].detail;
	return out;
}

static inline bool holds(str text, const char *part)
{
	return str_find(text, str_from(part)).n > 0;
}
