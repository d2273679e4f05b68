#include "lists/follow.h"

#include "account/account.h"
#include "archive/read.h"
#include "base/clock.h"
#include "base/log.h"
#include "lists/fanout.h"
#include "lists/members.h"
#include "lists/shadow.h"
#include "mail/bounce.h"
#include "mail/reader.h"
#include "store/lists/address.h"
#include "store/lists/follow.h"
#include "store/lists/member.h"
#include "store/lists/person.h"
#include "store/outbound/delivery.h"

enum { BATCH = 1000 };

struct sending {
	struct books *books;
	struct arena *a;
	const struct outgoing *out;
	const struct list_entry *list;
	str posts; /* of the thread, as JSON */
};

struct target { /* who gets a copy */
	int64_t follow;
	str address;
	str reader; /* as struct delivery has it */
};

struct targets {
	struct target *list;
	size_t count;
};

/* ---- who */

static err may_read(const struct sending *s, int64_t person, bool *yes)
{
	struct viewer v;
	struct right_list of = settings_rights(&s->out->post->settings);
	TRY(account_viewer(s->a, s->books->lists, person, s->list->id, &v));
	*yes = right_may(&v, RIGHT_archive_read, &of);
	return OK;
}

/* Whether the member gets the post as it comes, by whichever of the two ways; and whether only
 * topics keep it from them. */
static err has_copy(const struct sending *s, const struct member_row *m, bool *has)
{
	struct member_copy *copy;
	struct audience who = s->out->audience;
	size_t n;
	bool *gone;
	*has = false;
	TRY(member_after(s->books->lists, s->a, s->list->id, s->out->digest_post,
			 m->id - 1, 1, &copy, &n));
	if (!n || copy[0].id != m->id)
		return OK;
	TRY(audience_passes_over(s->books->lists, s->a, &who, m->id - 1, copy, 1, &gone));
	*has = !gone || !gone[0];
	if (*has)
		return OK;
	who.fits = STR("");
	TRY(audience_passes_over(s->books->lists, s->a, &who, m->id - 1, copy, 1, &gone));
	*has = gone && gone[0]; /* for another reason, which holds here, too */
	return OK;
}

/* From another list of this server. */
static err has_elsewhere(const struct sending *s, int64_t person, bool *has)
{
	const struct audience *who = &s->out->audience;
	for (size_t i = 0; i < who->elsewhere_count && !*has; i++) {
		struct member_row *m;
		size_t n;
		if (who->elsewhere[i] == s->list->id)
			continue;
		TRY(member_all_of_person(s->books->lists, s->a, who->elsewhere[i], person,
					 &m, &n));
		*has = n && str_eq(m[0].delivery, STR("regular"));
	}
	return OK;
}

/* As the person wants it who is the author, or whom To and Cc name. */
static bool wants(const struct sending *s, const struct address_row *own, size_t n,
		  bool own_posts, bool copies)
{
	for (size_t i = 0; i < n; i++) {
		if (!own_posts && str_eq(own[i].key, s->out->post->author_key))
			return false;
		if (!copies && map_get(s->out->audience.has_copy, own[i].key))
			return false;
	}
	return true;
}

/* Where a list writes to who is a member, there; else to the address that stands for them. */
static err choose_address(const struct sending *s, int64_t person,
			  const struct member_row *m, size_t members, str *address)
{
	struct preference all = { .person = person };
	struct address_row *own;
	size_t n;
	*address = STR("");
	TRY(preference_get(s->books->lists, s->a, &all));
	TRY(address_of_person(s->books->lists, s->a, person, &own, &n));
	if (members) {
		all.own_posts = m[0].own_posts;
		all.copies = m[0].copies;
	}
	if (!wants(s, own, n, all.own_posts, all.copies))
		return OK;
	for (size_t i = 0; i < members && !address->n; i++)
		if (m[i].verified_at)
			*address = m[i].text;
	for (size_t i = 0; i < n && !address->n; i++)
		if (own[i].verified_at)
			*address = own[i].text;
	return OK;
}

static err look_at(const struct sending *s, const struct follow_row *f, struct target *t)
{
	struct member_row *m;
	struct person_row who;
	size_t n;
	bool has = false;
	*t = (struct target){ .follow = f->id, .address = STR(""), .reader = STR("") };
	TRY(member_all_of_person(s->books->lists, s->a, s->list->id, f->person, &m, &n));
	for (size_t i = 0; i < n && !has; i++)
		TRY(has_copy(s, &m[i], &has));
	if (!has)
		TRY(has_elsewhere(s, f->person, &has));
	if (has)
		return OK;
	TRY(choose_address(s, f->person, m, n, &t->address));
	TRY(person_get(s->books->lists, s->a, f->person, &who));
	t->reader = reader_pack(
		s->a, &(struct reader){ .name = who.name, .language = who.language });
	return OK;
}

static err find_targets(const struct sending *s, int64_t after, struct targets *all)
{
	struct follow_row *f;
	size_t n;
	TRY(follow_after(s->books->lists, s->a, s->list->id, s->posts, after, INT32_MAX,
			 &f, &n));
	*all = (struct targets){ arena_alloc(s->a, (n + 1) * sizeof *all->list), 0 };
	for (size_t i = 0; i < n; i++) {
		bool yes;
		TRY(may_read(s, f[i].person, &yes));
		if (!yes) {
			TRY(follow_remove(s->books->lists, f[i].id));
			continue;
		}
		TRY(look_at(s, &f[i], &all->list[all->count]));
		all->count += all->list[all->count].address.n > 0;
	}
	return OK;
}

/* ---- the copies */

/* RFC 8058: of that thread alone. */
static str way_out(const struct sending *s)
{
	return arena_cat(s->a, STR("List-Unsubscribe: <"),
			 list_token_url(s->a, s->books, s->list),
			 STR("/follow?f={leave}>\r\n"
			     "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"));
}

/* A copy that all members share names how to leave the list. */
static err without_leave(const struct sending *s, str *text, int64_t *split)
{
	static const str names[] = { { "List-Unsubscribe", 16 },
				     { "List-Unsubscribe-Post", 21 } };
	struct header h;
	struct header_edit edit = { .drop = names, .drop_count = 2 };
	TRY(header_scan(s->a, *text, &h));
	if (!header_find(&h, names[0]))
		return OK;
	str header = header_apply(s->a, &h, &edit);
	*text = arena_cat(s->a, header, STR("\r\n"), h.body);
	*split = (int64_t)header.n;
	return OK;
}

static err make_message(const struct sending *s, const struct outbound_message *like,
			str *text, struct outbound_message *m)
{
	bool names = str_ends(like->personal, STR(READER_TO));
	*m = *like;
	m->id = m->fanned_to = m->copies = 0;
	m->complete = false;
	m->kind = STR("follow");
	m->source = arena_cat(s->a, like->source, STR("/follow"));
	m->verp = true;
	m->reverse_path = STR("");
	m->personal = arena_cat(s->a, way_out(s), names ? STR(READER_TO) : STR(""));
	TRY(without_leave(s, text, &m->split));
	m->size = (int64_t)text->n;
	return OK;
}

static err start(const struct sending *s, str text, struct outbound_message *m)
{
	bool fresh, frozen = m->frozen;
	struct book *b = s->books->outbound;
	TRY(outbound_add(b, m, &fresh));
	if (fresh)
		TRY(outbound_body_write(b, m->id, text));
	return fresh && frozen ? outbound_freeze(b, m->id, true) : OK;
}

/* The next BATCH of those behind the message's own cursor. */
static err add_batch(const struct sending *s, const struct targets *all,
		     struct outbound_message *m)
{
	struct arena *a = s->a;
	struct delivery *d = arena_alloc(a, BATCH * sizeof *d);
	size_t n = 0;
	bool shadow, named = m->marks.n || str_ends(m->personal, STR(READER_TO));
	int64_t last = m->fanned_to;
	for (size_t i = 0; i < all->count && n < BATCH; i++) {
		const struct target *t = &all->list[i];
		if (t->follow <= m->fanned_to)
			continue;
		d[n++] = (struct delivery){ .destination = destination_of(a, t->address),
					    .recipient = t->address,
					    .member = -t->follow,
					    .notify = STR(""),
					    .orcpt = STR(""),
					    .reader = named ? t->reader : STR(""),
					    .last_reply = STR("") };
		last = t->follow;
	}
	TRY(shadow_is(s->books, a, s->list, &shadow));
	TRY(shadow_deliver(s->books, a, shadow ? s->list->address : m->list, m, d, n));
	m->copies += (int64_t)n;
	m->fanned_to = last;
	m->complete = n < BATCH;
	TRY(outbound_progress(s->books->outbound, m->id, m->fanned_to, m->complete));
	return m->complete
		       ? queued_note(s->books, a, m, s->list->address, m->copies, STR(""))
		       : OK;
}

static err send_all(const struct sending *s, const struct outbound_message *like,
		    str text)
{
	struct outbound_message m;
	struct targets all;
	struct book *b = s->books->outbound;
	TRY(find_targets(s, 0, &all));
	if (!all.count)
		return OK;
	TRY(make_message(s, like, &text, &m));
	TRY(book_begin(b));
	TRY(book_end(b, start(s, text, &m)));
	while (!m.complete) {
		TRY(book_begin(b));
		TRY(book_end(b, add_batch(s, &all, &m)));
	}
	return OK;
}

err follow_send(struct books *books, struct arena *a, const struct outgoing *out,
		const struct outbound_message *m, str text)
{
	struct sending s = { books, a, out, out->post->list, STR("[]") };
	struct follow_row *f;
	size_t n;
	bool any = false;
	if (out->number)
		TRY(follow_any(books->lists, s.list->id, &any));
	if (!any)
		return OK;
	TRY(archive_thread_numbers(books->archive, a, s.list->id, out->number, &s.posts));
	TRY(follow_after(books->lists, a, s.list->id, s.posts, 0, 1, &f, &n));
	if (!n)
		return OK;
	TRY(send_all(&s, m, text));
	return follow_touch(books->lists, s.list->id, s.posts, clock_now());
}

/* ---- beginning and ending */

static err check_begin(struct books *books, struct arena *a, int64_t person)
{
	struct address_row *own;
	size_t n, i = 0;
	int64_t threads;
	TRY(address_of_person(books->lists, a, person, &own, &n));
	while (i < n && !own[i].verified_at)
		i++;
	if (i == n)
		return FAIL(ERR_DENIED, "no address of the account is shown to be yours");
	TRY(follow_count(books->lists, person, &threads));
	return threads >= FOLLOW_MOST
		       ? FAIL(ERR_DENIED, "you follow 500 threads, which is the most: "
					  "stop following some first")
		       : OK;
}

err follow_begin(struct books *books, struct arena *a, const struct list_entry *list,
		 int64_t person, int64_t number)
{
	struct archive_thread t;
	bool found, follows;
	str posts;
	struct follow_row f = { .person = person, .list = list->id };
	TRY(archive_read_thread_row(books->archive, a, list->id, number, &t, &found));
	if (!found)
		return FAIL(ERR_NOTFOUND, "there is no such thread");
	TRY(archive_thread_numbers(books->archive, a, list->id, number, &posts));
	TRY(follow_is(books->lists, person, list->id, posts, &follows));
	if (follows)
		return OK;
	TRY(check_begin(books, a, person));
	f.number = t.number;
	f.made_at = f.last_at = clock_now();
	return follow_add(books->lists, &f);
}

err follow_end(struct books *books, struct arena *a, const struct list_entry *list,
	       int64_t person, int64_t number)
{
	int64_t gone;
	str posts;
	TRY(archive_thread_numbers(books->archive, a, list->id, number, &posts));
	return follow_stop(books->lists, person, list->id, posts, &gone);
}

bool follow_is_number(int64_t member)
{
	return member < 0;
}

/* The row itself, too: the archive may have been emptied meanwhile. */
err follow_end_by_link(struct books *books, struct arena *a,
		       const struct list_entry *list, str token)
{
	int64_t number;
	struct follow_row f;
	TRY(leave_token_read(a, &books->mac, list, token, &number));
	if (!follow_is_number(number))
		return FAIL(ERR_DENIED, "this link does not follow a thread");
	err e = follow_get(books->lists, a, -number, &f);
	if (e.kind)
		return e.kind == ERR_NOTFOUND ? OK : e; /* pressed twice */
	TRY(follow_end(books, a, list, f.person, f.number));
	return follow_remove(books->lists, f.id);
}

err follow_came_back(struct books *books, const struct ledger_entry *e)
{
	static const enum bounce_class ends[] = { BOUNCE_MAILBOX, BOUNCE_DOMAIN };
	bool over = str_eq(e->class, STR("complaint"));
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		over = over || str_eq(e->class, str_from(bounce_class_word(ends[i])));
	if (!over)
		return OK;
	log_info("follow-ended", KN("follow", -e->member), KS("class", e->class),
		 KS("says", e->detail));
	return follow_remove(books->lists, -e->member);
}
