/* The words about one's own membership, beside joining and leaving. */
#include "lists/command_inside.h"

#include "base/utf8.h"
#include "lists/member_set.h"
#include "store/lists/address.h"

enum { ECHO_MAX = 500 };

/* "set" as Mailman 2 has it. An option of ours may have several names of its values. */
static const struct wish {
	const char *option, *word, *key, *value;
} wishes[] = {
	{ "ack", "on", "acknowledge", "yes" },
	{ "ack", "off", "acknowledge", "no" },
	{ "digest", "mime", "delivery", "mime" },
	{ "digest", "plain", "delivery", "plain" },
	{ "digest", "summary", "delivery", "summary" },
	{ "digest", "off", "delivery", "regular" },
	{ "delivery", "on", "delivery", "regular" },
	{ "delivery", "off", "delivery", "off" },
	{ "myposts", "on", "own_posts", "yes" },
	{ "myposts", "off", "own_posts", "no" },
	{ "hide", "on", "hidden", "yes" },
	{ "hide", "off", "hidden", "no" },
	{ "duplicates", "on", "copies", "yes" },
	{ "duplicates", "off", "copies", "no" },
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
	if (!r->c->authentic) {
		command_says(r, STR("Nothing proves that this mail is the member's, so "
				    "settings are not shown."));
		return OK;
	}
	err e = member_meant(r->books, r->a, r->c->list, command_author(r), &m);
	if (e.kind)
		return command_says_err(r, e);
	const struct {
		const char *option;
		str value;
	} rows[] = {
		{ "ack", on_off(m.acknowledge) }, { "digest", digest_word(m.delivery) },
		{ "delivery", off_by(r->a, &m) }, { "myposts", on_off(m.own_posts) },
		{ "hide", on_off(m.hidden) },     { "duplicates", on_off(m.copies) },
	};
	command_says(r, arena_cat(r->a, STR("Settings of "), m.text, STR(":")));
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		buf_addf(&r->says, "    set %-10s %.*s\n", rows[i].option,
			 STR_F(rows[i].value));
	return OK;
}

static const struct wish *find_wish(str option, str value)
{
	for (size_t i = 0; i < sizeof wishes / sizeof *wishes; i++)
		if (str_ieq(option, str_from(wishes[i].option))
		    && str_ieq(value, str_from(wishes[i].word)))
			return &wishes[i];
	return NULL;
}

/* Digests and whether mail comes at all are one option here, two in Mailman: turning off
 * what is not on changes nothing. */
static bool is_so(const struct wish *w, const struct member_row *m)
{
	bool off = str_eq(m->delivery, STR("off"));
	if (str_eq(str_from(w->option), STR("digest")))
		return str_eq(str_from(w->word), STR("off")) && off;
	return str_eq(str_from(w->option), STR("delivery"))
	       && str_eq(str_from(w->word), STR("on")) && !off;
}

static err obey(struct run *r, const struct wish *w)
{
	struct member_row m;
	struct assignment set = { str_from(w->key), str_from(w->value) };
	err e = member_meant(r->books, r->a, r->c->list, command_author(r), &m);
	if (!e.kind && !is_so(w, &m))
		e = member_set(r->books, r->a, r->c->list, m.key, &set, 1, &r->by);
	if (!e.kind)
		command_says(r, arena_cat(r->a, str_from(w->option), STR(" is "),
					  str_from(w->word), STR(" now.")));
	return command_says_err(r, e);
}

static err wish(struct run *r, const struct wish *w)
{
	if (r->c->authentic)
		return obey(r, w);
	r->wishes[r->wish_count++] = (struct assignment){ str_from(w->key),
							  str_from(w->value) };
	return OK;
}

err command_ask_wishes(struct run *r)
{
	if (!r->wish_count)
		return OK;
	err e = member_ask_set(r->books, r->a, r->c->list, command_author(r), r->wishes,
			       r->wish_count);
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
	str_word(&argument, &value);
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
