/* Files that stand within a part, with others or with text. */
#include "archive/content_inside.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "mail/uu.h"

enum { WITHIN_MAX = 200, SUBJECT_MAX = 200 };

/* ---- in texts */

str content_plain(struct arena *a, str text)
{
	BUF(out);
	struct uu_file f;
	size_t from = 0;
	if (!uu_find(text, 0, &f))
		return text;
	do {
		buf_add(&out, str_first(str_skip(text, from), f.begin - from));
		from = f.end;
	} while (uu_find(text, from, &f));
	buf_add(&out, str_skip(text, from));
	return arena_copy(a, buf_str(&out));
}

str content_without_files(struct arena *a, struct content *c, size_t index, str text)
{
	str rest = content_plain(a, text);
	if (rest.n == text.n)
		return text;
	struct content_coded **last = &c->coded;
	while (*last)
		last = &(*last)->next;
	*last = arena_alloc(a, sizeof **last);
	**last = (struct content_coded){ .index = index, .text = text };
	return rest;
}

/* ---- all of them */

struct found {
	struct arena *a;
	struct content_file *list;
	size_t count, room;
};

/* Of a file that is not said to be of any type, which so contradicts none. */
static str type_of(str bytes)
{
	str seen = content_sniff(bytes, STR("text/plain"));
	bool text = !str_eq(seen, STR("text/plain")) || utf8_valid(bytes);
	return text ? seen : STR("application/octet-stream");
}

static void add(struct found *f, const struct content_file *x)
{
	if (f->count == f->room)
		return;
	f->list[f->count] = *x;
	if (!x->type.n)
		f->list[f->count].type = type_of(x->bytes);
	f->count++;
}

static void add_coded(struct found *f, const struct content_coded *x)
{
	struct uu_file file;
	for (size_t at = 0; f->count < f->room && uu_find(x->text, at, &file);
	     at = file.end)
		add(f, &(struct content_file){ .index = x->index,
					       .name = file.name,
					       .within = true,
					       .bytes = uu_bytes(f->a, &file) });
}

bool content_unwrap(struct arena *a, const struct mime_part *p, struct tnef *t)
{
	bool declared = str_eq(p->type, STR("application/ms-tnef"))
			|| str_eq(p->type, STR("application/vnd.ms-tnef"));
	bool named = str_eq(p->type, STR("application/octet-stream"))
		     && str_ieq(p->filename, STR("winmail.dat"));
	return (declared || named) && tnef_read(a, mime_bytes(a, p), t);
}

static void add_wrapped(struct found *f, const struct content *c)
{
	struct tnef t;
	for (size_t i = 0; i < c->mime.count && f->count < f->room; i++) {
		if (!content_unwrap(f->a, &c->mime.parts[i], &t))
			continue;
		for (size_t k = 0; k < t.count; k++)
			add(f, &(struct content_file){ .index = i,
						       .name = t.files[k].name,
						       .type = t.files[k].type,
						       .within = true,
						       .bytes = t.files[k].bytes });
	}
}

/* "Re: the plan.eml" of a message that is a part. */
static str message_name(struct arena *a, const struct mime_part *p)
{
	struct header h;
	if (header_scan(a, mime_bytes(a, p), &h).kind)
		return STR_NONE;
	str subject = header_text(a, header_find(&h, STR("Subject")));
	subject = utf8_first(str_trim(utf8_scrub(a, subject)), SUBJECT_MAX);
	return subject.n ? arena_cat(a, subject, STR(".eml")) : STR_NONE;
}

void content_files(struct arena *a, struct content *c)
{
	struct found f = { .a = a, .room = c->file_count + WITHIN_MAX };
	f.list = arena_alloc(a, f.room * sizeof *f.list);
	for (size_t i = 0; i < c->file_count; i++) {
		struct content_file x = c->files[i];
		if (!x.name.n && str_starts(x.type, STR("message/")))
			x.name = message_name(a, &c->mime.parts[x.index]);
		add(&f, &x);
	}
	for (const struct content_coded *x = c->coded; x; x = x->next)
		add_coded(&f, x);
	add_wrapped(&f, c);
	c->files = f.list;
	c->file_count = f.count;
}

str content_bytes(struct arena *a, const struct content *c, const struct content_file *f)
{
	return f->within ? f->bytes : mime_bytes(a, &c->mime.parts[f->index]);
}

bool content_file_at(struct arena *a, str message, int64_t n, str *bytes)
{
	struct content c;
	if (content_read(a, message, &c).kind)
		return false;
	content_files(a, &c);
	if (n < 1 || n > (int64_t)c.file_count)
		return false;
	*bytes = content_bytes(a, &c, &c.files[n - 1]);
	return true;
}
