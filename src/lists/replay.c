#include "lists/replay_inside.h"

#include "base/language.h"

#include "archive/add.h"
#include "base/clock.h"
#include "lists/borrow.h"
#include "lists/umbrella.h"
#include "mail/header.h"
#include "store/archive/blob.h"
#include "store/archive/post.h"
#include "store/lists/held.h"
#include "trust/recorded.h"

#include <stdlib.h>

const char *const replay_limits[] = {
	N_("Loops and duplicates are not asked about again: each of these posts is in "
	   "the "
	   "archive, or waits, once."),
	N_("Posts that were refused or discarded left nothing that could be judged "
	   "again."),
	N_("Members, roles, bans and header rules count as they are today."),
	N_("A post of the archive is judged as the list kept it: what its filter took "
	   "out "
	   "then is gone."),
	N_("Which list of this server passed a post of the archive on is known by its "
	   "List-Id."),
	N_("The author's proof is what this server wrote on the post when it came; "
	   "imported "
	   "posts bear none and are taken as proven."),
	N_("Who posts too fast is counted by when the posts of these here came, all of "
	   "them "
	   "taken as let through."),
	NULL
};

/* ---- which posts */

static int newer_first(const void *x, const void *y)
{
	const struct candidate *l = x, *r = y;
	if (l->post.at != r->post.at)
		return l->post.at < r->post.at ? 1 : -1;
	return l->post.number < r->post.number   ? 1
	       : l->post.number > r->post.number ? -1
						 : 0;
}

static err add_archived(struct replaying *x, struct arena *a)
{
	struct archive_posts posts;
	TRY(archive_posts_newest(x->books->archive, a, x->list->id, 0, x->most, &posts));
	for (size_t i = 0; i < posts.count; i++) {
		const struct archive_post *p = &posts.list[i];
		x->all[x->count++] = (struct candidate){
			.post = { .list = x->list,
				  .number = p->number,
				  .at = p->received_at,
				  .author = p->from_address,
				  .author_name = p->from_name,
				  .subject = p->subject },
			.archived = p->id,
			.size = p->size,
			.source = p->source,
			.trust = STR(""),
			.reverse_path = p->from_address,
			.imported = str_starts(p->source, ARCHIVE_IMPORTED),
		};
	}
	return OK;
}

static err add_held(struct replaying *x, struct arena *a)
{
	struct held_row *h;
	size_t n;
	TRY(held_newest(x->books->lists, a, x->list->id, x->most, &h, &n));
	for (size_t i = 0; i < n; i++)
		x->all[x->count++] = (struct candidate){
			.post = { .list = x->list,
				  .held = h[i].id,
				  .at = h[i].held_at,
				  .author = h[i].author,
				  .author_name = h[i].author_name,
				  .subject = h[i].subject },
			.size = h[i].size,
			.account = h[i].account,
			.source = h[i].source,
			.trust = h[i].trust,
			.reverse_path = h[i].reverse_path,
		};
	return OK;
}

static err choose(struct replaying *x, struct arena *a)
{
	size_t room = 2 * x->most;
	x->all = arena_alloc(a, room * sizeof *x->all);
	x->count = 0;
	TRY(add_archived(x, a));
	TRY(add_held(x, a));
	qsort(x->all, x->count, sizeof *x->all, newer_first);
	if (x->count > x->most)
		x->count = x->most;
	for (size_t i = 0; i < x->count; i++) {
		x->octets += x->all[i].size;
		if (x->octets > REPLAY_OCTETS) {
			x->out->late += (int64_t)(x->count - i);
			x->count = i;
		}
	}
	return OK;
}

/* ---- what it was */

/* Posts of that author that had come within those seconds; what waits was not let through. */
static int64_t recent_of(const struct replaying *x, size_t i, int64_t seconds)
{
	const struct candidate *c = &x->all[i];
	int64_t n = 0;
	for (size_t k = i + 1; k < x->count && x->all[k].post.at >= c->post.at - seconds;
	     k++)
		n += x->all[k].archived && str_ieq(x->all[k].post.author, c->post.author);
	return n;
}

static err read_message(const struct replaying *x, struct arena *a,
			const struct candidate *c, str *message)
{
	return c->archived ? archive_blob_read(x->books->archive, a, c->archived,
					       SIZE_MAX, message)
			   : held_body(x->books->lists, a, c->post.held, message);
}

static str proof_of(const struct replaying *x, struct arena *a, const struct candidate *c,
		    const struct header *h)
{
	if (!c->archived)
		return c->trust;
	return c->imported ? STR("{\"aligned\":true}")
			   : trust_recorded(a, h, x->books->conf->site_hostname);
}

/* Null paths stand on held posts only: a bounce is never in the archive. */
static err read_path(struct arena *a, const struct candidate *c, struct address *path)
{
	*path = (struct address){ 0 };
	if (!c->reverse_path.n)
		return OK;
	err e = address_parse(a, c->reverse_path, path);
	if (e.kind && c->archived) /* an author's address that is none */
		*path = (struct address){ STR("unknown"), STR("invalid") };
	return e.kind && !c->archived ? e : OK;
}

static err read_post(const struct replaying *x, struct arena *a, size_t i, struct post *p)
{
	const struct candidate *c = &x->all[i];
	struct mail_in m = { .source = c->source, .account = c->account };
	struct header h;
	struct address path;
	TRY(read_message(x, a, c, &m.text));
	TRY(header_scan(a, m.text, &h));
	TRY(read_path(a, c, &path));
	m.reverse_path = &path;
	m.trust = proof_of(x, a, c, &h);
	m.copy_of = c->archived ? 0 : umbrella_copy_of(x->books->addresses, a, &path);
	TRY(post_parse(a, &m, p));
	p->replayed = true;
	TRY(post_look_up(x->books->lists, a, x->list, p));
	if (!c->archived)
		return post_sift(a, p);
	TRY(umbrella_recorded(x->books, a, p));
	TRY(post_under(x->books->lists, a, &p->settings, p));
	return post_sift(a, p);
}

/* ---- and what becomes of it */

static err judge(const struct replaying *x, struct arena *a, size_t i, struct post *p,
		 struct ruling *r)
{
	struct judgement j;
	p->recent = recent_of(x, i, p->settings.member_verbosity_interval);
	TRY(rules_judge(x->books->lists, a, p, &j));
	*r = (struct ruling){ .rule = j.rule, .verdict = j.verdict, .reason = j.reason };
	return OK;
}

static void note(struct replaying *x, struct arena *keep, size_t i,
		 const struct ruling *before, const struct ruling *after)
{
	struct replay *out = x->out;
	out->judged++;
	out->imported += x->all[i].imported;
	if (!out->since || x->all[i].post.at < out->since)
		out->since = x->all[i].post.at;
	out->before[before->verdict]++;
	out->after[after->verdict]++;
	if (before->verdict == after->verdict)
		return;
	struct replay_turn *t = &out->turned[out->turned_count++];
	*t = (struct replay_turn){ x->all[i].post, *before, *after };
	t->before.reason = arena_copy(keep, before->reason);
	t->after.reason = arena_copy(keep, after->reason);
}

/* An anonymous list's archive does not know who wrote it. */
static bool is_nameless(const struct replaying *x, const struct post *p, size_t i)
{
	return x->all[i].archived && str_eq(p->author_key, x->list->address);
}

static err replay_one(struct replaying *x, struct arena *keep, struct arena *a, size_t i)
{
	struct post p, q;
	struct ruling before, after;
	err e = read_post(x, a, i, &p);
	if (e.kind == ERR_TEMP)
		return e;
	if (e.kind || is_nameless(x, &p, i)) {
		x->out->unknown++; /* damaged, or decided on a moment ago */
		return OK;
	}
	q = p;
	TRY(post_under(x->books->lists, a, &x->changed, &q));
	if (x->rules) {
		q.header_rules = x->rules;
		q.header_rule_count = x->rule_count;
	}
	TRY(post_sift(a, &q));
	TRY(judge(x, a, i, &p, &before));
	TRY(judge(x, a, i, &q, &after));
	note(x, keep, i, &before, &after);
	return OK;
}

struct replaying replay_begin(struct books *books, struct arena *a,
			      const struct list_entry *list, struct replay *out)
{
	*out = (struct replay){ .turned = arena_zero(a, REPLAY_POSTS
								* sizeof *out->turned) };
	return (struct replaying){ .books = books,
				   .list = list,
				   .out = out,
				   .most = REPLAY_POSTS,
				   .until = clock_mono_ms() + REPLAY_MS };
}

err replay_all(struct replaying *x, struct arena *keep)
{
	TRY(choose(x, keep));
	for (size_t i = 0; i < x->count; i++) {
		if (clock_mono_ms() > x->until) {
			x->out->late += (int64_t)(x->count - i);
			break;
		}
		struct arena *a = arena_new();
		err e = replay_one(x, keep, a, i);
		e = e.kind ? err_in(keep, e.kind, "%s", e.msg) : OK;
		arena_free(a);
		TRY(e);
	}
	return OK;
}

err replay_run(struct books *books, struct arena *a, const struct list_entry *list,
	       const struct assignment *set, size_t count, struct replay *out)
{
	struct replay r;
	struct replaying x = replay_begin(books, a, list, &r);
	TRY(settings_load(books->lists, a, list->id, &x.changed));
	for (size_t i = 0; i < count; i++) {
		TRY(borrow_known(books, a, list->id, &set[i]));
		TRY(setting_try(a, &x.changed, set[i].key, set[i].value));
	}
	TRY(replay_all(&x, a));
	*out = r;
	return OK;
}
