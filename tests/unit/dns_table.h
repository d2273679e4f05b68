/* tests/unit/dns_table.h: a resolver that answers from a table.
 *
 *     struct dns_table t = DNS_TABLE(a);
 *     table_txt(&t, "uni.example", STR("v=spf1 -all"));
 *     table_fail(&t, "slow.example");
 *     spf_check(a, &(struct spf_ask){ .resolver = &t.resolver, ... }, &out);
 */
#pragma once

#include "base/arena.h"
#include "net/resolver.h"

#include <arpa/inet.h>

enum { TABLE_MAX = 600 };

enum {                       /* beside enum dns_type */
       TABLE_FAIL = 0,       /* whatever is asked fails */
       TABLE_EXISTS = 65535, /* the name is there, with nothing that anyone asks for */
};

struct table_row {
	str name;
	unsigned type;
	struct dns_record record;
};

struct dns_table {
	struct resolver resolver;
	struct arena *a;
	struct table_row rows[TABLE_MAX];
	size_t count;
	bool secure; /* as if DNSSEC had validated every answer */
	unsigned asked;
	str last[16]; /* the names asked first, in order */
};

static inline bool table_has(const struct dns_table *t, str name)
{
	for (size_t i = 0; i < t->count; i++)
		if (str_ieq(t->rows[i].name, name))
			return true;
	return false;
}

static void table_ask(struct resolver *r, struct arena *a, str name, enum dns_type type,
		      int64_t deadline, struct dns_answer *answer)
{
	struct dns_table *t = (struct dns_table *)r;
	(void)deadline;
	if (t->asked < 16)
		t->last[t->asked] = arena_copy(t->a, name);
	t->asked++;
	*answer = (struct dns_answer){ .status = DNS_NXDOMAIN, .secure = t->secure };
	for (int hops = 0; hops < 10; hops++) {
		str next = STR_NONE;
		if (table_has(t, name))
			answer->status = DNS_NODATA;
		for (size_t i = 0; i < t->count; i++) {
			const struct table_row *row = &t->rows[i];
			if (!str_ieq(row->name, name))
				continue;
			if (row->type == TABLE_FAIL && !answer->count) {
				answer->status = DNS_FAILED;
				answer->secure = false;
				answer->why = "the table says so";
				return;
			}
			if (row->type == DNS_CNAME)
				next = row->record.name;
			if (row->type != type)
				continue;
			if (!answer->count)
				answer->records = arena_alloc(
					a, TABLE_MAX * sizeof *answer->records);
			answer->records[answer->count++] = row->record;
			answer->status = DNS_FOUND;
		}
		if (!next.n || answer->count)
			return;
		name = answer->canonical = next;
	}
	answer->status = DNS_FAILED;
	answer->why = "a loop of CNAME records";
}

#define DNS_TABLE(arena) ((struct dns_table){ .resolver = { table_ask }, .a = (arena) })

static inline void table_add(struct dns_table *t, str name, unsigned type,
			     struct dns_record record)
{
	if (str_ends(name, STR(".")))
		name.n--;
	t->rows[t->count++] = (struct table_row){ name, type, record };
}

static inline void table_txt(struct dns_table *t, const char *name, str text)
{
	table_add(t, str_from(name), DNS_TXT, (struct dns_record){ .data = text });
}

static inline void table_fail(struct dns_table *t, const char *name)
{
	table_add(t, str_from(name), TABLE_FAIL, (struct dns_record){ 0 });
}

/* "192.0.2.1" as A or "2001:db8::1" as AAAA. */
static inline void table_ip(struct dns_table *t, str name, str ip)
{
	bool v6 = str_has(ip, ':');
	char *octets = arena_alloc(t->a, 16);
	if (inet_pton(v6 ? AF_INET6 : AF_INET, arena_z(t->a, ip), octets) == 1)
		table_add(t, name, v6 ? DNS_AAAA : DNS_A,
			  (struct dns_record){ .data = { octets, v6 ? 16 : 4 } });
}

static inline void table_name(struct dns_table *t, str name, enum dns_type type,
			      str target)
{
	if (str_ends(target, STR(".")))
		target.n--;
	table_add(t, name, type,
		  (struct dns_record){ .name = arena_lower(t->a, target) });
}
