/* Application tokens on /account: what each may, making one, taking one away. */
#include "web/pages/account.h"

#include "account/scope.h"
#include "account/token.h"
#include "base/buf.h"
#include "base/language.h"
#include "base/log.h"
#include "lists/token_scopes.h"
#include "store/lists/token.h"

enum { NAME_MOST = 100, RATE_MOST = 100000, LIST_MOST = 400 };

static err add_scopes(struct request *q, struct page_account *p)
{
	size_t n = 0;
	while (strcmp(scope_word(n), "all")) /* the last */
		n++;
	struct page_account_scopes *rows = arena_zero(q->arena, (n + 1) * sizeof *rows);
	for (size_t i = 0; i < n; i++)
		rows[i] = (struct page_account_scopes){
			.word = str_from(scope_word(i)),
			.purpose = S_(scope_purpose(i)),
		};
	p->scopes = rows;
	p->scopes_count = n;
	return OK;
}

err account_add_tokens(struct request *q, struct page_account *p)
{
	size_t n;
	struct token_row *t;
	const struct worker *w = worker_of(q);
	TRY(token_by_person(w->books.lists, q->arena, q->session->person, &t, &n));
	struct page_account_tokens *rows = arena_zero(q->arena, (n + 1) * sizeof *rows);
	for (size_t i = 0; i < n; i++) {
		struct scopes s;
		TRY(scopes_read(q->arena, t[i].scopes, &s));
		rows[i] = (struct page_account_tokens){
			.id = t[i].id,
			.name = t[i].name.n ? t[i].name : S_("no name"),
			.may = token_scopes_text(q->arena, &w->books, &s),
			.rate = t[i].rate,
			.made = t[i].created_at,
			.used = t[i].used_at,
		};
	}
	p->tokens = rows;
	p->tokens_count = n;
	return add_scopes(q, p);
}

/* The chosen scopes, each of the one list where one is named. */
static str chosen(struct request *q)
{
	size_t at = 0;
	str word, list = str_first(field(q, "list"), LIST_MOST);
	BUF(text);
	for (int n = 0;
	     n <= SCOPES_MOST && pairs_next(&q->form, STR("scope"), &at, &word); n++)
		buf_cat(&text, word, list.n ? STR(":") : STR(""), list, STR(" "));
	return text.n   ? arena_copy(q->arena, buf_str(&text))
	       : list.n ? arena_cat(q->arena, STR("all:"), list)
			: STR("all");
}

static const char *read_wish(struct request *q, struct scopes *scopes, int64_t *rate)
{
	str name = field(q, "name"), number = field(q, "rate");
	*rate = 0;
	if (!name.n || name.n > NAME_MOST || str_has(name, '\n'))
		return N_("Say in one line for which program it is.");
	if (number.n && (!str_i64(number, rate) || *rate < 1 || *rate > RATE_MOST))
		return N_("Requests a minute are a number from 1 to 100,000.");
	err e = token_scopes_read(q->arena, &worker_of(q)->books, chosen(q), scopes);
	return e.kind == ERR_NOTFOUND ? N_("There is no such list.")
	       : e.kind               ? N_("Choose what it may.")
				      : NULL;
}

static err keep_token(struct request *q, str name, const struct scopes *scopes,
		      int64_t rate, str *shown)
{
	TRY(account_change_begin(q));
	return account_change_end(
		q,
		account_token_new_limited(q->arena, worker_of(q)->books.lists,
					  q->session->person, name, scopes, rate, shown),
		"token-made", name);
}

static err drop_token(struct request *q, int64_t id)
{
	TRY(account_change_begin(q));
	return account_change_end(
		q, token_remove(worker_of(q)->books.lists, q->session->person, id),
		"token-gone", STR(""));
}

static void make_token(struct request *q, struct response *r)
{
	str shown, name = field(q, "name");
	struct scopes scopes;
	int64_t rate;
	const char *fault = read_wish(q, &scopes, &rate);
	if (!account_proven(q, r, STR("/account")))
		return;
	if (fault) {
		account_wrong(q, r, 400, (struct account_faults){ .token = fault });
		return;
	}
	if (page_failed(q, r, keep_token(q, name, &scopes, rate, &shown)))
		return;
	log_info("token-made", KN("person", q->session->person), KS("name", name));
	r->cache = STR("no-store");
	ANSWER(q, r, token,
	       (&(struct page_token){ .frame = frame_of(q, S_("A token")),
				      .name = name,
				      .token = shown,
				      .user = S_("any of your addresses"),
				      .back = STR("/account") }));
}

void account_tokens_post(struct request *q, struct response *r)
{
	int64_t id;
	if (!account_in_browser(q, r))
		return;
	if (!str_eq(field(q, "do"), STR("remove"))) {
		make_token(q, r);
		return;
	}
	if (!str_i64(field(q, "id"), &id)) {
		r->status = 400;
		return;
	}
	err e = drop_token(q, id);
	if (e.kind != ERR_NOTFOUND && page_failed(q, r, e))
		return;
	go_said(q, r, STR("/account"), "token-gone", STR(""));
}
