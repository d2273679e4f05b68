/* /lists/NAME/me: a member's own settings. */
#include "web/pages/forms.h"

#include "base/enc.h"
#include "base/language.h"
#include "base/said.h"
#include "lists/member_choice.h"
#include "lists/speaks.h"
#include "store/lists/address.h"
#include "store/lists/member.h"
#include "web/pages/account.h"
#include "web/pages/own.h"
#include "web/pages/topic_boxes.h"

/* The membership under the address that ?as= names; without one, where the list writes. */
static bool find(struct request *q, struct response *r, struct own *own)
{
	if (page_failed(q, r, own_memberships(q, own)))
		return false;
	if (own->count)
		return true;
	error_page(q, r, 404,
		   S_("You are no member of this list. Its page tells how to join."));
	return false;
}

/* PAGE of the list at hand, for that membership. */
static str path_as(struct request *q, const char *page, const struct own *own)
{
	str path = arena_cat(q->arena, list_path(q), str_from(page));
	return own->all_count > 1 ? arena_cat(q->arena, path, STR("?as="),
					      enc_percent(q->arena, own->chosen.text))
				  : path;
}

static void add_others(struct request *q, const struct own *own, struct page_me *p)
{
	struct page_me_others *rows = arena_zero(q->arena,
						 (own->all_count + 1) * sizeof *rows);
	for (size_t i = 0; own->all_count > 1 && i < own->all_count; i++) {
		struct own one = *own;
		one.chosen = own->all[i];
		rows[p->others_count++] = (struct page_me_others){
			own->all[i].text, path_as(q, "/me", &one),
			own->all[i].id == own->chosen.id
		};
	}
	p->others = rows;
}

static void add_languages(const struct request *q, const struct member_row *m,
			  struct page_me *p)
{
	const struct worker *w = worker_of(q);
	struct page_me_languages *rows = arena_zero(q->arena, LANGUAGES * sizeof *rows);
	for (size_t i = 0; i < LANGUAGES; i++) {
		const struct language_row *l = language_row((enum language)i);
		bool chosen = str_eq(m->language, str_from(l->name));
		if (!chosen
		    && !speaks(&w->settings, w->books.conf->site_lang, (enum language)i))
			continue;
		rows[p->languages_count++] = (struct page_me_languages){
			.name = str_from(l->name),
			.tag = str_from(l->tag),
			.own = str_from(l->own),
			.chosen = chosen,
		};
	}
	p->languages = rows;
}

/* Those at which the membership is not, and that need no proof. */
static err add_addresses(struct request *q, const struct member_row *m, struct page_me *p)
{
	struct address_row *own;
	size_t n;
	TRY(address_of_person(worker_of(q)->books.lists, q->arena, q->session->person,
			      &own, &n));
	struct page_me_addresses *rows = arena_zero(q->arena, (n + 1) * sizeof *rows);
	for (size_t i = 0; i < n; i++)
		if (own[i].verified_at && own[i].id != m->address)
			rows[p->addresses_count++] = (struct page_me_addresses){
				arena_printf(q->arena, "to-%zu", i + 1), own[i].text
			};
	p->addresses = rows;
	return OK;
}

static void show(struct request *q, struct response *r, const struct own *own,
		 const struct page_note *note)
{
	struct worker *w = worker_of(q);
	const struct member_row *m = &own->chosen;
	struct page_me_topics *topics;
	size_t topic_count;
	TOPIC_BOXES(q, m, &topics, &topic_count);
	struct page_me p = {
		.frame = list_frame(q, S_("My settings")),
		.list = w->list->name,
		.address = m->text,
		.name = m->own_name,
		.joined = m->joined_at,
		.off_by = m->off_by,
		.why = said_in(q->arena, language_now(), m->off_why),
		.bounce = m->bounce_text,
		.until = m->last_day,
		.note = note,
		.action = path_as(q, "/me", own),
		.leave = path_as(q, "/leave", own),
		.csrf = csrf_of(q),
		.delivery = m->delivery,
		.off = str_eq(m->delivery, STR("off")),
		.single = member_choice_offered(&w->settings, STR("regular"))
			  || !member_reads_digests(m->form),
		.digests = w->settings.digests_enabled
			   || member_reads_digests(m->delivery),
		.own_posts = m->own_posts,
		.copies = m->copies,
		.acknowledge = m->acknowledge,
		.hidden = m->hidden,
		.topics = topics,
		.topics_count = topic_count,
		.other_topics = m->other_topics,
		.chose = m->own || m->language.n,
		.follows = m->follows,
		.move = path_as(q, "/me/address", own),
	};
	add_others(q, own, &p);
	add_languages(q, m, &p);
	if (!page_failed(q, r, add_addresses(q, m, &p)))
		ANSWER(q, r, me, &p);
}

void me_page(struct request *q, struct response *r)
{
	struct own own;
	if (find(q, r, &own))
		show(q, r, &own, note_of(q));
}

/* A box a topic. Where the list offers none the form has no say in it. */
static void add_topics(struct request *q, json_t *args)
{
	if (!topic_boxes_offered(q))
		return;
	json_object_set_new(args, "topics", json_of(topic_boxes_chosen(q)));
	json_object_set_new(args, "other_topics",
			    json_string(field(q, "other_topics").n ? "yes" : "no"));
}

static void go_back(struct request *q, struct response *r, const struct own *own,
		    int64_t order)
{
	response_redirect(r, 303,
			  arena_printf(q->arena, "%.*s%cdone=%lld",
				       STR_F(path_as(q, "/me", own)),
				       own->all_count > 1 ? '&' : '?', (long long)order));
}

void me_post(struct request *q, struct response *r)
{
	static const char *const switches[] = { "own_posts", "copies", "acknowledge",
						"hidden" };
	struct own own;
	struct ordered x;
	if (!find(q, r, &own))
		return;
	json_t *args = json_object();
	json_object_set_new(args, "list", json_of(worker_of(q)->list->address));
	json_object_set_new(args, "address", json_of(own.chosen.text));
	bool usual = str_eq(field(q, "do"), STR("usual"));
	json_object_set_new(args, "delivery",
			    usual ? json_string("usual") : json_of(field(q, "delivery")));
	json_object_set_new(args, "name", json_of(field(q, "name")));
	for (size_t i = 0; i < sizeof switches / sizeof *switches; i++)
		json_object_set_new(args, switches[i],
				    json_string(usual                     ? "usual"
						: field(q, switches[i]).n ? "yes"
									  : "no"));
	if (usual || field(q, "language").n)
		json_object_set_new(args, "language",
				    usual ? json_string("usual")
					  : json_of(field(q, "language")));
	add_topics(q, args);
	if (order_and_wait(q, "options", args, &x)) {
		go_back(q, r, &own, x.order);
		return;
	}
	r->status = x.result ? 400 : 503;
	show(q, r, &own, note_bad(q, x.why));
}

/* ---- at another address */

static void change_address(struct request *q, struct response *r, const struct own *own,
			   str to)
{
	struct ordered x;
	bool preferred = str_eq(to, STR("preferred"));
	json_t *args = json_object();
	json_object_set_new(args, "from", json_of(own->chosen.text));
	json_object_set_new(
		args, "list",
		json_of(field(q, "all").n ? STR("") : worker_of(q)->list->address));
	json_object_set_new(args, preferred ? "preferred" : "address",
			    preferred ? json_string("yes") : json_of(to));
	if (!order_and_wait(q, "address_change", args, &x)) {
		r->status = x.result ? 400 : 503;
		show(q, r, own, note_bad(q, x.why));
	} else if (preferred) {
		go_said(q, r, arena_cat(q->arena, list_path(q), STR("/me")),
			"address_follows", STR(""));
	} else {
		go_done(q, r, STR("/me"), x.order);
	}
}

static err is_proven(struct request *q, const struct address *to, bool *yes)
{
	struct address_row row;
	err e = address_find(worker_of(q)->books.lists, q->arena,
			     address_key(q->arena, to), &row);
	*yes = !e.kind && row.person == q->session->person && row.verified_at;
	return e.kind == ERR_NOTFOUND ? OK : e;
}

/* An address that is new to the account signs in to it. */
void me_address_post(struct request *q, struct response *r)
{
	struct own own;
	struct address x;
	bool proven = true;
	str to = field(q, "to");
	if (!account_in_browser(q, r) || !find(q, r, &own))
		return;
	if (str_eq(to, STR("other")))
		to = field(q, "other");
	if (!str_eq(to, STR("preferred")) && address_parse(q->arena, to, &x).kind) {
		r->status = 400;
		show(q, r, &own,
		     note_bad(q, STR("This is no mail address: it needs a name, an @ and "
				     "a domain.")));
		return;
	}
	if (!str_eq(to, STR("preferred")) && page_failed(q, r, is_proven(q, &x, &proven)))
		return;
	if (!proven
	    && !account_proven(q, r, arena_cat(q->arena, list_path(q), STR("/me"))))
		return;
	change_address(q, r, &own, to);
}
