/* The messages of an mbox file. */
#include "archive/import_inside.h"

#include "mail/date.h"
#include "mail/mbox.h"

struct file {
	str bytes;
	struct mbox mbox;
};

static err open_mbox(struct import_source *s)
{
	struct file *f = s->state;
	mbox_open(&f->mbox, f->bytes);
	s->done = 0;
	return OK;
}

/* The date of "From anna@uni.example  Thu May  8 10:00:00 2008"; 0: it has none. */
static int64_t date_of(str from)
{
	str word, date;
	int64_t seconds;
	int offset;
	return str_cut(str_skip(from, 5), ' ', &word, &date)
			       && !date_parse(str_trim(date), &seconds, &offset).kind
		       ? seconds
		       : 0;
}

static err next_message(struct import_source *s, struct arena *a,
			struct import_message *m, bool *more)
{
	struct file *f = s->state;
	struct mbox_message x;
	*more = mbox_next(&f->mbox, a, &x);
	if (!*more)
		return OK;
	*m = (struct import_message){ .bytes = x.bytes,
				      .offset = x.offset,
				      .arrived = date_of(x.from) };
	s->done = f->bytes.n - f->mbox.rest.n;
	return OK;
}

static void close_mbox(struct import_source *s)
{
	(void)s;
}

struct import_source *import_mbox(struct arena *a, str bytes)
{
	struct file *f = arena_zero(a, sizeof *f);
	struct import_source *s = arena_zero(a, sizeof *s);
	f->bytes = bytes;
	*s = (struct import_source){ .open = open_mbox,
				     .next = next_message,
				     .close = close_mbox,
				     .of = bytes.n,
				     .state = f };
	return s;
}
