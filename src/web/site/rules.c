#include "web/site/rules.h"

#include <string.h>

enum takes { NONE, LIST, ADDRESS };

static const struct {
	const char *words;
	enum takes takes;
} whos[] = {
#define WHO(name, words, takes, text) { words, takes },
#include "web/site/rules.def"
#undef WHO
};

static const char *const deeds[] = { "allow", "deny", "manage", "upload" };
_Static_assert(sizeof deeds / sizeof *deeds == RULE_DEED_COUNT, "each deed has a word");

#define KNOWN                                                                      \
	"public, signed-in, members of LIST, moderators of LIST, owners of LIST, " \
	"person ADDRESS or link"

struct parser {
	struct arena *a;
	struct rules *r;
	struct rule *rows;
	int line;
};

static err wrong(const struct parser *p, const char *why, str what)
{
	return err_in(p->a, ERR_SYNTAX, "line %d: %.*s: %s", p->line, STR_F(what), why);
}

/* Takes words off text, apart by one or more blanks. */
static bool take(str *text, const char *words)
{
	str rest = *text, wanted = str_from(words), word, got;
	while (str_word(&wanted, &word))
		if (!str_word(&rest, &got) || !str_ieq(got, word))
			return false;
	*text = str_trim(rest);
	return true;
}

static err add(struct parser *p, enum rule_deed deed, enum rule_who who, str name)
{
	if (p->r->count == RULES_MOST)
		return FAIL(ERR_LIMIT, "there are more than 200 rules");
	p->rows[p->r->count++] = (struct rule){
		.deed = deed, .who = who, .name = name, .line = p->line
	};
	p->r->allows |= deed == RULE_ALLOW;
	p->r->uploads |= deed == RULE_UPLOAD;
	return OK;
}

/* A name that could be one: what is misspelt must not let anybody in, nor stand for what is
 * not there without a word. */
static bool is_name(str name, enum takes takes)
{
	bool at = str_has(name, '@');
	for (size_t i = 0; i < name.n; i++)
		if ((unsigned char)name.p[i] <= ' ' || strchr("{}()<>\"*", name.p[i]))
			return false;
	return name.n && name.n <= 254 && name.p[0] != '@' && name.p[name.n - 1] != '@'
	       && (at || takes == LIST);
}

static err add_names(struct parser *p, enum rule_deed deed, enum rule_who who, str names)
{
	size_t n = 0;
	char *list = arena_z(p->a, names);
	for (char *c = list; *c; c++)
		if (*c == ',')
			*c = ' ';
	str rest = { list, names.n }, name;
	for (; str_word(&rest, &name); n++) {
		if (!is_name(name, whos[who].takes))
			return wrong(p,
				     whos[who].takes == LIST ? "is no list's name"
							     : "is no mail address",
				     name);
		TRY(add(p, deed, who, arena_lower(p->a, name)));
	}
	return n ? OK : wrong(p, "a name must follow", str_from(whos[who].words));
}

/* What is done in somebody's name is done by somebody. */
static bool is_nobody(enum rule_deed deed, enum rule_who who)
{
	return deed > RULE_DENY && (who == RULE_PUBLIC || who == RULE_LINK);
}

static err add_rule(struct parser *p, enum rule_deed deed, str rest)
{
	for (size_t i = 0; i < RULE_WHO_COUNT; i++) {
		str names = rest;
		if (!take(&names, whos[i].words))
			continue;
		if (is_nobody(deed, (enum rule_who)i))
			return wrong(p, "names nobody who could do that", rest);
		if (whos[i].takes != NONE)
			return add_names(p, deed, (enum rule_who)i, names);
		return names.n ? wrong(p, "nothing may follow it", rest)
			       : add(p, deed, (enum rule_who)i, STR(""));
	}
	return wrong(p, "is none of " KNOWN, rest);
}

static err set_switch(struct parser *p, enum rules_switch *at, str value)
{
	if (!str_ieq(value, STR("yes")) && !str_ieq(value, STR("no")))
		return wrong(p, "must be yes or no", value);
	*at = str_ieq(value, STR("yes")) ? RULES_YES : RULES_NO;
	return OK;
}

/* One file beside the .access, or none: as if no folder above had one. */
static err set_licence(struct parser *p, str name)
{
	if (!name.n || name.p[0] == '.' || str_has(name, '/') || name.n > 255)
		return wrong(p, "is no name of a file in this folder", name);
	p->r->licence = name;
	p->r->licence_line = p->line;
	return OK;
}

static err set_asks(struct parser *p, str words)
{
	str word;
	while (str_word(&words, &word))
		if (str_ieq(word, STR("name")))
			p->r->licence_asks |= LICENCE_NAME;
		else if (str_ieq(word, STR("institution")))
			p->r->licence_asks |= LICENCE_INSTITUTION;
		else
			return wrong(p, "must be name or institution", word);
	return OK;
}

static err read_line(struct parser *p, str line)
{
	str word, rest = line;
	if (!str_word(&rest, &word) || word.p[0] == '#')
		return OK;
	rest = str_trim(rest);
	for (size_t i = 0; i < RULE_DEED_COUNT; i++)
		if (str_ieq(word, str_from(deeds[i])))
			return add_rule(p, (enum rule_deed)i, rest);
	if (str_ieq(word, STR("listing")))
		return set_switch(p, &p->r->listing, rest);
	if (str_ieq(word, STR("log")))
		return set_switch(p, &p->r->log, rest);
	if (str_ieq(word, STR("replace")))
		return set_switch(p, &p->r->replace, rest);
	if (str_ieq(word, STR("licence")))
		return set_licence(p, rest);
	if (str_ieq(word, STR("licence-asks")))
		return set_asks(p, rest);
	return wrong(p,
		     "a line begins with allow, deny, manage, upload, listing, log, "
		     "replace, licence or licence-asks",
		     word);
}

err rules_parse(struct arena *a, str text, struct rules *r)
{
	struct rules read = { 0 };
	struct parser p = { .a = a, .r = &read };
	str rest = arena_copy(a, text), line;
	if (text.n > RULES_MAX)
		return FAIL(ERR_LIMIT, "it is larger than 16 KB");
	if (str_has(text, '\0'))
		return FAIL(ERR_SYNTAX, "there is a NUL in it");
	p.rows = arena_zero(a, RULES_MOST * sizeof *p.rows);
	while (str_line(&rest, &line)) {
		p.line++;
		TRY(read_line(&p, line));
	}
	read.rows = p.rows;
	*r = read;
	return OK;
}

static void enter_licence(struct rules *r, const struct rules *folder, size_t depth)
{
	bool none = str_ieq(folder->licence, STR("none"));
	r->licence = none ? STR_NONE : folder->licence;
	r->licence_asks = folder->licence_asks;
	r->licence_line = folder->licence_line;
	r->licence_depth = depth;
	r->licence_text = folder->licence_text;
	r->licence_hash = folder->licence_hash;
}

void rules_enter(struct arena *a, struct rules *r, const struct rules *folder,
		 size_t depth)
{
	struct rule *rows = arena_alloc(a, (r->count + folder->count + 1) * sizeof *rows);
	size_t n = 0;
	for (size_t i = 0; i < r->count; i++)
		if (!(r->rows[i].deed == RULE_ALLOW && folder->allows)
		    && !(r->rows[i].deed == RULE_UPLOAD && folder->uploads))
			rows[n++] = r->rows[i];
	for (size_t i = 0; i < folder->count; i++) {
		rows[n] = folder->rows[i];
		rows[n++].depth = depth;
	}
	r->rows = rows;
	r->count = n;
	r->allows |= folder->allows;
	r->uploads |= folder->uploads;
	r->replace = folder->replace ? folder->replace : r->replace;
	r->listing = folder->listing ? folder->listing : r->listing;
	r->log = folder->log ? folder->log : r->log;
	if (folder->licence.n)
		enter_licence(r, folder, depth);
}

void rules_break(struct rules *r, str why, size_t depth)
{
	if (r->broken.n)
		return;
	r->broken = why;
	r->broken_depth = depth;
}

bool rules_are_public(const struct rules *r)
{
	bool everybody = !r->allows;
	for (size_t i = 0; i < r->count; i++) {
		if (r->rows[i].deed == RULE_DENY)
			return false;
		everybody |= r->rows[i].who
			     == RULE_PUBLIC; /* no other deed is so many's */
	}
	return everybody && !r->broken.n && !r->licence.n;
}

bool rules_keep_log(const struct rules *r)
{
	return r->log ? r->log == RULES_YES : !rules_are_public(r);
}

err rules_decide(const struct rules *r,
		 err (*holds)(void *ctx, const struct rule *rule, bool *yes), void *ctx,
		 struct decision *d)
{
	*d = (struct decision){ .allowed = !r->allows };
	if (r->broken.n) {
		d->allowed = false;
		return OK;
	}
	for (size_t i = 0; i < r->count; i++) {
		const struct rule *row = &r->rows[i];
		bool yes = false, deny = row->deed == RULE_DENY;
		if (deny || (row->deed == RULE_ALLOW && !d->by))
			TRY(holds(ctx, row, &yes));
		if (!yes)
			continue;
		*d = (struct decision){ .allowed = !deny, .by = row };
		if (deny)
			return OK;
	}
	return OK;
}

/* Whose list it is minds a folder for its members. */
static struct rule owner_of(const struct rule *allowed)
{
	struct rule as = *allowed;
	as.deed = RULE_MANAGE;
	as.who = RULE_OWNERS;
	return as;
}

err rules_name(const struct rules *r, enum rule_deed deed,
	       err (*holds)(void *ctx, const struct rule *rule, bool *yes), void *ctx,
	       bool *yes)
{
	bool named = deed != RULE_MANAGE;
	*yes = false;
	for (size_t i = 0; i < r->count && !*yes; i++) {
		if (r->rows[i].deed != deed)
			continue;
		named = true;
		TRY(holds(ctx, &r->rows[i], yes));
	}
	for (size_t i = 0; !named && i < r->count && !*yes; i++) {
		struct rule owner = owner_of(&r->rows[i]);
		if (r->rows[i].deed == RULE_ALLOW && whos[r->rows[i].who].takes == LIST)
			TRY(holds(ctx, &owner, yes));
	}
	*yes = *yes && !r->broken.n;
	return OK;
}

str rule_text(struct arena *a, const struct rule *r)
{
	return arena_cat(a, str_from(deeds[r->deed]), STR(" "),
			 str_from(whos[r->who].words), r->name.n ? STR(" ") : STR(""),
			 r->name);
}
