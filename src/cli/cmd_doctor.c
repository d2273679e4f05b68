/* postern doctor: what the server needs, looked at from outside it. A look is a row of
 * doctor.def and a function that adds its lines. */
#include "base/clock.h"
#include "base/file.h"
#include "cli/cli.h"
#include "wall/engines.h"

#include <stdio.h>

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
	enum finding f = age_of(d, s->version, &words);
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
