#include "lists/command.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/utf8.h"
#include "lists/budget.h"
#include "lists/press.h"
#include "lists/members.h"
#include "lists/notice.h"
#include "lists/publish.h"
#include "mail/mime.h"
#include "net/addr.h"
#include "store/lists/member.h"
#include "store/outbound/ledger.h"

enum { LINES_MAX = 10, ROSTER_MAX = 2000, JOINS_HOURLY = 60 };

struct run { /* one mail's commands */
	struct books *books;
	struct arena *a;
	const struct mail_command *c;
	struct settings settings;
	struct buf says;
	struct actor by;
};

typedef err word_fn(struct run *r, str argument);

#define WORD(word, function, help) static word_fn function;
#include "lists/commands.def"
#undef WORD

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

static void say(struct run *r, str text)
{
	buf_cat(&r->says, text, STR("\n"));
}

/* What a person may be told as it is; what is our own trouble goes up. */
static err say_err(struct run *r, err e)
{
	if (err_is_passing(e))
		return e;
	if (e.kind)
		say(r, str_from(e.msg));
	return OK;
}

static err say_help(struct run *r, str argument)
{
	(void)argument;
	say(r, arena_cat(r->a, STR("Write to "),
			 list_subaddress(r->a, r->c->list, STR("request")),
			 STR(", one word a line:\n")));
	for (size_t i = 0; i < WORDS; i++)
		buf_addf(&r->says, "    %-12s %s\n", words[i].word, words[i].help);
	say(r, STR("    end          what follows is not for the program"));
	return OK;
}

static err say_info(struct run *r, str argument)
{
	(void)argument;
	say(r, arena_cat(r->a, r->c->list->address, STR(": "), r->settings.description));
	if (r->settings.info.n)
		say(r, r->settings.info);
	say(r, arena_cat(r->a, list_url(r->a, r->books, r->c->list), STR("/")));
	return OK;
}

static err say_lists(struct run *r, str argument)
{
	const struct list_entry **list;
	size_t n;
	(void)argument;
	addressbook_lists(r->books->addresses, r->a, &list, &n);
	for (size_t i = 0; i < n; i++) {
		struct settings s;
		TRY(settings_load(r->books->lists, r->a, list[i]->id, &s));
		if (s.advertised)
			say(r, arena_cat(r->a, STR("    "), list[i]->address, STR("  "),
					 s.description));
	}
	return OK;
}

/* Each asks a mailbox that may be a stranger's: a network has as many as on the web, whatever
 * names it uses. An author who is proven can fill no mailbox but one of their own domain's. */
static err check_network(struct run *r)
{
	struct net_addr client;
	bool over;
	if (r->c->authentic || net_parse_ip(r->c->client, &client).kind)
		return OK;
	client = net_prefix(&client, 24, 64);
	TRY(budget_count(r->books, r->a,
			 arena_cat(r->a, STR("joins from "), net_ip_text(r->a, &client)),
			 1, 1, JOINS_HOURLY, &over));
	return over ? FAIL(ERR_DENIED,
			   "too many requests to join came from your network; "
			   "try again in an hour, or join on the list's web "
			   "page")
		    : OK;
}

/* The answer comes by mail to the address itself, so asking proves nothing and
 * needs no proof. */
static err ask_join(struct run *r)
{
	TRY(check_network(r));
	return member_ask_join(r->books, r->a, r->c->list, &r->c->from, &r->by);
}

static err do_join(struct run *r, str argument)
{
	(void)argument;
	err e = ask_join(r);
	if (!e.kind)
		say(r, STR("Look for a mail that asks you to confirm."));
	return say_err(r, e);
}

static err do_leave(struct run *r, str argument)
{
	(void)argument;
	str from = address_text(r->a, &r->c->from.address);
	err e = member_ask_leave(r->books, r->a, r->c->list, from, &r->by);
	if (!e.kind)
		say(r, STR("If this address is a member's, look for a mail about it."));
	return say_err(r, e);
}

static err may_see_members(struct run *r, bool *may)
{
	struct member_row m;
	*may = setting_is(r->settings.member_roster_visibility, "public");
	if (*may || !setting_is(r->settings.member_roster_visibility, "members")
	    || !r->c->authentic)
		return OK;
	err e = member_find(r->books->lists, r->a, r->c->list->id,
			    address_key(r->a, &r->c->from.address), &m);
	*may = !e.kind;
	return e.kind == ERR_NOTFOUND ? OK : e;
}

static err say_who(struct run *r, str argument)
{
	struct member_row *m;
	size_t n;
	bool may;
	(void)argument;
	TRY(may_see_members(r, &may));
	if (!may) {
		say(r, STR("This list does not show its members to you."));
		return OK;
	}
	TRY(member_list(r->books->lists, r->a, r->c->list->id, 0, ROSTER_MAX, &m, &n));
	for (size_t i = 0; i < n; i++)
		if (!m[i].hidden)
			say(r, arena_cat(r->a, STR("    "), m[i].text));
	return OK;
}

static err do_confirm(struct run *r, str argument)
{
	struct pressed done;
	struct press p = { .choice = STR(""), .reason = STR(""), .by = r->by };
	err e = confirm_press(r->books, r->a, str_trim(argument), &p, &done);
	if (!e.kind)
		say(r, done.says);
	return say_err(r, e);
}

static err run_line(struct run *r, str line, bool *known)
{
	str word;
	*known = false;
	if (!str_word(&line, &word))
		return OK;
	for (size_t i = 0; i < WORDS; i++)
		if (str_ieq(word, str_from(words[i].word))) {
			*known = true;
			say(r, arena_cat(r->a, STR("> "), str_from(words[i].word)));
			return words[i].run(r, line);
		}
	return OK;
}

static bool is_end(str line)
{
	return str_ieq(line, STR("end")) || str_ieq(line, STR("stop"))
	       || str_starts(line, STR("-- ")) || str_eq(line, STR("--"));
}

/* The subject first (people put the word there), then the text's first lines. */
static err run_lines(struct run *r, str subject, str text)
{
	bool known;
	str line;
	size_t lines = 0;
	if (str_istarts(subject, STR("Re:")))
		subject = str_trim(str_skip(subject, 3));
	TRY(run_line(r, subject, &known));
	bool any = known;
	while (lines < LINES_MAX && str_line(&text, &line)) {
		line = str_trim(line);
		if (is_end(line))
			break;
		if (!line.n || line.p[0] == '>')
			continue;
		TRY(run_line(r, line, &known));
		any = any || known;
		if (!known) /* a person's prose: not for us */
			break;
		lines++;
	}
	if (!any) {
		say(r, STR("No command was found in your mail.\n"));
		return say_help(r, STR(""));
	}
	return OK;
}

static err read_text(struct arena *a, const struct mail_command *c, str *text)
{
	struct mime m;
	str used;
	*text = STR("");
	TRY(mime_parse(a, c->message, &m));
	const struct mime_part *part = mime_text_part(&m);
	if (part)
		*text = mime_text(a, part, &used);
	return OK;
}

/* Another at the return path's domain may have asked: words of a stranger do not go
 * along. */
static str own_subject(struct run *r)
{
	const struct mail_command *c = r->c;
	str subject = header_text(r->a, header_find(&c->header, STR("Subject")));
	bool proven = c->authentic
		      && str_eq(address_key(r->a, &c->from.address),
				address_key(r->a, &c->reverse_path));
	return proven && subject.n ? subject : STR("your mail");
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

/* A moderator who decides on twenty posts in a day is obeyed twenty times, but
 * answered no more often than anybody. */
static err answer(struct run *r)
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

static err start(struct run *r, struct books *books, struct arena *a,
		 const struct mail_command *c, bool *may)
{
	*r = (struct run){ .books = books, .a = a, .c = c };
	r->by.name = address_key(a, &c->reverse_path);
	TRY(settings_load(books->lists, a, c->list->id, &r->settings));
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
	TRY(start(&r, books, a, c, &may));
	if (!may)
		return OK;
	TRY(read_text(a, c, &text));
	err e = run_lines(&r, header_text(a, header_find(&c->header, STR("Subject"))),
			  text);
	if (!e.kind)
		e = answer(&r);
	buf_free(&r.says);
	return e;
}

/* The one-purpose addresses answer only when there is something to say beyond
 * the confirmation that goes out anyway. */
static err one_word(struct books *books, struct arena *a, const struct mail_command *c,
		    word_fn *fn)
{
	struct run r;
	bool may;
	TRY(start(&r, books, a, c, &may));
	if (!may)
		return OK;
	err e = fn(&r, STR(""));
	buf_free(&r.says);
	return e;
}

static err join_word(struct run *r, str argument)
{
	(void)argument;
	err e = ask_join(r);
	if (!e.kind || err_is_passing(e))
		return e;
	say(r, str_from(e.msg));
	return answer(r);
}

err command_join(struct books *books, struct arena *a, const struct mail_command *c)
{
	return one_word(books, a, c, join_word);
}

err command_leave(struct books *books, struct arena *a, const struct mail_command *c)
{
	return one_word(books, a, c, do_leave);
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
	TRY(start(&r, books, a, c, &may));
	if (!may)
		return OK;
	struct press p = { .by = r.by };
	p.by.via = STR("mail");
	TRY(read_text(a, c, &text));
	read_choice(a, text, &p);
	err e = confirm_press(books, a, c->token, &p, &done);
	if (err_is_passing(e))
		return e;
	say(&r, e.kind ? str_from(e.msg) : done.says);
	e = answer(&r);
	buf_free(&r.says);
	return e;
}
