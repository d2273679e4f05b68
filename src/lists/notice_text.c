/* What a notice says, and in which language. */
#include "base/buf.h"
#include "base/log.h"
#include "base/said.h"
#include "lists/notice.h"
#include "lists/speaks.h"
#include "store/lists/preference.h"
#include "store/lists/template.h"

#include <string.h>

enum {
	VARS_MAX = 48,
	FILLED_MAX = 256 * 1024, /* what an own text may become */
	TIMES_MAX = 20           /* a name in it: some values are as long as a mail */
};

static const struct notice_row rows[] = {
#define TEMPLATE(name, subject, about, text) { name, subject, text, about },
#include "lists/templates.def"
#undef TEMPLATE
};

const struct notice_row *notice_rows(size_t *count)
{
	*count = sizeof rows / sizeof *rows;
	return rows;
}

const struct notice_row *notice_row_find(str name)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (str_eq(name, str_from(rows[i].name)))
			return &rows[i];
	return NULL;
}

/* {name} becomes its value; braces around anything else stay as they are. False: it is
 * more than max, and ends before. */
static bool fill(struct arena *a, str text, const struct notice_var *vars, size_t n,
		 size_t max, str *filled)
{
	BUF(out);
	str head, rest;
	while (out.n <= max && str_cut(text, '{', &head, &rest)) {
		str name, after;
		size_t i = n;
		if (str_cut(rest, '}', &name, &after))
			for (i = 0; i < n && !str_eq(name, str_from(vars[i].name)); i++)
				;
		buf_add(&out, head);
		if (i < n)
			buf_add(&out, vars[i].value);
		else
			buf_add(&out, STR("{"));
		text = i < n ? after : rest;
	}
	if (out.n <= max)
		buf_add(&out, text);
	*filled = arena_copy(a, str_first(buf_str(&out), max));
	return out.n <= max;
}

static size_t common_vars(struct books *books, struct arena *a, const struct notice *n,
			  struct notice_var *vars)
{
	size_t k = 0;
	vars[k++] = (struct notice_var){ "site", books->conf->site_domain };
	vars[k++] = (struct notice_var){ "url", books->conf->site_url };
	vars[k++] = (struct notice_var){ "address", address_text(a, &n->to.address) };
	if (!n->list)
		return k;
	vars[k++] = (struct notice_var){ "list", n->list->name };
	vars[k++] = (struct notice_var){ "list_address", n->list->address };
	vars[k++] = (struct notice_var){ "list_url", list_url(a, books, n->list) };
	vars[k++] = (struct notice_var){ "owner_address",
					 list_subaddress(a, n->list, STR("owner")) };
	vars[k++] = (struct notice_var){ "request_address",
					 list_subaddress(a, n->list, STR("request")) };
	return k;
}

/* ---- in which language */

err notice_language(struct books *books, struct arena *a, const struct list_entry *list,
		    str key, enum language *l)
{
	enum language found = LANGUAGE_en;
	str reads = STR("");
	if (key.n)
		TRY(preference_language(books->lists, a, list ? list->id : 0, key,
					&reads));
	bool known = language_find(reads, &found);
	if (!known)
		(void)language_find(books->conf->site_lang, &found);
	if (list) {
		struct settings s;
		TRY(settings_load(books->lists, a, list->id, &s));
		if (!known || !speaks(&s, books->conf->site_lang, found))
			found = speaks_own(&s, books->conf->site_lang);
	}
	*l = found;
	return OK;
}

/* ---- the text */

/* An own text may begin with "Subject: …" and an empty line; where it does not, the
 * built-in subject stays. */
static void split_subject(str own, str *subject, str *text)
{
	str line, rest = own;
	if (str_line(&rest, &line) && str_istarts(line, STR("Subject:"))) {
		*subject = str_trim(str_skip(line, 8));
		str_line(&rest, &line);
		own = rest;
	}
	*text = own;
}

static err find_text(struct books *books, struct arena *a, const struct notice *n,
		     enum language l, str *subject, str *text)
{
	const struct notice_row *row = notice_row_find(str_from(n->name));
	struct template_scope of = { .list = n->list ? n->list->id : 0 };
	struct template_row own;
	if (!row)
		return err_in(a, ERR_NOTFOUND, "no template \"%s\"", n->name);
	notice_built_in(row, l, subject, text);
	err e = template_find(books->lists, a, &of, str_from(n->name),
			      str_from(language_row(l)->name), &own);
	if (e.kind)
		return e.kind == ERR_NOTFOUND ? OK : e;
	split_subject(own.text, subject, text);
	return OK;
}

void notice_built_in(const struct notice_row *row, enum language l, str *subject,
		     str *text)
{
	*subject = language_str(l, str_from(row->subject));
	*text = language_str(l, str_from(row->text));
}

/* Whether its value may be a sentence of ours (base/said.h). */
static bool is_said(const char *name)
{
	return !strcmp(name, "reason") || !strcmp(name, "left") || !strcmp(name, "what")
	       || !strcmp(name, "network");
}

static size_t all_vars(struct books *books, struct arena *a, const struct notice *n,
		       enum language l, struct notice_var *vars)
{
	size_t k = common_vars(books, a, n, vars);
	if (n->confirm_token.n)
		vars[k++] = (struct notice_var){ "token", n->confirm_token };
	for (size_t i = 0; i < n->var_count && k < VARS_MAX; i++, k++) {
		vars[k] = n->vars[i];
		if (is_said(vars[k].name))
			vars[k].value = said_in(a, l, vars[k].value);
	}
	return k;
}

err notice_text(struct books *books, struct arena *a, const struct notice *n,
		enum language *language, str *subject, str *text)
{
	struct notice_var vars[VARS_MAX];
	enum language l;
	str unfilled_subject, unfilled;
	TRY(notice_language(books, a, n->list, address_key(a, &n->to.address), &l));
	size_t k = all_vars(books, a, n, l, vars);
	TRY(find_text(books, a, n, l, &unfilled_subject, &unfilled));
	if (!fill(a, unfilled_subject, vars, k, FILLED_MAX, subject)
	    || !fill(a, unfilled, vars, k, FILLED_MAX, text)) {
		/* The built-in text has each value once. */
		log_warn("template-too-long", KZ("name", n->name),
			 KS("list", n->list ? n->list->address : STR("")));
		notice_built_in(notice_row_find(str_from(n->name)), l, &unfilled_subject,
				&unfilled);
		(void)fill(a, unfilled_subject, vars, k, SIZE_MAX, subject);
		(void)fill(a, unfilled, vars, k, SIZE_MAX, text);
	}
	*language = l;
	return OK;
}

/* ---- own texts, before they are taken */

static bool names(str text, str name)
{
	str head, rest, inside, after;
	for (; str_cut(text, '{', &head, &rest); text = rest)
		if (str_cut(rest, '}', &inside, &after) && str_eq(inside, name))
			return true;
	return false;
}

static bool is_name(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '_' && !(s.p[i] >= 'a' && s.p[i] <= 'z'))
			return false;
	return s.n;
}

/* Letters that a word by mail answers, too: "confirm {token}" to {request_address}. The
 * built-in texts do without; Mailman's have it. */
static bool has_token(const struct notice_row *row)
{
	return !strcmp(row->name, "confirm-join") || !strcmp(row->name, "confirm-leave")
	       || !strcmp(row->name, "invite");
}

static bool has_name(const struct notice_row *row, str name)
{
	return names(str_from(row->subject), name) || names(str_from(row->text), name)
	       || (str_eq(name, STR("token")) && has_token(row));
}

/* Sets an example of the value that a notice puts for a name. */
static bool example(const struct notice_row *row, str name, str *value)
{
	static const struct {
		const char *notice, *name, *value; /* notice "": any */
	} rows_of[] = {
		{ "held-moderator", "answers", "" },
		{ "account-changed", "what", "A new password was set." },
		{ "invite", "words", "Come and see.\n\n" },
		{ "moderator-summary", "posts",
		  "    2026-11-27 12:00  nina@uni.example\n"
		  "        Calibration of detector 3\n\n" },
		{ "moderator-summary", "what", "1 post waits" },
		{ "moderator-morning", "posts",
		  "dev@lists.example:\n\n    1 post waits\n\n"
		  "    2026-11-27 12:00  nina@uni.example\n"
		  "        Calibration of detector 3\n\n"
		  "    https://lists.example/lists/dev/admin/held\n\n" },
		{ "moderator-morning", "what", "1 post waits, 1 person asks to join" },
		{ "moved-own", "lines", "    dev@lists.example\n" },
		{ "", "answers", "> help" },
		{ "", "asker", "nina@uni.example" },
		{ "", "author", "nina@uni.example" },
		{ "", "before", "nina@old.example" },
		{ "", "changes", "delivery = off" },
		{ "", "days", "7 days" },
		{ "", "detail", "    my laptop\n" },
		{ "", "discard",
		  "To discard all posts that are listed here, and none that came "
		  "later:\n\n    https://lists.example/confirm/7kq2vwr5\n\n"
		  "Or answer this mail with the words: discard all\n\n" },
		{ "", "issue", "12" },
		{ "", "left",
		  "This is the last such letter: in 7 days the membership ends." },
		{ "", "link", "https://lists.example/confirm/7kq2vwr5" },
		{ "", "lines", "1 post waits" },
		{ "", "lists", "2" },
		{ "", "network", "192.0.2.1" },
		{ "", "now", "nina@uni.example" },
		{ "", "posts", "5" },
		{ "", "proof", "proven" },
		{ "", "reason", "the list is set to hold every post" },
		{ "", "recipient", "dev@lists.example" },
		{ "", "score", "3" },
		{ "", "sender", "nina@uni.example" },
		{ "", "subject", "Calibration of detector 3" },
		{ "", "text", "…" },
		{ "", "time", "2026-11-27 12:00" },
		{ "", "when", "2026-11-27 12:00 UTC" },
		{ "", "token", "7kq2vwr5" },
		{ "", "volume", "3" },
		{ "", "what", "…" },
		{ "", "words", "    accept\n    reject\n" },
	};
	for (size_t i = 0; i < sizeof rows_of / sizeof *rows_of; i++)
		if (str_eq(name, str_from(rows_of[i].name))
		    && (!*rows_of[i].notice || !strcmp(rows_of[i].notice, row->name))
		    && has_name(row, name)) {
			*value = str_from(rows_of[i].value);
			return true;
		}
	return false;
}

/* Every {name} must be one that this notice has a value for. */
static err add_examples(struct arena *a, const struct notice_row *row, str text,
			struct notice_var *vars, size_t *k)
{
	str head, rest, name, after;
	for (; str_cut(text, '{', &head, &rest); text = rest) {
		size_t i = 0;
		if (!str_cut(rest, '}', &name, &after) || !is_name(name))
			continue;
		while (i < *k && !str_eq(name, str_from(vars[i].name)))
			i++;
		if (i < *k)
			continue;
		str value;
		if (*k == VARS_MAX || !example(row, name, &value))
			return err_in(a, ERR_SYNTAX,
				      "{%.*s} has no value in the notice \"%s\": see "
				      "which the built-in text uses",
				      STR_F(name), row->name);
		vars[(*k)++] = (struct notice_var){ arena_z(a, name), value };
	}
	return OK;
}

str notice_names(struct arena *a, const struct notice_row *row)
{
	static const char *const common[] = { "address",       "list",
					      "list_address",  "list_url",
					      "owner_address", "request_address",
					      "site",          "url" };
	str out = STR(""),
	    text = arena_cat(a, str_from(row->subject), str_from(row->text),
			     has_token(row) ? STR("{token}") : STR(""));
	for (size_t i = 0; i < sizeof common / sizeof *common; i++)
		out = arena_cat(a, out, i ? STR(" {") : STR("{"), str_from(common[i]),
				STR("}"));
	str head, rest, name, after;
	for (; str_cut(text, '{', &head, &rest); text = rest)
		if (str_cut(rest, '}', &name, &after) && is_name(name)
		    && !names(out, name))
			out = arena_cat(a, out, STR(" {"), name, STR("}"));
	return out;
}

err notice_preview(struct books *books, struct arena *a, const struct notice_row *row,
		   const struct list_entry *list, enum language l, str own, str *subject,
		   str *text)
{
	struct notice_var vars[VARS_MAX];
	struct notice n = { .name = row->name,
			    .list = list,
			    .to = { .address = { .local = STR("anna"),
						 .domain = STR("uni.example") } } };
	str unfilled_subject, unfilled;
	notice_built_in(row, l, &unfilled_subject, &unfilled);
	if (own.n)
		split_subject(own, &unfilled_subject, &unfilled);
	size_t k = common_vars(books, a, &n, vars), common = k;
	if (!list) { /* of a domain or the site: any list's */
		str url = books->conf->site_url;
		vars[k++] = (struct notice_var){ "list", STR("dev") };
		vars[k++] = (struct notice_var){ "list_address",
						 STR("dev@lists.example") };
		vars[k++] = (struct notice_var){ "list_url",
						 arena_cat(a, url, STR("/lists/dev")) };
		vars[k++] = (struct notice_var){ "owner_address",
						 STR("dev-owner@lists.example") };
		vars[k++] = (struct notice_var){ "request_address",
						 STR("dev-request@lists.example") };
		common = k;
	}
	TRY(add_examples(a, row, unfilled_subject, vars, &k));
	TRY(add_examples(a, row, unfilled, vars, &k));
	for (size_t i = common; i < k; i++)
		vars[i].value = said_in(a, l, vars[i].value);
	(void)fill(a, unfilled_subject, vars, k, FILLED_MAX, subject);
	(void)fill(a, unfilled, vars, k, FILLED_MAX, text);
	return OK;
}

static size_t times(str text, str name)
{
	size_t n = 0;
	str head, rest, inside, after;
	for (; str_cut(text, '{', &head, &rest); text = rest)
		n += str_cut(rest, '}', &inside, &after) && str_eq(inside, name);
	return n;
}

static err check_length(struct arena *a, str text)
{
	str from = text, head, rest, name, after;
	if (text.n > NOTICE_TEXT_MAX)
		return err_in(a, ERR_SYNTAX, "it is too long: %d KB are enough",
			      NOTICE_TEXT_MAX / 1024);
	for (size_t names = 0; str_cut(from, '{', &head, &rest); from = rest)
		if (str_cut(rest, '}', &name, &after) && is_name(name)
		    && (++names > VARS_MAX * TIMES_MAX || times(text, name) > TIMES_MAX))
			return err_in(a, ERR_SYNTAX,
				      "{%.*s} stands there too often: a name may be "
				      "used %d times",
				      STR_F(name), TIMES_MAX);
	return OK;
}

err notice_put(struct books *books, struct arena *a, const struct notice_row *row,
	       const struct template_scope *of, const struct list_entry *list,
	       str language, str text, const struct actor *by)
{
	str subject, said, name = str_from(row->name);
	struct template_row t = {
		.of = *of, .name = name, .language = language, .text = text
	};
	str what = language.n ? arena_cat(a, name, STR(" "), language) : name;
	TRY(check_length(a, text));
	TRY(notice_preview(books, a, row, list, LANGUAGE_en, text, &subject, &said));
	TRY(text.n ? template_set(books->lists, &t)
		   : template_unset(books->lists, of, name, language));
	return books_audit(books, by, of->list,
			   text.n ? STR("template changed") : STR("template reset"),
			   what);
}
