#include "account/second.h"

#include "account/totp.h"
#include "account/vault.h"
#include "base/clock.h"
#include "base/rand.h"
#include "store/lists/totp.h"

err second_get(struct arena *a, struct book *b, int64_t person, struct second *out)
{
	struct totp_row row;
	*out = (struct second){ 0 };
	err e = totp_get(b, a, person, &row);
	if (e.kind)
		return e.kind == ERR_NOTFOUND ? OK : e;
	out->on = row.confirmed_at;
	out->started = !row.confirmed_at;
	out->links = row.links;
	out->since = row.confirmed_at;
	return recovery_count(b, person, &out->codes);
}

static str vault_name(struct arena *a, int64_t person)
{
	return arena_printf(a, "totp %lld", (long long)person);
}

err second_start(struct arena *a, struct book *b, const struct mac_key *key,
		 int64_t person)
{
	char secret[TOTP_SECRET];
	rand_bytes(secret, sizeof secret);
	str kept = vault_seal(a, key, vault_name(a, person),
			      (str){ secret, sizeof secret });
	return totp_put(b, &(struct totp_row){ .person = person,
					       .secret = kept,
					       .made_at = clock_now() });
}

static err open_row(struct arena *a, struct book *b, const struct mac_key *key,
		    int64_t person, struct totp_row *row, str *secret)
{
	TRY(totp_get(b, a, person, row));
	return vault_open(a, key, vault_name(a, person), row->secret, secret);
}

err second_secret(struct arena *a, struct book *b, const struct mac_key *key,
		  int64_t person, str *secret)
{
	struct totp_row row;
	str found;
	TRY(open_row(a, b, key, person, &row, &found));
	if (row.confirmed_at)
		return FAIL(ERR_NOTFOUND, "no app waits for its first code: begin again");
	*secret = found;
	return OK;
}

/* As people copy it: "123 456", "ABCD-EFGH-…". */
static str clean(struct arena *a, str typed)
{
	char *to = arena_alloc(a, typed.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < typed.n; i++)
		if (!chr_is_space(typed.p[i]) && typed.p[i] != '-')
			to[n++] = chr_lower(typed.p[i]);
	return (str){ to, n };
}

bool second_is_short(struct arena *a, str typed)
{
	return clean(a, typed).n <= TOTP_DIGITS;
}

static const err wrong = { ERR_DENIED, "that is not the code of this moment" };

static err use_code(struct arena *a, struct book *b, const struct mac_key *key,
		    int64_t person, str typed, bool confirmed)
{
	struct totp_row row;
	str secret;
	int64_t step;
	TRY(open_row(a, b, key, person, &row, &secret));
	if (confirmed != (row.confirmed_at > 0))
		return FAIL(ERR_NOTFOUND, "no app waits for its first code: begin again");
	if (!totp_match(secret, typed, clock_now(), row.last_step, &step))
		return wrong;
	return totp_use(b, person, step);
}

err second_confirm(struct arena *a, struct book *b, const struct mac_key *key,
		   int64_t person, str typed)
{
	bool mine;
	TRY(book_join(b, &mine));
	err e = use_code(a, b, key, person, clean(a, typed), false);
	if (!e.kind)
		e = totp_confirm(b, person, clock_now());
	return book_leave(b, mine, e);
}

err second_check(struct arena *a, struct book *b, const struct mac_key *key,
		 int64_t person, str typed, bool *recovery)
{
	str code = clean(a, typed);
	*recovery = code.n > TOTP_DIGITS;
	return *recovery ? recovery_use(b, person, code)
			 : use_code(a, b, key, person, code, true);
}

static str in_fours(struct arena *a, str code)
{
	str out = STR("");
	for (size_t i = 0; i < code.n; i += 4)
		out = arena_cat(a, out, i ? STR("-") : STR(""),
				str_first(str_skip(code, i), 4));
	return out;
}

static err make_codes(struct arena *a, struct book *b, int64_t person,
		      str codes[static SECOND_CODES])
{
	TRY(recovery_clear(b, person));
	for (int i = 0; i < SECOND_CODES; i++) {
		str code = rand_token(a, SECOND_CODE_BYTES);
		TRY(recovery_add(b, person, code));
		codes[i] = in_fours(a, code);
	}
	return OK;
}

err second_codes(struct arena *a, struct book *b, int64_t person,
		 str codes[static SECOND_CODES])
{
	bool mine;
	TRY(book_join(b, &mine));
	return book_leave(b, mine, make_codes(a, b, person, codes));
}

err second_links(struct book *b, int64_t person, bool yes)
{
	return totp_set_links(b, person, yes);
}

err second_off(struct book *b, int64_t person)
{
	return totp_remove(b, person);
}
