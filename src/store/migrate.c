#include "store/migrate.h"

#include "store/sqlite.h"

#include <stdio.h>

/* Marks a file as a book of ours, and which: "Pst" and the kind (application_id). */
static int64_t book_mark(enum book_kind kind)
{
	return 0x50737400 + (int64_t)kind;
}

static const struct schema_step *step_to(enum book_kind kind, int version)
{
	for (const struct schema_step *s = schema_steps; s->book; s++)
		if (s->version == version && !strcmp(s->book, book_name(kind)))
			return s;
	return NULL;
}

static int newest(enum book_kind kind)
{
	int version = 0;
	while (step_to(kind, version + 1))
		version++;
	return version;
}

static err state(struct book *b, int64_t *version, int64_t *mark)
{
	bool found;
	TRY(book_number(b, version, &found, "PRAGMA user_version"));
	return book_number(b, mark, &found, "PRAGMA application_id");
}

static err refuse(struct book *b, enum err_kind kind, const char *why, int64_t version)
{
	char *text = b->texts[b->text++ % BOOK_TEXTS];
	snprintf(text, BOOK_TEXT, "the book %s has schema %d, this program knows %d: %s",
		 b->path, (int)version, newest(b->kind), why);
	return FAIL(kind, text);
}

/* Checked before the commit, because a step that rebuilds a table needs the checks
 * off while it works (SQLite ignores the pragma inside a transaction). */
static err check_references(struct book *b)
{
	int64_t row;
	bool broken = false;
	TRY(book_number(b, &row, &broken,
			"SELECT count(*) FROM pragma_foreign_key_check "
			"HAVING count(*) > 0"));
	return broken ? book_failed(b, SQLITE_CORRUPT, "checking references") : OK;
}

static err apply(struct book *b, const struct schema_step *s)
{
	char sign[96];
	snprintf(sign, sizeof sign,
		 "PRAGMA application_id = %d; PRAGMA user_version = %d",
		 (int)book_mark(b->kind), s->version);
	TRY(book_script(b, s->sql));
	TRY(check_references(b));
	return book_script(b, sign);
}

/* One step, in a transaction; *more false where there is none to take. Another
 * process may have taken it since, so it looks again once it may write. */
static err advance(struct book *b, bool *more)
{
	int64_t version, mark;
	TRY(book_begin(b));
	err e = state(b, &version, &mark);
	const struct schema_step *s = e.kind ? NULL : step_to(b->kind, (int)version + 1);
	if (s)
		e = apply(b, s);
	*more = s != NULL;
	return book_end(b, e);
}

static err update(struct book *b)
{
	TRY(book_script(b, "PRAGMA foreign_keys = OFF"));
	err e = OK;
	for (bool more = true; more && !e.kind;)
		e = advance(b, &more);
	book_forget_statements(b); /* they were made for older schemas */
	TRY(e);
	return book_script(b, "PRAGMA foreign_keys = ON");
}

err book_migrate(struct book *b)
{
	int64_t version, mark;
	TRY(state(b, &version, &mark));
	int known = newest(b->kind);
	if (version > 0 && mark != book_mark(b->kind))
		return refuse(b, ERR_DENIED, "it is another book; check the data folder",
			      version);
	if (version > known)
		return refuse(
			b, ERR_DENIED,
			"a newer postern wrote it; run that one, or restore a backup",
			version);
	if (version == known)
		return known ? OK
			     : refuse(b, ERR_DENIED, "this program was built without it",
				      version);
	if (b->mode == BOOK_READ)
		return refuse(b, ERR_TEMP,
			      "a role that writes it updates it when it starts", version);
	return update(b);
}
