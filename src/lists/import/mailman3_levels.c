/* A Mailman 3's preferences of a member, an address and a user, as ours. */
#include "lists/import/mailman3_inside.h"

#include "base/language.h"

/* Its enums DeliveryMode and DeliveryStatus, by number. */
static const char *const modes[] = { "", "regular", "plain", "mime", "summary" };
static const char *const off_by[] = {
	"", "", "user", "bounces", "moderator", "moderator"
};

#define WORD_OF(words, n)                                                                \
	((n) > 0 && (size_t)(n) < sizeof(words) / sizeof *(words) ? str_from((words)[n]) \
								  : STR(""))

str mailman3_off_by(int64_t status)
{
	return WORD_OF(off_by, status);
}

static void take_switch(struct preference *p, unsigned bit, bool *to, int64_t says)
{
	if (says < 0)
		return;
	*to = says != 0;
	p->set |= bit;
}

struct preference mailman3_preference(const struct mailman3_likes *l)
{
	struct preference p = preference_usual();
	enum language language;
	str form = WORD_OF(modes, l->mode);
	take_switch(&p, PREFERS_OWN_POSTS, &p.own_posts, l->own_posts);
	take_switch(&p, PREFERS_COPIES, &p.copies, l->list_copy);
	take_switch(&p, PREFERS_ACKNOWLEDGE, &p.acknowledge, l->acknowledge);
	take_switch(&p, PREFERS_HIDDEN, &p.hidden, l->hide);
	take_switch(&p, PREFERS_OFF, &p.off,
		    l->status < 1 ? -1 : mailman3_off_by(l->status).n > 0);
	if (form.n) {
		p.form = form;
		p.set |= PREFERS_FORM;
	}
	if (language_find(l->language, &language)) {
		p.language = str_from(language_row(language)->name);
		p.set |= PREFERS_LANGUAGE;
	}
	return p;
}
