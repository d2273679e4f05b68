/* The declaration at the head of a template:
 *
 *     {page list layout=frame
 *       str  name
 *       each threads
 *         str  subject
 *         time latest
 *       end
 *     }
 */
#include "compile.h"

static bool is_name(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!(s.p[i] >= 'a' && s.p[i] <= 'z') && s.p[i] != '_'
		    && !(i && chr_is_digit(s.p[i])))
			return false;
	return s.n > 0;
}

static bool next_line(struct template *t, str *line)
{
	str rest = str_skip(t->text, t->at);
	if (!str_line(&rest, line))
		return false;
	t->at = t->text.n - rest.n;
	t->line++;
	*line = str_trim(*line);
	return true;
}

static struct field *add_field(struct template *t, struct record *r, str name)
{
	struct field **end = &r->fields;
	for (; *end; end = &(*end)->next)
		if (str_eq((*end)->name, name))
			fail_at(t, t->line, "%.*s is declared twice", STR_F(name));
	*end = arena_zero(t->a, sizeof **end);
	(*end)->name = name;
	(*end)->line = t->line;
	return *end;
}

static void read_fields(struct site *site, struct template *t, struct record *r,
			str until);

static void read_field(struct site *site, struct template *t, struct record *r, str line)
{
	static const struct {
		const char *word;
		enum kind kind;
	} kinds[] = {
		{ "str", K_STR }, { "html", K_HTML }, { "bool", K_BOOL },
		{ "int", K_INT }, { "time", K_TIME }, { "each", K_EACH },
		{ "one", K_ONE }, { "many", K_MANY },
	};
	str type, name, of = STR_NONE, more;
	bool hidden = str_starts(line, STR("hide "));
	if (hidden)
		line = str_skip(line, 5);
	size_t k = 0, count = sizeof kinds / sizeof *kinds;
	if (!str_word(&line, &type))
		return;
	while (k < count && !str_eq(str_from(kinds[k].word), type))
		k++;
	if (k == count)
		fail_at(t, t->line, "no type %.*s", STR_F(type));
	if ((kinds[k].kind == K_ONE || kinds[k].kind == K_MANY) && !str_word(&line, &of))
		fail_at(t, t->line, "%.*s needs TEMPLATE NAME", STR_F(type));
	if (!str_word(&line, &name) || !is_name(name) || str_word(&line, &more))
		fail_at(t, t->line, "a field is TYPE NAME, the name of a-z, 0-9 and _");
	struct field *f = add_field(t, r, name);
	f->kind = kinds[k].kind;
	f->of = of;
	f->hidden = hidden;
	if (f->kind == K_EACH) {
		str inner = arena_cat(t->a, r->c_name, STR("_"), name);
		f->record = arena_zero(t->a, sizeof *f->record);
		f->record->c_name = inner;
		read_fields(site, t, f->record, STR("end"));
		f->record->next = site->records;
		site->records = f->record;
	}
}

static void read_fields(struct site *site, struct template *t, struct record *r,
			str until)
{
	str line;
	unsigned from = t->line;
	while (next_line(t, &line)) {
		if (str_eq(line, until))
			return;
		read_field(site, t, r, line);
	}
	fail_at(t, from, "the declaration that begins here has no \"%.*s\"",
		STR_F(until));
}

void params_read(struct site *site, struct template *t)
{
	str line, word, layout = STR("layout=");
	if (!next_line(t, &line) || !str_starts(line, STR("{page ")))
		fail_at(t, t->line, "a template begins with {page NAME …");
	bool closed = str_ends(line, STR("}"));
	line = str_skip(str_first(line, line.n - closed), 6);
	if (!str_word(&line, &word) || !str_eq(word, t->name))
		fail_at(t, t->line, "{page NAME: the file's name is %.*s",
			STR_F(t->name));
	while (str_word(&line, &word)) {
		if (str_starts(word, layout))
			t->layout_name = str_skip(word, layout.n);
		else
			fail_at(t, t->line, "only layout=TEMPLATE may follow the name");
	}
	struct record *r = arena_zero(t->a, sizeof *r);
	r->c_name = arena_cat(t->a, STR("page_"), t->name);
	if (!closed)
		read_fields(site, t, r, STR("}"));
	r->next = site->records;
	site->records = t->record = r;
}

static void resolve_record(struct site *site, struct template *t, struct record *r)
{
	for (struct field *f = r->fields; f; f = f->next) {
		if (f->kind == K_EACH)
			resolve_record(site, t, f->record);
		if (f->kind != K_ONE && f->kind != K_MANY)
			continue;
		struct template *of = template_named(site, f->of);
		if (!of)
			fail_at(t, f->line, "no template %.*s", STR_F(f->of));
		f->record = of->record;
	}
}

void params_resolve(struct site *site, struct template *t)
{
	resolve_record(site, t, t->record);
	if (!t->layout_name.n)
		return;
	t->layout = template_named(site, t->layout_name);
	if (!t->layout || t->layout->layout_name.n)
		fail_at(t, 1, "layout=%.*s: no such template, or it has a layout itself",
			STR_F(t->layout_name));
}
