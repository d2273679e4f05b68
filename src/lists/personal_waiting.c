/* Of somebody: what waits for them, came back from them, or leads to them. */
#include "lists/personal_inside.h"

#include "store/lists/alias.h"
#include "store/lists/bounce.h"
#include "store/lists/consent.h"
#include "store/lists/download.h"
#include "store/lists/held.h"
#include "store/lists/nonmember.h"
#include "store/lists/pending.h"
#include "store/lists/planned.h"
#include "store/lists/request.h"
#include "store/lists/upload.h"

err gather_held(struct gathering *g)
{
	json_t *rows = gather_section(g, "held_posts");
	for (size_t i = 0; i < g->own_count; i++) {
		struct held_row *h;
		size_t n;
		if (!g->own[i].verified_at)
			continue;
		TRY(held_by_author(g->books->lists, g->a, g->own[i].key, ROWS_MAX, &h,
				   &n));
		for (size_t k = 0; k < n; k++) {
			json_t *o = gather_row(rows);
			gather_list(g, o, h[k].list);
			gather_time(g, o, "held", h[k].held_at);
			gather_text(o, "author", h[k].author);
			gather_text(o, "subject", h[k].subject);
			gather_text(o, "reason", h[k].reason);
			gather_text(o, "verdict",
				    h[k].verdict.n ? h[k].verdict : STR("waits"));
			/* Other notes are among moderators; this one was in a letter. */
			if (str_eq(h[k].verdict, STR("rejected")))
				gather_text(o, "answer", h[k].note);
		}
	}
	return OK;
}

static err add_asked(struct gathering *g, json_t *rows, str key)
{
	struct request_row *r;
	struct pending_row *p;
	size_t n;
	TRY(request_by_address(g->books->lists, g->a, key, &r, &n));
	for (size_t i = 0; i < n; i++) {
		json_t *o = gather_row(rows);
		gather_list(g, o, r[i].list);
		gather_text(o, "what",
			    r[i].leaves ? STR("waits for a moderator, to leave")
					: STR("waits for a moderator, to join"));
		gather_text(o, "name", r[i].name);
		gather_time(g, o, "since", r[i].asked_at);
	}
	TRY(pending_by_address(g->books->lists, g->a, key, &p, &n));
	for (size_t i = 0; i < n; i++) {
		json_t *o = gather_row(rows);
		gather_list(g, o, p[i].list);
		gather_text(o, "what", arena_cat(g->a, STR("mailed link: "), p[i].kind));
		gather_time(g, o, "since", p[i].created_at);
		gather_time(g, o, "until", p[i].expires_at);
	}
	return OK;
}

static err add_planned(struct gathering *g, json_t *rows, str key)
{
	struct planned_row *p;
	size_t n;
	TRY(planned_by_key(g->books->lists, g->a, key, &p, &n));
	for (size_t i = 0; i < n; i++) {
		json_t *o = gather_row(rows);
		gather_list(g, o, p[i].list);
		gather_text(o, "what", STR("a membership that begins"));
		gather_day(g, o, "first_day", p[i].first_day);
		gather_day(g, o, "last_day", p[i].last_day);
	}
	return OK;
}

static err add_requests(struct gathering *g, json_t *rows, str key)
{
	struct request_handled *r;
	size_t n;
	TRY(request_handled_by_address(g->books->lists, g->a, key, &r, &n));
	for (size_t i = 0; i < n; i++) {
		json_t *o = gather_row(rows);
		gather_list(g, o, r[i].was.list);
		gather_text(o, "what",
			    r[i].was.leaves ? STR("to leave") : STR("to join"));
		gather_text(o, "name", r[i].was.name);
		gather_time(g, o, "asked", r[i].was.asked_at);
		gather_text(o, "verdict", r[i].end.verdict);
		gather_text(o, "answer", r[i].end.note);
		gather_time(g, o, "answered", r[i].end.at);
	}
	return OK;
}

static err add_coming(struct gathering *g, json_t *rows, str key)
{
	TRY(add_asked(g, rows, key));
	return add_planned(g, rows, key);
}

static err add_nonmember(struct gathering *g, json_t *rows, str key)
{
	struct nonmember_row *x;
	size_t n;
	TRY(nonmember_by_key(g->books->lists, g->a, key, &x, &n));
	for (size_t i = 0; i < n; i++) {
		json_t *o = gather_row(rows);
		gather_list(g, o, x[i].list);
		gather_text(o, "what", x[i].action);
		gather_time(g, o, "since", x[i].set_at);
	}
	return OK;
}

static err add_bounces(struct gathering *g, json_t *rows, str key)
{
	struct bounce_row *b;
	size_t n;
	TRY(bounced_by_address(g->books->lists, g->a, key, ROWS_MAX, &b, &n));
	for (size_t i = 0; i < n; i++) {
		json_t *o = gather_row(rows);
		gather_time(g, o, "at", b[i].at);
		gather_list(g, o, b[i].list);
		gather_text(o, "what", b[i].class);
		gather_text(o, "said", b[i].text);
	}
	return OK;
}

static err add_aliases(struct gathering *g, json_t *rows, str key)
{
	struct alias_row *x;
	size_t n;
	TRY(alias_of_target(g->books->lists, g->a, key, &x, &n));
	for (size_t i = 0; i < n; i++)
		gather_text(gather_row(rows), "address", x[i].address);
	return OK;
}

static err add_each(struct gathering *g, const char *name,
		    err (*add)(struct gathering *g, json_t *rows, str key))
{
	json_t *rows = gather_section(g, name);
	for (size_t i = 0; i < g->own_count; i++)
		if (g->own[i].verified_at)
			TRY(add(g, rows, g->own[i].key));
	return OK;
}

err gather_waiting(struct gathering *g)
{
	TRY(add_each(g, "waits", add_coming));
	TRY(add_each(g, "requests", add_requests));
	TRY(add_each(g, "my_posts_where_i_am_no_member", add_nonmember));
	TRY(add_each(g, "came_back", add_bounces));
	return add_each(g, "aliases", add_aliases);
}

static err add_consents(struct gathering *g)
{
	struct consent_row *x;
	size_t n;
	json_t *rows = gather_section(g, "licences");
	TRY(consent_by_person(g->books->lists, g->a, g->person, &x, &n));
	for (size_t i = 0; i < n; i++) {
		json_t *o = gather_row(rows);
		gather_time(g, o, "at", x[i].at);
		gather_text(o, "path", x[i].path);
		gather_text(o, "sha256", x[i].licence);
		gather_text(o, "name", x[i].name);
		gather_text(o, "institution", x[i].institution);
	}
	return OK;
}

static err add_uploads(struct gathering *g)
{
	struct upload_row *x;
	size_t n;
	json_t *rows = gather_section(g, "uploads");
	TRY(upload_by_person(g->books->lists, g->a, g->person, &x, &n));
	for (size_t i = 0; i < n; i++) {
		json_t *o = gather_row(rows);
		gather_time(g, o, "at", x[i].at);
		gather_text(o, "path", x[i].path);
		gather_text(o, "sha256", x[i].sha256);
	}
	return OK;
}

err gather_downloads(struct gathering *g)
{
	struct download_row *x;
	size_t n;
	json_t *rows = gather_section(g, "downloads");
	TRY(download_by_person(g->books->lists, g->a, g->person, ROWS_MAX, &x, &n));
	for (size_t i = 0; i < n; i++) {
		json_t *o = gather_row(rows);
		gather_time(g, o, "at", x[i].d.at);
		gather_text(o, "path", x[i].d.path);
		gather_text(o, "how", x[i].d.how);
		json_object_set_new(o, "octets", json_integer(x[i].d.octets));
	}
	TRY(add_uploads(g));
	return add_consents(g);
}
