#include "lists/preferences.h"

#include "base/language.h"
#include "lists/members.h"
#include "store/lists/address.h"
#include "store/lists/person.h"

/* A membership that inherits nothing but the usual stands for the level, so that each option
 * is read by member_option alone. */
static struct member_row as_member(const struct preference *p)
{
	return (struct member_row){ .delivery = p->off ? STR("off") : p->form,
				    .off_by = p->off ? STR("user") : STR(""),
				    .form = p->form,
				    .own_posts = p->own_posts,
				    .copies = p->copies,
				    .acknowledge = p->acknowledge,
				    .hidden = p->hidden,
				    .own = p->set,
				    .language = p->language };
}

static void take_back(struct preference *p, unsigned bits)
{
	struct preference usual = preference_usual();
	p->set &= ~bits;
	p->off = bits & PREFERS_OFF ? usual.off : p->off;
	p->form = bits & PREFERS_FORM ? usual.form : p->form;
	p->own_posts = bits & PREFERS_OWN_POSTS ? usual.own_posts : p->own_posts;
	p->copies = bits & PREFERS_COPIES ? usual.copies : p->copies;
	p->acknowledge = bits & PREFERS_ACKNOWLEDGE ? usual.acknowledge : p->acknowledge;
	p->hidden = bits & PREFERS_HIDDEN ? usual.hidden : p->hidden;
	p->language = bits & PREFERS_LANGUAGE ? usual.language : p->language;
}

static const struct {
	const char *key;
	unsigned bits;
} options[] = {
	{ "delivery", PREFERS_OFF | PREFERS_FORM },
	{ "status", PREFERS_OFF },
	{ "form", PREFERS_FORM },
	{ "own_posts", PREFERS_OWN_POSTS },
	{ "copies", PREFERS_COPIES },
	{ "acknowledge", PREFERS_ACKNOWLEDGE },
	{ "hidden", PREFERS_HIDDEN },
	{ "language", PREFERS_LANGUAGE },
};

static unsigned bits_of(str key)
{
	for (size_t i = 0; i < sizeof options / sizeof *options; i++)
		if (str_eq(key, str_from(options[i].key)))
			return options[i].bits;
	return 0;
}

/* delivery = off says nothing of the form. */
unsigned preferences_bits(str key, str value)
{
	unsigned bits = bits_of(key);
	return str_eq(value, STR("off")) ? bits & PREFERS_OFF : bits;
}

static err put_one(struct arena *a, struct preference *p, const struct assignment *x)
{
	struct member_row m = as_member(p);
	unsigned bits = bits_of(x->key);
	if (!bits)
		return err_in(a, ERR_SYNTAX,
			      "%.*s is no preference; there are delivery, status, form, "
			      "own_posts, copies, acknowledge, hidden, language",
			      STR_F(x->key));
	TRY(member_option(a, &m, x->key, x->value, STR("user")));
	if (str_eq(x->value, STR("usual")) || (!x->value.n && bits == PREFERS_LANGUAGE)) {
		take_back(p, bits);
		return OK;
	}
	p->set |= preferences_bits(x->key, x->value);
	p->off = str_eq(m.delivery, STR("off"));
	p->form = p->off ? m.form : m.delivery;
	p->own_posts = m.own_posts;
	p->copies = m.copies;
	p->acknowledge = m.acknowledge;
	p->hidden = m.hidden;
	p->language = m.language;
	return OK;
}

/* Of a form that shows all of them, those that are as usual are no choice. */
static void drop_usual(struct preference *p)
{
	struct preference usual = preference_usual();
	unsigned same = (p->off == usual.off ? PREFERS_OFF : 0)
			| (str_eq(p->form, usual.form) ? PREFERS_FORM : 0)
			| (p->own_posts == usual.own_posts ? PREFERS_OWN_POSTS : 0)
			| (p->copies == usual.copies ? PREFERS_COPIES : 0)
			| (p->acknowledge == usual.acknowledge ? PREFERS_ACKNOWLEDGE : 0)
			| (p->hidden == usual.hidden ? PREFERS_HIDDEN : 0);
	p->set &= ~same;
}

/* A person's language stands with the person, since pages and mails speak it, too. */
static err put_language(struct book *b, struct arena *a, struct preference *p)
{
	struct person_row who;
	TRY(person_get(b, a, p->person, &who));
	who.language = p->set & PREFERS_LANGUAGE ? p->language : STR("");
	p->set &= ~(unsigned)PREFERS_LANGUAGE;
	return person_change(b, &who);
}

static err name_of(struct book *b, struct arena *a, const struct preference *p, str *name)
{
	struct address_row *own, x;
	size_t n;
	*name = STR("");
	if (p->address) {
		TRY(address_get(b, a, p->address, &x));
		*name = x.key;
		return OK;
	}
	TRY(address_of_person(b, a, p->person, &own, &n));
	if (n)
		*name = own[0].key;
	return OK;
}

static err change(struct books *books, struct arena *a, struct preference *p,
		  const struct preferences_wish *wish, const struct actor *by)
{
	struct book *b = books->lists;
	bool language = false;
	str name;
	TRY(preference_get(b, a, p));
	for (size_t i = 0; i < wish->n; i++) {
		TRY(put_one(a, p, &wish->set[i]));
		language = language || bits_of(wish->set[i].key) == PREFERS_LANGUAGE;
	}
	if (wish->form)
		drop_usual(p);
	if (p->person && language)
		TRY(put_language(b, a, p));
	TRY(preference_put(b, p));
	TRY(name_of(b, a, p, &name));
	return books_audit(books, by, 0, STR("preferences changed"), name);
}

err preferences_change(struct books *books, struct arena *a, struct preference *p,
		       const struct preferences_wish *wish, const struct actor *by)
{
	bool mine;
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine, change(books, a, p, wish, by));
}
