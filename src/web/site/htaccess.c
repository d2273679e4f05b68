#include "web/site/htaccess.h"

static str unquoted(str s)
{
	s = str_trim(s);
	bool quoted = s.n > 1 && s.p[0] == '"' && s.p[s.n - 1] == '"';
	return quoted ? (str){ s.p + 1, s.n - 2 } : s;
}

static void keep(str *rows, size_t *count, str text)
{
	if (*count < HTACCESS_NAMES)
		rows[(*count)++] = text;
}

static void keep_words(str *rows, size_t *count, str text)
{
	str word;
	while (str_word(&text, &word))
		keep(rows, count, unquoted(word));
}

/* Require user a b, group g, valid-user, all granted, all denied. */
static bool read_require(struct htaccess *h, str rest)
{
	str word, more = rest;
	if (!str_word(&more, &word))
		return false;
	if (str_ieq(word, STR("valid-user")))
		h->valid_user = true;
	else if (str_ieq(word, STR("user")))
		keep_words(h->users, &h->user_count, more);
	else if (str_ieq(word, STR("group")))
		keep_words(h->groups, &h->group_count, more);
	else if (str_ieq(word, STR("all")) && str_ieq(str_trim(more), STR("denied")))
		h->denied = true;
	else if (str_ieq(word, STR("all")) && str_ieq(str_trim(more), STR("granted")))
		h->granted = true;
	else
		return false;
	return true;
}

static bool read_line(struct htaccess *h, str line)
{
	str word, rest = line;
	if (!str_word(&rest, &word) || word.p[0] == '#')
		return true;
	rest = str_trim(rest);
	if (str_ieq(word, STR("AuthUserFile")))
		h->user_file = unquoted(rest);
	else if (str_ieq(word, STR("AuthGroupFile")))
		h->group_file = unquoted(rest);
	else if (str_ieq(word, STR("Require")))
		return read_require(h, rest);
	else if (str_ieq(word, STR("Deny")) && str_ieq(rest, STR("from all")))
		h->denied = true;
	else if (str_ieq(word, STR("Options")) && str_ifind(rest, STR("+Indexes")).n)
		h->listing = true;
	else /* how it is asked for is our affair */
		return str_ieq(word, STR("AuthType")) || str_ieq(word, STR("AuthName"))
		       || str_ieq(word, STR("AuthBasicProvider"));
	return true;
}

void htaccess_read(struct arena *a, str text, struct htaccess *h)
{
	str rest = arena_copy(a, text), line;
	*h = (struct htaccess){ 0 };
	while (str_line(&rest, &line))
		if (!read_line(h, line))
			keep(h->others, &h->other_count, str_trim(line));
}

bool htpasswd_next(str *text, struct htpasswd_user *user)
{
	str line, name, hash;
	while (str_line(text, &line)) {
		line = str_trim(line);
		if (!line.n || line.p[0] == '#' || !str_cut(line, ':', &name, &hash))
			continue;
		if (!name.n)
			continue;
		*user = (struct htpasswd_user){ name, hash };
		return true;
	}
	return false;
}

str htgroup_find(str text, str group)
{
	str line, name, members;
	while (str_line(&text, &line))
		if (str_cut(str_trim(line), ':', &name, &members)
		    && str_eq(str_trim(name), group))
			return str_trim(members);
	return STR_NONE;
}
