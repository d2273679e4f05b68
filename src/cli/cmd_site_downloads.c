/* postern site downloads: who had which file of the group's site. */
#include "base/buf.h"
#include "cli/cli.h"
#include "mail/date.h"
#include "web/site/logged.h"

#include <stdio.h>

enum { SHOWN = 100, PIECE = 1000 };

static err read_want(struct cli *c, struct download_want *w, int64_t *limit)
{
	const char *month = cli_option(c, "month"), *who = cli_option(c, "who");
	const char *most = cli_option(c, "limit");
	*w = (struct download_want){ .below = str_from(c->arg_count ? c->args[0] : "/"),
				     .who = str_from(who ? who : "") };
	*limit = cli_option(c, "csv") ? INT64_MAX : SHOWN;
	if (month && !logged_month(str_from(month), &w->from, &w->until))
		return err_in(c->a, ERR_SYNTAX,
			      "--month %s: it takes a month such as 2026-11", month);
	if (most && (!str_i64(str_from(most), limit) || *limit < 1))
		return err_in(c->a, ERR_SYNTAX, "--limit %s: it takes a number from 1 on",
			      most);
	if (!str_starts(w->below, STR("/")))
		return err_in(c->a, ERR_SYNTAX, "%s: a path begins with / as in a URL",
			      c->args[0]);
	return OK;
}

/* Piece by piece: a log may be long. */
static err print_csv(struct book *b, struct download_want *w, int64_t limit)
{
	bool more = true;
	printf(LOGGED_COLUMNS "\r\n");
	while (more && limit > 0) {
		ARENA(a);
		BUF(out);
		struct download_row *x;
		size_t n;
		TRY(download_list(b, a, w, limit < PIECE ? (size_t)limit : PIECE, &x,
				  &n));
		for (size_t i = 0; i < n; i++)
			logged_csv(a, &out, &x[i]);
		fwrite(out.p, 1, out.n, stdout);
		limit -= (int64_t)n;
		more = n == PIECE;
		if (n)
			w->before = x[n - 1].id;
	}
	return OK;
}

static str who_of(struct arena *a, const struct download_row *x)
{
	if (x->d.network.n)
		return x->d.network;
	return x->address.n
		       ? x->name.n
				 ? arena_cat(a, x->name, STR(" <"), x->address, STR(">"))
				 : x->address
		       : STR("somebody who has gone");
}

int cli_site_downloads(struct cli *c)
{
	struct books *books;
	struct download_want w;
	struct download_row *x;
	size_t n;
	int64_t limit;
	CLI_TRY(c, cli_books(c, BOOKS_READ, &books));
	CLI_TRY(c, read_want(c, &w, &limit));
	if (cli_option(c, "csv")) {
		CLI_TRY(c, print_csv(books->lists, &w, limit));
		return CLI_OK;
	}
	CLI_TRY(c, download_list(books->lists, c->a, &w, (size_t)limit, &x, &n));
	struct table *t = table_new(c, "time who how path size changed version octets "
				       "complete");
	for (size_t i = 0; i < n; i++)
		table_row(t, (str[]){ date_minute(c->a, x[i].d.at), who_of(c->a, &x[i]),
				      x[i].d.how, x[i].d.path,
				      arena_number(c->a, x[i].d.size),
				      date_minute(c->a, x[i].d.changed_at),
				      x[i].sha256.n ? x[i].sha256 : x[i].d.tag,
				      arena_number(c->a, x[i].d.octets),
				      x[i].d.complete ? STR("yes") : STR("no") });
	table_print(t);
	return CLI_OK;
}
