#include "web/site/site.h"

#include "web/blob.h"
#include "web/frame.h"
#include "web/router.h"
#include "web/site/access.h"
#include "web/site/below.h"
#include "web/site/mime.h"
#include "web/site/pages.h"
#include "web/site/send.h"

#include "base/file.h"
#include "base/language.h"
#include "base/log.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OWN_404_MAX = 65536 };

err site_open(struct arena *a, const char *root, struct site **site)
{
	int fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_in(a, errno == ENOENT ? ERR_NOTFOUND : ERR_IO,
			      "[web] root = %s: %s", root, strerror(errno));
	*site = mem_zero(sizeof **site);
	(*site)->root = fd;
	return OK;
}

void site_free(struct site *s)
{
	if (!s)
		return;
	close(s->root);
	free(s);
}

/* ---- as what it is shown */

/* HTML and its kin run in a sandbox with an origin of nobody: scripts, yes; our cookies, our
 * pages, no. Other files run nothing. Under a host name of their own they are themselves. */
static void set_policy(const struct request *q, struct response *r, str type)
{
	r->policy = STR("default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; "
			"media-src 'self'; object-src 'self'; frame-ancestors 'self'");
	if (mime_is_active(type))
		r->policy = q->apart ? STR("frame-ancestors 'self'")
				     : STR("sandbox allow-scripts allow-forms "
					   "allow-popups allow-popups-to-escape-sandbox "
					   "allow-downloads");
}

/* app.3f9ac21b.js: builders put a hash of the content into the name, so that it is good for
 * ever: eight or more hexadecimal digits, of them at least one a digit. */
static bool is_hashed(str name)
{
	size_t run = 0, digits = 0;
	str stem, ending;
	if (!str_cut_last(name, '.', &stem, &ending))
		return false;
	for (size_t i = stem.n; i; i--) {
		char c = chr_lower(stem.p[i - 1]);
		if (c == '.' || c == '-')
			return run >= 8 && digits;
		if (!chr_is_digit(c) && (c < 'a' || c > 'f'))
			return false;
		run++;
		digits += chr_is_digit(c);
	}
	return false;
}

static void set_cache(const struct request *q, struct response *r, str name)
{
	if (q->is_protected) {
		r->cache = STR("private, no-cache");
		return;
	}
	if (is_hashed(name))
		r->cache = STR("public, max-age=31536000, immutable");
	/* the sandbox makes the group's own fonts and data foreign to its pages */
	response_header(r, STR("Access-Control-Allow-Origin"), STR("*"));
}

/* ---- precompressed siblings */

static bool is_older(const struct stat *a, const struct stat *b)
{
	return a->st_mtim.tv_sec != b->st_mtim.tv_sec
		       ? a->st_mtim.tv_sec < b->st_mtim.tv_sec
		       : a->st_mtim.tv_nsec < b->st_mtim.tv_nsec;
}

/* style.css.br beside style.css, unless it is of an older one. The file's own descriptor is
 * closed where a sibling takes its place. */
static void choose_encoding(const struct request *q, struct place *p, struct sent_file *f)
{
	static const struct {
		const char *ending, *coding;
	} rows[] = { { ".zst", "zstd" }, { ".br", "br" }, { ".gz", "gzip" } };
	str accept = request_header(q, "accept-encoding");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct place sibling;
		str name = arena_cat(q->arena, p->name, str_from(rows[i].ending));
		below_step(p->folder, q->arena, name, &sibling);
		bool good = sibling.kind == PLACE_FILE && !is_older(&sibling.st, &p->st);
		f->varies |= good;
		if (good && !f->encoding.n
		    && accepts_coding(accept, str_from(rows[i].coding))) {
			close(f->fd);
			f->fd = sibling.fd;
			f->st = sibling.st;
			f->encoding = str_from(rows[i].coding);
			sibling.fd = -1;
		}
		place_close(&sibling);
	}
}

/* ---- answers */

/* path: where its folder stands. */
static struct sent_watch *watch_for(const struct site *s, struct request *q, str path,
				    const struct place *p, const struct sent_file *f)
{
	str tag = file_version(q->arena, &f->st);
	if (f->encoding.n)
		tag = arena_cat(q->arena, tag, STR("-"), f->encoding);
	return s->watch(q, arena_cat(q->arena, path, p->name), tag, &f->st);
}

static void send_place(const struct site *s, struct request *q, struct response *r,
		       struct place *p, str path)
{
	struct sent_file f = { .fd = p->fd, .st = p->st, .type = mime_type(p->name) };
	f.charge = q->by_link ? s->charge : NULL;
	p->fd = -1;
	choose_encoding(q, p, &f);
	set_policy(q, r, f.type);
	set_cache(q, r, p->name);
	if (path.n)
		f.watch = watch_for(s, q, path, p, &f);
	site_send(q, r, &f);
}

static void add_slash(struct request *q, struct response *r)
{
	response_redirect(r, 301,
			  arena_cat(q->arena, q->path, STR("/"),
				    q->query_text.n ? STR("?") : STR(""), q->query_text));
}

/* ---- who may */

struct asks {
	const struct site *site;
	struct request *q;
};

static err holds(void *ctx, const struct rule *rule, bool *yes)
{
	const struct asks *x = ctx;
	*yes = rule->who == RULE_PUBLIC;
	return x->site->holds ? x->site->holds(x->q, rule, yes) : OK;
}

/* Who runs the server may read all of it. */
int site_may(const struct site *s, struct request *q, const struct rules *r,
	     const struct rule **by)
{
	struct asks x = { s, q };
	struct decision d;
	*by = NULL;
	if (q->session && q->session->admin)
		return MAY;
	err e = rules_decide(r, holds, &x, &d);
	*by = d.by;
	if (!e.kind)
		return d.allowed ? MAY : MAY_NOT;
	log_error("page-not-made", KE(e), KZ("do", "mend what the error names"));
	return MAY_NOT_TELL;
}

static bool shows_pages(const struct request *q)
{
	return str_find(request_header(q, "accept"), STR("text/html")).n > 0;
}

/* RFC 9110 section 15.5.2; RFC 7617: what wget and curl wait for before they say who they
 * are. A browser would ask for a password itself, and not show what we say. */
static void ask_who(struct request *q, struct response *r)
{
	if (request_query(q, "s").n && request_query(q, "e").n) {
		error_page(q, r, 403,
			   S_("This link has ended, or it is not whole. Ask whoever gave "
			      "it to you for another."));
		return;
	}
	if (shows_pages(q)) {
		response_redirect(r, 303, login_path(q));
		return;
	}
	response_header(r, STR("WWW-Authenticate"),
			STR("Basic realm=\"Files\", charset=\"UTF-8\""));
	error_page(q, r, 401, STR_NONE);
}

/* Nobody is signed in at [web] files_url, so what is not everybody's is at [site] url. */
static void lead_home(const struct site *s, struct request *q, struct response *r)
{
	r->status = 303;
	response_header(r, STR("Location"),
			arena_cat(q->arena, s->url, q->path,
				  q->query_text.n ? STR("?") : STR(""), q->query_text));
}

static void refuse(const struct site *s, struct request *q, struct response *r,
		   const struct rules *rules, enum may may)
{
	if (rules->broken.n)
		log_warn("access-broken",
			 KS("folder",
			    access_folder(q->arena, q->segments, rules->broken_depth)),
			 KS("why", rules->broken),
			 KZ("do", "mend that folder's .access; until then nobody but "
				  "administrators may read it"));
	r->cache = STR("private, no-store");
	if (q->apart)
		lead_home(s, q, r);
	else if (may == MAY_NOT && !q->session && !q->session_unread)
		ask_who(q, r);
	else
		router_refuse(q, r, may);
}

/* ---- what is not there */

/* What the group itself says of that: /404.html, where who asks may read it. */
static void not_found(const struct site *s, struct request *q, struct response *r)
{
	struct place own;
	struct access x = { .a = q->arena };
	const struct rule *by;
	str name = STR("404.html"), page;
	below_walk(s->root, q->arena, &name, 1, access_look, &x, &own);
	if (own.kind == PLACE_FILE && own.st.st_size <= OWN_404_MAX && own.st.st_size
	    && site_may(s, q, &x.rules, &by) == MAY
	    && !file_read_fd(q->arena, own.fd, OWN_404_MAX, &page).kind) {
		r->status = 404;
		r->type = mime_type(name);
		set_policy(q, r, r->type);
		buf_add(&r->body, page);
	} else {
		error_page(q, r, 404, STR_NONE);
	}
	place_close(&own);
}

/* ---- what is there */

/* Where the file's folder stands, if a log is kept of it; else empty. */
static str logged_at(const struct site *s, struct request *q, const struct rules *rules,
		     size_t depth)
{
	bool kept = s->watch && !q->head && rules_keep_log(rules);
	return kept ? access_folder(q->arena, q->segments, depth) : STR_NONE;
}

/* A text that is shown as a page was had whole. */
static void send_file(const struct site *s, struct request *q, struct response *r,
		      struct place *p, str path)
{
	if (!is_text_page(q, p)) {
		send_place(s, q, r, p, path);
		return;
	}
	struct sent_file f = { .st = p->st };
	struct sent_watch *w = path.n ? watch_for(s, q, path, p, &f) : NULL;
	send_text_page(q, r, p);
	if (w) {
		w->to_end = true;
		w->wanted = p->st.st_size;
		w->end(w, r->status == 200 ? p->st.st_size : 0);
	}
}

/* A folder's index, else its listing where its rules have one. */
static void send_folder(const struct site *s, struct request *q, struct response *r,
			struct place *p, const struct access *x, const struct rule *by)
{
	static const char *const names[] = { "index.html", "index.md" };
	struct place index = { .fd = -1, .folder = -1 };
	for (size_t i = 0; i < 2 && index.kind != PLACE_FILE; i++) {
		place_close(&index);
		below_step(p->fd, q->arena, str_from(names[i]), &index);
	}
	if (index.kind == PLACE_FILE) {
		index.folder = p->fd;
		p->fd = -1;
		send_file(s, q, r, &index, logged_at(s, q, &x->rules, q->segment_count));
	} else if (x->rules.listing == RULES_YES) {
		send_listing(s, q, r, p, &x->rules, by);
	} else {
		not_found(s, q, r);
	}
	place_close(&index);
}

/* /about is about.html or about.md, where nothing else is so named. The folder's
 * rules are asked again: it may be another by now. */
static bool find_text(const struct site *s, struct request *q, struct place *p)
{
	static const char *const endings[] = { ".html", ".md" };
	size_t n = q->segment_count;
	if (p->kind != PLACE_NOTHING || !n || q->slash)
		return false;
	str *segments = arena_alloc(q->arena, n * sizeof *segments);
	memcpy(segments, q->segments, n * sizeof *segments);
	for (size_t i = 0; i < 2 && p->kind != PLACE_FILE; i++) {
		struct access x = { .a = q->arena };
		const struct rule *by;
		segments[n - 1] = arena_cat(q->arena, q->segments[n - 1],
					    str_from(endings[i]));
		place_close(p);
		below_walk(s->root, q->arena, segments, n, access_look, &x, p);
		if (p->kind != PLACE_FILE || site_may(s, q, &x.rules, &by) != MAY)
			place_close(p);
	}
	return p->kind == PLACE_FILE;
}

static void answer(const struct site *s, struct request *q, struct response *r,
		   struct place *p, const struct access *x, const struct rule *by)
{
	if (p->kind == PLACE_FOLDER && q->segment_count && !q->slash)
		add_slash(q, r);
	else if (p->kind == PLACE_FOLDER)
		send_folder(s, q, r, p, x, by);
	else if ((p->kind == PLACE_FILE && !q->slash) || find_text(s, q, p))
		send_file(s, q, r, p, logged_at(s, q, &x->rules, q->segment_count - 1));
	else
		not_found(s, q, r);
}

/* Who has not accepted the licence: a browser is led to it, a script is told where. */
static void ask_consent(const struct site *s, struct request *q, struct response *r,
			enum may may)
{
	str page = licence_page_path(q);
	r->cache = STR("private, no-store");
	if (may == MAY_NOT_TELL)
		router_refuse(q, r, may);
	else if (q->apart)
		lead_home(s, q, r);
	else if (shows_pages(q))
		response_redirect(r, 303, page);
	else
		error_page(q, r, 403,
			   arena_printf(q->arena,
					_("A licence must be accepted before these files "
					  "are read. Do so once in a browser, at "
					  "%.*s%.*s, then try again."),
					STR_F(s->url), STR_F(page)));
}

static enum may enter(const struct site *s, struct request *q, struct place *p,
		      struct access *x, const struct rule **by)
{
	*x = (struct access){ .a = q->arena };
	below_walk(s->root, q->arena, q->segments, q->segment_count, access_look, x, p);
	if (s->find_link && request_query(q, "s").n)
		s->find_link(q);
	enum may may = (enum may)site_may(s, q, &x->rules, by);
	q->by_link = may == MAY && *by && (*by)->who == RULE_LINK;
	q->is_protected |= !rules_are_public(&x->rules);
	return may;
}

int site_may_enter(const struct site *s, struct request *q, struct rules *rules)
{
	struct place p;
	struct access x;
	const struct rule *by;
	enum may may = enter(s, q, &p, &x, &by);
	place_close(&p);
	*rules = x.rules;
	return (int)may;
}

void site_page(const struct site *s, struct request *q, struct response *r)
{
	struct place p;
	struct access x;
	const struct rule *by;
	enum may may = enter(s, q, &p, &x, &by), agreed = MAY;
	if (may == MAY && x.rules.licence.n)
		agreed = s->consent ? (enum may)s->consent(q, &x.rules) : MAY_NOT;
	if (may != MAY || (q->apart && q->is_protected && !q->by_link))
		refuse(s, q, r, &x.rules, may);
	else if (agreed != MAY)
		ask_consent(s, q, r, agreed);
	else
		answer(s, q, r, &p, &x, by);
	place_close(&p);
}
