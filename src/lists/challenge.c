#include "lists/challenge.h"

#include "base/clock.h"
#include "base/log.h"
#include "lists/confirm.h"
#include "lists/moderate.h"
#include "lists/notice.h"
#include "mail/date.h"
#include "store/lists/answered.h"
#include "store/lists/pending.h"
#include "trust/trust.h"

enum { SPAN = 3 * 86400, CHALLENGES_A_DAY = 3, STEP = 500 };

static bool is_open(struct arena *a, const struct post *p, const char *rule)
{
	struct trust_said said = trust_said(p->trust);
	return setting_is(p->settings.authenticate, "challenge")
	       && str_eq(str_from(rule), STR("proof")) && p->member && !said.spf_fail
	       && !said.dmarc_reject
	       && !notice_is_automated(a, &p->header, &p->reverse_path);
}

static err count(struct books *books, struct arena *a, const struct post *p, bool *may)
{
	int64_t times;
	TRY(answered_add(
		books->lists,
		arena_cat(a, STR("challenge:"), notice_mailbox(a, p->author_key)),
		clock_now() / 86400, &times));
	*may = times <= CHALLENGES_A_DAY;
	if (!*may)
		log_warn("answers-exhausted", KS("address", p->author_key));
	return OK;
}

/* No word of the post goes along: it may be a stranger's. The page shows it to who has
 * the token. */
static err send_letter(struct books *books, struct arena *a, const struct post *p,
		       int64_t held)
{
	str token;
	struct mailbox to = { .address = p->author.address };
	TRY(confirm_make(books, a, CONFIRM_CHALLENGE, p->list, p->author_key,
			 arena_printf(a, "{\"held\":%lld}", (long long)held), SPAN,
			 &token));
	struct notice_var vars[] = {
		{ "when", date_clock_named(a, clock_now()) },
		{ "time", date_minute(a, clock_now()) }, /* in texts of owners */
		{ "link", arena_cat(a, books->conf->site_url, STR("/confirm/"), token) },
	};
	return notice_send(
		books, a,
		&(struct notice){ .name = "challenge",
				  .list = p->list,
				  .to = to,
				  .source = arena_cat(a, p->source, STR("/challenge")),
				  .confirm_token = token,
				  .vars = vars,
				  .var_count = sizeof vars / sizeof *vars });
}

err challenge_ask(struct books *books, struct arena *a, const struct post *p,
		  const char *rule, int64_t held, bool *asked)
{
	*asked = false;
	if (!is_open(a, p, rule))
		return OK;
	TRY(count(books, a, p, asked));
	if (!*asked)
		return OK;
	TRY(send_letter(books, a, p, held));
	log_info("author-asked", KS("list", p->list->address), KN("held", held),
		 KS("author", p->author_key));
	return OK;
}

/* First the moderators, then the token: a crash between the two tells nobody twice,
 * since their mails bear the post's number. */
err challenge_expire(struct books *books, struct arena *a, int64_t now)
{
	struct pending_row *p;
	size_t n;
	do {
		TRY(pending_ended(books->lists, a,
				  str_from(confirm_kind_word(CONFIRM_CHALLENGE)), now,
				  STEP, &p, &n));
		for (size_t i = 0; i < n; i++) {
			err e = held_unproven(books, a, confirm_held(p[i].data));
			if (e.kind && e.kind != ERR_NOTFOUND && e.kind != ERR_DENIED)
				return e;
			TRY(pending_drop_id(books->lists, p[i].id));
		}
	} while (n == STEP);
	return OK;
}
