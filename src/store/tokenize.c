#include "store/tokenize.h"

#include "base/utf8.h"
#include "store/archive/window_inside.h"

#include <stdint.h>

typedef int token_taker(void *context, int flags, const char *token, int size, int start,
			int end);

struct cutter { /* what FTS5 holds as its Fts5Tokenizer */
	fts5_tokenizer plain;
	Fts5Tokenizer *words; /* unicode61's */
};

struct pass { /* through one text */
	void *context;
	token_taker *take;
	bool asks; /* it is a query */
	str text;
	size_t ended;   /* octets of the text: where the last run ended */
	char pair[8];   /* the character that a pair begins with, room for the next */
	size_t pair_n;  /* octets of it; 0: no run is open */
	bool lone;      /* it is in no pair yet */
	int start, end; /* of the token of unicode61 that is cut */
};

static int give(struct pass *p, int flags, const char *token, size_t n)
{
	return p->take(p->context, flags, token, (int)n, p->start, p->end);
}

/* The last character by itself: of the index always, of a query where it is all. */
static int end_run(struct pass *p)
{
	int rc = SQLITE_OK;
	if (p->pair_n && (p->lone || !p->asks))
		rc = give(p, p->lone ? 0 : FTS5_TOKEN_COLOCATED, p->pair, p->pair_n);
	p->lone = false;
	return rc;
}

static int go_on(struct pass *p, const char *c, size_t n)
{
	int rc = SQLITE_OK;
	if (p->pair_n) {
		memcpy(p->pair + p->pair_n, c, n);
		rc = give(p, 0, p->pair, p->pair_n + n);
	}
	p->lone = !p->pair_n;
	memcpy(p->pair, c, n);
	p->pair_n = n;
	return rc;
}

/* Octets of s that are one kind: of a run (*east), or a word. */
static size_t stretch(str s, bool *east)
{
	str rest = s;
	*east = utf8_is_east(utf8_next(&rest));
	size_t n = s.n - rest.n;
	while (rest.n && utf8_is_east(utf8_next(&rest)) == *east)
		n = s.n - rest.n;
	return n;
}

static int cut_run(struct pass *p, str run)
{
	int rc = SQLITE_OK;
	while (run.n && rc == SQLITE_OK) {
		str rest = run;
		utf8_next(&rest);
		size_t n = run.n - rest.n;
		if (n <= 4)
			rc = go_on(p, run.p, n);
		run = rest;
	}
	return rc == SQLITE_OK ? end_run(p) : rc;
}

/* Does what comes now stand at the begin of the line behind the one that ended a run? */
static bool goes_on(const struct pass *p, int start)
{
	if (p->asks || !p->pair_n || (size_t)start <= p->ended)
		return false;
	str between = { p->text.p + p->ended, (size_t)start - p->ended };
	return str_eq(between, STR("\n")) || str_eq(between, STR("\r\n"));
}

static bool may_be_east(const char *token, int n)
{
	for (int i = 0; i < n; i++)
		if ((unsigned char)token[i] >= 0xe1)
			return true;
	return false;
}

static int cut(void *context, int flags, const char *token, int size, int start, int end)
{
	struct pass *p = context;
	if (!may_be_east(token, size)) {
		p->pair_n = 0;
		return p->take(p->context, flags, token, size, start, end);
	}
	int rc = SQLITE_OK;
	bool joins = goes_on(p, start), east = false;
	p->start = start;
	p->end = end;
	for (str rest = { token, (size_t)size }; rest.n && rc == SQLITE_OK;) {
		size_t n = stretch(rest, &east);
		if (!joins || !east)
			p->pair_n = 0;
		joins = false;
		rc = east ? cut_run(p, str_first(rest, n)) : give(p, 0, rest.p, n);
		rest = str_skip(rest, n);
	}
	p->ended = (size_t)end;
	if (!east)
		p->pair_n = 0;
	return rc;
}

static int tokenize(Fts5Tokenizer *arg, void *context, int flags, const char *text, int n,
		    token_taker *take)
{
	struct cutter *t = (struct cutter *)arg;
	struct pass p = { .context = context,
			  .take = take,
			  .asks = flags & FTS5_TOKENIZE_QUERY,
			  .text = { text, (size_t)(n > 0 ? n : 0) } };
	return t->plain.xTokenize(t->words, &p, flags, text, n, cut);
}

static void drop(Fts5Tokenizer *arg)
{
	struct cutter *t = (struct cutter *)arg;
	if (t && t->words)
		t->plain.xDelete(t->words);
	sqlite3_free(t);
}

static int create(void *arg, const char **args, int count, Fts5Tokenizer **out)
{
	static const char *how[] = { "remove_diacritics", "2" };
	(void)args;
	(void)count;
	fts5_api *api = arg;
	void *user;
	struct cutter *t = sqlite3_malloc(sizeof *t);
	if (!t)
		return SQLITE_NOMEM;
	*t = (struct cutter){ 0 };
	int rc = api->xFindTokenizer(api, "unicode61", &user, &t->plain);
	if (rc == SQLITE_OK)
		rc = t->plain.xCreate(user, how, 2, &t->words);
	if (rc != SQLITE_OK)
		drop((Fts5Tokenizer *)t);
	else
		*out = (Fts5Tokenizer *)t;
	return rc;
}

/* Of each column; the addresses of author and receiver are where their names are. */
static const int places[WORDS_COLUMNS] = { 0, 1, 2, 3, 4, 5, 6, 1, 2 };

static void words_hit(const Fts5ExtensionApi *api, Fts5Context *row,
		      sqlite3_context *result, int count, sqlite3_value **values)
{
	(void)count;
	(void)values;
	int64_t hit = 0;
	int phrases = api->xPhraseCount(row), rc = SQLITE_OK;
	for (int i = 0; i < phrases && i < WORDS_PHRASES && rc == SQLITE_OK; i++) {
		Fts5PhraseIter at;
		int column;
		for (rc = api->xPhraseFirstColumn(row, i, &at, &column);
		     rc == SQLITE_OK && column >= 0 && column < WORDS_COLUMNS;
		     api->xPhraseNextColumn(row, &at, &column))
			hit |= (int64_t)1 << (i * WORDS_PLACES + places[column]);
	}
	if (rc == SQLITE_OK)
		sqlite3_result_int64(result, hit);
	else
		sqlite3_result_error_code(result, rc);
}

static void words_among(sqlite3_context *result, int count, sqlite3_value **values)
{
	const struct book *b = sqlite3_user_data(result);
	const struct candidates *c = b->among;
	int64_t id = count == 1 ? sqlite3_value_int64(values[0]) : 0;
	sqlite3_result_int(result, c && id > 0 && id < c->top
					   && c->bits[id / 64] >> (id % 64) & 1);
}

/* FTS5 hands its functions out through a pointer that a statement is bound to. */
static int find_api(sqlite3 *db, fts5_api **api)
{
	sqlite3_stmt *s = NULL;
	*api = NULL;
	int rc = sqlite3_prepare_v2(db, "SELECT fts5(?1)", -1, &s, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_pointer(s, 1, api, "fts5_api_ptr", NULL);
	if (rc == SQLITE_OK)
		sqlite3_step(s);
	int end = sqlite3_finalize(s);
	if (rc == SQLITE_OK)
		rc = end;
	return rc == SQLITE_OK && !*api ? SQLITE_ERROR : rc;
}

int tokenize_register(struct book *b)
{
	fts5_api *api;
	int rc = find_api(b->db, &api);
	fts5_tokenizer t = { create, drop, tokenize };
	if (rc == SQLITE_OK)
		rc = api->xCreateTokenizer(api, "postern", api, &t, NULL);
	if (rc == SQLITE_OK)
		rc = api->xCreateFunction(api, "words_hit", NULL, words_hit, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_create_function(b->db, "words_among", 1,
					     SQLITE_UTF8 | SQLITE_DIRECTONLY, b,
					     words_among, NULL, NULL);
	return rc;
}
