/* Words by which one joins and leaves, and the addresses for that alone. */
#include "lists/command_inside.h"

#include "lists/budget.h"
#include "lists/members.h"
#include "net/addr.h"

enum { JOINS_HOURLY = 60 };

/* Each asks a mailbox that may be a stranger's: a network has as many as on the web, whatever
 * names it uses, and whatever came of it. */
err command_check_network(struct run *r)
{
	struct net_addr client;
	bool over;
	if (net_parse_ip(r->c->client, &client).kind)
		return OK;
	client = net_prefix(&client, 24, 64);
	TRY(budget_count(r->books, r->a,
			 arena_cat(r->a, STR("asks from "), net_ip_text(r->a, &client)),
			 1, 1, JOINS_HOURLY, &over));
	return over ? FAIL(ERR_DENIED,
			   "too many requests came from your network; try again in "
			   "an hour, or use the list's web page")
		    : OK;
}

/* Another address of the asker's, whose mailbox is asked: "leave address=…", "join
 * address=…". */
static bool other_address(struct run *r, str argument, str *address)
{
	str word;
	struct address x;
	while (str_word(&argument, &word))
		if (str_istarts(word, STR("address="))
		    && !address_parse(r->a, str_skip(word, 8), &x).kind) {
			*address = address_text(r->a, &x);
			return !r->c->authentic
			       || !str_eq(address_key(r->a, &x), command_author(r));
		}
	return false;
}

/* What "join digest=plain address=… name=…" says; rest of the words: not known. */
struct join_words {
	struct member_wish wish;
	str address; /* another than the asker's; or empty */
	str name, strange;
};

static const struct {
	const char *word, *delivery;
} digest_words[] = {
	{ "nodigest", "regular" },       { "digest=no", "regular" },
	{ "digest=mime", "mime" },       { "digest=plain", "plain" },
	{ "digest=summary", "summary" },
};

static bool read_digest(const struct run *r, str word, struct member_wish *wish)
{
	if (str_ieq(word, STR("digest")) || str_ieq(word, STR("digest=yes"))) {
		wish->delivery = r->settings.mime_is_default_digest ? STR("mime")
								    : STR("plain");
		return true;
	}
	for (size_t i = 0; i < sizeof digest_words / sizeof *digest_words; i++)
		if (str_ieq(word, str_from(digest_words[i].word))) {
			wish->delivery = str_from(digest_words[i].delivery);
			return true;
		}
	return false;
}

/* A name may have blanks: it is what is left of the line. */
static void read_join(struct run *r, str argument, struct join_words *w)
{
	str word, rest = argument;
	*w = (struct join_words){ .address = STR("") };
	if (!other_address(r, argument, &w->address))
		w->address = STR("");
	while (str_word(&rest, &word)) {
		struct address x;
		if (str_istarts(word, STR("name="))) {
			w->name = str_skip(
				(str){ word.p, (size_t)(rest.p + rest.n - word.p) }, 5);
			return;
		}
		bool address = str_istarts(word, STR("address="))
			       && !address_parse(r->a, str_skip(word, 8), &x).kind;
		if (!address && !read_digest(r, word, &w->wish) && !w->strange.n)
			w->strange = word;
	}
}

/* The answer comes by mail to the address itself, so asking proves nothing and
 * needs no proof. An author who is proven can fill no mailbox but one of their own domain's. */
static err ask_join(struct run *r, const struct join_words *w)
{
	const struct mail_command *c = r->c;
	struct mailbox who = c->from;
	if (w->address.n)
		who = (struct mailbox){ .name = STR("") };
	if (w->address.n)
		TRY(address_parse(r->a, w->address, &who.address));
	if (w->name.n)
		who.name = w->name;
	if (c->authentic && !w->address.n)
		return member_ask_join(r->books, r->a, c->list, &who, &w->wish, true,
				       &r->by);
	TRY(command_check_network(r));
	return member_ask_join_unproven(r->books, r->a, c->list, &who, &w->wish, &r->by);
}

/* Members and who is invited are sent a letter, others none: who has not proven to be one of
 * them is told what is so for all. */
static bool is_by_invitation(struct run *r, const struct join_words *w)
{
	return (!r->c->authentic || w->address.n)
	       && setting_is(r->settings.subscription_policy, "invite");
}

static void say_by_invitation(struct run *r)
{
	command_says(r, arena_cat(r->a, r->c->list->address,
				  STR(" is joined by invitation; its owners invite ("),
				  list_subaddress(r->a, r->c->list, STR("owner")),
				  STR(")")));
}

err do_join(struct run *r, str argument)
{
	struct join_words w;
	read_join(r, argument, &w);
	err e = ask_join(r, &w);
	if (!e.kind && is_by_invitation(r, &w))
		say_by_invitation(r);
	if (!e.kind)
		command_says(r, STR("Look for a mail about it."));
	if (w.strange.n)
		command_says_strange(r, w.strange);
	return command_says_err(r, e);
}

static err ask_leave(struct run *r, str argument)
{
	const struct mail_command *c = r->c;
	str other;
	if (other_address(r, argument, &other)) {
		TRY(command_check_network(r));
		return member_ask_leave_of(r->books, r->a, c->list, other,
					   c->proven ? r->by.name : STR(""));
	}
	err e = member_ask_leave(r->books, r->a, c->list,
				 address_text(r->a, &c->from.address), c->authentic,
				 &r->by);
	return c->authentic ? e : member_untold(e);
}

err do_leave(struct run *r, str argument)
{
	err e = ask_leave(r, argument);
	if (!e.kind)
		command_says(r,
			     STR("If this address is a member's, look for a mail about "
				 "it."));
	return command_says_err(r, e);
}

/* The one-purpose addresses answer only when there is something to say beyond
 * the confirmation that goes out anyway. */
static err one_word(struct books *books, struct arena *a, const struct mail_command *c,
		    word_fn *fn)
{
	struct run r;
	bool may;
	TRY(command_start(&r, books, a, c, &may));
	if (!may)
		return OK;
	err e = fn(&r, c->token.n ? arena_cat(a, STR("address="), c->token) : STR(""));
	buf_free(&r.says);
	return e;
}

static err join_word(struct run *r, str argument)
{
	struct join_words w;
	read_join(r, argument, &w);
	err e = ask_join(r, &w);
	if (err_is_passing(e) || (!e.kind && !is_by_invitation(r, &w)))
		return e;
	if (!e.kind)
		say_by_invitation(r);
	TRY(command_says_err(r, e));
	return command_answer(r);
}

err command_join(struct books *books, struct arena *a, const struct mail_command *c)
{
	return one_word(books, a, c, join_word);
}

err command_leave(struct books *books, struct arena *a, const struct mail_command *c)
{
	return one_word(books, a, c, do_leave);
}
