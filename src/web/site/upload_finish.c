#include "web/site/upload_inside.h"

#include "base/clock.h"
#include "base/language.h"
#include "base/log.h"
#include "base/utf8.h"
#include "wall/door.h"
#include "wall/engines.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { NAME_MAX_OCTETS = 200, WALL_MS = 120000 };

/* ---- names */

/* What stands for the folder itself, or for another file in it. */
static bool is_taken_by_rules(struct arena *a, str name)
{
	static const char *const names[] = { "index.html", "index.md", "404.html",
					     "sha256sums", "readme.md" };
	str low = utf8_fold(a, name);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_eq(low, str_from(names[i])))
			return true;
	return false;
}

/* Controls, and what changes the direction or hides. */
static bool has_odd_character(str name)
{
	while (name.n) {
		uint32_t c = utf8_next(&name);
		if (c < 0x20 || (c >= 0x7f && c < 0xa0) || c == '/' || c == '\\'
		    || c == 0xad || (c >= 0x200b && c <= 0x200f)
		    || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f)
		    || c == 0xfeff || c == 0xfffd)
			return true;
	}
	return false;
}

/* Old browsers send the whole path of the file at home. */
str upload_name(struct arena *a, str filename, str *why)
{
	str before, last;
	if (str_cut_last(filename, '/', &before, &last))
		filename = last;
	if (str_cut_last(filename, '\\', &before, &last))
		filename = last;
	str name = utf8_nfc(a, str_trim(filename));
	*why = STR("");
	if (!name.n)
		*why = S_("Choose a file.");
	else if (name.p[0] == '.')
		*why = S_("A name that begins with a dot is not taken.");
	else if (name.n > NAME_MAX_OCTETS)
		*why = S_("The name is too long: rename the file first.");
	else if (!utf8_valid(filename) || has_odd_character(name))
		*why = S_("The name holds characters that no file may have here.");
	else if (is_taken_by_rules(a, name))
		*why = S_("A file of that name stands for the folder itself, and is not "
			  "taken.");
	return name;
}

/* x.csv.gz would be sent in x.csv's place to whoever takes gzip. */
static bool stands_for_another(struct arena *a, int folder, str name)
{
	static const char *const endings[] = { ".gz", ".br", ".zst" };
	for (size_t i = 0; i < 3; i++) {
		struct place p;
		str ending = str_from(endings[i]);
		if (!str_ends(name, ending) || name.n == ending.n)
			continue;
		below_step(folder, a, str_first(name, name.n - ending.n), &p);
		bool is = p.kind != PLACE_NOTHING;
		place_close(&p);
		if (is)
			return true;
	}
	return false;
}

/* ---- the wall */

static err ask_wall(struct request *q, const struct upload *u, struct wall_verdict *v)
{
	struct web *web = worker_of(q)->web;
	int pair[2];
	char path[64];
	snprintf(path, sizeof path, "/proc/self/fd/%d", u->fd);
	int eyes = open(path, O_RDONLY | O_CLOEXEC); /* that can change nothing in it */
	if (eyes < 0)
		return err_in(q->arena, ERR_IO, "the file cannot be opened again: %s",
			      strerror(errno));
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair)) {
		close(eyes);
		return FAIL(ERR_TEMP, "no connection to the wall");
	}
	err e = web->hand_wall(web->ring, pair[1]);
	close(pair[1]);
	int64_t ms = engines_ms(web->conf);
	struct wall_context c = { .is_file = true,
				  .name = u->filename,
				  .account = u->person };
	if (!e.kind)
		e = wall_ask(q->arena, pair[0], eyes, &c, ms < WALL_MS ? ms : WALL_MS, v);
	close(pair[0]);
	close(eyes);
	return e;
}

/* Nothing is kept that nobody looked into: not even what an engine cannot. */
static err pass_wall(struct request *q, struct upload *u, str *verdict)
{
	const struct conf *conf = worker_of(q)->web->conf;
	struct wall_verdict v = { .result = WALL_UNSCANNED, .passing = true };
	*verdict = STR("");
	if (!engines_for_files(conf))
		return OK;
	err e = ask_wall(q, u, &v);
	*verdict = str_from(wall_word(v.result));
	if (!e.kind && v.result == WALL_CLEAN)
		return OK;
	log_warn(
		"upload-refused", KN("person", u->person), KS("folder", u->to.path),
		KS("name", u->filename), KZ("verdict", wall_word(v.result)),
		KS("signature", v.signature), KS("why", e.kind ? str_from(e.msg) : v.why),
		KZ("do", "infected: look at that person's computer; not scanned: postern "
			 "doctor says how the engines are"));
	if (v.result == WALL_INFECTED)
		return err_in(
			q->arena, ERR_DENIED, "%s",
			_("A virus was found in this file. Nothing of it was kept."));
	if (v.result == WALL_SUSPICIOUS || (!e.kind && !v.passing))
		return err_in(q->arena, ERR_DENIED, "%s",
			      _("The virus check cannot look into this file: it is "
				"encrypted, packed in an odd way or too large for it. "
				"Nothing of it was kept."));
	return err_in(
		q->arena, ERR_TEMP, "%s",
		_("The virus check does not answer at the moment. Nothing was kept; "
		  "try again later."));
}

/* ---- it gets its name */

static err failed(struct request *q, const struct upload *u, const char *what)
{
	log_error("upload-not-kept", KS("folder", u->to.path), KZ("what", what),
		  KZ("error", strerror(errno)),
		  KZ("do", "free space, or let the server write in that folder: "
			   "doc/site.md, Files that members send"));
	return err_in(
		q->arena, ERR_TEMP, "%s",
		_("The server cannot write there. Whoever runs it finds the reason in "
		  "its log."));
}

static err place_file(struct request *q, struct upload *u, str name, bool replaces)
{
	char from[64], spare[64];
	const char *to = arena_z(q->arena, name);
	int folder = u->to.at.fd;
	snprintf(from, sizeof from, "/proc/self/fd/%d", u->fd);
	/* A second name for it, which nobody else has now, and that in the place of the file
	 * that was: link(2) replaces nothing. */
	snprintf(spare, sizeof spare, ".postern-upload-%d", u->place);
	if (replaces)
		(void)unlinkat(folder, spare, 0); /* of a server that was killed */
	if (linkat(AT_FDCWD, from, folder, replaces ? spare : to, AT_SYMLINK_FOLLOW)) {
		if (errno == EEXIST)
			return err_in(q->arena, ERR_DENIED, "%s",
				      _("There is a file of that name already."));
		return failed(q, u, "linkat");
	}
	if (replaces && renameat(folder, spare, folder, to)) {
		(void)unlinkat(folder, spare, 0);
		return failed(q, u, "renameat");
	}
	return fsync(folder) ? failed(q, u, "fsync of the folder") : OK;
}

static bool stands_there(struct arena *a, int folder, str name)
{
	struct stat st;
	return !fstatat(folder, arena_z(a, name), &st, AT_SYMLINK_NOFOLLOW);
}

/* Rows whose files get their names at this moment; 0: none. */
static _Atomic int64_t naming[UPLOADS_AT_ONCE];

static bool is_named_now(int64_t id)
{
	for (size_t i = 0; i < UPLOADS_AT_ONCE; i++)
		if (atomic_load(&naming[i]) == id)
			return true;
	return false;
}

err upload_forget_gone(struct request *q, const struct upload *u)
{
	enum { MOST = 5000 };
	struct upload_row *x;
	size_t n;
	struct book *b = worker_of(q)->books.lists;
	TRY(upload_list(b, q->arena, u->to.path, MOST, &x, &n));
	for (size_t i = 0; i < n; i++)
		if (!is_named_now(x[i].id) /* first: what it was, stands there now */
		    && !stands_there(q->arena, u->to.at.fd,
				     str_skip(x[i].path, x[i].folder.n)))
			TRY(upload_drop(b, x[i].id));
	return OK;
}

/* Of two who send at one time each sees the other's row. */
static err check_quota(struct request *q, const struct upload *u, int64_t freed)
{
	const struct conf *conf = worker_of(q)->books.conf;
	int64_t all, own;
	TRY(upload_room(worker_of(q)->books.lists, u->to.path, u->person, &all, &own));
	if (own - freed + u->size > conf->web_upload_person)
		return err_in(q->arena, ERR_DENIED, "%s",
			      _("Your files have taken the room that you have in this "
				"folder. Remove one first."));
	if (all - freed + u->size > conf->web_upload_quota)
		return err_in(q->arena, ERR_DENIED, "%s",
			      _("The folder is full: all files that were sent there have "
				"taken the room that there is."));
	return OK;
}

/* The row before the file: one that is seen always has somebody who sent it. */
static err note(struct request *q, struct upload *u, struct upload_row *row,
		struct upload_row *old, bool *replaces)
{
	struct book *b = worker_of(q)->books.lists;
	str name = str_skip(row->path, row->folder.n);
	err e = upload_get(b, q->arena, row->path, old);
	if (e.kind && e.kind != ERR_NOTFOUND)
		return e;
	*replaces = !e.kind && u->to.rules.replace == RULES_YES
		    && (old->person == u->person || u->to.manages);
	if (!*replaces && (!e.kind || stands_there(q->arena, u->to.at.fd, name)))
		return err_in(q->arena, ERR_DENIED, "%s",
			      _("There is a file of that name already."));
	TRY(check_quota(q, u, *replaces && old->person == u->person ? old->size : 0));
	if (!*replaces)
		return upload_add(b, row);
	row->id = old->id;
	return upload_change(b, row);
}

static err name_file(struct request *q, struct upload *u, const struct upload_row *row,
		     const struct upload_row *old, bool replaces)
{
	struct book *b = worker_of(q)->books.lists;
	err e = place_file(q, u, str_skip(row->path, row->folder.n), replaces);
	if (!e.kind)
		return OK;
	err undone = replaces ? upload_change(b, old) : upload_drop(b, row->id);
	if (undone.kind)
		log_error("upload-not-undone", KE(undone),
			  KZ("do", "nothing: the next file of that folder mends it"));
	return e;
}

static err keep(struct request *q, struct upload *u, struct upload_row *row)
{
	struct books *books = &worker_of(q)->books;
	struct upload_row old;
	struct actor by;
	bool replaces = false;
	TRY(worker_actor(q, &by));
	if (fsync(u->fd)) /* nobody who writes the book waits for the disk */
		return failed(q, u, "fsync");
	TRY(book_begin(books->lists));
	err e = note(q, u, row, &old, &replaces);
	if (!e.kind) {
		atomic_store(&naming[u->place - 1], row->id);
		e = books_audit(books, &by, 0,
				replaces ? STR("site file replaced")
					 : STR("site file uploaded"),
				row->path);
	}
	e = book_end(books->lists, e);
	if (!e.kind)
		e = name_file(q, u, row, &old, replaces);
	atomic_store(&naming[u->place - 1], 0);
	return e;
}

err upload_finish(struct request *q, struct upload_row *row)
{
	struct upload *u = (struct upload *)q->sink;
	unsigned char hash[crypto_hash_sha256_BYTES];
	char hex[2 * sizeof hash + 1];
	str why, name = upload_name(q->arena, u->filename, &why);
	if (!u->why && multipart_end(u->m).kind)
		why = S_("The form did not come as it should.");
	if (u->why)
		return err_in(q->arena, u->kind, "%s", _(u->why));
	if (why.n)
		return err_in(q->arena, ERR_DENIED, "%.*s", STR_F(why));
	if (!q->session || q->session->person != u->person)
		return err_in(q->arena, ERR_DENIED, "%s", _("Sign in first."));
	if (stands_for_another(q->arena, u->to.at.fd, name))
		return err_in(
			q->arena, ERR_DENIED, "%s",
			_("Browsers would be sent this file in the place of the one "
			  "that it is packed from, which stands there already."));
	*row = (struct upload_row){ .path = arena_cat(q->arena, u->to.path, name),
				    .folder = u->to.path,
				    .person = u->person,
				    .at = clock_now(),
				    .size = u->size };
	TRY(pass_wall(q, u, &row->verdict));
	crypto_hash_sha256_final(&u->hash, hash);
	sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
	row->sha256 = arena_copy(q->arena, str_from(hex));
	TRY(keep(q, u, row));
	log_info("upload-kept", KS("path", row->path), KN("person", row->person),
		 KN("size", row->size));
	return OK;
}

/* ---- and goes */

err upload_remove(struct request *q, const struct upload_place *at,
		  const struct upload_row *row)
{
	struct books *books = &worker_of(q)->books;
	struct actor by;
	const char *name = arena_z(q->arena, str_skip(row->path, row->folder.n));
	TRY(worker_actor(q, &by));
	if (unlinkat(at->at.fd, name, 0) && errno != ENOENT)
		return err_in(q->arena, ERR_IO, "%.*s: %s", STR_F(row->path),
			      strerror(errno));
	if (fsync(at->at.fd))
		return err_in(q->arena, ERR_IO, "%.*s: %s", STR_F(row->folder),
			      strerror(errno));
	TRY(book_begin(books->lists));
	err e = upload_drop(books->lists, row->id);
	if (!e.kind)
		e = books_audit(books, &by, 0, STR("site file removed"), row->path);
	return book_end(books->lists, e);
}
