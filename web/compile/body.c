/* The body of a template: text, values, and the tags
 *
 *     {name} {name|how} {@style.css} {{
 *     {#if name} {#if !name} {#if name=word} {#else} {/if}
 *     {#each name} {/each} {> name} {> it} {include part} {slot} {! a remark }
 */
#include "markup.h"

struct scope {
	struct scope *outer;
	struct record *record;
	unsigned depth;
	bool whole; /* a row that {> it} can render: of K_MANY */
};

struct reader {
	struct site *site;
	struct template *t;
	struct markup markup;
	struct scope *scope;
	unsigned nesting;
	unsigned line; /* of the tag that is being read */
	bool in_part;
};

static struct node *add_node(struct reader *r, struct node ***end, enum node_kind kind)
{
	struct node *n = arena_zero(r->t->a, sizeof *n);
	n->kind = kind;
	**end = n;
	*end = &n->next;
	return n;
}

static struct ref look_up(struct reader *r, str name)
{
	for (struct scope *s = r->scope; s; s = s->outer) {
		if (str_eq(name, STR("it")) && s->whole)
			return (struct ref){ NULL, s->record, s->depth };
		for (struct field *f = s->record->fields; f; f = f->next)
			if (str_eq(f->name, name))
				return (struct ref){ f, s->record, s->depth };
	}
	fail_at(r->t, r->line, "%.*s is not declared", STR_F(name));
}

/* ---- static text */

/* Is the tag from at to end the only thing on its line? Then the line is not
 * printed. */
static bool stands_alone(const struct template *t, size_t at, size_t end)
{
	while (at > 0 && (t->text.p[at - 1] == ' ' || t->text.p[at - 1] == '\t'))
		at--;
	while (end < t->text.n && (t->text.p[end] == ' ' || t->text.p[end] == '\t'))
		end++;
	return (at == 0 || t->text.p[at - 1] == '\n')
	       && (end == t->text.n || t->text.p[end] == '\n');
}

static bool prints_nothing(str inside)
{
	return inside.n
	       && (strchr("#/>!", inside.p[0]) || str_eq(inside, STR("slot"))
		   || str_starts(inside, STR("include ")));
}

static void skip_to_line_end(struct template *t)
{
	while (t->at < t->text.n && t->text.p[t->at] != '\n')
		t->at++;
	if (t->at < t->text.n) {
		t->at++;
		t->line++;
	}
}

/* Reads static text up to the next {. White space at the start of a line is
 * for the author's eyes and is not printed. */
static void read_text(struct reader *r, struct node ***end)
{
	struct template *t = r->t;
	struct buf text = { 0 };
	bool line_start = t->at == 0 || t->text.p[t->at - 1] == '\n';
	for (; t->at < t->text.n; t->at++) {
		char c = t->text.p[t->at];
		if (c == '{') {
			if (t->at + 1 == t->text.n || t->text.p[t->at + 1] != '{')
				break;
			t->at++; /* {{ is one { */
		}
		if (line_start && (c == ' ' || c == '\t'))
			continue;
		line_start = c == '\n';
		t->line += c == '\n';
		const char *fault = markup_step(&r->markup, c);
		if (fault)
			fail_at(t, t->line, "%s", fault);
		buf_add_char(&text, c);
	}
	const char *fault = markup_pause(&r->markup);
	if (fault)
		fail_at(t, t->line, "%s", fault);
	if (text.n)
		add_node(r, end, N_TEXT)->text = arena_copy(t->a, buf_str(&text));
	buf_free(&text);
}

/* ---- values */

/* How a value is written: its type, the filter asked for, the place. The first
 * row that fits is taken. */
static const char *writer(enum kind kind, str how, enum place place)
{
	enum {
		TEXT = 1 << IN_TEXT,
		ATTR = 1 << IN_ATTRIBUTE,
		URL = 1 << IN_URL,
		PART = 1 << IN_URL_PART
	};
	static const struct {
		enum kind kind;
		const char *how;
		int places;
		const char *function;
	} rows[] = {
		{ K_STR, "", TEXT | ATTR, "esc_text" },
		{ K_STR, "", URL, "esc_url" },
		{ K_STR, "", PART, "esc_part" },
		{ K_STR, "path", URL | PART, "esc_path" },
		{ K_STR, "marked", TEXT, "esc_marked" },
		{ K_HTML, "", TEXT, "html_add" },
		{ K_INT, "", TEXT | ATTR | URL | PART, "show_number" },
		{ K_INT, "count", TEXT | ATTR, "show_count" },
		{ K_INT, "size", TEXT | ATTR, "show_size" },
		{ K_INT, "posts", TEXT | ATTR, "show_posts" },
		{ K_INT, "messages", TEXT | ATTR, "show_messages" },
		{ K_INT, "people", TEXT | ATTR, "show_people" },
		{ K_INT, "members", TEXT | ATTR, "show_members" },
		{ K_TIME, "iso", TEXT | ATTR | PART, "show_iso" },
		{ K_TIME, "date", TEXT | ATTR | PART, "show_date" },
		{ K_TIME, "fixed-date", TEXT | ATTR, "show_fixed_date" },
		{ K_TIME, "fixed-day", TEXT | ATTR, "show_fixed_day" },
		{ K_TIME, "minute", TEXT | ATTR, "show_minute" },
		{ K_TIME, "day", TEXT | ATTR, "show_day" },
		{ K_TIME, "short", TEXT | ATTR, "show_short" },
		{ K_TIME, "month", TEXT | ATTR, "show_month" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].kind == kind && str_eq(str_from(rows[i].how), how)
		    && rows[i].places & 1 << place)
			return rows[i].function;
	return NULL;
}

static void read_value(struct reader *r, struct node ***end, str inside)
{
	const char *fault;
	str name = inside, how = STR_NONE;
	str_cut(inside, '|', &name, &how);
	enum place place = markup_place(&r->markup, &fault);
	if (fault)
		fail_at(r->t, r->line, "{%.*s}: %s", STR_F(inside), fault);
	struct ref ref = look_up(r, name);
	const char *f = ref.field ? writer(ref.field->kind, how, place) : NULL;
	if (!f)
		fail_at(r->t, r->line,
			"{%.*s} cannot be printed here: see the table in web/README.md",
			STR_F(inside));
	struct node *n = add_node(r, end, N_PRINT);
	n->ref = ref;
	n->text = str_from(f);
	r->markup.started = true;
}

static void read_asset(struct reader *r, struct node ***end, str name)
{
	for (struct asset *a = r->site->assets; a; a = a->next) {
		if (!str_eq(a->name, name))
			continue;
		add_node(r, end, N_TEXT)->text = a->url;
		r->markup.started = true;
		return;
	}
	fail_at(r->t, r->line, "no file %.*s is compiled in", STR_F(name));
}

/* {script NAME.js}: the one way by which a page gets a script. */
static void read_script(struct reader *r, struct node ***end, str name)
{
	if (r->markup.mode != M_TEXT || !str_ends(name, STR(".js")))
		fail_at(r->t, r->line, "{script NAME.js} stands between tags");
	add_node(r, end, N_TEXT)->text = STR("<script src=\"");
	read_asset(r, end, name);
	add_node(r, end, N_TEXT)->text = STR("\" defer></script>\n");
	r->markup.started = false;
}

/* ---- tags */

static str read_nodes(struct reader *r, struct node **first);

static void expect(struct reader *r, str got, str want, unsigned from)
{
	if (!str_eq(got, want))
		fail_at(r->t, from, "the tag that opens here wants {%.*s}, found {%.*s}",
			STR_F(want), STR_F(got));
}

/* All ways through a tag must end at the same place of the HTML. */
static void same_markup(struct reader *r, const struct markup *other, unsigned from)
{
	struct markup m = *other;
	r->markup.started |= m.started; /* a value may begin in one branch only */
	m.started = r->markup.started;
	if (!markup_same(&r->markup, &m))
		fail_at(r->t, from,
			"the branches of this tag end in different places of the HTML");
}

static void read_if(struct reader *r, struct node ***end, str inside)
{
	unsigned from = r->line;
	struct markup before = r->markup;
	struct node *n = add_node(r, end, N_IF);
	str name = inside;
	n->negated = str_starts(inside, STR("!"));
	if (n->negated)
		inside = name = str_skip(inside, 1);
	n->compares = str_cut(inside, '=', &name, &n->equals);
	n->ref = look_up(r, name);
	if (!n->ref.field)
		fail_at(r->t, from, "{#if it} says nothing");
	if (n->compares && n->ref.field->kind != K_STR && n->ref.field->kind != K_INT)
		fail_at(r->t, from, "only a str and an int can be compared");
	str stop = read_nodes(r, &n->body);
	if (str_eq(stop, STR("#else"))) {
		struct markup after = r->markup;
		r->markup = before;
		stop = read_nodes(r, &n->other);
		before = after;
	}
	same_markup(r, &before, from);
	expect(r, stop, STR("/if"), from);
}

static void read_each(struct reader *r, struct node ***end, str name)
{
	unsigned from = r->line;
	struct markup before = r->markup;
	struct node *n = add_node(r, end, N_EACH);
	n->ref = look_up(r, name);
	enum kind kind = n->ref.field ? n->ref.field->kind : K_STR;
	if (kind != K_EACH && kind != K_MANY)
		fail_at(r->t, from, "%.*s has no rows", STR_F(name));
	struct scope inner = { .outer = r->scope,
			       .record = n->ref.field->record,
			       .depth = r->scope->depth + 1,
			       .whole = kind == K_MANY };
	r->scope = &inner;
	str stop = read_nodes(r, &n->body);
	r->scope = inner.outer;
	same_markup(r, &before, from);
	expect(r, stop, STR("/each"), from);
}

static void read_use(struct reader *r, struct node ***end, str name)
{
	struct node *n = add_node(r, end, N_USE);
	n->ref = look_up(r, name);
	if (r->markup.mode != M_TEXT)
		fail_at(r->t, r->line, "{> …} stands between tags");
	if (n->ref.field && n->ref.field->kind != K_ONE)
		fail_at(r->t, r->line, "{> %.*s}: is not of type one", STR_F(name));
}

static const struct part *part_named(struct reader *r, str name)
{
	for (const struct part *p = r->site->parts; p; p = p->next)
		if (str_eq(p->name, name))
			return p;
	fail_at(r->t, r->line, "no part %.*s", STR_F(name));
}

/* As if the part stood here, but that tags which open in it close in it. */
static void read_include(struct reader *r, struct node ***end, str name)
{
	struct template *t = r->t, around = *t;
	if (r->in_part)
		fail_at(t, r->line, "a part includes no other");
	const struct part *p = part_named(r, name);
	t->path = p->path;
	t->text = p->text;
	t->at = 0;
	t->line = 1;
	r->in_part = true;
	str stop = read_nodes(r, *end);
	if (stop.n)
		fail_at(t, r->line, "{%.*s} closes nothing", STR_F(stop));
	while (**end)
		*end = &(**end)->next;
	r->in_part = false;
	t->path = around.path;
	t->text = around.text;
	t->at = around.at;
	t->line = around.line;
}

static void read_slot(struct reader *r, struct node ***end)
{
	if (r->t->has_slot || r->nesting > 1 || r->markup.mode != M_TEXT)
		fail_at(r->t, r->line, "{slot} stands once, outside of other tags");
	r->t->has_slot = true;
	add_node(r, end, N_SLOT);
}

/* Handles one tag. True: it closes the list of nodes that is being read. */
static bool read_tag(struct reader *r, struct node ***end, str inside)
{
	if (str_starts(inside, STR("!")))
		return false;
	if (str_starts(inside, STR("#if ")))
		read_if(r, end, str_skip(inside, 4));
	else if (str_starts(inside, STR("#each ")))
		read_each(r, end, str_skip(inside, 6));
	else if (str_starts(inside, STR("> ")))
		read_use(r, end, str_skip(inside, 2));
	else if (str_starts(inside, STR("include ")))
		read_include(r, end, str_skip(inside, 8));
	else if (str_starts(inside, STR("@")))
		read_asset(r, end, str_skip(inside, 1));
	else if (str_starts(inside, STR("script ")))
		read_script(r, end, str_skip(inside, 7));
	else if (str_eq(inside, STR("slot")))
		read_slot(r, end);
	else if (str_eq(inside, STR("#else")) || str_starts(inside, STR("/")))
		return true;
	else
		read_value(r, end, inside);
	return false;
}

/* Reads up to a closing tag or the end of the file; gives what closed. */
static str read_nodes(struct reader *r, struct node **first)
{
	struct template *t = r->t;
	struct node **end = first;
	r->nesting++;
	for (;;) {
		str inside, tail;
		read_text(r, &end);
		if (t->at == t->text.n)
			break;
		if (!str_cut(str_skip(t->text, t->at + 1), '}', &inside, &tail)
		    || str_has(inside, '\n'))
			fail_at(t, t->line, "{ without }; a brace itself is {{");
		size_t from = t->at;
		t->at += inside.n + 2;
		r->line = t->line;
		if (prints_nothing(inside) && stands_alone(t, from, t->at))
			skip_to_line_end(t);
		if (read_tag(r, &end, inside)) {
			r->nesting--;
			return inside;
		}
	}
	r->nesting--;
	return STR_NONE;
}

void body_read(struct site *site, struct template *t)
{
	struct scope page = { .record = t->record };
	struct reader r = { .site = site, .t = t, .scope = &page };
	t->line++; /* of the declaration, the last line that was read */
	str stop = read_nodes(&r, &t->nodes);
	if (stop.n)
		fail_at(t, r.line, "{%.*s} closes nothing", STR_F(stop));
	if (r.markup.mode != M_TEXT)
		fail_at(t, t->line, "the file ends inside a tag");
}
