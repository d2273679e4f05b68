/* /lists/NAME/join: becoming a member. */
#include "web/pages/join.h"

#include "base/said.h"
#include "base/clock.h"
#include "base/enc.h"
#include "base/log.h"
#include "lists/member_wish.h"
#include "lists/member_choice.h"
#include "lists/new_member.h"
#include "lists/speaks.h"
#include "store/lists/address.h"
#include "store/lists/member.h"
#include "web/stamp.h"

void join_done(struct request *q, struct response *r, const char *word)
{
	str list = str_skip(list_path(q), 7); /* behind /lists/ */
	response_redirect(
		r, 303,
		arena_cat(q->arena, STR("/done/"), str_from(word), STR("?list="), list));
}

str join_path(const struct request *q, const char *page)
{
	return arena_cat(q->arena, list_path(q), str_from(page));
}

/* ---- joining */

static str stamp_form(const struct request *q)
{
	return arena_cat(q->arena, STR("join "), worker_of(q)->list->address);
}

struct own {
	struct address_row *rows;
	size_t count;
};

static struct own own_addresses(struct request *q)
{
	struct own own;
	bool none = !q->session
		    || address_of_person(worker_of(q)->books.lists, q->arena,
					 q->session->person, &own.rows, &own.count)
			       .kind;
	return none ? (struct own){ 0 } : own;
}

/* Who has shown one alone to be theirs has none to prefer. */
static bool has_several(const struct own *own)
{
	size_t proven = 0;
	for (size_t i = 0; i < own->count; i++)
		proven += own->rows[i].verified_at > 0;
	return proven > 1;
}

static bool is_proven(const struct own *own, str key)
{
	for (size_t i = 0; i < own->count; i++)
		if (str_eq(own->rows[i].key, key))
			return own->rows[i].verified_at;
	return false;
}

static bool wants_follow(struct request *q)
{
	return str_eq(field(q, "follows"), STR("yes"));
}

static bool is_member(struct request *q)
{
	const struct worker *w = worker_of(q);
	struct member_row m;
	return q->session
	       && !member_of_person(w->books.lists, q->arena, w->list->id,
				    q->session->person, &m)
			   .kind;
}

/* Of the list; who prefers another for all lists keeps that, unless they choose here. */
static str usual_form(const struct request *q)
{
	struct member_row m = { .delivery = STR("regular") };
	new_member_options(&worker_of(q)->settings, &m);
	return m.delivery;
}

static struct member_wish wish_of(struct request *q)
{
	str form = field(q, "delivery");
	return (struct member_wish){ .delivery = str_eq(form, usual_form(q)) ? STR("")
									     : form,
				     .language = field(q, "language") };
}

/* One alone is no choice. */
static void add_languages(struct request *q, struct page_join *p)
{
	const struct worker *w = worker_of(q);
	struct page_join_languages *rows = arena_zero(q->arena, LANGUAGES * sizeof *rows);
	size_t n = 0;
	for (size_t i = 0; i < LANGUAGES; i++) {
		const struct language_row *l = language_row((enum language)i);
		if (speaks(&w->settings, w->books.conf->site_lang, (enum language)i))
			rows[n++] = (struct page_join_languages){
				.name = str_from(l->name),
				.tag = str_from(l->tag),
				.own = str_from(l->own),
				.chosen = str_eq(field(q, "language"), str_from(l->name)),
			};
	}
	p->languages = rows;
	p->languages_count = n > 1 ? n : 0;
}

static void show_join(struct request *q, struct response *r, str wrong)
{
	struct worker *w = worker_of(q);
	const struct settings *s = &w->settings;
	str typed = field(q, "address"), form = field(q, "delivery");
	struct own own = own_addresses(q);
	r->cache = STR("no-store");
	struct page_join p = {
		.frame = list_frame(q, S_("Join")),
		.list = w->list->name,
		.list_address = w->list->address,
		.description = s->description,
		.mine = is_member(q) ? join_path(q, "/me") : STR_NONE,
		.closed = setting_is(s->subscription_policy, "closed"),
		.invited = setting_is(s->subscription_policy, "invite"),
		.moderated = setting_is(s->subscription_policy, "moderate")
			     || setting_is(s->subscription_policy,
					   "confirm_then_moderate"),
		.owner = list_subaddress(q->arena, w->list, STR("owner")),
		.note = note_of(q),
		.address = typed.n || !own.count ? typed : own.rows[0].text,
		.several = has_several(&own),
		.follows = wants_follow(q),
		.address_error = said_in(q->arena, language_now(), wrong),
		.name = field(q, "name"),
		.action = join_path(q, "/join"),
		.csrf = csrf_of(q),
		.stamp = stamp_make(q->arena, &w->web->mac, stamp_form(q),
				    network_key(q->arena, q), clock_now()),
		.delivery = form.n ? form : usual_form(q),
		.single = member_choice_offered(s, STR("regular")),
		.digests = s->digests_enabled,
	};
	add_languages(q, &p);
	ANSWER(q, r, join, &p);
}

void join_page(struct request *q, struct response *r)
{
	show_join(q, r, STR_NONE);
}

static const char too_old[] = N_(
	"The page was too old. It is fresh now: please press the button again.");

/* A person who is signed in has shown to be one; a guest's form must have been open
 * for a while. */
static const char *stamp_fault(struct request *q)
{
	if (q->session)
		return NULL;
	switch (stamp_check(q->arena, &worker_of(q)->web->mac, stamp_form(q),
			    network_key(q->arena, q), clock_now(), field(q, "stamp"))) {
	case STAMP_GOOD:
		return NULL;
	case STAMP_YOUNG:
		return N_(
			"That was fast. To keep robots out, please wait two seconds and "
			"press the button again.");
	case STAMP_OLD:
	case STAMP_WRONG:
		break;
	}
	return too_old;
}

static const char *join_fault(struct request *q)
{
	struct address x;
	struct member_wish wish = wish_of(q);
	str name = field(q, "name");
	if (address_parse(q->arena, field(q, "address"), &x).kind)
		return N_("This is no mail address: it needs a name, an @ and a domain.");
	struct own own = own_addresses(q);
	if (wants_follow(q) && !is_proven(&own, address_key(q->arena, &x)))
		return N_("Only with an address that you have shown to be yours can the "
			  "list follow the one you prefer.");
	if (name.n > 200 || str_has(name, '\n') || str_has(name, '\r'))
		return N_("The name is too long, or has more than one line.");
	/* Only a form of before the list's settings changed has what it does not offer. */
	if (member_wish_check(q->arena, &worker_of(q)->settings, &wish).kind)
		return too_old;
	return stamp_fault(q);
}

bool join_too_often(struct request *q, struct response *r)
{
	if (rate_take(worker_of(q)->web->asks, network_key(q->arena, q), 1))
		return false;
	log_warn("rate-limit", KS("client", net_ip_text(q->arena, &q->client)),
		 KZ("of", "asks"));
	error_page(q, r, 429,
		   S_("Too many requests of this kind came from your network. Wait a "
		      "while, then try again."));
	return true;
}

/* What comes of it is told by mail to the address itself: the page says the same
 * whether or not it was known. */
void join_post(struct request *q, struct response *r)
{
	struct worker *w = worker_of(q);
	const char *fault = join_fault(q);
	if (setting_is(w->settings.subscription_policy, "closed")) {
		r->status = 403;
		show_join(q, r, STR_NONE);
		return;
	}
	if (fault) {
		r->status = 400;
		show_join(q, r, str_from(fault));
		return;
	}
	if (join_too_often(q, r))
		return;
	json_t *args = json_object();
	json_object_set_new(args, "list", json_of(w->list->address));
	json_object_set_new(args, "address", json_of(field(q, "address")));
	json_object_set_new(args, "name", json_of(field(q, "name")));
	struct member_wish wish = wish_of(q);
	json_object_set_new(args, "delivery", json_of(wish.delivery));
	json_object_set_new(args, "language", json_of(wish.language));
	json_object_set_new(args, "follows", json_string(wants_follow(q) ? "yes" : ""));
	if (order_file_only(q, "join", args))
		join_done(q, r, "asked");
	else
		error_page(q, r, 503, STR_NONE);
}
