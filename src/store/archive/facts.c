#include "store/archive/facts.h"

#include "store/archive/facts_kept.h"
#include "store/archive/post.h"

#include <endian.h>
#include <sodium/crypto_shorthash.h>
#include <string.h>

enum {
	TOGETHER = 200,     /* blocks between two batches of mail */
	NEAR = 8,           /* blocks */
	FLAG_BITS = 12,     /* the list's id above them */
	ATTACHED = 1 << 11, /* beside the flags */
	ADDRESS_MAX = 320,  /* octets that are looked at */
};
_Static_assert((int)ARCHIVE_PLACED < (int)ATTACHED, "all flags have room");

static uint32_t narrow(int64_t n, uint32_t most)
{
	return n < 0 ? 0 : n > most ? most : (uint32_t)n;
}

static uint32_t author_of(str address)
{
	static const unsigned char key[crypto_shorthash_KEYBYTES] = "archive authors";
	unsigned char lower[ADDRESS_MAX];
	uint64_t hash;
	size_t n = address.n < ADDRESS_MAX ? address.n : ADDRESS_MAX;
	for (size_t i = 0; i < n; i++)
		lower[i] = (unsigned char)chr_lower(address.p[i]);
	crypto_shorthash((unsigned char *)&hash, lower, n, key);
	return (uint32_t)le64toh(hash);
}

/* Words of 32 bits, the least octet first. */
static void pack(const struct fact *x, unsigned char *to)
{
	uint32_t flags = (x->flags & (ATTACHED - 1)) | (x->attached ? ATTACHED : 0U);
	uint32_t list = narrow(x->list, UINT32_MAX >> FLAG_BITS);
	uint32_t words[] = { htole32(list << FLAG_BITS | flags),
			     htole32(narrow(x->thread, UINT32_MAX)),
			     htole32(narrow(x->date, UINT32_MAX)), htole32(x->author) };
	memcpy(to, words, sizeof words);
}

static void unpack(const unsigned char *from, struct fact *x)
{
	uint32_t words[FACT_OCTETS / 4];
	memcpy(words, from, sizeof words);
	uint32_t first = le32toh(words[0]);
	*x = (struct fact){ .list = first >> FLAG_BITS,
			    .thread = le32toh(words[1]),
			    .date = le32toh(words[2]),
			    .author = le32toh(words[3]),
			    .flags = first & (ATTACHED - 1),
			    .attached = first & ATTACHED };
}

/* From the posts themselves. */
static err read_posts(struct book *b, int64_t block, unsigned char *bytes)
{
	struct rows r;
	memset(bytes, 0, FACTS_BLOCK * FACT_OCTETS);
	TRY(book_rows(b, &r,
		      "SELECT id, list, thread, date, from_address, flags, attachments "
		      "FROM post WHERE id >= ?1 AND id < ?1 + ?2",
		      SQL_I(block * FACTS_BLOCK), SQL_I(FACTS_BLOCK)));
	while (rows_next(&r)) {
		struct fact x = { .list = rows_i64(&r, 1),
				  .thread = rows_i64(&r, 2),
				  .date = rows_i64(&r, 3),
				  .author = author_of(rows_view(&r, 4)),
				  .flags = (unsigned)rows_i64(&r, 5),
				  .attached = rows_i64(&r, 6) > 0 };
		pack(&x, bytes + rows_i64(&r, 0) % FACTS_BLOCK * FACT_OCTETS);
	}
	return rows_end(&r);
}

void facts_begin(struct book *b, struct facts *f)
{
	f->book = b;
	f->reading = false;
	f->block = -1;
}

/* On to the next row of the table, downwards. */
static bool step(struct facts *f)
{
	f->reading = f->reading && rows_next(&f->rows);
	f->at = f->reading ? rows_i64(&f->rows, 0) : -1;
	return f->reading;
}

/* To the block, or to where it is missing: a few steps are cheaper than a look-up. */
static err move_to(struct facts *f, int64_t block)
{
	if (!f->reading || f->at < block || f->at - block > NEAR) {
		TRY(facts_end(f));
		TRY(book_rows(f->book, &f->rows,
			      "SELECT block, made FROM facts INDEXED BY facts_made "
			      "WHERE block <= ?1 ORDER BY block DESC",
			      SQL_I(block)));
		f->reading = true;
		step(f);
	}
	while (f->at > block && step(f))
		;
	return f->rows.failed;
}

/* The row that bears that number. */
static err read_row(struct facts *f, int64_t block, int64_t made)
{
	struct rows r;
	TRY(book_rows(f->book, &r, "SELECT bytes FROM facts WHERE block = ?1",
		      SQL_I(block)));
	str bytes = rows_next(&r) ? rows_view(&r, 0) : STR("");
	bool whole = bytes.n == sizeof f->bytes;
	if (whole)
		memcpy(f->bytes, bytes.p, bytes.n);
	TRY(rows_end(&r));
	if (!whole)
		return read_posts(f->book, block, f->bytes);
	facts_keep(block, made, f->bytes);
	return OK;
}

static err read_block(struct facts *f, int64_t block)
{
	TRY(move_to(f, block));
	if (f->at != block)
		return read_posts(f->book, block, f->bytes);
	int64_t made = rows_i64(&f->rows, 1);
	return facts_kept(block, made, f->bytes) ? OK : read_row(f, block, made);
}

err facts_of(struct facts *f, int64_t id, struct fact *x)
{
	int64_t block = id / FACTS_BLOCK;
	if (block != f->block) {
		f->block = -1;
		TRY(read_block(f, block));
		f->block = block;
	}
	unpack(f->bytes + id % FACTS_BLOCK * FACT_OCTETS, x);
	return OK;
}

err facts_end(struct facts *f)
{
	bool reading = f->reading;
	f->reading = false;
	return reading ? rows_end(&f->rows) : OK;
}

static err write_block(struct book *b, int64_t block)
{
	unsigned char bytes[FACTS_BLOCK * FACT_OCTETS];
	int64_t first = INT64_MAX, last = INT64_MIN;
	struct fact x;
	TRY(read_posts(b, block, bytes));
	for (size_t i = 0; i < FACTS_BLOCK; i++) {
		unpack(bytes + i * FACT_OCTETS, &x);
		if (!x.list)
			continue;
		first = x.date < first ? x.date : first;
		last = x.date > last ? x.date : last;
	}
	TRY(book_run(b,
		     "INSERT INTO facts (block, first_at, last_at, bytes, made) "
		     "VALUES (?1, ?2, ?3, ?4, random())",
		     SQL_I(block), SQL_I(first), SQL_I(last),
		     SQL_B(((str){ (char *)bytes, sizeof bytes }))));
	return book_run(b, "DELETE FROM stale WHERE block = ?1", SQL_I(block));
}

#define MISSING "SELECT block FROM stale WHERE block < (SELECT max(id) FROM post) / ?1 "

err facts_missing(struct book *b, bool *missing)
{
	int64_t block;
	return book_number(b, &block, missing, MISSING "LIMIT 1", SQL_I(FACTS_BLOCK));
}

err facts_fill(struct book *b)
{
	int64_t blocks[TOGETHER];
	size_t n = 0;
	struct rows r;
	TRY(book_rows(b, &r, MISSING "ORDER BY block DESC LIMIT ?2", SQL_I(FACTS_BLOCK),
		      SQL_I(TOGETHER)));
	while (rows_next(&r))
		blocks[n++] = rows_i64(&r, 0);
	TRY(rows_end(&r));
	for (size_t i = 0; i < n; i++)
		TRY(write_block(b, blocks[i]));
	return OK;
}
