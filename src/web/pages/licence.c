/* /files/licence: the licence of a folder of the group's site, accepted before anything in it is
 * read. */
#include "web/pages/forms.h"

#include "base/clock.h"
#include "base/language.h"
#include "base/log.h"
#include "base/utf8.h"
#include "mail/address.h"
#include "store/lists/address.h"
#include "web/form.h"
#include "web/site/access.h"
#include "web/site/consent.h"
#include "web/site/markdown.h"
#include "web/site/site.h"

enum { TEXT_MAX = 200 };

/* What is wanted, as a request of its own by who asks. False: it is no path of this site. */
static bool read_wanted(struct request *q, str to, struct request *wanted)
{
	str path = to, query = STR_NONE;
	*wanted = *q;
	(void)str_cut(to, '?', &path, &query);
	wanted->path = path;
	wanted->query_text = query;
	wanted->slash = str_ends(path, STR("/"));
	return str_starts(path, STR("/")) && !str_starts(path, STR("//"))
	       && !request_split_path(q->arena, path, wanted).kind
	       && !form_query(q->arena, query, &wanted->query).kind;
}

/* Where a licence holds that who asks may read, and has not accepted. Else the answer has been
 * made. */
static bool is_due(struct request *q, struct response *r, str to, struct request *wanted,
		   struct rules *rules)
{
	const struct worker *w = worker_open(q);
	struct consent_row given;
	r->cache = STR("private, no-store");
	if (!w->web->site || !read_wanted(q, to, wanted)) {
		error_page(q, r, w->web->site ? 400 : 404, STR_NONE);
		return false;
	}
	int may = site_may_enter(w->web->site, wanted, rules);
	if (may != MAY) {
		router_lead_in(q, r, (enum may)may);
		return false;
	}
	if (rules->licence.n && page_failed(q, r, consent_find(q, rules, &given)))
		return false;
	if (!rules->licence.n || given.id) {
		response_redirect(r, 303, to);
		return false;
	}
	return true;
}

static bool is_markdown(str name)
{
	return name.n > 3 && str_ieq(str_skip(name, name.n - 3), STR(".md"));
}

static void show(struct request *q, struct response *r, const struct request *wanted,
		 const struct rules *rules, struct page_licence *p)
{
	struct markdown m = { 0 };
	p->frame = frame_of(q, S_("Licence"));
	p->path = access_folder(q->arena, wanted->segments, rules->licence_depth);
	p->hash = rules->licence_hash;
	p->csrf = csrf_of(q);
	p->guest = !q->session;
	p->asks_name = p->guest || rules->licence_asks & LICENCE_NAME;
	p->asks_institution = rules->licence_asks & LICENCE_INSTITUTION;
	p->as = q->session ? q->session->name : STR("");
	if (is_markdown(rules->licence)) {
		markdown_read(q->arena, rules->licence_text, true, &m);
		p->text = (struct html){ m.html };
	} else {
		p->plain = utf8_scrub(q->arena, rules->licence_text);
	}
	if (p->error.n)
		r->status = 400;
	ANSWER(q, r, licence, p);
}

void licence_page(struct request *q, struct response *r)
{
	struct request wanted;
	struct rules rules;
	str to = request_query(q, "to");
	if (is_due(q, r, to, &wanted, &rules))
		show(q, r, &wanted, &rules,
		     &(struct page_licence){
			     .to = to, .name = q->session ? q->session->name : STR("") });
}

/* ---- it is accepted */

/* What is wrong with what was filled in; empty: nothing. */
static str fault(struct request *q, const struct rules *rules, struct page_licence *p)
{
	struct address x;
	bool guest = !q->session;
	if ((guest || rules->licence_asks & LICENCE_NAME) && !p->name.n)
		return S_("Say your name.");
	if (rules->licence_asks & LICENCE_INSTITUTION && !p->institution.n)
		return S_("Say your institution.");
	if (p->name.n > TEXT_MAX || p->institution.n > TEXT_MAX)
		return S_("That is longer than 200 characters.");
	if (guest && address_parse(q->arena, p->address, &x).kind)
		return S_("This is no mail address.");
	if (guest)
		p->address = address_key(q->arena, &x);
	if (!str_eq(field(q, "hash"), rules->licence_hash))
		return S_("The licence has changed since. This is the text that holds "
			  "now.");
	return STR("");
}

static bool too_many(struct request *q, struct response *r)
{
	if (q->session || rate_take(worker_of(q)->web->asks, network_key(q->arena, q), 1))
		return false;
	log_warn("rate-limit", KS("client", net_ip_text(q->arena, &q->client)),
		 KZ("of", "asks"));
	response_header(r, STR("Retry-After"), STR("600"));
	error_page(q, r, 429, STR_NONE);
	return true;
}

/* The address that stands for who is signed in. */
static err own_address(struct request *q, str *address)
{
	struct address_row *x;
	size_t n;
	TRY(address_of_person(worker_of(q)->books.lists, q->arena, q->session->person, &x,
			      &n));
	*address = n ? x[0].key : STR("");
	return OK;
}

static err keep_consent(struct request *q, const struct request *wanted,
			const struct rules *rules, const struct page_licence *p,
			struct consent_row *x)
{
	*x = (struct consent_row){
		.at = clock_now(),
		.licence = rules->licence_hash,
		.path = utf8_scrub(q->arena, licence_path(wanted, rules)),
		.person = q->session ? q->session->person : 0,
		.name = p->name.n    ? p->name
			: q->session ? q->session->name
				     : STR(""),
		.address = p->address,
		.institution = p->institution,
		.network = q->session ? STR("") : network_key(q->arena, q),
	};
	if (q->session)
		TRY(own_address(q, &x->address));
	return consent_add(worker_of(q)->books.lists, x,
			   utf8_scrub(q->arena, rules->licence_text));
}

void licence_post(struct request *q, struct response *r)
{
	struct request wanted;
	struct rules rules;
	struct consent_row x;
	struct page_licence p = { .to = field(q, "to"),
				  .name = field(q, "name"),
				  .address = field(q, "address"),
				  .institution = field(q, "institution") };
	if (!is_due(q, r, p.to, &wanted, &rules))
		return;
	p.error = fault(q, &rules, &p);
	if (p.error.n) {
		show(q, r, &wanted, &rules, &p);
		return;
	}
	if (too_many(q, r) || page_failed(q, r, keep_consent(q, &wanted, &rules, &p, &x)))
		return;
	log_info("licence-accepted", KN("consent", x.id), KS("path", x.path),
		 KN("person", x.person));
	if (!q->session)
		consent_keep(q, r, &x);
	response_redirect(r, 303, p.to);
}
