/* Paths and parameters of MAIL and RCPT. */
#include "smtp/verbs.h"

static const struct param *find(const struct param *table, size_t count, str keyword)
{
	for (size_t i = 0; i < count; i++)
		if (str_ieq(keyword, str_from(table[i].keyword)))
			return &table[i];
	return NULL;
}

/* RFC 5321 section 4.1.1.11: 555 for one that is not known, 501 for a wrong value. */
bool params_read(struct smtp_session *s, str text, const struct param *table,
		 size_t count, void *into, struct smtp_reply *r)
{
	unsigned seen = 0;
	str word;
	while (str_word(&text, &word)) {
		str keyword = word, value = STR_NONE;
		bool has_value = str_cut(word, '=', &keyword, &value);
		const struct param *p = s->esmtp ? find(table, count, keyword) : NULL;
		if (!p) {
			smtp_say(r, 555, "5.5.4",
				 s->esmtp ? STR(
					 "a parameter that this server does not know")
					  : STR("parameters need EHLO"));
			return false;
		}
		unsigned bit = 1u << (p - table);
		if (seen & bit || has_value != p->has_value || (has_value && !value.n)
		    || !p->set(s, into, value)) {
			smtp_say(r, 501, "5.5.4",
				 arena_cat(smtp_scratch(s),
					   STR("a wrong value, or twice: "),
					   str_from(p->keyword)));
			return false;
		}
		seen |= bit;
	}
	return true;
}

/* RFC 5321 section 4.1.1.2 allows no space behind the colon and wants brackets.
 * Many programs send the one and forget the other; both are read as they mean it. What
 * was read is what the policy judges, so this opens nothing. */
static err path_or_bare(struct arena *a, str text, struct address *out, str *rest)
{
	str word;
	if (!text.n || text.p[0] == '<')
		return address_path(a, text, true, out, rest);
	*rest = text;
	str_word(rest, &word);
	return address_mailbox(a, word, true, out);
}

bool path_read(struct smtp_session *s, str arg, str keyword, const char *status,
	       struct address *out, str *rest, struct smtp_reply *r)
{
	if (!str_istarts(arg, keyword)) {
		smtp_say(r, 501, "5.5.4",
			 arena_cat(smtp_scratch(s), STR("it goes "), keyword,
				   STR("<address> and parameters")));
		return false;
	}
	err e = path_or_bare(s->arena, str_trim(str_skip(arg, keyword.n)), out, rest);
	if (!e.kind)
		return true;
	smtp_say(r, 501, status,
		 e.kind == ERR_LIMIT ? STR("the address is too long")
				     : STR("this is no address as RFC 5321 wants it"));
	return false;
}
