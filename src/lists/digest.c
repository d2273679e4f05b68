#include "lists/digest_inside.h"

#include "base/clock.h"
#include "base/log.h"
#include "lists/publish.h"
#include "store/outbound/message.h"

enum {
	POSTS_MAX = 200, /* in one issue; more are another one */
	OCTETS_MAX = 8 * 1024 * 1024,
};

err digest_take(struct books *books, struct arena *a, const struct post *p,
		int64_t number, str topics, int64_t *id)
{
	bool readers, begun;
	TRY(digest_ask(books->lists, p->list->id, p->source, id, &readers));
	if (*id || !readers || !p->settings.digests_enabled)
		return OK;
	/* Nobody read any when its copies were first made: then everybody gets one. */
	TRY(post_has_begun(books, a, p->source, &begun));
	if (begun)
		return OK;
	struct digest_post x = { .source = p->source,
				 .number = number,
				 .at = clock_now(),
				 .message = p->message,
				 .topics = topics };
	TRY(digest_collect(books->lists, p->list->id, &x));
	*id = x.id;
	return OK;
}

static bool is_among(const struct outbound_message *m, size_t n, str source)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(m[i].source, source))
			return true;
	return false;
}

/* As many of those that wait as are one mail. A post whose copies are frozen is for nobody
 * yet, and an issue leaves none out: what came behind it waits, too. */
static err last_of_issue(struct books *books, struct arena *a, int64_t list,
			 int64_t *high)
{
	struct digest_post *p;
	struct outbound_message *frozen;
	size_t n, frozen_count;
	int64_t octets = 0;
	*high = 0;
	TRY(digest_next_posts(books->lists, a, list, POSTS_MAX, &p, &n));
	TRY(outbound_frozen(books->outbound, a, &frozen, &frozen_count));
	for (size_t i = 0; i < n && (!i || octets + p[i].size <= OCTETS_MAX); i++) {
		if (is_among(frozen, frozen_count, p[i].source))
			break;
		octets += p[i].size;
		*high = p[i].id;
	}
	return OK;
}

static err begin(struct books *books, struct arena *a, int64_t list, int64_t now,
		 struct digest_issue *i)
{
	struct settings s;
	struct digest_state at;
	int64_t readers;
	*i = (struct digest_issue){ .list = list, .at = now };
	TRY(settings_load(books->lists, a, list, &s));
	TRY(last_of_issue(books, a, list, &i->high));
	if (!i->high)
		return OK;
	TRY(digest_state_get(books->lists, list, &at));
	at = digest_number(&s, at, now);
	i->volume = at.volume;
	i->issue = at.issue;
	at.issue++;
	at.sent_at = now;
	at.sent_to = i->high;
	TRY(digest_begin(books->lists, i, &at, &readers));
	if (!readers)
		i->volume = 0;
	return OK;
}

err digest_send(struct books *books, struct arena *a, int64_t list, int64_t now,
		int64_t *issues)
{
	struct digest_issue i;
	*issues = 0;
	do {
		TRY(book_begin(books->lists));
		TRY(book_end(books->lists, begin(books, a, list, now, &i)));
		if (!i.volume)
			continue;
		++*issues;
		TRY(digest_finish(books, a, &i));
	} while (i.high);
	return OK;
}

static err bump(struct books *books, struct arena *a, int64_t list, int64_t now)
{
	struct settings s;
	struct digest_state at;
	TRY(settings_load(books->lists, a, list, &s));
	TRY(digest_state_get(books->lists, list, &at));
	at = digest_number(&s, at, now);
	at.volume++;
	at.issue = 1;
	at.sent_at = now; /* the span in which this volume has begun */
	return digest_state_put(books->lists, list, &at);
}

err digest_bump(struct books *books, struct arena *a, int64_t list, int64_t now)
{
	bool mine;
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine, bump(books, a, list, now));
}

static err send_if_due(struct books *books, struct arena *a, int64_t list, int64_t now)
{
	struct settings s;
	struct digest_waiting w;
	int64_t issues;
	TRY(settings_load(books->lists, a, list, &s));
	TRY(digest_waiting(books->lists, list, &w));
	return digest_is_due(&s, &w, now) ? digest_send(books, a, list, now, &issues)
					  : OK;
}

static void not_sent(int64_t list, err e, err *first)
{
	log_error("digest-not-sent", KN("list", list), KE(e),
		  KZ("do", "mend what the error names; it is tried again every minute"));
	if (!first->kind)
		*first = e;
}

static err finish_all(struct books *books, struct arena *a, err *first)
{
	struct digest_issue *i;
	size_t n;
	TRY(digest_unfinished(books->lists, a, &i, &n));
	for (size_t k = 0; k < n; k++) {
		err e = digest_finish(books, a, &i[k]);
		if (e.kind)
			not_sent(i[k].list, e, first);
	}
	return OK;
}

err digest_run(struct books *books, struct arena *a, int64_t now)
{
	int64_t *list;
	size_t n;
	err first = OK;
	TRY(finish_all(books, a, &first));
	TRY(digest_lists(books->lists, a, &list, &n));
	for (size_t k = 0; k < n; k++) {
		err e = send_if_due(books, a, list[k], now);
		if (e.kind)
			not_sent(list[k], e, &first);
	}
	return first.kind ? err_in(a, first.kind, "digests: %s", first.msg) : OK;
}

void digest_look(struct books *books, const struct post *p)
{
	ARENA(a);
	struct digest_waiting w;
	struct settings s = p->settings;
	err first = OK;
	int64_t issues;
	s.digest_send_periodic = false; /* the minute sees to that */
	err e = digest_waiting(books->lists, p->list->id, &w);
	if (!e.kind && digest_is_due(&s, &w, clock_now()))
		e = digest_send(books, a, p->list->id, clock_now(), &issues);
	if (e.kind)
		not_sent(p->list->id, e, &first);
}
