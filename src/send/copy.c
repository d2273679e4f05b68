#include "send/copy.h"

#include "base/mem.h"
#include "mail/downgrade.h"
#include "mail/leave_token.h"
#include "mail/retpath.h"
#include "mail/seven.h"

#include <stdatomic.h>
#include <stdlib.h>

enum { OVERHEAD = 16 * 1024 }; /* of a letter, with its signature's plan */

/* DATA's dots are doubled once a message, not once a copy. */
static struct smtp_part ready(struct arena *a, str bytes)
{
	return (struct smtp_part){ .bytes = bytes, .stuffed = smtp_stuff(a, bytes) };
}

/* Every piece begins where a line does: a mark has a line of its own. */
static str open_gaps(struct letter *l, str rest)
{
	str first = rest, before, after;
	enum reader_word word;
	l->gap_count = 0;
	if (!l->row.marks.n)
		return rest;
	l->gaps = arena_alloc(l->a, READER_MOST * sizeof *l->gaps);
	while (l->gap_count < READER_MOST
	       && reader_next(rest, l->row.marks, &before, &word, &after)) {
		if (l->gap_count)
			l->gaps[l->gap_count - 1].after = ready(l->a, before);
		else
			first = before;
		l->gaps[l->gap_count++].word = word;
		rest = after;
	}
	if (l->gap_count)
		l->gaps[l->gap_count - 1].after = ready(l->a, rest);
	return first;
}

/* Octets of the second form, where there is one. */
static size_t dotted(struct smtp_part p)
{
	return p.stuffed.p != p.bytes.p ? p.stuffed.n : 0;
}

static void arrange(struct letter *l, str whole, size_t split)
{
	l->whole = whole;
	l->head = ready(l->a, str_first(whole, split));
	l->rest = ready(l->a, open_gaps(l, str_skip(whole, split)));
	l->octets = OVERHEAD + whole.n + dotted(l->rest);
	for (size_t i = 0; i < l->gap_count; i++)
		l->octets += dotted(l->gaps[i].after);
}

static err fill(struct book *outbound, struct letter *l)
{
	str body;
	TRY(outbound_body_read(outbound, l->a, l->row.id, 0, l->row.size, &body));
	if (!str_ends(body, STR("\r\n")))
		body = arena_cat(l->a, body, STR("\r\n"));
	arrange(l, body, (size_t)l->row.split <= body.n ? (size_t)l->row.split : 0);
	if (l->row.smtputf8 || l->row.eightbit) /* it may be there again: letter_plain */
		l->octets *= 2;
	return OK;
}

static struct letter *make(void)
{
	struct letter *l = mem_zero(sizeof *l);
	l->a = arena_new();
	atomic_init(&l->users, 1);
	pthread_mutex_init(&l->lock, NULL);
	pthread_cond_init(&l->done, NULL);
	return l;
}

static struct letter *make_plain(const struct letter *l)
{
	ARENA(a);
	struct header h;
	str header;
	if (l->row.author_signed || header_scan(a, l->whole, &h).kind
	    || !header_downgrade(a, &h, &header))
		return NULL;
	struct letter *plain = make();
	plain->row = l->row; /* its texts are l's, which stays longer */
	plain->row.smtputf8 = false;
	arrange(plain, arena_cat(plain->a, header, str_skip(l->whole, h.raw.n)),
		l->head.bytes.n ? header.n : 0);
	return plain;
}

struct letter *letter_plain(struct letter *l)
{
	pthread_mutex_lock(&l->lock);
	if (!l->asked_plain)
		l->plain = make_plain(l);
	l->asked_plain = true;
	pthread_mutex_unlock(&l->lock);
	return l->plain;
}

/* Personal fields go where the header ends, if there is a place for them at all. */
static struct letter *make_seven(const struct letter *l)
{
	ARENA(a);
	struct header h;
	str text;
	if (l->row.author_signed || !message_seven(a, l->whole, &text)
	    || header_scan(a, text, &h).kind)
		return NULL;
	struct letter *seven = make();
	seven->row = l->row; /* its texts are l's, which stays longer */
	seven->row.smtputf8 = seven->row.eightbit = false;
	arrange(seven, arena_copy(seven->a, text), l->row.split > 0 ? h.raw.n : 0);
	return seven;
}

struct letter *letter_seven(struct letter *l)
{
	pthread_mutex_lock(&l->lock);
	if (!l->asked_seven)
		l->seven = make_seven(l);
	l->asked_seven = true;
	pthread_mutex_unlock(&l->lock);
	return l->seven;
}

err letter_load(struct book *outbound, int64_t id, struct letter **out)
{
	struct letter *l = make();
	err e = outbound_get(outbound, l->a, id, &l->row);
	if (!e.kind)
		e = fill(outbound, l);
	if (e.kind) {
		err told = FAIL(e.kind, e.kind == ERR_NOTFOUND
						? "the message is gone"
						: "the message cannot be read");
		letter_drop(l);
		return told;
	}
	*out = l;
	return OK;
}

struct letter *letter_keep(struct letter *l)
{
	atomic_fetch_add(&l->users, 1);
	return l;
}

void letter_drop(struct letter *l)
{
	if (!l || atomic_fetch_sub(&l->users, 1) > 1)
		return;
	letter_drop(l->plain);
	letter_drop(l->seven);
	pthread_cond_destroy(&l->done);
	pthread_mutex_destroy(&l->lock);
	arena_free(l->a);
	free(l);
}

/* The fields with {leave} and the reader filled in. */
static str personal(struct arena *a, const struct letter *l, const struct mac_key *mac,
		    int64_t member, const struct reader *who)
{
	static const str mark = { "{leave}", 7 };
	str at = str_find(l->row.personal, mark);
	if (!at.n)
		return reader_fields(a, l->row.personal, who);
	str before = str_first(l->row.personal, l->row.personal.n - at.n);
	return arena_cat(a, before, leave_token(a, mac, l->row.list, member),
			 reader_fields(a, str_skip(at, mark.n), who));
}

static void add_body(struct arena *a, const struct letter *l, const struct reader *who,
		     struct copy_parts *p)
{
	p->body = p->count;
	p->parts[p->count++] = l->rest;
	for (size_t i = 0; i < l->gap_count; i++) {
		str line = reader_line(a, l->gaps[i].word, who);
		if (line.n)
			p->parts[p->count++] = ready(a, line);
		if (l->gaps[i].after.bytes.n)
			p->parts[p->count++] = l->gaps[i].after;
	}
}

void copy_make(struct arena *a, const struct letter *l, const struct mac_key *mac,
	       int64_t member, const struct reader *who, struct copy_parts *p)
{
	bool own = l->row.verp && member;
	*p = (struct copy_parts){ .reverse_path = own ? retpath_make(a, mac, l->row.list,
								     member)
						      : l->row.reverse_path };
	if (l->head.bytes.n)
		p->parts[p->count++] = l->head;
	if (l->row.personal.n && member) {
		p->fields = personal(a, l, mac, member, who);
		p->parts[p->count++] = (struct smtp_part){ p->fields, p->fields };
	}
	add_body(a, l, who, p);
}

bool copy_is_shared(const struct outbound_message *m)
{
	return !m->verp && !m->personal.n && !m->marks.n;
}

static str joined(struct arena *a, const struct copy_parts *p, size_t from)
{
	str bytes[sizeof p->parts / sizeof *p->parts];
	for (size_t i = from; i < p->count; i++)
		bytes[i] = p->parts[i].bytes;
	return arena_join(a, bytes + from, p->count - from);
}

str copy_whole(struct arena *a, const struct letter *l, const struct mac_key *mac,
	       int64_t member, const struct reader *who)
{
	struct copy_parts p;
	copy_make(a, l, mac, member, who, &p);
	return joined(a, &p, 0);
}

str copy_body(struct arena *a, const struct copy_parts *p)
{
	str body = joined(a, p, p->body);
	return str_skip(body, str_starts(body, STR("\r\n")) ? 2 : 0);
}
