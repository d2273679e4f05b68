#include "lists/topics.h"

#include "base/buf.h"
#include "base/log.h"
#include "lists/pattern.h"

enum { BODY_LINES_MAX = 100, ASKED_MAX = 20 /* lines of one post */ };

static bool is_indented(str line)
{
	return line.n && (line.p[0] == ' ' || line.p[0] == '\t');
}

static bool read_topic(str line, struct topic *t)
{
	*t = (struct topic){ 0 };
	if (!str_cut(line, ':', &t->name, &t->pattern))
		return false;
	t->name = str_trim(t->name);
	t->pattern = str_trim(t->pattern);
	return t->name.n && t->pattern.n;
}

struct topics topics_read(struct arena *a, str setting)
{
	struct topics t = { .all = arena_alloc(a,
					       PATTERN_EXPRESSIONS_MAX * sizeof *t.all) };
	str line;
	while (str_line(&setting, &line)) {
		if (is_indented(line) && t.count && str_trim(line).n)
			t.all[t.count - 1].about = str_trim(line);
		else if (t.count < PATTERN_EXPRESSIONS_MAX
			 && read_topic(line, &t.all[t.count]))
			t.count++;
	}
	return t;
}

static const struct topic *find(const struct topics *t, str name)
{
	for (size_t i = 0; i < t->count; i++)
		if (str_ieq(t->all[i].name, name))
			return &t->all[i];
	return NULL;
}

static err wrong(struct arena *a, str line, const char *why)
{
	return err_in(a, ERR_SYNTAX, "topics = %.*s: %s",
		      (int)(line.n < 80 ? line.n : 80), line.n ? line.p : "", why);
}

static err check_topic(struct arena *a, const struct topics *before, str line)
{
	struct topic t;
	if (!read_topic(line, &t))
		return wrong(a, line, "it takes NAME: PATTERN a line");
	if (t.name.n > TOPIC_NAME_MAX || str_has(t.name, ','))
		return wrong(a, line, "a name has at most 60 octets and no comma");
	if (find(before, t.name))
		return wrong(a, line, "another topic has this name");
	if (before->count == PATTERN_EXPRESSIONS_MAX)
		return wrong(a, line, "there are at most 50 topics");
	err e = pattern_check_text(a, t.pattern);
	return e.kind ? wrong(a, line, e.msg) : OK;
}

err topics_check(struct arena *a, str setting)
{
	str rest = setting, line;
	while (str_line(&rest, &line)) {
		str above = str_first(setting, (size_t)(line.p - setting.p));
		struct topics before = topics_read(a, above);
		if (!str_trim(line).n)
			continue;
		if (!is_indented(line))
			TRY(check_topic(a, &before, line));
		else if (!before.count)
			return wrong(a, line, "no topic stands above it");
	}
	return OK;
}

/* ---- what a post is about */

struct asked { /* the lines that patterns are held against */
	str line[ASKED_MAX];
	size_t count;
};

static void ask(struct asked *x, str line)
{
	line = str_trim(line);
	if (line.n && x->count < ASKED_MAX)
		x->line[x->count++] = line;
}

/* Lines like those of a header at the beginning of the text, for those whose programs
 * write no Keywords. Empty lines do not count; prose ends them. */
static void ask_text(struct arena *a, str text, int64_t limit, struct asked *x)
{
	str line, name, value, open = STR("");
	for (int64_t i = 0; i < limit && str_line(&text, &line);) {
		if (!str_trim(line).n)
			continue;
		i++;
		if (is_indented(line)) {
			if (open.n)
				open = arena_cat(a, open, STR(" "), str_trim(line));
			continue;
		}
		ask(x, open);
		open = STR("");
		if (!str_cut(line, ':', &name, &value))
			break;
		if (str_ieq(name, STR("Subject")) || str_ieq(name, STR("Keywords")))
			open = str_trim(value);
	}
	ask(x, open);
}

static void ask_post(struct arena *a, const struct post *p, struct asked *x)
{
	int64_t lines = p->settings.topics_bodylines_limit;
	ask(x, p->subject);
	for (const struct field *f = header_find(&p->header, STR("Keywords")); f;
	     f = header_next(&p->header, f))
		ask(x, header_text(a, f));
	ask_text(a, p->opening, lines < BODY_LINES_MAX ? lines : BODY_LINES_MAX, x);
}

static enum pattern_result fits(const struct topic *t, const struct asked *x, int64_t *ms)
{
	enum pattern_result r = PATTERN_MISS;
	for (size_t i = 0; i < x->count && r == PATTERN_MISS; i++)
		r = pattern_text_within(t->pattern, x->line[i], ms);
	return r;
}

/* Whose pattern gives up may be what the post is about: then nobody shall miss it. */
str topics_of_post(struct arena *a, const struct post *p)
{
	struct asked x = { 0 };
	int64_t ms = PATTERN_MS;
	struct topics t = topics_read(a, p->settings.topics);
	str out = STR("\n");
	if (!p->settings.topics_enabled || !t.count)
		return STR("");
	ask_post(a, p, &x);
	for (size_t i = 0; i < t.count; i++) {
		enum pattern_result r = fits(&t.all[i], &x, &ms);
		if (r == PATTERN_LIMIT) {
			log_warn("topic-too-slow", KS("list", p->list->address),
				 KS("topic", t.all[i].name),
				 KZ("do", "write the topic's pattern more simply; this "
					  "post went to everybody"));
			return STR("");
		}
		if (r == PATTERN_HIT)
			out = arena_cat(a, out, t.all[i].name, STR("\n"));
	}
	return out;
}

str topics_shown(struct arena *a, str fit)
{
	str name, out = STR("");
	while (str_line(&fit, &name))
		if (name.n)
			out = arena_cat(a, out, out.n ? STR(", ") : STR(""), name);
	return out;
}

/* ---- what a member wants */

bool topics_has(str chosen, str name)
{
	str one;
	while (str_line(&chosen, &one))
		if (one.n && str_ieq(one, name))
			return true;
	return false;
}

bool topics_want(const struct topics *t, str chosen, bool others, str fit)
{
	bool any = false;
	str name;
	if (!chosen.n || !fit.n)
		return true;
	while (str_line(&chosen, &name)) {
		if (!name.n || !find(t, name))
			continue;
		any = true;
		if (topics_has(fit, name))
			return true;
	}
	return !any || (others && str_eq(fit, STR("\n")));
}

/* One more than a list can have of them is enough for whoever checks it to object. */
str topics_choice(struct arena *a, str text)
{
	enum { CHOSEN_MAX = PATTERN_EXPRESSIONS_MAX + 1 };
	str line, name, out = STR("");
	size_t count = 0;
	while (count < CHOSEN_MAX && str_line(&text, &line))
		while (line.n && count < CHOSEN_MAX) {
			if (!str_cut(line, ',', &name, &line)) {
				name = line;
				line = STR("");
			}
			name = str_trim(name);
			if (!name.n || topics_has(out, name))
				continue;
			out = arena_cat(a, out.n ? out : STR("\n"), name, STR("\n"));
			count++;
		}
	return out;
}

static str names_of(struct arena *a, const struct topics *t)
{
	str out = STR("");
	for (size_t i = 0; i < t->count; i++)
		out = arena_cat(a, out, i ? STR(", ") : STR(""), t->all[i].name);
	return out;
}

err topics_check_names(struct book *lists, struct arena *a, int64_t list, str chosen,
		       str known)
{
	struct settings s;
	str name;
	TRY(settings_load(lists, a, list, &s));
	struct topics t = topics_read(a, s.topics);
	while (str_line(&chosen, &name)) {
		if (!name.n || find(&t, name) || topics_has(known, name))
			continue;
		return err_in(a, ERR_SYNTAX, "topics = %.*s: %s%.*s", STR_F(name),
			      t.count ? "it takes some of " : "the list has no topics",
			      STR_F(names_of(a, &t)));
	}
	return OK;
}

err topics_check_choice(struct book *lists, struct arena *a, const struct member_row *m)
{
	struct member_row was;
	TRY(member_get(lists, a, m->id, &was));
	return str_eq(was.topics, m->topics)
		       ? OK
		       : topics_check_names(lists, a, m->list, m->topics, was.topics);
}
