#include "account/link.h"

#include "base/clock.h"
#include "base/rand.h"
#include "store/lists/pending.h"

err account_link_new(struct arena *a, struct book *b, const struct account_link *l,
		     str *token)
{
	int64_t now = clock_now();
	str fresh = rand_token(a, ACCOUNT_LINK_BYTES);
	struct pending_row row = {
		.kind = l->kind,
		.list = l->list,
		.address = l->address,
		.data = l->data.p ? l->data : STR(""),
		.created_at = now,
		.expires_at = now + (l->life ? l->life : ACCOUNT_LINK_LIFE),
	};
	TRY(pending_add(b, fresh, &row));
	*token = fresh;
	return OK;
}

static err found(const struct pending_row *row, str kind, struct account_link *out)
{
	if (!str_eq(row->kind, kind))
		return FAIL(ERR_NOTFOUND, "the link is for something else");
	*out = (struct account_link){ .kind = row->kind,
				      .list = row->list,
				      .address = row->address,
				      .data = row->data,
				      .life = row->expires_at - clock_now() };
	return OK;
}

err account_link_see(struct arena *a, struct book *b, str kind, str token,
		     struct account_link *out)
{
	struct pending_row row;
	TRY(pending_look(b, a, token, clock_now(), &row));
	return found(&row, kind, out);
}

/* Looked at first: a link of another kind must not be used up by the wrong page. */
err account_link_use(struct arena *a, struct book *b, str kind, str token,
		     struct account_link *out)
{
	struct pending_row row;
	struct account_link seen;
	TRY(account_link_see(a, b, kind, token, &seen));
	TRY(pending_take(b, a, token, clock_now(), &row));
	return found(&row, kind, out);
}
