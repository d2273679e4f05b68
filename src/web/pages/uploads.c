/* /files/upload: files that members put into a folder of the group's site, and take away. */
#include "web/pages/forms.h"

#include "base/enc.h"
#include "base/language.h"
#include "wall/engines.h"
#include "web/site/upload.h"

enum { SHOWN = 500 };

/* True: who asks may see what was sent there. The place is the caller's to close. */
static bool look(struct request *q, struct response *r, str path, struct upload_place *x)
{
	const struct worker *w = worker_open(q);
	*x = (struct upload_place){ .at = { .fd = -1, .folder = -1 } };
	r->cache = STR("private, no-store");
	if (!w->web->site) {
		error_page(q, r, 404, STR_NONE);
		return false;
	}
	upload_look(q, path, x);
	if (x->may == MAY || x->manages)
		return true;
	router_lead_in(q, r, (enum may)x->may);
	place_close(&x->at);
	return false;
}

static err add_files(struct request *q, const struct upload_place *x,
		     struct page_uploads *p)
{
	struct upload_row *u;
	size_t n;
	struct arena *a = q->arena;
	struct book *b = worker_of(q)->books.lists;
	int64_t person = q->session->person;
	TRY(upload_room(b, x->path, person, &p->all, &p->own));
	TRY(upload_list(b, a, x->path, SHOWN, &u, &n));
	struct page_uploads_files *rows = arena_zero(a, (n + 1) * sizeof *rows);
	for (size_t i = 0; i < n; i++) {
		str name = str_skip(u[i].path, x->path.n);
		rows[i] = (struct page_uploads_files){
			.name = name,
			.href = enc_percent_path(a, u[i].path),
			.size = u[i].size,
			.who = u[i].name.n      ? u[i].name
			       : u[i].address.n ? u[i].address
						: S_("somebody who has gone"),
			.address = u[i].name.n ? u[i].address : STR(""),
			.at = u[i].at,
			.sha256 = u[i].sha256,
			.mine = x->manages || u[i].person == person,
		};
	}
	p->files = rows;
	p->files_count = n;
	return OK;
}

static void show(struct request *q, struct response *r, const struct upload_place *x,
		 str error)
{
	const struct conf *conf = worker_of(q)->books.conf;
	struct page_uploads p = {
		.frame = frame_of(q, S_("Files that were sent")),
		.note = note_of(q),
		.csrf = csrf_of(q),
		.path = x->path,
		.action = arena_cat(q->arena, STR("/files/upload?to="),
				    enc_percent(q->arena, x->path),
				    upload_stamp(q, x->path)),
		.error = error,
		.may = x->may == MAY && x->named,
		.replaces = x->rules.replace == RULES_YES,
		.checked = engines_for_files(conf),
		.largest = conf->web_upload_size,
		.room = conf->web_upload_person,
	};
	if (x->may == MAY && !x->named && !error.n)
		p.error = S_("The server takes no files there: [web] uploads does not "
			     "name this folder.");
	if (!page_failed(q, r, add_files(q, x, &p)))
		ANSWER(q, r, uploads, &p);
}

void uploads_page(struct request *q, struct response *r)
{
	struct upload_place x;
	if (!look(q, r, request_query(q, "to"), &x))
		return;
	show(q, r, &x, STR(""));
	place_close(&x.at);
}

static str page_of(struct request *q, str path)
{
	return arena_cat(q->arena, STR("/files/upload?to="), enc_percent(q->arena, path));
}

void uploads_post(struct request *q, struct response *r)
{
	struct upload_place x;
	struct upload_row row;
	if (!look(q, r, request_query(q, "to"), &x))
		return;
	err e = q->sink ? upload_finish(q, &row)
			: err_in(q->arena, ERR_DENIED, "%s",
				 _("The page was too old. Choose the file again."));
	if (!e.kind) {
		response_redirect(r, 303,
				  arena_cat(q->arena, page_of(q, x.path),
					    STR("&done=site-file-sent")));
	} else if (e.kind == ERR_DENIED || e.kind == ERR_LIMIT || err_is_passing(e)) {
		r->status = e.kind == ERR_DENIED ? 400 : e.kind == ERR_LIMIT ? 413 : 503;
		show(q, r, &x, arena_copy(q->arena, str_from(e.msg)));
	} else {
		(void)page_failed(q, r, e);
	}
	place_close(&x.at);
}

/* ---- and go */

static void remove_one(struct request *q, struct response *r,
		       const struct upload_place *x)
{
	struct upload_row row;
	str path = arena_cat(q->arena, x->path, field(q, "name"));
	err e = upload_get(worker_of(q)->books.lists, q->arena, path, &row);
	bool may = !e.kind && str_eq(row.folder, x->path)
		   && (x->manages || row.person == q->session->person);
	if (e.kind == ERR_NOTFOUND || (!e.kind && !may)) {
		r->status = 400;
		show(q, r, x, S_("This file is not yours to remove, or it is gone."));
		return;
	}
	if (!e.kind)
		e = upload_remove(q, x, &row);
	if (!page_failed(q, r, e))
		response_redirect(r, 303,
				  arena_cat(q->arena, page_of(q, x->path),
					    STR("&done=site-file-removed")));
}

void uploads_remove_post(struct request *q, struct response *r)
{
	struct upload_place x;
	if (!look(q, r, field(q, "to"), &x))
		return;
	remove_one(q, r, &x);
	place_close(&x.at);
}
