#include "lists/import/others_inside.h"

static str file_of(struct moving *x, const char *name)
{
	str text = STR("");
	return moving_text(x, other_path(x, str_from(name)), &text).kind ? STR("") : text;
}

/* A paragraph of one line is a setting; one with a name alone has more lines, each a
 * setting of that name and its own. */
static err move_paragraph(struct moving *x, const struct settings *now,
			  const struct sympa_paragraph *p)
{
	str name = p->lines[0].name;
	if (p->count == 1 || plain_find(PLAIN_SYMPA, name))
		return moving_plain(x, now, PLAIN_SYMPA, name, p->lines[0].value);
	for (size_t i = 1; i < p->count; i++)
		TRY(moving_plain(x, now, PLAIN_SYMPA,
				 arena_cat(x->a, name, STR("."), p->lines[i].name),
				 p->lines[i].value));
	return OK;
}

/* Owners and editors are paragraphs, too, one a person: told once. */
static err move_settings(struct moving *x)
{
	struct settings now;
	struct sympa_paragraph p;
	str text = file_of(x, "config"), told[2] = { STR("owner"), STR("editor") };
	TRY(settings_load(x->books->lists, x->a, x->list, &now));
	while (sympa_paragraph(&text, &p)) {
		str *is = str_eq(p.lines[0].name, STR("owner"))    ? &told[0]
			  : str_eq(p.lines[0].name, STR("editor")) ? &told[1]
								   : NULL;
		if (is && !is->n)
			continue;
		if (is)
			*is = STR("");
		TRY(move_paragraph(x, &now, &p));
	}
	return OK;
}

/* Of the config, where they stood before Sympa 6.2.41, and of the dump since. */
static err move_role(struct moving *x, const char *paragraph, const char *dump,
		     const char *role, const char *what)
{
	struct sympa_paragraph p;
	BUF(lines);
	str text = file_of(x, "config"), from = file_of(x, dump);
	while (sympa_paragraph(&text, &p))
		if (str_eq(p.lines[0].name, str_from(paragraph)))
			buf_cat(&lines, sympa_value(&p, "email"), STR("\n"));
	while (sympa_paragraph(&from, &p)) {
		str address = sympa_value(&p, "email");
		if (address.n && !str_ifind(buf_str(&lines), address).n)
			buf_cat(&lines, address, STR("\n"));
	}
	return other_roles(x, role, arena_copy(x->a, buf_str(&lines)), what);
}

static const char *delivery_of(str reception)
{
	static const struct {
		str word;
		const char *delivery;
	} words[] = { { STR("nomail"), "off" },
		      { STR("digest"), "mime" },
		      { STR("digestplain"), "plain" },
		      { STR("summary"), "summary" } };
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_eq(reception, words[i].word))
			return words[i].delivery;
	return "regular";
}

static err move_member(struct moving *x, struct moving_count *c,
		       const struct sympa_paragraph *p)
{
	bool here;
	const char *delivery = delivery_of(sympa_value(p, "reception"));
	int64_t joined;
	c->there++;
	TRY(moving_member(
		x,
		&(struct moved_member){
			.address = sympa_value(p, "email"),
			.key = STR(""),
			.name = sympa_value(p, "gecos"),
			.language = STR(""),
			.own_language = STR(""),
			.joined_at = str_i64(sympa_value(p, "date"), &joined) ? joined
									      : 0,
			.as = { .delivery = str_from(delivery),
				.off_by = strcmp(delivery, "off") ? STR("") : STR("user"),
				.action = STR(""),
				.own_posts = !str_eq(sympa_value(p, "reception"),
						     STR("not_me")),
				.copies = true,
				.hidden = str_eq(sympa_value(p, "visibility"),
						 STR("conceal")) } },
		&here));
	c->here += here;
	return OK;
}

/* As `sympa dump` writes them; the name differs by version. */
static err move_members(struct moving *x)
{
	static const char *const files[] = { "member.dump", "subscribers.db.dump",
					     "subscribers" };
	struct moving_count c = { 0 };
	struct sympa_paragraph p;
	str text = STR("");
	for (size_t i = 0; i < sizeof files / sizeof *files && !text.n; i++)
		text = file_of(x, files[i]);
	while (sympa_paragraph(&text, &p))
		if (sympa_value(&p, "email").n)
			TRY(move_member(x, &c, &p));
	import_report_count(x->report, "members", c.there, c.here);
	if (!c.there)
		import_report_note(x->report, "there are no members: sympa dump --list="
					      "LIST --role=member writes member.dump");
	return OK;
}

static err move_list(struct moving *x)
{
	TRY(move_settings(x));
	TRY(move_role(x, "owner", "owner.dump", "owner", "owners"));
	TRY(move_role(x, "editor", "editor.dump", "moderator", "moderators"));
	return move_members(x);
}

/* The folder is DOMAIN/NAME, or the config names its host. */
static str address_of(struct moving *x)
{
	struct sympa_paragraph p;
	str text = file_of(x, "config"), before = STR(""), name, host = STR("");
	while (sympa_paragraph(&text, &p))
		if (str_eq(p.lines[0].name, STR("host")))
			host = p.lines[0].value;
	if (!host.n && str_cut_last(str_from(x->dir), '/', &before, &name)
	    && !str_cut_last(before, '/', &name, &host))
		host = before;
	return arena_lower(x->a, arena_cat(x->a, x->name, STR("@"), host));
}

static err move_all(struct moving *x)
{
	const struct other *o = x->there;
	x->address = address_of(x);
	TRY(moving_in_transaction(x, move_list));
	if (!o->archives) {
		import_report_count(x->report, "posts", 0, 0);
		import_report_note(x->report,
				   "no archive was named: --archives=DIR, with %.*s.mbox "
				   "in it",
				   STR_F(x->address));
		return OK;
	}
	return moving_mbox(x,
			   arena_cat(x->a, str_from(o->archives), STR("/"), x->address,
				     STR(".mbox")),
			   STR(""), STR(""));
}

err sympa_import(struct books *books, struct arena *a, const char *folder,
		 const char *archives, const struct actor *by, struct import_report *r)
{
	const struct other o = { .from = "Sympa",
				 .word = "sympa",
				 .mark = "config",
				 .all = move_all,
				 .archives = archives };
	return others_each(books, a, folder, &o, by, r);
}
