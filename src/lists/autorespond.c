#include "lists/autorespond.h"

#include "base/clock.h"
#include "lists/notice.h"
#include "lists/settings.h"
#include "store/lists/answered.h"

struct answer {
	str how, text, address; /* address: that was written to */
};

/* Without a text the mail goes its way: it would be lost in silence else. */
static struct answer answer_of(struct arena *a, const struct autorespond_mail *m,
			       const struct settings *s)
{
	switch (m->what) {
	case MEANS_POST:
		return (struct answer){ s->autorespond_postings,
					s->autoresponse_postings_text, m->list->address };
	case MEANS_OWNER:
		return (struct answer){ s->autorespond_owner, s->autoresponse_owner_text,
					list_subaddress(a, m->list, STR("owner")) };
	case MEANS_REQUEST:
		return (struct answer){ s->autorespond_requests,
					s->autoresponse_request_text,
					list_subaddress(a, m->list, STR("request")) };
	default:
		return (struct answer){ .how = STR("none") };
	}
}

static err send(struct books *books, struct arena *a, const struct autorespond_mail *m,
		const struct answer *x)
{
	str *ids;
	bool named = header_ids(a, header_find(m->header, STR("Message-ID")), &ids);
	struct notice_var vars[] = { { "recipient", x->address }, { "text", x->text } };
	return notice_send(
		books, a,
		&(struct notice){
			.name = "autoresponse",
			.list = m->list,
			.to = { .address = *m->reverse_path },
			.source = arena_cat(a, m->source, STR("/autoresponse")),
			.in_reply_to = named ? arena_cat(a, STR("<"), ids[0], STR(">"))
					     : STR(""),
			.vars = vars,
			.var_count = sizeof vars / sizeof *vars,
			.answers = true });
}

err autorespond(struct books *books, struct arena *a, const struct autorespond_mail *m,
		bool *ends)
{
	struct settings s;
	bool may, rests;
	int64_t times, today = clock_now() / 86400;
	*ends = false;
	TRY(settings_load(books->lists, a, m->list->id, &s));
	struct answer x = answer_of(a, m, &s);
	if (setting_is(x.how, "none") || !x.text.n)
		return OK;
	*ends = setting_is(x.how, "respond_and_discard");
	if (!m->proven)
		return OK;
	str mailbox = notice_mailbox(a, address_key(a, m->reverse_path));
	str key = arena_cat(a, x.address, STR(" "), mailbox);
	TRY(answered_beyond(books->lists, key, today, &rests));
	if (rests)
		return OK;
	TRY(notice_may_answer(books, a, m->header, m->reverse_path, &may));
	if (!may)
		return OK;
	TRY(send(books, a, m, &x));
	return answered_add(books->lists, key, today + s.autoresponse_grace_period,
			    &times);
}
