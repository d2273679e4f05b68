/* A part or an address that goes out of a message. The rest of it stays, octet for octet. */
#include "archive/redact_inside.h"

#include "archive/inside.h"
#include "archive/learn.h"
#include "archive/pseudonym.h"
#include "archive/rewrite.h"
#include "base/buf.h"
#include "mail/date.h"
#include "mail/mime.h"
#include "store/archive/author.h"
#include "store/archive/blob.h"
#include "store/archive/inside.h"

enum { AT_ONCE = 200, TOGETHER = 16 * 1024 * 1024 };

/* Whoever reads the raw message, or an mbox, learns from it why no signature holds. */
static str say_so(struct arena *a, const struct redact *r, const char *what, str message)
{
	static const str field = { "Archive-Redacted: ", 18 };
	return arena_cat(a, field, date_text(a, r->at), STR(";\r\n "), str_from(what),
			 STR("; signatures hold no more\r\n"), message);
}

/* ---- a part */

static bool is_about_body(str name)
{
	return str_istarts(name, STR("Content-")) || str_ieq(name, STR("MIME-Version"));
}

/* What stands for it has its place among the attachments, so that links to the others go on
 * leading to them. */
static str note_of(struct arena *a, const struct mime_part *part, int64_t at)
{
	bool file = part->attachment || part->filename.n
		    || !str_starts(part->type, STR("text/"));
	return arena_cat(a, STR("Content-Type: text/plain; charset=us-ascii\r\n"),
			 file ? STR("Content-Disposition: attachment; "
				    "filename=removed.txt\r\n")
			      : STR(""),
			 STR("\r\nThe owner of the list has removed this part on "),
			 date_day(a, at), STR(".\r\n"));
}

/* From where its header begins, or its empty line where it has no field. */
static const char *begin_of(const struct mime_part *part)
{
	const char *p = part->raw.p;
	if (part->header.raw.n)
		return part->header.raw.p;
	p -= p[-1] == '\n';
	return p - (p[-1] == '\r');
}

static str without_body(struct arena *a, const struct mime *m, str note)
{
	BUF(out);
	for (size_t i = 0; i < m->header.count; i++)
		if (!is_about_body(m->header.fields[i].name))
			buf_add(&out, m->header.fields[i].raw);
	buf_cat(&out, STR("MIME-Version: 1.0\r\n"), note);
	return arena_copy(a, buf_str(&out));
}

static str without_part(struct arena *a, str message, const struct mime *m, size_t part,
			int64_t at)
{
	const struct mime_part *p = &m->parts[part];
	str note = note_of(a, p, at);
	if (!part)
		return without_body(a, m, note);
	size_t begin = (size_t)(begin_of(p) - message.p);
	size_t end = (size_t)(p->raw.p + p->raw.n - message.p);
	return arena_cat(a, str_first(message, begin), note, str_skip(message, end));
}

static bool may_be_cut(const struct mime *m, size_t part)
{
	return part < m->count && (part || !m->parts[0].multipart);
}

err redact_parts(struct arena *a, str message, struct redact_part **parts, size_t *count)
{
	struct mime m;
	size_t n = 0;
	TRY(mime_parse(a, message, &m));
	struct redact_part *list = arena_alloc(a, (m.count + 1) * sizeof *list);
	for (size_t i = 0; i < m.count; i++)
		if (may_be_cut(&m, i))
			list[n++] = (struct redact_part){ i, m.parts[i].type,
							  m.parts[i].filename,
							  (int64_t)m.parts[i].raw.n };
	*parts = list;
	*count = n;
	return OK;
}

/* ---- the post */

static err read_post(struct book *b, struct arena *a, const struct redact *r,
		     struct archive_post *p, str *message)
{
	TRY(redact_find(b, a, r, p));
	if (p->flags & ARCHIVE_GONE)
		return FAIL(ERR_DENIED, "the post is out of sight: show it again first");
	return archive_blob_read(b, a, p->id, SIZE_MAX, message);
}

static err cut_part(struct book *b, struct arena *a, const struct redact *r, size_t part)
{
	struct archive_post p;
	struct mime m;
	str was;
	TRY(read_post(b, a, r, &p, &was));
	TRY(mime_parse(a, was, &m));
	if (!may_be_cut(&m, part))
		return FAIL(ERR_NOTFOUND, "the post has no such part");
	str now = say_so(a, r, "a part was removed",
			 without_part(a, was, &m, part, r->at));
	TRY(archive_rewrite(b, a, &p, was, now, p.flags | ARCHIVE_CUT));
	TRY(archive_unlearn(b, a, &p, was));
	return redact_note(b, r, &p, "part", m.parts[part].type, false);
}

err archive_cut_part(struct book *b, struct arena *a, const struct redact *r, size_t part)
{
	bool mine;
	TRY(book_join(b, &mine));
	return book_leave(b, mine, cut_part(b, a, r, part));
}

/* ---- an address */

static struct pseudonym nobody(const str *address)
{
	return (struct pseudonym){ .addresses = address,
				   .count = 1,
				   .as = STR("hidden"),
				   .address_only = true };
}

/* Files that are still to be read may name it: they are not read. Where all posts are
 * looked at those of the list are closed already. */
static err forget_inside(struct book *b, struct arena *a, const struct redact *r,
			 const struct archive_post *p, const struct pseudonym *who,
			 bool *changed)
{
	struct archive_unread u;
	TRY(archive_inside_forget(b, a, p, who, changed));
	if (*changed || !r->number)
		return OK;
	TRY(archive_unread_of(b, p->id, &u, changed));
	return *changed ? archive_unread_never(b, p->id) : OK;
}

static err cut_from(struct book *b, struct arena *a, const struct redact *r,
		    const struct archive_post *p, str was, const struct pseudonym *who,
		    bool *changed)
{
	str now;
	TRY(pseudonym_message(a, who, was, &now));
	if (str_eq(now, was)) {
		TRY(forget_inside(b, a, r, p, who, changed));
		return *changed ? redact_note(b, r, p, "address", STR(""), false) : OK;
	}
	*changed = true;
	now = say_so(a, r, "an address was removed", now);
	TRY(archive_rewrite(b, a, p, was, now, p->flags | ARCHIVE_CUT));
	TRY(archive_unlearn(b, a, p, who->addresses[0]));
	return redact_note(b, r, p, "address", STR(""), false);
}

static err cut_address(struct book *b, struct arena *a, const struct redact *r,
		       str address)
{
	struct archive_post p;
	str was;
	bool changed;
	TRY(read_post(b, a, r, &p, &was));
	struct pseudonym who = nobody(&address);
	TRY(cut_from(b, a, r, &p, was, &who, &changed));
	return changed ? archive_unlearn_addresses(b, a, r->list, &who)
		       : FAIL(ERR_NOTFOUND, "the post does not name that address");
}

err archive_cut_address(struct book *b, struct arena *a, const struct redact *r,
			str address)
{
	bool mine;
	TRY(book_join(b, &mine));
	return book_leave(b, mine, cut_address(b, a, r, arena_lower(a, address)));
}

/* One that is out of sight waits, and names it there. */
static err cut_hidden(struct book *b, struct arena *a, const struct redact *r,
		      const struct archive_post *p, const struct pseudonym *who,
		      bool *changed)
{
	TRY(pseudonym_hidden_post(b, a, who, p->id, changed));
	return *changed ? redact_note(b, r, p, "address", STR(""), false) : OK;
}

/* One that cannot be read is left: its own page says so to whoever tries it there. */
static err cut_one(struct book *b, const struct redact *r, const struct archive_post *p,
		   const struct pseudonym *who, int64_t *changed)
{
	ARENA(a);
	str was;
	bool cut = false;
	err e;
	if (p->flags & ARCHIVE_GONE) {
		e = cut_hidden(b, a, r, p, who, &cut);
	} else {
		TRY(archive_blob_read(b, a, p->id, SIZE_MAX, &was));
		e = cut_from(b, a, r, p, was, who, &cut);
	}
	*changed += cut;
	return e.kind == ERR_LIMIT || e.kind == ERR_SYNTAX ? OK : e;
}

/* All posts are read: the index knows no header, no tag of HTML, and of what an address is
 * dressed as no word. */
static err cut_some(struct book *b, struct arena *a, const struct redact *r, str address,
		    int64_t *after, int64_t *changed, bool *more)
{
	struct archive_posts posts;
	struct pseudonym who = nobody(&address);
	struct redact all = *r;
	int64_t octets = 0, before = *changed;
	bool left = false;
	all.number = 0;
	if (!*after)
		TRY(archive_unread_close(b, r->list, &left));
	if (left)
		return FAIL(ERR_TEMP, "files of the list are still being read, and may "
				      "name it: try again in a moment");
	TRY(archive_posts_by_id_after(b, a, r->list, *after, AT_ONCE, &posts));
	*more = posts.count > 0;
	for (size_t i = 0; i < posts.count && octets < TOGETHER; i++) {
		const struct archive_post *p = &posts.list[i];
		TRY(cut_one(b, &all, p, &who, changed));
		octets += p->size;
		*after = p->id;
	}
	return *changed > before ? archive_unlearn_addresses(b, a, r->list, &who) : OK;
}

err archive_cut_address_all(struct book *b, struct arena *a, const struct redact *r,
			    str address, int64_t *after, int64_t *changed, bool *more)
{
	bool mine;
	int64_t at = *after, n = *changed;
	TRY(book_join(b, &mine));
	TRY(book_leave(b, mine,
		       cut_some(b, a, r, arena_lower(a, address), &at, &n, more)));
	*after = at;
	*changed = n;
	return OK;
}
