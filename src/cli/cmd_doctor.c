/* postern doctor: what the server needs, looked at from outside it. A look is a row of
 * doctor.def and a function that adds its lines. */
#include "base/clock.h"
#include "base/file.h"
#include "cli/cli.h"
#include "store/archive/inside.h"
#include "wall/engines.h"
#include "wall/paper.h"

#include <stdio.h>
#include <sys/mman.h>

enum { DAY = 86400, DATABASE_DAYS = 7, ENGINE_MS = 15000 };

struct doctor {
	struct cli *c;
	const struct conf *conf;
	struct table *t;
	bool ill;
};

enum finding { FINE, DOUBTFUL, WRONG };

static void say(struct doctor *d, str what, enum finding f, str note)
{
	static const char *const words[] = { "good", "look", "wrong" };
	table_row(d->t, (const str[]){ what, str_from(words[f]), note });
	d->ill = d->ill || f == WRONG;
}

static void look_at_books(struct doctor *d)
{
	for (unsigned i = 0; i < BOOK_KINDS; i++) {
		struct book *b;
		str name = arena_cat(d->c->a, STR("book "),
				     str_from(book_name((enum book_kind)i)));
		err e = book_open(d->c->a, d->conf->site_data, (enum book_kind)i,
				  BOOK_READ, &b);
		say(d, name, e.kind ? WRONG : FINE,
		    e.kind ? arena_copy(d->c->a, str_from(e.msg)) : STR("opens"));
		if (!e.kind)
			book_close(b);
	}
}

static void look_at_disk(struct doctor *d)
{
	int64_t space = (int64_t)file_space(arena_z(d->c->a, d->conf->site_data));
	bool full = space < d->conf->smtp_min_space;
	say(d, STR("disk"), full ? WRONG : FINE,
	    arena_printf(d->c->a, "%lld MB free%s", (long long)(space >> 20),
			 full ? ": mail is put off; make room for [smtp] min_space"
			      : ""));
}

/* ---- virus engines */

static enum finding age_of(struct doctor *d, str version, str *words)
{
	int64_t at = wall_database_at(version);
	int64_t days = (clock_now() - at) / DAY;
	if (!at) {
		*words = STR(": it names no date of a database; does freshclam run, or "
			     "has it signatures made here alone?");
		return DOUBTFUL;
	}
	*words = arena_printf(
		d->c->a, ": its database is %lld days old%s", (long long)days,
		days > DATABASE_DAYS ? "; see why freshclam brings no newer" : "");
	return days > DATABASE_DAYS ? WRONG : FINE;
}

static void look_at_engine(struct doctor *d, const struct engine_state *s)
{
	str words;
	if (!s->version.n) {
		say(d, s->engine, WRONG, s->why);
		return;
	}
	if (s->sample.result != s->kind->expects) {
		say(d, s->engine, WRONG,
		    arena_cat(d->c->a, s->version, STR(": it does not find "),
			      str_from(s->kind->sample),
			      STR(", which every engine of its kind is to find: it has "
				  "no signatures or rules that count")));
		return;
	}
	enum finding f = FINE;
	words = STR("");
	if (s->kind->has_database)
		f = age_of(d, s->version, &words);
	say(d, s->engine, f, arena_cat(d->c->a, s->version, words));
}

static void look_at_engines(struct doctor *d)
{
	struct engines *all = engines_new(d->conf);
	if (!all)
		say(d, STR("wall"), DOUBTFUL,
		    STR("off: [wall] clamd names no engine, no mail is looked at"));
	for (size_t i = 0; i < engines_count(all); i++) {
		struct engine_state s;
		engines_look(all, d->c->a, i, clock_mono_ms() + ENGINE_MS, &s);
		look_at_engine(d, &s);
	}
	engines_free(all);
}

/* ---- pdftotext, which the server finds on its own PATH */

static const char sample[] =
	"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
	"2 0 obj<</Type/Pages/Count 1/Kids[3 0 R]>>endobj\n"
	"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]"
	"/Resources<</Font<</F 4 0 R>>>>/Contents 5 0 R>>endobj\n"
	"4 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\n"
	"5 0 obj<</Length 31>>stream\nBT /F 9 Tf 9 9 Td(postern)Tj ET\n"
	"endstreamendobj\nxref\n0 6\n0000000000 65535 f \n0000000009 00000 n \n"
	"0000000052 00000 n \n0000000101 00000 n \n0000000208 00000 n \n"
	"0000000269 00000 n \ntrailer<</Size 6/Root 1 0 R>>\nstartxref\n345\n%%EOF\n";

static err read_sample(struct doctor *d, const char *program)
{
	str text;
	FD_AUTO fd = memfd_create("postern-sample", MFD_CLOEXEC);
	TRY(fd < 0 ? FAIL(ERR_IO, "no memory file")
		   : file_write_all(d->c->a, fd, str_from(sample)));
	TRY(paper_text(d->c->a, program, fd, sizeof sample, PAPER_MS, &text));
	return str_find(text, STR("postern")).n
		       ? OK
		       : FAIL(ERR_SYNTAX, "it finds no word in a PDF that has one");
}

static int64_t waiting_files(struct doctor *d)
{
	struct archive_unread_counts n = { 0 };
	struct book *b;
	err e = book_open(d->c->a, d->conf->site_data, BOOK_ARCHIVE, BOOK_READ, &b);
	if (e.kind)
		return 0; /* look_at_books says so */
	e = archive_unread_count(b, &n);
	book_close(b);
	return e.kind ? 0 : n.later;
}

static void look_at_files(struct doctor *d)
{
	static const str what = { "pdftotext", 9 };
	struct arena *a = d->c->a;
	const char *program = paper_program(a);
	str wait = arena_printf(a, "; posts with a PDF that waits: %lld",
				(long long)waiting_files(d));
	err e = program ? read_sample(d, program) : OK;
	if (!program)
		say(d, what, DOUBTFUL,
		    arena_cat(a,
			      STR("it is not installed, and what is written in PDF is "
				  "not searched"),
			      wait,
			      STR(". Install poppler-utils, then start Postern again")));
	else if (e.kind)
		say(d, what, WRONG,
		    arena_cat(a, str_from(program), STR(": "), str_from(e.msg), wait,
			      STR(". Install poppler-utils anew")));
	else
		say(d, what, FINE,
		    arena_cat(a, str_from(program), STR(" reads PDF"), wait));
}

/* ---- */

static void (*const looks[])(struct doctor *d) = {
#define DOCTOR(name, function) function,
#include "cli/doctor.def"
};

int cli_doctor(struct cli *c)
{
	struct doctor d = { .c = c };
	CLI_TRY(c, cli_conf(c, &d.conf));
	d.t = table_new(c, "what state note");
	for (size_t i = 0; i < sizeof looks / sizeof *looks; i++)
		looks[i](&d);
	table_print(d.t);
	return d.ill ? CLI_FAILED : CLI_OK;
}
