#include "account/scope.h"

static const struct {
	const char *word, *text;
} words[] = {
#define SCOPE(word, text) { #word, text },
#define GRANT(word, right)
#include "account/scopes.def"
#undef SCOPE
#undef GRANT
};
enum { WORDS = sizeof words / sizeof *words };

enum {
#define SCOPE(word, text) SCOPE_##word,
#define GRANT(word, right)
#include "account/scopes.def"
#undef SCOPE
#undef GRANT
};

static const struct {
	unsigned char scope;
	enum right right;
} grants[] = {
#define SCOPE(word, text)
#define GRANT(word, right) { SCOPE_##word, RIGHT_##right },
#include "account/scopes.def"
#undef SCOPE
#undef GRANT
};

_Static_assert(RIGHT_COUNT <= 64, "denied rights are bits of 64");

static uint64_t rights_of(unsigned scope)
{
	uint64_t bits = scope == SCOPE_all ? ~(uint64_t)0 : 0;
	for (size_t i = 0; i < sizeof grants / sizeof *grants; i++)
		if (grants[i].scope == scope)
			bits |= (uint64_t)1 << grants[i].right;
	return bits;
}

static err read_word(struct arena *a, str word, struct scope_row *row)
{
	str name = word, list = STR_NONE;
	row->list = 0;
	if (str_cut(word, ':', &name, &list)
	    && (!str_i64(list, &row->list) || row->list <= 0))
		return err_in(a, ERR_SYNTAX, "%.*s is no list", STR_F(list));
	for (unsigned i = 0; i < WORDS; i++)
		if (str_eq(name, str_from(words[i].word))) {
			row->scope = (unsigned char)i;
			return OK;
		}
	return err_in(a, ERR_SYNTAX,
		      "%.*s is no scope: there are read, members, moderate, settings and "
		      "all",
		      STR_F(name));
}

str scope_next(str *text)
{
	size_t i = 0, n;
	while (i < text->n && (text->p[i] == ' ' || text->p[i] == ','))
		i++;
	for (n = i; n < text->n && text->p[n] != ' ' && text->p[n] != ',';)
		n++;
	str word = { text->p + i, n - i };
	*text = str_skip(*text, n);
	return word;
}

err scopes_read(struct arena *a, str text, struct scopes *s)
{
	struct scopes read = { 0 };
	for (str word; (word = scope_next(&text)).n; read.count++) {
		if (read.count == SCOPES_MOST)
			return FAIL(ERR_SYNTAX, "a token has at most 32 scopes");
		TRY(read_word(a, word, &read.rows[read.count]));
	}
	if (!read.count)
		return FAIL(ERR_SYNTAX, "no scope is named");
	*s = read;
	return OK;
}

uint64_t scopes_denied(const struct scopes *s, int64_t list)
{
	uint64_t granted = 0;
	for (size_t i = 0; i < s->count; i++)
		if (!s->rows[i].list || s->rows[i].list == list)
			granted |= rights_of(s->rows[i].scope);
	return ~granted;
}

bool scopes_are_all(const struct scopes *s)
{
	return !scopes_denied(s, 0);
}

str scopes_text(struct arena *a, const struct scopes *s,
		str (*name)(void *ctx, int64_t list), void *ctx)
{
	str text = STR("");
	for (size_t i = 0; i < s->count; i++) {
		const struct scope_row *row = &s->rows[i];
		str of = name && row->list ? name(ctx, row->list) : STR("");
		if (row->list && !of.n)
			of = arena_printf(a, "%lld", (long long)row->list);
		text = arena_cat(a, text, i ? STR(" ") : STR(""),
				 str_from(words[row->scope].word),
				 of.n ? STR(":") : STR(""), of);
	}
	return text;
}

str scopes_granting(struct arena *a, enum right right)
{
	str text = STR("");
	for (unsigned i = 0; i < WORDS; i++)
		if (rights_of(i) >> right & 1)
			text = arena_cat(a, text, text.n ? STR(" ") : STR(""),
					 str_from(words[i].word));
	return text;
}

const char *scope_word(size_t i)
{
	return i < WORDS ? words[i].word : NULL;
}

const char *scope_purpose(size_t i)
{
	return i < WORDS ? words[i].text : NULL;
}
