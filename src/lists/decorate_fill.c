/* The placeholders of headers and footers. */
#include "lists/decorate.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "mail/reader.h"

enum { LINE_MAX_OCTETS = 500, PERSONAL_MOST = READER_MOST / 2 };

struct source {
	struct arena *a;
	const struct books *books;
	const struct post *p;
	int64_t number;
	str mark;
};

static str name(const struct source *s)
{
	return s->p->list->name;
}

static str shown(const struct source *s)
{
	return s->p->settings.display_name.n ? s->p->settings.display_name : name(s);
}

static str address(const struct source *s)
{
	return s->p->list->address;
}

static str domain(const struct source *s)
{
	return s->p->list->domain;
}

static str identifier(const struct source *s)
{
	return s->p->list->list_id;
}

static str description(const struct source *s)
{
	return s->p->settings.description;
}

static str info(const struct source *s)
{
	return s->p->settings.info;
}

static str request(const struct source *s)
{
	return list_subaddress(s->a, s->p->list, STR("request"));
}

static str owner(const struct source *s)
{
	return list_subaddress(s->a, s->p->list, STR("owner"));
}

static str join(const struct source *s)
{
	return list_subaddress(s->a, s->p->list, STR("join"));
}

static str leave(const struct source *s)
{
	return list_subaddress(s->a, s->p->list, STR("leave"));
}

static str admin(const struct source *s)
{
	return s->books->conf->site_admin;
}

static str site(const struct source *s)
{
	return arena_cat(s->a, list_site(s->books, s->p->list), STR("/"));
}

static str home(const struct source *s)
{
	return arena_cat(s->a, list_url(s->a, s->books, s->p->list), STR("/"));
}

/* The page shows whoever is signed in their own. */
static str options(const struct source *s)
{
	return arena_cat(s->a, home(s), STR("me"));
}

static str archived(const struct source *s)
{
	return s->number ? arena_printf(s->a, "%.*s%lld", STR_F(home(s)),
					(long long)s->number)
			 : home(s);
}

static str reader_name(const struct source *s)
{
	return reader_word_written(s->a, s->mark, READER_NAME);
}

static str reader_address(const struct source *s)
{
	return reader_word_written(s->a, s->mark, READER_ADDRESS);
}

static str reader_language(const struct source *s)
{
	return reader_word_written(s->a, s->mark, READER_LANGUAGE);
}

/* value NULL: there is no such thing here. */
static const struct {
	const char *name;
	str (*value)(const struct source *s);
} placeholders[] = {
	{ "display_name", shown },
	{ "real_name", shown },
	{ "list_name", name },
	{ "short_listname", name },
	{ "_internal_name", name },
	{ "internal_name", name },
	{ "listname", address },
	{ "fqdn_listname", address },
	{ "list_id", identifier },
	{ "domain", domain },
	{ "mail_host", domain },
	{ "host_name", domain },
	{ "description", description },
	{ "info", info },
	{ "request_email", request },
	{ "owner_email", owner },
	{ "join_email", join },
	{ "subscribe_email", join },
	{ "leave_email", leave },
	{ "unsubscribe_email", leave },
	{ "site_email", admin },
	{ "web_page_url", site },
	{ "listinfo_url", home },
	{ "listinfo_uri", home },
	{ "list_url", home },
	{ "user_optionsurl", options },
	{ "options_url", options },
	{ "archive_url", archived },
	{ "hyperkitty_url", archived },
	{ "user_name", reader_name },
	{ "user_name_or_address", reader_name },
	{ "user_email", reader_address },
	{ "user_address", reader_address },
	{ "user_delivered_to", reader_address },
	{ "user_language", reader_language },
	{ "user_password", NULL },
};

/* Whether it differs from member to member. */
static bool is_personal(size_t i)
{
	return placeholders[i].value == reader_name
	       || placeholders[i].value == reader_address
	       || placeholders[i].value == reader_language;
}

enum { PLACEHOLDERS = sizeof placeholders / sizeof *placeholders };

static size_t find(str word)
{
	size_t i = 0;
	while (i < PLACEHOLDERS && !str_eq(word, str_from(placeholders[i].name)))
		i++;
	return i;
}

static bool in_name(char c)
{
	return chr_is_alpha(c) || chr_is_digit(c) || c == '_';
}

/* The placeholder that text begins with: its name, and how long all of it is. 0: none. */
static size_t read_placeholder(str text, str *word)
{
	size_t n = 0, open = 0;
	if (str_starts(text, STR("${")) || str_starts(text, STR("%(")))
		open = 2;
	else if (str_starts(text, STR("$")))
		open = 1;
	else
		return 0;
	*word = str_skip(text, open);
	while (n < word->n && in_name(word->p[n]))
		n++;
	str rest = str_skip(*word, n);
	*word = str_first(*word, n);
	if (open == 1)
		return n ? n + 1 : 0;
	if (*text.p == '$')
		return str_starts(rest, STR("}")) ? n + 3 : 0;
	return str_starts(rest, STR(")s")) || str_starts(rest, STR(")d")) ? n + 4 : 0;
}

static bool is_filled(const struct source *s, size_t i)
{
	return i < PLACEHOLDERS && placeholders[i].value
	       && (s->mark.n || !is_personal(i));
}

str decorate_fill(struct arena *a, const struct books *books, const struct post *p,
		  int64_t number, str mark, str text)
{
	BUF(out);
	struct source s = { a, books, p, number, mark };
	while (text.n) {
		str word;
		size_t n = read_placeholder(text, &word),
		       i = n ? find(word) : PLACEHOLDERS;
		if (is_filled(&s, i)) {
			buf_add(&out, placeholders[i].value(&s));
		} else { /* as it stands: it may be a price */
			n = 1;
			buf_add_char(&out, *text.p);
		}
		text = str_skip(text, n);
	}
	return arena_copy(a, buf_str(&out));
}

str decorate_marked(struct arena *a, str text, str mark)
{
	BUF(out);
	while (text.n) {
		str word;
		size_t n = read_placeholder(text, &word);
		bool known = n && find(word) < PLACEHOLDERS;
		buf_add(&out, known ? mark : str_first(text, 1));
		text = str_skip(text, known ? n : 1);
	}
	return arena_copy(a, buf_str(&out));
}

static err no_password(struct arena *a, str key, str word)
{
	return err_in(
		a, ERR_SYNTAX,
		"%.*s: \"%.*s\": members have no passwords here; leave it out (they "
		"sign in by a mailed link, at $user_optionsurl)",
		STR_F(key), STR_F(word));
}

static err too_personal(struct arena *a, str key, size_t most)
{
	return most ? err_in(a, ERR_SYNTAX,
			     "%.*s: more than %zu words that differ from member to "
			     "member; leave some out",
			     STR_F(key), most)
		    : err_in(a, ERR_SYNTAX,
			     "%.*s: a digest is the same for all who read it, so it "
			     "takes no $user_name and nothing else that differs from "
			     "member to member; leave it out ($user_optionsurl shows "
			     "everybody their own page)",
			     STR_F(key));
}

static err check_words(struct arena *a, str key, str text)
{
	str word;
	size_t count = 0, most = str_starts(key, STR("digest")) ? 0 : PERSONAL_MOST;
	for (size_t n; text.n; text = str_skip(text, n ? n : 1)) {
		n = read_placeholder(text, &word);
		size_t i = n ? find(word) : PLACEHOLDERS;
		if (i == PLACEHOLDERS)
			continue;
		if (!placeholders[i].value)
			return no_password(a, key, word);
		if (is_personal(i) && ++count > most)
			return too_personal(a, key, most);
	}
	return OK;
}

err decorate_check(struct arena *a, str key, str text)
{
	str line, rest = text;
	if (!utf8_valid(text))
		return err_in(a, ERR_SYNTAX, "%.*s: this is not UTF-8", STR_F(key));
	while (str_line(&rest, &line))
		if (line.n > LINE_MAX_OCTETS)
			return err_in(a, ERR_SYNTAX,
				      "%.*s: a line has more than %d octets; break it",
				      STR_F(key), LINE_MAX_OCTETS);
	return check_words(a, key, text);
}
