/* Own texts of Mailman's letters, as files in folders by language. */
#include "lists/import/moving.h"

#include "base/language.h"
#include "lists/import/texts.h"
#include "lists/notice.h"
#include "mail/charset.h"

#include <string.h>

enum { TEXT_MAX = 1 << 20 };

static const char END[] = ".txt";

static void tell(struct moving *x, enum import_report_class class, str label, str here,
		 str why)
{
	import_report_attribute(x->report, class, label, here, why);
}

/* As UTF-8, from what its language was mostly written in. */
static str decoded(struct moving *x, str language, str bytes)
{
	bool old = !strcmp(x->word, "mailman2");
	return charset_decode(x->a, bytes,
			      old ? mailman2_charset(language) : STR("utf-8"), NULL);
}

static struct text_values values_of(struct moving *x, bool own)
{
	struct text_values v = { .domain = STR("") };
	str local;
	(void)str_cut_last(x->address, '@', &local, &v.domain);
	if (own && !strcmp(x->word, "mailman2"))
		v.welcome = str_trim(mailman2_text(
			&x->config, mailman2_get(&x->config, "welcome_msg")));
	return v;
}

static err put_notice(struct moving *x, const struct moving_text *t,
		      const struct text_row *row)
{
	size_t left_off;
	str subject, said;
	struct text_values v = values_of(x, t->of.list);
	str text = text_ours(x->a, row, &v, t->text, &left_off);
	err e = text.n > NOTICE_TEXT_MAX
			? FAIL(ERR_SYNTAX, "it is too long")
			: notice_preview(x->books, x->a,
					 notice_row_find(str_from(row->notice)), NULL,
					 LANGUAGE_en, text, &subject, &said);
	if (err_is_passing(e))
		return e;
	if (e.kind) {
		tell(x, REPORT_IMPOSSIBLE, t->label, STR(""), str_from(e.msg));
		return OK;
	}
	str why = left_off ? arena_printf(
			  x->a,
			  "with our names; %zu paragraphs with values that "
			  "there are not here are left off: look at it",
			  left_off)
			   : STR("with our names");
	return moving_template_of(x, &t->of, t->label, str_from(row->notice), t->language,
				  text, why);
}

/* Of no language, or the list's own. */
static bool is_the_list_s(struct moving *x, str language)
{
	str own = mailman2_text(&x->config,
				mailman2_get(&x->config, "preferred_language"));
	enum language is, has;
	return !language.n
	       || (language_find(language, &is) && language_find(own, &has) && is == has);
}

err moving_text_of(struct moving *x, const struct settings *now,
		   const struct moving_text *t)
{
	const struct text_row *row = text_row_find(x->word, t->file);
	if (!str_trim(t->text).n && row && !row->why) {
		tell(x, REPORT_KEPT, t->label, STR(""),
		     STR("empty there: the usual text"));
		return OK;
	}
	if (row && row->notice)
		return put_notice(x, t, row);
	if (row && row->setting && t->of.list && is_the_list_s(x, t->language))
		return moving_setting(x, now, t->label, str_from(row->setting),
				      &(struct made){ .text = str_trim(t->text) },
				      STR(""));
	tell(x, REPORT_IMPOSSIBLE, t->label, STR(""),
	     row && row->why ? str_from(row->why)
	     : row ? STR("it is a setting of each list here, of one text for all "
			 "languages")
		   : STR("no text of Mailman's own"));
	return OK;
}

/* Which of our languages a folder's texts are in: "" of any, where it is the list's and
 * we have no such one, or where Mailman says them to all who have none of their own. */
static bool language_of(struct moving *x, str folder, bool own, str *language)
{
	enum language l;
	bool ours = language_find(folder, &l);
	bool lists = own
		     && str_eq(folder, mailman2_text(&x->config,
						     mailman2_get(&x->config,
								  "preferred_language")));
	*language = ours && !(lists && !strcmp(x->word, "mailman3"))
			    ? str_from(language_row(l)->name)
			    : STR("");
	return ours || lists;
}

/* folder: below the place, "de". */
static err one_file(struct moving *x, const struct settings *now,
		    const struct moving_texts_at *at, str folder, str name)
{
	struct moving_text t = { .of = at->of };
	str below = arena_cat(x->a, folder, STR("/"), name), bytes;
	t.label = arena_cat(x->a, at->label, below);
	t.file = str_ends(name, str_from(END)) ? str_first(name, name.n - strlen(END))
					       : name;
	err e = moving_read(x, x->a, arena_cat(x->a, at->folder, STR("/"), below),
			    TEXT_MAX, &bytes);
	if (e.kind == ERR_NOTFOUND)
		return OK;
	if (!e.kind && !language_of(x, folder, at->of.list, &t.language))
		e = FAIL(ERR_SYNTAX, "we have no catalog of its language");
	if (e.kind) {
		tell(x, REPORT_IMPOSSIBLE, t.label, STR(""), str_from(e.msg));
		return OK;
	}
	t.text = decoded(x, folder, bytes);
	return moving_text_of(x, now, &t);
}

/* "de", "pt_BR": what else lies beside such folders is none of this. */
static bool is_language(str s)
{
	return (s.n == 2 || (s.n == 5 && s.p[2] == '_')) && chr_is_alpha(s.p[0])
	       && chr_is_alpha(s.p[1]);
}

err moving_texts(struct moving *x, const struct settings *now,
		 const struct moving_texts_at *at)
{
	str *folders, *files;
	size_t n, m;
	TRY(moving_names(x, at->folder, false, &folders, &n));
	for (size_t i = 0; i < n; i++) {
		if (!is_language(folders[i]))
			continue;
		TRY(moving_names(x, arena_cat(x->a, at->folder, STR("/"), folders[i]),
				 false, &files, &m));
		for (size_t k = 0; k < m; k++)
			TRY(one_file(x, now, at, folders[i], files[k]));
	}
	return OK;
}
