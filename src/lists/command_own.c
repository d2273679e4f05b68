/* The words about one's own membership, beside joining and leaving. */
#include "lists/command_inside.h"

#include "base/utf8.h"
#include "lists/member_set.h"
#include "lists/topics.h"
#include "store/lists/address.h"
#include "store/lists/person.h"

enum { ECHO_MAX = 500 };

/* "set" as Mailman 2 has it. An option of ours may have several names of its values. */
static const struct wish {
	str option, word, key, value;
} wishes[] = {
	{ STR("ack"), STR("on"), STR("acknowledge"), STR("yes") },
	{ STR("ack"), STR("off"), STR("acknowledge"), STR("no") },
	{ STR("digest"), STR("mime"), STR("delivery"), STR("mime") },
	{ STR("digest"), STR("plain"), STR("delivery"), STR("plain") },
	{ STR("digest"), STR("summary"), STR("delivery"), STR("summary") },
	{ STR("digest"), STR("off"), STR("delivery"), STR("regular") },
	{ STR("delivery"), STR("on"), STR("delivery"), STR("regular") },
	{ STR("delivery"), STR("off"), STR("delivery"), STR("off") },
	{ STR("myposts"), STR("on"), STR("own_posts"), STR("yes") },
	{ STR("myposts"), STR("off"), STR("own_posts"), STR("no") },
	{ STR("hide"), STR("on"), STR("hidden"), STR("yes") },
	{ STR("hide"), STR("off"), STR("hidden"), STR("no") },
	{ STR("duplicates"), STR("on"), STR("copies"), STR("yes") },
	{ STR("duplicates"), STR("off"), STR("copies"), STR("no") },
	{ STR("other_topics"), STR("on"), STR("other_topics"), STR("yes") },
	{ STR("other_topics"), STR("off"), STR("other_topics"), STR("no") },
};

static const char set_help[] =
	"    set show                             how it is set now\n"
	"    set ack on|off                       a note when a post of yours was "
	"accepted\n"
	"    set digest mime|plain|summary|off    many posts in one mail\n"
	"    set delivery on|off                  posts by mail, or none (on the web, on "
	"holiday)\n"
	"    set myposts on|off                   your own posts, too\n"
	"    set hide on|off                      not in the list of members that "
	"members "
	"see\n"
	"    set duplicates on|off                posts that also came to you directly "
	"(To, "
	"Cc)\n"
	"    set topics NAME, NAME...             posts about these alone; all: about "
	"any\n"
	"    set other_topics on|off              and those that are about none\n"
	"    set language de|en|es|fr|ja|zh_CN    of mails to you; any: as the list\n"
	"A mail that your provider proves is yours is obeyed at once; after any other "
	"you\n"
	"are asked by mail. There are no passwords, so \"set authenticate\" and\n"
	"\"set reminders\" have nothing to do.";

static const char no_password[] =
	"There is no password here, and none is ever mailed: a mail that your provider\n"
	"proves is yours is obeyed at once, after any other you are asked by a mailed "
	"link.";

err say_password(struct run *r, str argument)
{
	(void)argument;
	command_says(r, str_from(no_password));
	return OK;
}

static str on_off(bool on)
{
	return on ? STR("on") : STR("off");
}

static str digest_word(str delivery)
{
	return member_reads_digests(delivery) ? delivery : STR("off");
}

static str off_by(struct arena *a, const struct member_row *m)
{
	if (!str_eq(m->delivery, STR("off")))
		return STR("on");
	return m->off_by.n ? arena_cat(a, STR("off (by "), m->off_by, STR(")"))
			   : STR("off");
}

static err show(struct run *r)
{
	struct member_row m;
	struct person_row p;
	if (!r->c->authentic) {
		command_says(r, STR("Nothing proves that this mail is the member's, so "
				    "settings are not shown."));
		return OK;
	}
	err e = member_meant(r->books, r->a, r->c->list, command_author(r), &m);
	if (!e.kind)
		e = person_by_key(r->books->lists, r->a, m.key, &p);
	if (e.kind)
		return command_says_err(r, e);
	const struct {
		const char *option;
		str value;
	} rows[] = {
		{ "ack", on_off(m.acknowledge) },
		{ "digest", digest_word(m.delivery) },
		{ "delivery", off_by(r->a, &m) },
		{ "myposts", on_off(m.own_posts) },
		{ "hide", on_off(m.hidden) },
		{ "duplicates", on_off(m.copies) },
		{ "topics", m.topics.n ? topics_shown(r->a, m.topics) : STR("all") },
		{ "other_topics", on_off(m.other_topics) },
		{ "language", p.language.n ? p.language : STR("any") }, /* the last */
	};
	size_t shown = sizeof rows / sizeof *rows;
	if (!str_eq(m.key, command_author(r))) /* the person's, not this list's */
		shown--;
	command_says(r, arena_cat(r->a, STR("Settings of "), m.text, STR(":")));
	for (size_t i = 0; i < shown; i++)
		buf_addf(&r->says, "    set %-12s %.*s\n", rows[i].option,
			 STR_F(rows[i].value));
	return OK;
}

static const struct wish *find_wish(str option, str value)
{
	for (size_t i = 0; i < sizeof wishes / sizeof *wishes; i++)
		if (str_ieq(option, wishes[i].option) && str_ieq(value, wishes[i].word))
			return &wishes[i];
	return NULL;
}

/* Digests and whether mail comes at all are one option here, two in Mailman: turning off
 * what is not on changes nothing. */
static bool is_so(const struct wish *w, const struct member_row *m)
{
	bool off = str_eq(m->delivery, STR("off"));
	if (str_eq(w->option, STR("digest")))
		return str_eq(w->word, STR("off")) && off;
	return str_eq(w->option, STR("delivery")) && str_eq(w->word, STR("on")) && !off;
}

static err obey(struct run *r, const struct wish *w)
{
	struct member_row m;
	struct assignment set = { w->key, w->value };
	err e = member_meant(r->books, r->a, r->c->list, command_author(r), &m);
	if (!e.kind && !is_so(w, &m))
		e = member_set(r->books, r->a, r->c->list, m.key, &set, 1, &r->by);
	if (!e.kind)
		command_says(r, arena_cat(r->a, w->option, STR(" is "), w->word,
					  STR(" now.")));
	return command_says_err(r, e);
}

/* The language is the person's, on all lists; that another domain's address is theirs, too,
 * says this list's owner alone. */
static err is_own(struct run *r, const struct wish *w, bool *own)
{
	struct member_row m;
	*own = true;
	if (!str_eq(w->key, STR("language")))
		return OK;
	err e = member_meant(r->books, r->a, r->c->list, command_author(r), &m);
	*own = e.kind || str_eq(m.key, command_author(r));
	return e.kind == ERR_NOTFOUND ? OK : e;
}

static err wish(struct run *r, const struct wish *w)
{
	bool own = false;
	if (r->c->authentic)
		TRY(is_own(r, w, &own));
	if (own)
		return obey(r, w);
	r->wishes[r->wish_count++] = (struct assignment){ w->key, w->value };
	return OK;
}

/* Of a mail without proof only words that are the list's own go into the letter, and it
 * is told none that it has not named. */
static err wish_topics(struct run *r, str names)
{
	bool all = str_ieq(names, STR("all"));
	str chosen = all ? STR("") : topics_choice(r->a, names);
	str shown = topics_shown(r->a, chosen);
	err e = r->c->authentic ? OK
				: topics_check_names(r->books->lists, r->a,
						     r->c->list->id, chosen, STR(""));
	if (e.kind == ERR_SYNTAX)
		e.msg = "The list has no such topic.";
	if (e.kind)
		return command_says_err(r, e);
	return wish(r, &(struct wish){ STR("topics"), all ? names : shown, STR("topics"),
				       shown });
}

static err wish_language(struct run *r, str wanted)
{
	enum language l;
	bool any = str_ieq(wanted, STR("any"));
	if (!any && !language_find(wanted, &l)) {
		command_says(r, STR("There is no such language."));
		return OK;
	}
	str name = any ? STR("any") : str_from(language_row(l)->name);
	return wish(r, &(struct wish){ STR("language"), name, STR("language"), name });
}

err command_ask_wishes(struct run *r)
{
	if (!r->wish_count)
		return OK;
	err e = command_check_network(r);
	if (!e.kind)
		e = member_ask_set(r->books, r->a, r->c->list, command_author(r),
				   r->wishes, r->wish_count);
	if (!e.kind)
		command_says(r,
			     STR("Nothing proves that this mail is the member's. If the "
				 "address is one,\nlook for a mail that asks whether "
				 "this is wanted."));
	return command_says_err(r, e);
}

err do_set(struct run *r, str argument)
{
	str option = STR(""), value = STR("");
	str_word(&argument, &option);
	argument = str_trim(argument);
	if (str_ieq(option, STR("topics")) && argument.n)
		return wish_topics(r, argument);
	str_word(&argument, &value);
	if (str_ieq(option, STR("language")) && value.n)
		return wish_language(r, value);
	if (str_ieq(option, STR("show")))
		return show(r);
	if (str_ieq(option, STR("authenticate")) || str_ieq(option, STR("reminders")))
		return say_password(r, argument);
	const struct wish *w = find_wish(option, value);
	if (w)
		return wish(r, w);
	if (option.n && !str_ieq(option, STR("help")))
		command_says(r, STR("That is not one of these:"));
	command_says(r, str_from(set_help));
	return OK;
}

/* Memberships of all that is this person's, and nobody's but theirs to know. */
static err own_memberships(struct run *r, struct member_row **m, size_t *n)
{
	struct address_row x;
	str key = command_author(r);
	err e = address_find(r->books->lists, r->a, key, &x);
	*n = 0;
	if (e.kind)
		return e.kind == ERR_NOTFOUND ? OK : e;
	return x.verified_at ? member_by_person(r->books->lists, r->a, x.person, m, n)
			     : member_by_key(r->books->lists, r->a, key, m, n);
}

err say_which(struct run *r, str argument)
{
	struct member_row *m;
	size_t n;
	(void)argument;
	if (!r->c->authentic) {
		command_says(r, STR("Nothing proves that this mail is its author's, so "
				    "memberships are not shown."));
		return OK;
	}
	TRY(own_memberships(r, &m, &n));
	for (size_t i = 0; i < n; i++) {
		const struct list_entry *list = addressbook_list_by_id(
			r->books->addresses, m[i].list);
		if (list)
			command_says(r, arena_cat(r->a, STR("    "), list->address,
						  STR("  as "), m[i].text));
	}
	if (!n)
		command_says(r, STR("You are on no list of this site."));
	return OK;
}

/* A program that reflects what it is sent must not reach others. */
err say_echo(struct run *r, str argument)
{
	if (command_is_own(r))
		command_says(r, utf8_first(argument, ECHO_MAX));
	else
		command_says(r,
			     STR("Nothing proves that this mail is yours: it is not sent "
				 "back."));
	return OK;
}
