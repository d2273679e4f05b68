#include "lists/member_choice.h"

#include "lists/topics.h"

bool member_choice_offered(const struct settings *s, str form)
{
	return s->nondigestable || !s->digests_enabled || member_reads_digests(form);
}

/* The form stays beside delivery = off. */
static str form_of(const struct member_row *was, const struct member_row *m)
{
	bool says = !str_eq(m->delivery, STR("off"))
		    && !str_eq(m->delivery, was->delivery);
	return says ? m->delivery : m->form;
}

static err check_form(struct book *lists, struct arena *a, const struct member_row *was,
		      const struct member_row *m)
{
	struct settings s;
	str form = form_of(was, m);
	if (member_reads_digests(form) || !member_reads_digests(was->form))
		return OK;
	TRY(settings_load(lists, a, m->list, &s));
	return member_choice_offered(&s, form)
		       ? OK
		       : FAIL(ERR_SYNTAX, "delivery = regular: on this list it takes "
					  "mime, plain, summary or off (setting "
					  "nondigestable)");
}

err member_choice_check(struct book *lists, struct arena *a, const struct member_row *m)
{
	struct member_row was;
	TRY(member_get(lists, a, m->id, &was));
	TRY(check_form(lists, a, &was, m));
	return topics_check_choice(lists, a, m);
}
