/* Where a list's digests stand: the number of the next one, and what waits for it. */
#include "lists/import/moving.h"

#include "mail/address.h"
#include "mail/header.h"
#include "mail/mbox.h"
#include "mail/mmdf.h"
#include "store/archive/post.h"
#include "store/lists/digest.h"

/* A list that has sent one from here counts on by itself. */
static err is_new(struct moving *x, struct digest_state *s, bool *yes)
{
	TRY(digest_state_get(x->books->lists, x->list, s));
	*yes = !s->sent_to;
	return OK;
}

err moving_digest_number(struct moving *x, int64_t sent_at)
{
	struct digest_state now, want;
	bool new;
	TRY(is_new(x, &now, &new));
	want = (struct digest_state){
		.volume = mailman2_number(&x->config, "volume"),
		.issue = mailman2_number(&x->config, "next_digest_number"),
		.sent_at = sent_at,
	};
	if (!new || want.volume < 1 || want.issue < 1
	    || (now.volume == want.volume && now.issue == want.issue
		&& now.sent_at == want.sent_at))
		return OK;
	x->report->written++;
	return digest_state_put(x->books->lists, x->list, &want);
}

static str id_of(struct arena *a, str message)
{
	struct header h;
	str *ids;
	return !header_scan(a, message, &h).kind
			       && header_ids(a, header_find(&h, STR("Message-ID")), &ids)
		       ? ids[0]
		       : STR("");
}

static err keep(struct moving *x, struct arena *a, str message, int64_t number)
{
	struct book *lists = x->books->lists;
	struct archive_posts known = { 0 };
	bool readers;
	str id = id_of(a, message);
	struct digest_post p = {
		.source = arena_printf(a, "%s/%.*s/digest/", x->word, STR_F(x->address)),
		.at = x->now,
		.message = message,
		.topics = STR(""),
	};
	p.source = id.n ? arena_cat(a, p.source, id)
			: arena_printf(a, "%.*s%lld", STR_F(p.source), (long long)number);
	if (id.n)
		TRY(archive_posts_by_message_id(x->books->archive, a, x->list, id,
						&known));
	p.number = known.count ? known.list[0].number : 0;
	TRY(digest_ask(lists, x->list, p.source, &p.id, &readers));
	if (p.id)
		return OK;
	x->report->written++;
	return digest_collect(lists, x->list, &p);
}

/* A mailbox of one kind or the other. */
struct posts {
	bool mmdf;
	str rest;
	struct mbox mbox;
};

static bool next_post(struct posts *p, struct arena *a, str *message)
{
	struct mbox_message m;
	if (p->mmdf)
		return mmdf_next(&p->rest, a, message);
	if (!mbox_next(&p->mbox, a, &m))
		return false;
	*message = m.bytes;
	return true;
}

/* keeps: else they are counted alone. */
static err keep_all(struct moving *x, str bytes, bool keeps, struct moving_count *c)
{
	struct posts p = { .mmdf = mmdf_is(bytes), .rest = bytes };
	mbox_open(&p.mbox, bytes);
	for (;;) {
		ARENA(a);
		str message;
		if (!next_post(&p, a, &message))
			return OK;
		c->there++;
		c->here += keeps;
		if (keeps && !x->dry)
			TRY(keep(x, a, message, c->there));
	}
}

static bool some_are_owed(const struct moving *x)
{
	const struct pickle *who = mailman2_get(&x->config, "one_last_digest");
	return who && who->type == PICKLE_DICT && who->count;
}

static err move_posts(struct moving *x, str path, str bytes)
{
	struct moving_count c = { 0 };
	struct digest_state s;
	str folder, name = path;
	bool new, readers;
	int64_t none;
	TRY(is_new(x, &s, &new));
	TRY(digest_ask(x->books->lists, x->list, STR(""), &none, &readers));
	bool wanted = readers || some_are_owed(x) || x->dry;
	TRY(keep_all(x, bytes, new &&wanted, &c));
	import_report_count(x->report, "posts for the next digest", c.there, c.here);
	(void)str_cut_last(path, '/', &folder, &name);
	if (c.there && !c.here)
		import_report_note(x->report,
				   "no post of %.*s waits for the next digest: %s",
				   STR_F(name),
				   new ? "nobody reads digests"
				       : "the list has sent one from here already");
	return OK;
}

err moving_last_digest(struct moving *x, str key, str form)
{
	struct address who;
	struct member_row m;
	struct digest_state s;
	bool new, owed;
	if (x->dry || address_parse(x->a, key, &who).kind)
		return OK;
	TRY(is_new(x, &s, &new));
	err e = member_find(x->books->lists, x->a, x->list, address_key(x->a, &who), &m);
	if (e.kind || !new)
		return e.kind == ERR_NOTFOUND ? OK : e;
	TRY(digest_owe(x->books->lists, m.id, form, &owed));
	x->report->written += owed;
	return OK;
}

err moving_digest_posts(struct moving *x, str path)
{
	str bytes;
	if (moving_map(x, path, &bytes).kind)
		return OK;
	err e = bytes.n ? move_posts(x, path, bytes) : OK;
	moving_unmap(bytes);
	return e;
}
