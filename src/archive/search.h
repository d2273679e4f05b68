/* archive/search.h: finding posts.
 *
 *     TRY(search_run(b, a, &(struct search){ .text = q, .lists = readable, .list_count =
 * n, .limit = 20 }, &found));
 *
 * Where a list hides addresses from the visitor, they must not come out by what is found
 * either, letter by letter (from:an*). If one of the lists that are looked at does, the
 * whole search looks in names only, also on those that show addresses: one expression
 * stands for all lists. list: with one that shows them finds addresses there. */
#pragma once

#include "archive/html.h"
#include "archive/query.h"
#include "store/archive/window.h"

struct search_list { /* a list that the visitor may read */
	int64_t id;
	str name;      /* what list: may name; local part or whole address */
	int64_t since; /* posts that came from then on; 0: all */
	bool hides_addresses;
};

struct search {
	str text;                        /* as typed */
	const struct search_list *lists; /* nothing else is looked at */
	size_t list_count;
	enum archive_order order;
	bool by_thread, facets;       /* as struct archive_ask's */
	int64_t after_date, after_id; /* keyset, ARCHIVE_NEWEST */
	int64_t skip;                 /* ARCHIVE_BEST */
	int64_t limit;
	/* The threads that whoever asks gave all of these words, as a JSON array of ids; NULL:
	 * somebody who keeps none. */
	err (*kept)(void *ctx, const str *words, size_t count, str *threads);
	void *ctx;
	bool bare; /* posts without subjects and snippets to show */
};

struct search_hit {
	struct archive_post post;
	struct html subject, snippet; /* with <mark> */
	bool code;                    /* the snippet is lines of a patch */
	int64_t more; /* by_thread: others of its thread that were found */
};

struct search_found {
	struct search_hit *hits;
	size_t count;
	int64_t total;  /* at most ARCHIVE_WINDOW */
	int64_t groups; /* by_thread: threads */
	bool more;
	bool filling;    /* the index is made anew and lacks posts */
	bool names_only; /* addresses of people were not looked at */
	struct archive_facets facets;
	struct query query; /* as understood */
};

/* ERR_SYNTAX, ERR_LIMIT: as query_parse. ERR_NOTFOUND: list: names none that may
 * be read. */
MUST_USE err search_run(struct book *b, struct arena *a, const struct search *s,
			struct search_found *out);
