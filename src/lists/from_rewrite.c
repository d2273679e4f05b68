#include "lists/from_rewrite.h"

#include "base/utf8.h"
#include "mail/seven.h"
#include "trust/suffix.h"

enum {
	NAME_MAX_SHOWN = 100, /* octets of a name in From and Reply-To */
	FROM_MAX_SHOWN = 900, /* of a From that is kept beside it */
	OURS = 3,             /* names in which we prove what leaves */
};

const char *const from_rewrite_why =
	"nothing proves that the author wrote it, and servers would "
	"take our own proof for the author's";

/* --- would it */

struct ours {
	str names[OURS];
	size_t count;
};

/* The signature bears the list's domain or the site's, return paths too; the null path
 * passes by the name that we say in HELO (RFC 7208 section 2.4). */
static struct ours names_of(const struct conf *conf, str list)
{
	struct ours out = { { conf->site_domain, conf->site_hostname }, 2 };
	str local, domain;
	if (str_cut_last(list, '@', &local, &domain))
		out.names[out.count++] = domain;
	return out;
}

static enum alignment of_domain(struct arena *a, const struct ours *o, str trust,
				str domain)
{
	enum alignment most = ALIGNMENT_NONE;
	for (size_t i = 0; i < o->count && most < ALIGNMENT_HOLDS; i++) {
		enum alignment one = alignment_of_ours(a, trust, domain, o->names[i]);
		most = one > most ? one : most;
	}
	return most;
}

static enum alignment of_unread(struct arena *a, const struct ours *o, str value)
{
	bool named = message_has_8bit(value);
	for (size_t i = 0; i < o->count; i++)
		named = named
			|| str_ifind(value, suffix_registrant(a, o->names[i])).n > 0;
	return named ? ALIGNMENT_HOLDS : ALIGNMENT_NONE;
}

static enum alignment of_field(struct arena *a, const struct ours *o, str trust,
			       str value)
{
	enum alignment most = ALIGNMENT_NONE;
	struct mailbox *list;
	size_t n;
	if (address_list(a, value, &list, &n).kind || !n)
		return of_unread(a, o, value);
	for (size_t i = 0; i < n && most < ALIGNMENT_HOLDS; i++) {
		str domain = list[i].address.domain;
		enum alignment one = domain.n ? of_domain(a, o, trust, domain)
					      : of_unread(a, o, value);
		most = one > most ? one : most;
	}
	return most;
}

enum alignment from_rewrite_alignment(const struct conf *conf, struct arena *a,
				      const struct from_rewrite_mail *m)
{
	enum alignment most = ALIGNMENT_NONE;
	struct ours o = names_of(conf, m->list);
	for (const struct field *f = header_find(m->header, STR("From")); f;
	     f = header_next(m->header, f)) {
		enum alignment one = of_field(a, &o, m->trust, f->value);
		most = one > most ? one : most;
	}
	return most;
}

/* --- and what stands there instead */

static bool looks_like_address(str name)
{
	static const char *const at[] = { "@", "\xEF\xBC\xA0", "\xEF\xB9\xAB" };
	for (size_t i = 0; i < sizeof at / sizeof *at; i++)
		if (str_find(name, str_from(at[i])).n)
			return true;
	return false;
}

static str shown_name(const struct mailbox *author)
{
	if (author->name.n && !looks_like_address(author->name))
		return utf8_first(author->name, NAME_MAX_SHOWN);
	return !author->address.local.n || looks_like_address(author->address.local)
		       ? STR("Somebody")
		       : utf8_first(author->address.local, NAME_MAX_SHOWN);
}

str from_rewrite_name(struct arena *a, const struct mailbox *author, str by)
{
	return arena_cat(a, shown_name(author), STR(" via "), by);
}

struct mailbox from_rewrite_author(const struct mailbox *author)
{
	struct mailbox out = *author;
	out.name = looks_like_address(author->name)
			   ? STR("")
			   : utf8_first(author->name, NAME_MAX_SHOWN);
	return out;
}

str from_rewrite_original(struct arena *a, const struct header *h)
{
	str was = header_value(a, header_find(h, STR("From")));
	return was.n <= FROM_MAX_SHOWN
		       ? header_fold(a, STR("X-Original-From"), str_trim(was))
		       : STR("");
}
