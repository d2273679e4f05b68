/* A recipient's entries, without an index: an index by recipient would have a page
 * written for nearly every copy of a fan-out, a thousand times what the entry itself
 * costs. Instead every full block of 1,024 entries has a Bloom filter over its
 * recipients; a search reads the filters (a hundredth of the ledger) and then only
 * the blocks that may hold the recipient. One in a hundred is read in vain. A second
 * filter over members spares whoever asks for one of them the unpacking of all runs. */
#include "store/outbound/ledger.h"

#include "store/outbound/entry.h"
#include "store/table.h"

enum { FILTER = 1280, HASHES = 6 }; /* octets, for 10 bits an entry */
enum { FIND_MOST = 10000 };

static uint64_t mixed(uint64_t h)
{
	h = (h ^ h >> 30) * 0xbf58476d1ce4e5b9u;
	h = (h ^ h >> 27) * 0x94d049bb133111ebu;
	return h ^ h >> 31;
}

/* FNV-1a with a final mix, ASCII case folded. They are stored, so they never change. */
static uint64_t hash_of(str recipient)
{
	uint64_t h = 0xcbf29ce484222325u;
	for (size_t i = 0; i < recipient.n; i++)
		h = (h ^ (unsigned char)chr_lower(recipient.p[i])) * 0x100000001b3u;
	return mixed(h);
}

static uint64_t hash_of_member(int64_t member)
{
	return mixed((uint64_t)member + 0x9e3779b97f4a7c15u);
}

static uint32_t bit_of(uint64_t hash, uint32_t i)
{
	return ((uint32_t)hash + i * ((uint32_t)(hash >> 32) | 1)) % (FILTER * 8);
}

static void filter_add(unsigned char *filter, uint64_t hash)
{
	for (uint32_t i = 0; i < HASHES; i++) {
		uint32_t bit = bit_of(hash, i);
		filter[bit / 8] |= (unsigned char)(1 << bit % 8);
	}
}

static bool filter_may_hold(str filter, uint64_t hash)
{
	if (filter.n != FILTER)
		return true;
	for (uint32_t i = 0; i < HASHES; i++) {
		uint32_t bit = bit_of(hash, i);
		if (!((unsigned char)filter.p[bit / 8] >> bit % 8 & 1))
			return false;
	}
	return true;
}

err ledger_seal(struct book *b, int64_t last)
{
	unsigned char filter[FILTER] = { 0 }, members[FILTER] = { 0 };
	struct rows r;
	struct run x = { 0 };
	struct ledger_entry e;
	err failed = OK;
	TRY(book_rows(b, &r,
		      "SELECT " ENTRY " FROM event e WHERE e.id > ?1 AND e.id <= ?2",
		      SQL_I(last - LEDGER_BLOCK), SQL_I(last)));
	while (!failed.kind && rows_next(&r)) {
		entry_open(&r, &x);
		while (run_next(&x, &e)) {
			if (e.recipient.n)
				filter_add(filter, hash_of(e.recipient));
			if (e.member)
				filter_add(members, hash_of_member(e.member));
		}
		failed = run_fault(&x);
	}
	run_free(&x);
	err ended = rows_end(&r);
	TRY(failed);
	TRY(ended);
	str bytes = { (const char *)filter, sizeof filter },
	    of_members = { (const char *)members, sizeof members };
	return book_run(b,
			"INSERT OR REPLACE INTO event_block (last, filter, members) "
			"VALUES (?1, ?2, ?3)",
			SQL_I(last), SQL_B(bytes), SQL_B(of_members));
}

struct search {
	struct book *book;
	struct arena *arena;
	str recipient;
	struct ledger_entry *found;
	size_t count, limit;
};

/* Adds the recipient's entries among first .. last. */
static err look_into(struct search *s, int64_t first, int64_t last)
{
	struct ledger_entry *e;
	size_t n;
	TRY(ENTRIES(
		s->book, s->arena, &e, &n,
		((struct entry_choice){ .after = first - 1,
					.recipient = &s->recipient,
					.limit = s->limit - s->count }),
		"SELECT " ENTRY " FROM event e WHERE e.id BETWEEN ?1 AND ?2 "
		"AND (e.recipient = ?3 COLLATE NOCASE OR e.entries > 1) ORDER BY e.id",
		SQL_I(first), SQL_I(last), SQL_S(s->recipient)));
	if (n)
		memcpy(s->found + s->count, e, n * sizeof *e);
	s->count += n;
	return OK;
}

/* *after moves on past the last full block. */
static err look_through_blocks(struct search *s, int64_t *after)
{
	struct rows r;
	uint64_t hash = hash_of(s->recipient);
	err e = OK;
	TRY(book_rows(
		s->book, &r,
		"SELECT last, filter FROM event_block WHERE last > ?1 ORDER BY last",
		SQL_I(*after)));
	while (!e.kind && s->count < s->limit && rows_next(&r)) {
		int64_t last = rows_i64(&r, 0), first = last - LEDGER_BLOCK + 1;
		if (filter_may_hold(rows_view(&r, 1), hash))
			e = look_into(s, first > *after ? first : *after + 1, last);
		*after = last;
	}
	err ended = rows_end(&r);
	return e.kind ? e : ended;
}

err ledger_by_recipient(struct book *b, struct arena *a, str recipient, int64_t after,
			size_t limit, struct ledger_entry **e, size_t *count)
{
	struct search s = { b,    a, recipient,
			    NULL, 0, limit < FIND_MOST ? limit : FIND_MOST };
	s.found = arena_alloc(a, (s.limit + 1) * sizeof *s.found);
	TRY(look_through_blocks(&s, &after));
	if (s.count < s.limit)
		TRY(look_into(&s, after + 1, INT64_MAX));
	*e = s.found;
	*count = s.count;
	return OK;
}

/* Adds the recipient's entries among first .. last and before that id, newest first. */
static err look_back_into(struct search *s, int64_t first, int64_t last, int64_t before)
{
	struct search all = *s;
	all.limit = LEDGER_BLOCK; /* no more are there */
	all.count = 0;
	all.found = arena_alloc(s->arena, all.limit * sizeof *all.found);
	TRY(look_into(&all, first, last));
	for (size_t i = all.count; i-- > 0 && s->count < s->limit;)
		if (all.found[i].id < before)
			s->found[s->count++] = all.found[i];
	return OK;
}

static err look_back_through_blocks(struct search *s, int64_t before)
{
	struct rows r;
	uint64_t hash = hash_of(s->recipient);
	err e = OK;
	TRY(book_rows(s->book, &r,
		      "SELECT last, filter FROM event_block WHERE last - ?1 < ?2 "
		      "ORDER BY last DESC",
		      SQL_I(LEDGER_BLOCK - 1), SQL_I(before)));
	while (!e.kind && s->count < s->limit && rows_next(&r)) {
		int64_t last = rows_i64(&r, 0);
		if (filter_may_hold(rows_view(&r, 1), hash))
			e = look_back_into(s, last - LEDGER_BLOCK + 1, last, before);
	}
	err ended = rows_end(&r);
	return e.kind ? e : ended;
}

err ledger_newest_of(struct book *b, struct arena *a, str recipient, int64_t before,
		     size_t limit, struct ledger_entry **e, size_t *count)
{
	int64_t sealed = 0;
	bool found;
	struct search s = { b,    a, recipient,
			    NULL, 0, limit < FIND_MOST ? limit : FIND_MOST };
	s.found = arena_alloc(a, (s.limit + 1) * sizeof *s.found);
	before = before ? before : INT64_MAX;
	TRY(book_number(b, &sealed, &found,
			"SELECT ifnull(max(last), 0) FROM event_block"));
	if (sealed + 1 < before)
		TRY(look_back_into(&s, sealed + 1, INT64_MAX, before));
	if (s.count < s.limit)
		TRY(look_back_through_blocks(&s, before));
	*e = s.found;
	*count = s.count;
	return OK;
}

/* Among the entries of a row. */
static err holds_member(struct rows *r, struct run *x, int64_t member, bool *yes)
{
	struct ledger_entry e;
	entry_open(r, x);
	while (!*yes && run_next(x, &e))
		*yes = e.member == member;
	return run_fault(x);
}

/* A row of one entry says itself whose it is; of a run only its block's filter does, and
 * the end of the ledger has none yet. */
err ledger_went_to(struct book *b, int64_t message, int64_t member, bool *yes)
{
	struct rows r;
	struct run x = { 0 };
	uint64_t hash = hash_of_member(member);
	bool found = false;
	err e = OK;
	TRY(book_rows(
		b, &r,
		"SELECT " ENTRY ", CASE WHEN e.entries > 1 THEN "
		"(SELECT members FROM event_block WHERE last = (e.id + 1023) / 1024 * "
		"1024) END FROM event e WHERE e.message = ?1 AND e.message > 0 "
		"AND (e.member = ?2 OR e.entries > 1) "
		"AND e.what IN ('delivered', 'refused', 'expired')",
		SQL_I(message), SQL_I(member)));
	_Static_assert(LEDGER_BLOCK == 1024, "the statement has it, too");
	while (!e.kind && !found && rows_next(&r))
		if (!member || filter_may_hold(rows_view(&r, 13), hash))
			e = holds_member(&r, &x, member, &found);
	run_free(&x);
	err ended = rows_end(&r);
	TRY(e);
	TRY(ended);
	*yes = found;
	return OK;
}
