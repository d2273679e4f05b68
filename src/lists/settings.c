#include "lists/settings.h"

#include "base/buf.h"
#include "base/url.h"
#include "lists/decorate.h"
#include "lists/equivalent.h"
#include "lists/named.h"
#include "lists/new_member.h"
#include "lists/pattern.h"
#include "lists/speaks.h"
#include "lists/token_setting.h"
#include "lists/topics.h"
#include "lists/umbrella.h"
#include "mail/address.h"
#include "mail/charset.h"
#include "store/lists/setting.h"

#include <pthread.h>

#define CHOICES_NAME(key) key##_choices
#define CHOICES(key, ...) \
	static const char *const CHOICES_NAME(key)[] = { __VA_ARGS__, NULL };
#include "lists/settings.def"

/* The rows in the table's order; a GROUP row carries only its title. */
static const struct {
	const char *key, *title;
} groups[] = {
#define GROUP(id, title) { #id, title },
#include "lists/settings.def"
};

/* Each setting has its EFFECT: without it this does not compile. */
#define EFFECT(key, with, other, shows) enum { HAS_EFFECT_##key = sizeof(shows) > 1 };
#include "lists/settings.def"

/* a number for each setting, so that its choices find it */
enum {
#define SETTING(key, ...) ROW_##key, ROW_##key##_ = ROW_##key + HAS_EFFECT_##key - 1,
#include "lists/settings.def"
	ROWS
};

static const char *const *const choices[ROWS] = {
#define CHOICES(key, ...) [ROW_##key] = CHOICES_NAME(key),
#include "lists/settings.def"
};

static struct setting_def rows[] = {
#define SETTING(key_, type_, standard_, mm2_, mm3_, label_, help_) \
	{ .key = #key_,                                            \
	  .type = SETTING_IS_##type_,                              \
	  .standard = standard_,                                   \
	  .mailman2 = mm2_,                                        \
	  .mailman3 = mm3_,                                        \
	  .label = label_,                                         \
	  .help = help_,                                           \
	  .offset = offsetof(struct settings, key_) },
#include "lists/settings.def"
};

static const char *const group_of[] = {
#define GROUP(id, title)  "=" #id,
#define SETTING(key, ...) #key,
#include "lists/settings.def"
};

static pthread_once_t filled = PTHREAD_ONCE_INIT;

static void fill(void)
{
	const char *group = "";
	size_t row = 0;
	for (size_t i = 0; i < sizeof group_of / sizeof *group_of; i++) {
		if (group_of[i][0] == '=') {
			group = group_of[i] + 1;
			continue;
		}
		rows[row].group = group;
		rows[row].choices = choices[row];
		row++;
	}
}

const struct setting_def *setting_defs(size_t *count)
{
	pthread_once(&filled, fill);
	*count = ROWS;
	return rows;
}

const struct setting_def *setting_find(str key)
{
	size_t n;
	const struct setting_def *row = setting_defs(&n);
	for (size_t i = 0; i < n; i++)
		if (str_eq(key, str_from(row[i].key)))
			return &row[i];
	return NULL;
}

const char *setting_group_title(str group)
{
	for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
		if (str_eq(group, str_from(groups[i].key)))
			return groups[i].title;
	return "";
}

static err wrong(struct arena *a, const struct setting_def *row, str value, str wanted)
{
	return err_in(a, ERR_SYNTAX, "%s = %.*s: it takes %.*s", row->key,
		      (int)(value.n < 80 ? value.n : 80), value.n ? value.p : "",
		      STR_F(wanted));
}

str setting_takes(struct arena *a, const struct setting_def *row)
{
	static const char *const types[] = {
#define TYPE(name, takes) takes,
#include "lists/settings_types.def"
	};
	str words = STR("");
	setting_defs(&(size_t){ 0 });
	if (row->type != SETTING_IS_CHOICE)
		return str_from(types[row->type]);
	for (size_t i = 0; row->choices[i]; i += 2)
		words = arena_cat(a, words, i ? STR(", ") : STR(""),
				  str_from(row->choices[i]));
	return words;
}

static err check_bool(struct arena *a, const struct setting_def *row, str value,
		      str *clean)
{
	static const char *const yes[] = { "yes", "on", "true", "1" };
	static const char *const no[] = { "no", "off", "false", "0" };
	for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) {
		bool is = str_ieq(value, str_from(yes[i]));
		if (is || str_ieq(value, str_from(no[i]))) {
			*clean = is ? STR("yes") : STR("no");
			return OK;
		}
	}
	return wrong(a, row, value, STR("yes or no"));
}

static err check_number(struct arena *a, const struct setting_def *row, str value,
			str *clean)
{
	bool hour = str_eq(str_from(row->key), STR("digest_send_hour"));
	int64_t number;
	if (!str_i64(value, &number) || number < 0 || number > (hour ? 23 : INT32_MAX))
		return wrong(a, row, value,
			     hour ? STR("an hour from 0 to 23")
				  : STR("a whole number, 0 or more"));
	*clean = value;
	return OK;
}

static err check_choice(struct arena *a, const struct setting_def *row, str value,
			str *clean)
{
	for (size_t i = 0; row->choices[i]; i += 2) {
		*clean = str_from(row->choices[i]);
		if (str_eq(value, *clean))
			return OK;
	}
	return wrong(a, row, value, arena_cat(a, STR("one of "), setting_takes(a, row)));
}

static err check_text(struct arena *a, const struct setting_def *row, str value,
		      str *clean)
{
	enum { TEXT_MAX = 64 * 1024 };
	bool lines = row->type == SETTING_IS_LINES || row->type == SETTING_IS_PATTERNS;
	for (size_t i = 0; i < value.n; i++) {
		unsigned char c = (unsigned char)value.p[i];
		if (c == 0x7f
		    || (c < ' ' && !(lines && (c == '\n' || c == '\r' || c == '\t'))))
			return wrong(a, row, value,
				     lines ? STR("text") : STR("one line of text"));
	}
	if (value.n > TEXT_MAX)
		return wrong(a, row, STR("…"), STR("at most 64 KB"));
	*clean = value;
	return OK;
}

/* What stands in each copy is asked more, and what is read line by line. */
static err check_words(struct arena *a, const struct setting_def *row, str value)
{
	static const char *const keys[] = { "msg_header", "msg_footer", "digest_header",
					    "digest_footer" };
	if (str_eq(str_from(row->key), STR("topics")))
		return topics_check(a, value);
	if (str_eq(str_from(row->key), STR("equivalent_domains")))
		return equivalent_check(a, str_from(row->key), value);
	for (const char *const *key = umbrella_settings; *key; key++)
		if (str_eq(str_from(row->key), str_from(*key)))
			return umbrella_check_names(a, str_from(row->key), value);
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (str_eq(str_from(row->key), str_from(keys[i])))
			return decorate_check(a, str_from(keys[i]), value);
	return OK;
}

static err check_address(struct arena *a, const struct setting_def *row, str value,
			 str *clean)
{
	struct mailbox *m;
	size_t n;
	*clean = STR("");
	if (!value.n)
		return OK;
	TRY(check_text(a, row, value, clean));
	if (address_list(a, value, &m, &n).kind || n != 1
	    || !domain_valid(m[0].address.domain))
		return wrong(a, row, value, STR("one address"));
	*clean = mailbox_text(a, &m[0]);
	return OK;
}

/* Elsewhere a list stands for its members: here nobody is asked who they are. */
static bool takes_lists(const struct setting_def *row)
{
	return !str_eq(str_from(row->key), STR("acceptable_aliases"))
	       && !str_eq(str_from(row->key), STR("dmarc_addresses"));
}

static err check_pattern(struct arena *a, const struct setting_def *row, str line)
{
	bool list = named_list(a, STR("x.example"), line).n != 0;
	err e = list ? named_check(a, line) : pattern_check(a, line);
	if (e.kind)
		return wrong(a, row, line, str_from(e.msg));
	return !list || takes_lists(row)
		       ? OK
		       : wrong(a, row, line,
			       STR("addresses, @domain, or ^ and a regular expression, "
				   "and no lists"));
}

/* One a line, trimmed, without empty lines. */
static err check_patterns(struct arena *a, const struct setting_def *row, str value,
			  str *clean)
{
	str line;
	size_t expressions = 0, lists = 0;
	BUF(out);
	TRY(check_text(a, row, value, &value));
	while (str_line(&value, &line)) {
		line = str_trim(line);
		if (!line.n)
			continue;
		TRY(check_pattern(a, row, line));
		expressions += str_starts(line, STR("^"));
		if (expressions > PATTERN_EXPRESSIONS_MAX)
			return wrong(a, row, STR("…"),
				     STR("at most 50 regular expressions"));
		lists += named_list(a, STR("x.example"), line).n != 0;
		if (lists > PATTERN_LISTS_MAX)
			return wrong(a, row, STR("…"), STR("at most 100 lists"));
		buf_cat(&out, out.n ? STR("\n") : STR(""), line);
	}
	*clean = arena_copy(a, buf_str(&out));
	return OK;
}

/* The pages are where they are at the site's own name. */
static err check_site(struct arena *a, const struct setting_def *row, str value,
		      str *clean)
{
	struct url u;
	value = str_trim(value);
	while (str_ends(value, STR("/")))
		value.n--;
	*clean = value;
	if (!value.n)
		return OK;
	if (url_read(value, &u).kind || u.path.n || u.query.n || str_has(value, '?'))
		return wrong(a, row, value,
			     STR("a URL of http or https with nothing behind the host, "
				 "such as https://lists.uni.example"));
	return OK;
}

static err check_charset(struct arena *a, const struct setting_def *row, str value,
			 str *clean)
{
	value = arena_lower(a, str_trim(value));
	if (value.n && !charset_known(value))
		return wrong(a, row, value,
			     STR("a charset that is known here, or nothing"));
	*clean = value;
	return OK;
}

err setting_check(struct arena *a, const struct setting_def *row, str value, str *clean)
{
	setting_defs(&(size_t){ 0 });
	switch (row->type) {
	case SETTING_IS_BOOL:
		return check_bool(a, row, value, clean);
	case SETTING_IS_CHOICE:
		return check_choice(a, row, value, clean);
	case SETTING_IS_NUMBER:
		return check_number(a, row, value, clean);
	case SETTING_IS_LINES:
		TRY(check_words(a, row, value));
		return check_text(a, row, value, clean);
	case SETTING_IS_TEXT:
		if (str_eq(str_from(row->key), STR("new_member_options")))
			return new_member_check(a, value, clean);
		if (str_eq(str_from(row->key), STR("available_languages")))
			return speaks_check(a, value, clean);
		if (str_eq(str_from(row->key), STR("default_charset")))
			return check_charset(a, row, value, clean);
		if (str_eq(str_from(row->key), STR("web_page_url")))
			return check_site(a, row, value, clean);
		return check_text(a, row, value, clean);
	case SETTING_IS_ADDRESS:
		return check_address(a, row, value, clean);
	case SETTING_IS_PATTERNS:
		return check_patterns(a, row, value, clean);
	case SETTING_IS_TOKEN:
		return token_setting_check(a, str_from(row->key), value, clean);
	}
	return FAIL(ERR_SYNTAX, "a setting of no known type");
}

/* value has passed setting_check, now or when it was stored. */
static void take(struct settings *s, const struct setting_def *row, str value)
{
	void *at = (char *)s + row->offset;
	switch (row->type) {
	case SETTING_IS_BOOL:
		*(bool *)at = str_eq(value, STR("yes"));
		return;
	case SETTING_IS_NUMBER:
		if (!str_i64(value, at))
			*(int64_t *)at = 0;
		return;
	case SETTING_IS_TEXT:
	case SETTING_IS_LINES:
	case SETTING_IS_CHOICE:
	case SETTING_IS_ADDRESS:
	case SETTING_IS_PATTERNS:
	case SETTING_IS_TOKEN:
		*(str *)at = value;
		return;
	}
}

err settings_load(struct book *lists, struct arena *a, int64_t list, struct settings *s)
{
	size_t n;
	const struct setting_def *row = setting_defs(&n);
	struct setting_row *stored;
	size_t count;
	TRY(setting_all(lists, a, list, &stored, &count));
	for (size_t i = 0; i < n; i++)
		take(s, &row[i], str_from(row[i].standard));
	for (size_t i = 0; i < count; i++) {
		const struct setting_def *known = setting_find(stored[i].key);
		if (known)
			take(s, known, stored[i].value);
	}
	return OK;
}

static err find_checked(struct arena *a, str key, str value,
			const struct setting_def **row, str *clean)
{
	*row = setting_find(key);
	if (!*row)
		return err_in(
			a, ERR_NOTFOUND,
			"no setting \"%.*s\"; postern list show LIST names them all",
			STR_F(key));
	return setting_check(a, *row, value, clean);
}

err setting_try(struct arena *a, struct settings *s, str key, str value)
{
	const struct setting_def *row;
	str clean;
	TRY(find_checked(a, key, value, &row, &clean));
	take(s, row, clean);
	return OK;
}

err setting_put(struct book *lists, struct arena *a, int64_t list, str key, str value)
{
	const struct setting_def *row;
	str clean;
	TRY(find_checked(a, key, value, &row, &clean));
	if (str_eq(clean, str_from(row->standard)))
		return setting_unset(lists, list, key);
	return setting_set(lists, list, key, clean);
}

str setting_text(struct arena *a, const struct settings *s, const struct setting_def *row)
{
	const void *at = (const char *)s + row->offset;
	switch (row->type) {
	case SETTING_IS_BOOL:
		return *(const bool *)at ? STR("yes") : STR("no");
	case SETTING_IS_NUMBER:
		return arena_printf(a, "%lld", (long long)*(const int64_t *)at);
	case SETTING_IS_TEXT:
	case SETTING_IS_LINES:
	case SETTING_IS_CHOICE:
	case SETTING_IS_ADDRESS:
	case SETTING_IS_PATTERNS:
	case SETTING_IS_TOKEN:
		break;
	}
	return *(const str *)at;
}

struct right_list settings_rights(const struct settings *s)
{
	enum who read = setting_is(s->archive_policy, "public")    ? WHO_GUEST
			: setting_is(s->archive_policy, "private") ? WHO_MEMBER
								   : WHO_NOBODY;
	enum who roster = setting_is(s->member_roster_visibility, "public") ? WHO_GUEST
			  : setting_is(s->member_roster_visibility, "members")
				  ? WHO_MEMBER
				  : WHO_MODERATOR;
	return (struct right_list){ .see = s->advertised ? WHO_GUEST : WHO_MEMBER,
				    .read = read,
				    .roster = roster };
}
