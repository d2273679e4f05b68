#include "lists/import/mailman3_inside.h"

#include <jansson.h>
#include <stdio.h>
#include <time.h>

/* An interval is a moment, too, counted from 1970. */
int64_t mailman3_moment(struct arena *a, str text, int64_t otherwise)
{
	enum { WHOLE = 19 }; /* "1970-01-08 00:00:00", a fraction behind it */
	struct tm tm = { 0 };
	int read = 0;
	if (text.n < WHOLE || text.n > WHOLE + 7
	    || sscanf(arena_z(a, text), "%4d-%2d-%2d%*1[ T]%2d:%2d:%2d%n", &tm.tm_year,
		      &tm.tm_mon, &tm.tm_mday, &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &read)
		       != 6
	    || read != WHOLE)
		return otherwise;
	tm.tm_year -= 1900;
	tm.tm_mon--;
	return timegm(&tm);
}

static bool is_moment(str column)
{
	static const char *const names[] = {
		"created_at",
		"autoresponse_grace_period",
		"bounce_info_stale_after",
		"bounce_you_are_disabled_warnings_interval",
		"digest_last_sent_at",
	};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_eq(column, str_from(names[i])))
			return true;
	return false;
}

/* A list that SQLAlchemy watches for changes is an object made of the plain one. */
static const struct pickle *unwrapped(const struct pickle *p)
{
	return p->type == PICKLE_OBJECT && p->count == 1
			       && p->items[0]->type == PICKLE_LIST
		       ? p->items[0]
		       : p;
}

static struct pickle list_of(struct arena *a, const struct mailman3_value *v)
{
	struct pickle list = { .type = PICKLE_LIST,
			       .count = (uint32_t)v->count,
			       .items = arena_alloc(
				       a, (v->count + 1) * sizeof(struct pickle *)) };
	for (size_t i = 0; i < v->count; i++) {
		list.items[i] = arena_alloc(a, sizeof **list.items);
		*list.items[i] = (struct pickle){ .type = PICKLE_BYTES,
						  .text = v->items[i] };
	}
	return list;
}

struct pickle mailman3_pickle(struct arena *a, const struct mailman3_value *v)
{
	struct pickle none = { .type = PICKLE_NONE };
	const struct pickle *read;
	str bytes = v->text;
	switch (v->type) {
	case MAILMAN3_NUMBER:
		return (struct pickle){ .type = PICKLE_INT, .number = v->number };
	case MAILMAN3_REAL:
		return (struct pickle){ .type = PICKLE_REAL, .real = v->real };
	case MAILMAN3_TEXT:
		if (is_moment(v->name))
			return (struct pickle){ .type = PICKLE_INT,
						.number = mailman3_moment(a, v->text,
									  0) };
		return (struct pickle){ .type = PICKLE_BYTES, .text = v->text };
	case MAILMAN3_BLOB:
		return str_eq(v->name, STR("moderator_password"))
				       || pickle_read(a, &bytes, &read).kind
			       ? none
			       : *unwrapped(read);
	case MAILMAN3_LIST:
		return list_of(a, v);
	case MAILMAN3_NONE:
		break;
	}
	return none;
}

str mailman3_json_text(struct arena *a, str value)
{
	json_t *j = json_loadb(value.n ? value.p : "", value.n, JSON_DECODE_ANY, NULL);
	str s = json_is_string(j) ? arena_copy(
			a, (str){ json_string_value(j), json_string_length(j) })
				  : value;
	json_decref(j);
	return s;
}

bool mailman3_name_is_plain(str s)
{
	return s.n && !str_starts(s, STR(".")) && !str_has(s, '/') && !str_has(s, '\0');
}

bool mailman3_path_is_plain(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!chr_is_alpha(s.p[i]) && !chr_is_digit(s.p[i]) && s.p[i] != '/')
			return false;
	return s.n && s.p[0] != '/';
}
