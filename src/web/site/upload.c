#include "web/site/upload.h"

#include "base/clock.h"
#include "base/conf.h"
#include "base/file.h"
#include "base/language.h"
#include "base/log.h"
#include "base/mem.h"
#include "web/form.h"
#include "web/site/consent.h"
#include "web/site/manage.h"
#include "web/site/pages.h"
#include "web/site/upload_inside.h"
#include "web/stamp.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	AT_ONCE = UPLOADS_AT_ONCE,
	OF_ONE = 2,
	FIELDS = 16,
	FIELD_MAX = 1024,
	MODE = 0644
};

/* ---- those under way: what they may still take counts as taken */

struct uploads {
	pthread_mutex_t lock;
	struct {
		bool taken;
		int64_t person, size;
		dev_t device;
		ino_t folder;
	} at[AT_ONCE];
};

struct uploads *uploads_new(void)
{
	struct uploads *u = mem_zero(sizeof *u);
	pthread_mutex_init(&u->lock, NULL);
	return u;
}

/* A place of them, from 1 on; 0: there is none, or the person has as many as one may. all and
 * own: what others under way may take of the folder. */
static int enter(struct uploads *u, int64_t person, const struct stat *folder,
		 int64_t size, int64_t *all, int64_t *own)
{
	int place = 0, others = 0;
	*all = *own = 0;
	pthread_mutex_lock(&u->lock);
	for (int i = 0; i < AT_ONCE; i++) {
		bool mine = u->at[i].person == person;
		if (!u->at[i].taken) {
			place = i + 1;
			continue;
		}
		others += mine;
		if (u->at[i].folder != folder->st_ino
		    || u->at[i].device != folder->st_dev)
			continue;
		*all += u->at[i].size;
		*own += mine ? u->at[i].size : 0;
	}
	place = others >= OF_ONE ? 0 : place;
	if (place) {
		u->at[place - 1].taken = true;
		u->at[place - 1].person = person;
		u->at[place - 1].size = size;
		u->at[place - 1].device = folder->st_dev;
		u->at[place - 1].folder = folder->st_ino;
	}
	pthread_mutex_unlock(&u->lock);
	return place;
}

static void leave(struct uploads *u, int place)
{
	pthread_mutex_lock(&u->lock);
	u->at[place - 1].taken = false;
	pthread_mutex_unlock(&u->lock);
}

/* ---- how large a body may be, by what a page of ours said */

static str stamp_form_of(struct arena *a, str person)
{
	return arena_cat(a, STR("site-upload "), person);
}

str upload_stamp(struct request *q, str folder)
{
	struct worker *w = worker_of(q);
	str person = arena_number(q->arena, q->session ? q->session->person : 0);
	return arena_cat(q->arena, STR("&upload="), person, STR("."),
			 stamp_make(q->arena, &w->web->mac,
				    stamp_form_of(q->arena, person), folder,
				    clock_now()));
}

int64_t upload_max(void *router, str path, str query)
{
	ARENA(a);
	const struct web *web = ((const struct router *)router)->ctx;
	struct pairs pairs;
	str who, stamp;
	if (!str_eq(path, STR("/files/upload")) || !web->site
	    || form_query(a, query, &pairs).kind
	    || !str_cut(pairs_get(&pairs, STR("upload")), '.', &who, &stamp))
		return 0;
	enum stamp_state s = stamp_check(a, &web->mac, stamp_form_of(a, who),
					 pairs_get(&pairs, STR("to")), clock_now(),
					 stamp);
	return s == STAMP_GOOD || s == STAMP_YOUNG
		       ? web->conf->web_upload_size + HTTP_BODY_MAX
		       : 0;
}

/* ---- where to */

/* Whether [web] uploads names it, or a folder above it. */
static bool is_named(const struct conf *conf, str path)
{
	str rest = conf->web_uploads, word;
	while (conf_word(&rest, &word)) {
		while (word.n && word.p[word.n - 1] == '/')
			word = str_first(word, word.n - 1);
		if (word.n && str_starts(path, word) && path.p[word.n] == '/')
			return true;
	}
	return false;
}

static err holds(void *ctx, const struct rule *rule, bool *yes)
{
	struct request *q = ctx;
	return worker_of(q)->web->site->holds(q, rule, yes);
}

/* Who runs the server may do what the rules let anybody do. */
int upload_may_by(struct request *q, const struct rules *r)
{
	const struct rule *by;
	bool yes = false;
	int may = site_may(worker_of(q)->web->site, q, r, &by);
	if (may != MAY || !q->session)
		return may == MAY ? MAY_NOT : may;
	if (r->licence.n && (may = file_consent(q, r)) != MAY)
		return may;
	if (q->session->admin)
		return r->uploads ? MAY : MAY_NOT;
	err e = rules_name(r, RULE_UPLOAD, holds, q, &yes);
	if (!e.kind)
		return yes ? MAY : MAY_NOT;
	log_error("page-not-made", KE(e), KZ("do", "mend what the error names"));
	return MAY_NOT_TELL;
}

void upload_look(struct request *q, str path, struct upload_place *x)
{
	const struct worker *w = worker_of(q);
	struct access access;
	*x = (struct upload_place){ .path = path, .may = MAY_NOT };
	bool is_path = site_look(q, path, &x->at, &access);
	x->rules = access.rules;
	if (!is_path || x->at.kind != PLACE_FOLDER || !str_ends(path, STR("/")))
		return;
	x->named = is_named(w->web->conf, path);
	x->may = upload_may_by(q, &x->rules);
	x->manages = site_manages(q, path) == MAY;
}

/* ---- it comes */

/* why: in English, since nobody has chosen a language yet. */
static void fail(struct upload *u, enum err_kind kind, const char *why)
{
	if (u->why)
		return;
	u->kind = kind;
	u->why = why;
}

static void fail_errno(struct upload *u)
{
	bool full = errno == ENOSPC || errno == EDQUOT;
	log_error("upload-not-kept", KS("folder", u->to.path),
		  KZ("error", strerror(errno)),
		  KZ("do", "free space, or let the server write in that folder: "
			   "doc/site.md, Files that members send"));
	fail(u, ERR_TEMP,
	     full ? N_("There is no room left on the server. Try again later.")
		  : N_("The server cannot write there. Whoever runs it finds the reason "
		       "in its log."));
}

static err begin_part(void *ctx, const struct pair *head)
{
	struct upload *u = ctx;
	u->is_file = head->filename.p != NULL;
	if (u->is_file && u->files++)
		fail(u, ERR_DENIED, N_("Send one file at a time."));
	if (u->is_file)
		u->filename = head->filename;
	else if (u->fields < FIELDS)
		u->rows[u->fields].name = head->name;
	else
		return FAIL(ERR_LIMIT, "the form has too many fields");
	buf_clear(&u->field);
	return OK;
}

static void keep_octets(struct upload *u, str octets)
{
	if (u->size + (int64_t)octets.n > u->most)
		fail(u, ERR_LIMIT, u->most_why);
	if (u->why || u->fd < 0)
		return;
	crypto_hash_sha256_update(&u->hash, (const unsigned char *)octets.p, octets.n);
	while (octets.n) {
		ssize_t n = pwrite(u->fd, octets.p, octets.n, u->size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			fail_errno(u);
			return;
		}
		u->size += n;
		octets = str_skip(octets, (size_t)n);
	}
}

static err take_octets(void *ctx, str octets)
{
	struct upload *u = ctx;
	if (u->is_file)
		keep_octets(u, octets);
	else if (u->field.n + octets.n > FIELD_MAX)
		return FAIL(ERR_LIMIT, "a field is too long");
	else
		buf_add(&u->field, octets);
	return OK;
}

static err end_part(void *ctx)
{
	struct upload *u = ctx;
	if (u->is_file)
		return OK;
	u->rows[u->fields++].value = arena_copy(u->a, buf_str(&u->field));
	u->sink.fields = (struct pairs){ u->rows, u->fields };
	return OK;
}

static void take(struct sink *sink, str octets)
{
	struct upload *u = (struct upload *)sink;
	if (!u->m || u->broken)
		return;
	err e = multipart_take(u->m, octets);
	if (e.kind) {
		u->broken = true;
		fail(u, ERR_DENIED, N_("The form did not come as it should."));
	}
}

static void free_upload(struct sink *sink)
{
	struct upload *u = (struct upload *)sink;
	multipart_free(u->m);
	buf_free(&u->field);
	fd_close(&u->fd);
	place_close(&u->to.at);
	if (u->place)
		leave(u->under_way, u->place);
	struct arena *a = u->a; /* u is in it */
	arena_free(a);
}

/* ---- it begins */

/* As much as there is room for: less than the form is long, and it need not come at all. */
static err find_room(struct request *q, struct upload *u, int64_t expected)
{
	const struct conf *conf = worker_of(q)->books.conf;
	int64_t all, own, others, others_own;
	TRY(upload_forget_gone(q, u));
	TRY(upload_room(worker_of(q)->books.lists, u->to.path, u->person, &all, &own));
	u->place = enter(u->under_way, u->person, &u->to.at.st, expected, &others,
			 &others_own);
	if (!u->place) {
		fail(u, ERR_TEMP,
		     N_("Other files are being sent. Try again in a minute."));
		return OK;
	}
	const struct {
		int64_t room;
		const char *why;
	} limits[] = {
		{ conf->web_upload_size, N_("The file is larger than one may be here.") },
		{ conf->web_upload_quota - all - others,
		  N_("The folder is full: all files that were sent there have taken the "
		     "room that there is.") },
		{ conf->web_upload_person - own - others_own,
		  N_("Your files have taken the room that you have in this folder. "
		     "Remove one first.") },
	};
	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
		if (!i || limits[i].room < u->most) {
			u->most = limits[i].room;
			u->most_why = limits[i].why;
		}
	if (u->most < expected - HTTP_BODY_MAX)
		fail(u, ERR_LIMIT, u->most_why);
	return OK;
}

/* A stranger's, or one that goes nowhere: it is read to its end and told so. */
static void check_place(struct request *q, struct upload *u)
{
	if (u->to.may == MAY_NOT_TELL || q->session_unread)
		fail(u, ERR_TEMP, N_("The server cannot answer at the moment."));
	else if (!q->session || !q->session->cookie.n)
		fail(u, ERR_DENIED, N_("Sign in first."));
	else if (u->to.may != MAY)
		fail(u, ERR_DENIED, N_("You may not put files there."));
	else if (!u->to.named)
		fail(u, ERR_DENIED,
		     N_("The server takes no files there: [web] uploads does not name "
			"this folder."));
}

static void open_file(struct request *q, struct upload *u)
{
	int64_t length = 0;
	(void)!str_i64(request_header(q, "content-length"), &length);
	check_place(q, u);
	if (u->why)
		return;
	err e = find_room(q, u, length);
	if (e.kind) {
		log_error("page-not-made", KE(e), KZ("do", "mend what the error names"));
		fail(u, ERR_TEMP, N_("The server cannot answer at the moment."));
	}
	if (u->why)
		return;
	u->fd = openat(u->to.at.fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, MODE);
	if (u->fd < 0)
		fail_errno(u);
}

struct sink *upload_sink(void *router, struct request *q)
{
	static const char *const wanted = "content-type";
	const struct router *r = router;
	struct arena *a = arena_new();
	struct upload *u = arena_zero(a, sizeof *u);
	q->router = r;
	q->ctx = r->ctx;
	session_read(r->sessions, q);
	*u = (struct upload){ .sink = { .take = take, .free = free_upload },
			      .a = a,
			      .fd = -1,
			      .under_way = worker_of(q)->web->uploads,
			      .person = q->session ? q->session->person : 0 };
	u->hear = (struct multipart_hear){ begin_part, take_octets, end_part, u };
	u->rows = arena_zero(a, FIELDS * sizeof *u->rows);
	u->to = (struct upload_place){ .at = { .fd = -1, .folder = -1 },
				       .may = MAY_NOT_TELL };
	crypto_hash_sha256_init(&u->hash);
	if (!worker_check(worker_of(q)).kind)
		upload_look(q, arena_copy(a, request_query(q, "to")), &u->to);
	if (multipart_new(a, arena_copy(a, request_header(q, wanted)), &u->hear, &u->m)
		    .kind)
		fail(u, ERR_DENIED, N_("The form did not come as it should."));
	open_file(q, u);
	return &u->sink;
}
