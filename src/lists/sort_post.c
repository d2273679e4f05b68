/* A post: judged, then published, kept or refused. */
#include "lists/sort_inside.h"

#include "base/log.h"
#include "lists/moderate.h"
#include "lists/publish.h"
#include "lists/umbrella.h"

static str one_line(struct arena *a, str text)
{
	char *out = arena_alloc(a, text.n + 1);
	for (size_t i = 0; i < text.n; i++)
		out[i] = chr_is_space(text.p[i]) ? ' ' : text.p[i];
	return (str){ out, text.n };
}

err sort_rejected(struct sorting *s, const struct post *p, const struct judgement *j)
{
	TRY(sort_note(s, "rejected", judgement_text(s->a, j)));
	/* smtpd refuses such posts in the session; what still comes here was accepted
	 * just before a setting changed, or by the local door. */
	return p->authentic ? sort_report(s, STR("5.7.1"),
					  one_line(s->a, judgement_answer(s->a, j, true)))
			    : OK;
}

static err take_discarded(struct sorting *s, const struct post *p,
			  const struct judgement *j)
{
	if (j->to_owners)
		TRY(owners_have(s->books, s->a, p, j));
	return sort_note(s, "discarded", judgement_text(s->a, j));
}

err sort_judged(struct sorting *s, const struct post *p, const struct judgement *j)
{
	switch (j->verdict) {
	case VERDICT_HOLD:
		TRY(held_keep(s->books, s->a, p, j));
		return sort_delivered(s, p);
	case VERDICT_REJECT:
		return sort_rejected(s, p, j);
	case VERDICT_DISCARD:
		return take_discarded(s, p, j);
	case VERDICT_MISS:
	case VERDICT_ACCEPT:
		break;
	}
	TRY(post_publish(s->books, s->a, p, judgement_text(s->a, j)));
	return sort_delivered(s, p);
}

err sort_post(struct sorting *s)
{
	struct post p;
	struct judgement j;
	str source = sort_source(s, s->meaning.list->origin);
	TRY(post_read(
		s->books->lists, s->a, s->meaning.list,
		&(struct mail_in){ .source = source,
				   .text = s->message,
				   .reverse_path = &s->reverse_path,
				   .account = s->arrival->account,
				   .trust = s->arrival->trust,
				   .copy_of = umbrella_copy_of(s->books->addresses, s->a,
							       &s->reverse_path) },
		&p));
	bool begun; /* and cut off by a crash */
	TRY(post_has_begun(s->books, s->a, source, &begun));
	if (begun) {
		TRY(post_publish(s->books, s->a, &p, STR("")));
		return sort_delivered(s, &p);
	}
	TRY(post_ask_archive(s->books, s->a, &p));
	TRY(rules_judge(s->books->lists, s->a, &p, &j));
	log_info("post-judged", KS("list", p.list->address), KS("source", source),
		 KZ("verdict", verdict_word(j.verdict)), KZ("rule", j.rule));
	return sort_judged(s, &p, &j);
}
