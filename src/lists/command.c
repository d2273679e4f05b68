/* A mail's words, one after the other, and the one answer to all of them. */
#include "lists/command_inside.h"

#include "archive/content.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/said.h"
#include "base/utf8.h"
#include "lists/notice.h"
#include "lists/press.h"
#include "lists/publish.h"
#include "mail/mime.h"
#include "store/outbound/ledger.h"

enum { ANSWER_MAX = 200 * 1024, STRANGE_MAX = 200 };

static const struct {
	const char *word;
	word_fn *run;
	const char *help;
} words[] = {
#define WORD(word, function, help) { word, function, help },
#include "lists/commands.def"
#undef WORD
};

enum { WORDS = sizeof words / sizeof *words };

void command_says(struct run *r, str text)
{
	buf_cat(&r->says, said_in(r->a, r->language, text), STR("\n"));
}

err command_says_err(struct run *r, err e)
{
	if (err_is_passing(e))
		return e;
	if (e.kind)
		command_says(r, str_from(e.msg));
	return OK;
}

err say_help(struct run *r, str argument)
{
	(void)argument;
	command_says(r, arena_cat(r->a, STR("Write to "),
				  list_subaddress(r->a, r->c->list, STR("request")),
				  STR(", one word a line:\n")));
	for (size_t i = 0; i < WORDS; i++)
		buf_addf(&r->says, "    %-12s %s\n", words[i].word,
			 language_text(r->language, words[i].help));
	buf_addf(&r->says, "    %-12s %s\n", "end",
		 language_text(r->language, N_("what follows is not for the program")));
	return OK;
}

err do_confirm(struct run *r, str argument)
{
	struct pressed done;
	struct press p = { .choice = STR(""), .reason = STR(""), .by = r->by };
	err e = confirm_press(r->books, r->a, str_trim(argument), &p, &done);
	if (!e.kind)
		command_says(r, done.says);
	return command_says_err(r, e);
}

/* The roster of a large list, asked for in each line, would be a large mail. */
static bool is_long(struct run *r)
{
	if (buf_str(&r->says).n < ANSWER_MAX)
		return false;
	command_says(r, STR("This answer is long enough: what follows was not read."));
	return true;
}

void command_says_strange(struct run *r, str line)
{
	if (command_is_own(r))
		command_says(r, arena_cat(r->a, STR("\nNot understood:\n    "),
					  utf8_first(line, STRANGE_MAX)));
	else
		command_says(r, STR("\nA line was not understood."));
}

static void say_strange(struct run *r, str line)
{
	command_says_strange(r, line);
	command_says(r, STR("What follows it was not read. \"help\" lists all words."));
}

static err run_text(struct run *r, const struct command_text *t)
{
	if (!t->count) {
		command_says(r, STR("No command was found in your mail."));
		command_says(r, STR(""));
		return say_help(r, STR(""));
	}
	for (size_t i = 0; i < t->count && !is_long(r); i++) {
		const struct command_line *line = &t->lines[i];
		command_says(
			r, arena_cat(r->a, STR("> "), str_from(words[line->word].word)));
		TRY(words[line->word].run(r, line->argument));
	}
	TRY(command_ask_wishes(r));
	if (t->strange.n)
		say_strange(r, t->strange);
	if (t->more)
		command_says(r,
			     arena_printf(r->a,
					  "\n%d lines are read of a mail, and no more.",
					  COMMAND_LINES_MAX));
	return OK;
}

/* Some programs send HTML alone: its text is read then. */
static err read_text(struct arena *a, const struct mail_command *c, str *text)
{
	struct mime m;
	str used;
	bool cut;
	*text = STR("");
	TRY(mime_parse(a, c->message, &m));
	const struct mime_part *part = mime_text_part(&m);
	if (part)
		*text = mime_text(a, part, &used);
	if (part && str_eq(part->type, STR("text/html")))
		*text = content_html_text(a, *text, &cut);
	return OK;
}

bool command_is_own(const struct run *r)
{
	return r->c->authentic
	       && str_eq(command_author(r), address_key(r->a, &r->c->reverse_path));
}

str command_author(const struct run *r)
{
	return address_key(r->a, &r->c->from.address);
}

/* Another at the return path's domain may have asked: words of a stranger do not go
 * along. */
static str own_subject(struct run *r)
{
	str subject = header_text(r->a, header_find(&r->c->header, STR("Subject")));
	return command_is_own(r) && subject.n
		       ? subject
		       : str_from(language_text(r->language, N_("your mail")));
}

/* Whose return path may be somebody else's is obeyed where a token is the proof, and
 * not answered. */
static err stay_silent(struct run *r)
{
	str number, to;
	str_cut(r->c->source, '/', &number, &to);
	log_info("command-not-answered", KS("list", r->c->list->address),
		 KS("from", r->by.name));
	struct ledger_entry e = { .at = clock_now_ms(),
				  .inbound = source_inbound(r->c->source),
				  .recipient = to,
				  .what = STR("discarded"),
				  .detail = STR("not answered: nothing proves that the "
						"return path is the sender's") };
	return ledger_add(r->books->outbound, &e, 1);
}

err command_answer(struct run *r)
{
	const struct mail_command *c = r->c;
	bool may;
	if (!c->proven)
		return stay_silent(r);
	TRY(notice_may_answer(r->books, r->a, &c->header, &c->reverse_path, &may));
	if (!may)
		return OK;
	str *ids;
	struct mailbox to = { .address = c->reverse_path };
	struct notice_var vars[] = { { "answers", buf_str(&r->says) },
				     { "subject", own_subject(r) } };
	str id = header_ids(r->a, header_find(&c->header, STR("Message-ID")), &ids)
			 ? arena_cat(r->a, STR("<"), ids[0], STR(">"))
			 : STR("");
	return notice_send(
		r->books, r->a,
		&(struct notice){ .name = "commands",
				  .list = c->list,
				  .to = to,
				  .source = arena_cat(r->a, c->source, STR("/answer")),
				  .in_reply_to = id,
				  .answers = true,
				  .vars = vars,
				  .var_count = 2 });
}

err command_start(struct run *r, struct books *books, struct arena *a,
		  const struct mail_command *c, bool *may)
{
	*r = (struct run){ .books = books, .a = a, .c = c };
	r->by = (struct actor){ .name = address_key(a, &c->reverse_path),
				.via = STR("mail") };
	TRY(settings_load(books->lists, a, c->list->id, &r->settings));
	TRY(notice_language(books, a, c->list, r->by.name, &r->language));
	*may = c->from.address.domain.n
	       && !notice_is_automated(a, &c->header, &c->reverse_path);
	if (!*may)
		log_info("command-ignored", KS("list", c->list->address),
			 KS("from", r->by.name));
	return OK;
}

err command_request(struct books *books, struct arena *a, const struct mail_command *c)
{
	struct run r;
	bool may;
	str text;
	TRY(command_start(&r, books, a, c, &may));
	if (!may)
		return OK;
	TRY(read_text(a, c, &text));
	struct command_text t;
	command_read(header_text(a, header_find(&c->header, STR("Subject"))), text, &t);
	err e = run_text(&r, &t);
	if (!e.kind)
		e = command_answer(&r);
	buf_free(&r.says);
	return e;
}

/* The answer to a held post's mail begins with the moderator's word; what follows it, up
 * to an empty line or what is quoted, goes with it. */
static void read_choice(struct arena *a, str text, struct press *p)
{
	enum { REASON_MAX = 8 * 1024 }; /* whoever guesses a token may write a book */
	str line, word;
	BUF(reason);
	p->choice = STR("");
	while (!p->choice.n && str_line(&text, &line))
		if (str_word(&line, &word) && word.p[0] != '>') {
			while (word.n > 1 && !chr_is_alpha(word.p[word.n - 1]))
				word.n--; /* "Accept." */
			p->choice = arena_lower(a, word);
			buf_add(&reason, str_trim(line));
		}
	while (p->choice.n && reason.n < REASON_MAX && str_line(&text, &line)) {
		line = str_trim(line);
		if (!line.n || line.p[0] == '>')
			break;
		buf_cat(&reason, reason.n ? STR(" ") : STR(""), line);
	}
	p->reason = arena_copy(a, utf8_first(buf_str(&reason), REASON_MAX));
}

err command_confirm(struct books *books, struct arena *a, const struct mail_command *c)
{
	struct run r;
	bool may;
	str text;
	struct pressed done;
	TRY(command_start(&r, books, a, c, &may));
	if (!may)
		return OK;
	struct press p = { .by = r.by };
	TRY(read_text(a, c, &text));
	read_choice(a, text, &p);
	err e = confirm_press(books, a, c->token, &p, &done);
	if (err_is_passing(e))
		return e;
	command_says(&r, e.kind ? str_from(e.msg) : done.says);
	e = command_answer(&r);
	buf_free(&r.says);
	return e;
}
