/* Mail with words for the list's program: whose it is, and whether it was meant for it. */
#include "lists/sort_inside.h"

#include "lists/command.h"
#include "lists/rules.h"

/* To or Cc names the address that it came to, by whichever of its names. */
static bool is_addressed(struct sorting *s, const struct header *h)
{
	static const char *const names[] = { "To", "Cc" };
	for (size_t i = 0; i < 2; i++)
		for (const struct field *f = header_find(h, str_from(names[i])); f;
		     f = header_next(h, f)) {
			struct mailbox *m;
			size_t n;
			if (address_list(s->a, f->value, &m, &n).kind)
				continue;
			for (size_t k = 0; k < n; k++) {
				struct meaning x = addressbook_find(s->books->addresses,
								    s->a, &m[k].address);
				if (x.what == s->meaning.what
				    && x.list == s->meaning.list)
					return true;
			}
		}
	return false;
}

/* A signed mail is anybody's to send again, to any list: its author asked for what it says
 * only where it says so. */
static err read_command(struct sorting *s, struct mail_command *c)
{
	struct post p; /* for the author and the proof; a command has the same */
	TRY(post_read(s->books->lists, s->a, s->meaning.list,
		      &(struct mail_in){ .text = s->message,
					 .reverse_path = &s->reverse_path,
					 .account = s->arrival->account,
					 .trust = s->arrival->trust },
		      &p));
	*c = (struct mail_command){ .list = s->meaning.list,
				    .message = s->message,
				    .header = p.header,
				    .reverse_path = s->reverse_path,
				    .from = p.author,
				    .authentic = p.authentic
						 && is_addressed(s, &p.header),
				    .runs_list = p.is_moderator,
				    .proven = sort_has_proven_path(s),
				    .client = s->arrival->client,
				    .source = sort_source(s, s->recipient->address),
				    .token = s->meaning.token };
	return OK;
}

err sort_command(struct sorting *s)
{
	static err (*const commands[])(struct books * books, struct arena * a,
				       const struct mail_command *c) = {
		[MEANS_REQUEST] = command_request,
		[MEANS_JOIN] = command_join,
		[MEANS_LEAVE] = command_leave,
		[MEANS_CONFIRM] = command_confirm,
	};
	struct mail_command c;
	TRY(read_command(s, &c));
	return commands[s->meaning.what](s->books, s->a, &c);
}

/* Sympa takes three letters of a word for it: SUBscribe, UNSubscribe, SIGnoff. */
bool sort_names_list(const struct sorting *s, struct meaning *m)
{
	static const struct {
		const char *word;
		enum meaning_kind what;
	} words[] = { { "sub", MEANS_JOIN },
		      { "uns", MEANS_LEAVE },
		      { "sig", MEANS_LEAVE } };
	str local, domain, word, name, rest;
	str subject = header_text(s->a, header_find(&s->header, STR("Subject")));
	if (!str_cut_last(s->recipient->address, '@', &local, &domain)
	    || !str_ieq(local, STR("sympa")) || !str_word(&subject, &word)
	    || !str_word(&subject, &name))
		return false;
	str_cut(name, '@', &name, &rest);
	name = arena_lower(s->a, arena_cat(s->a, name, STR("@"), domain));
	const struct list_entry *l = addressbook_list(s->books->addresses, name);
	for (size_t i = 0; l && i < sizeof words / sizeof *words; i++)
		if (str_istarts(word, str_from(words[i].word))) {
			*m = (struct meaning){ .what = words[i].what, .list = l };
			return true;
		}
	return false;
}
