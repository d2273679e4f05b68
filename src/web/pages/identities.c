/* Which accounts at providers of [oidc] somebody signs in by: on /account and /account/prove; and
 * the providers there are, on /login. */
#include "web/pages/oidc.h"

#include "store/lists/identity.h"
#include "web/pages/account.h"

void oidc_add_buttons(struct request *q, struct page_login *p)
{
	const struct conf *conf = worker_of(q)->web->conf;
	struct page_login_providers *rows = arena_zero(q->arena, (conf->oidc_count + 1)
									 * sizeof *rows);
	for (size_t i = 0; i < conf->oidc_count; i++)
		rows[i] = (struct page_login_providers){
			.provider = conf->oidc[i].label,
			.action = oidc_path(q->arena, &conf->oidc[i]),
		};
	p->providers = rows;
	p->providers_count = conf->oidc_count;
}

static bool is_tied(const struct identity_row *x, size_t n, const struct conf_oidc *p)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(x[i].issuer, p->issuer))
			return true;
	return false;
}

static str label_of(const struct conf *conf, str issuer)
{
	for (size_t i = 0; i < conf->oidc_count; i++)
		if (str_eq(conf->oidc[i].issuer, issuer))
			return conf->oidc[i].label;
	return issuer;
}

err oidc_add_identities(struct request *q, struct page_account *p)
{
	size_t n;
	struct identity_row *x;
	const struct conf *conf = worker_of(q)->web->conf;
	TRY(identity_by_person(worker_of(q)->books.lists, q->arena, q->session->person,
			       &x, &n));
	struct page_account_identities *rows = arena_zero(q->arena,
							  (n + 1) * sizeof *rows);
	struct page_account_providers *free_ones = arena_zero(
		q->arena, (conf->oidc_count + 1) * sizeof *free_ones);
	for (size_t i = 0; i < n; i++)
		rows[i] = (struct page_account_identities){
			.id = x[i].id,
			.provider = label_of(conf, x[i].issuer),
			.account = x[i].address.n ? x[i].address : x[i].subject,
			.since = x[i].made_at,
			.used = x[i].used_at,
		};
	for (size_t i = 0; i < conf->oidc_count; i++)
		if (!is_tied(x, n, &conf->oidc[i]))
			free_ones[p->providers_count++] = (struct page_account_providers){
				.provider = conf->oidc[i].label,
				.action = oidc_path(q->arena, &conf->oidc[i]),
			};
	p->identities = rows;
	p->identities_count = n;
	p->providers = free_ones;
	return OK;
}

/* By which they sign in anyway. */
err oidc_add_proofs(struct request *q, struct page_prove *p)
{
	size_t n;
	struct identity_row *x;
	const struct conf *conf = worker_of(q)->web->conf;
	TRY(identity_by_person(worker_of(q)->books.lists, q->arena, q->session->person,
			       &x, &n));
	struct page_prove_providers *rows = arena_zero(q->arena, (conf->oidc_count + 1)
									 * sizeof *rows);
	for (size_t i = 0; i < conf->oidc_count; i++)
		if (is_tied(x, n, &conf->oidc[i]))
			rows[p->providers_count++] = (struct page_prove_providers){
				.provider = conf->oidc[i].label,
				.action = oidc_path(q->arena, &conf->oidc[i]),
			};
	p->providers = rows;
	return OK;
}

static err untie(struct request *q, int64_t id, str of)
{
	TRY(account_change_begin(q));
	err e = identity_remove(worker_of(q)->books.lists, q->session->person, id);
	return account_change_end(q, e, "identity-gone", of);
}

void account_identities_post(struct request *q, struct response *r)
{
	int64_t id = 0;
	if (!account_in_browser(q, r) || !account_proven(q, r, STR("/account")))
		return;
	(void)!str_i64(field(q, "id"), &id);
	err e = untie(q, id, str_first(field(q, "of"), 200));
	if (e.kind == ERR_NOTFOUND || !page_failed(q, r, e))
		go_said(q, r, STR("/account"), "identity-gone", STR(""));
}
