#include "base/enc.h"
#include "trust/dkim.h"
#include "trust/write.h"

struct dkim_plan {
	const struct sign_key *key;
	str shared;        /* canonical form of the fields that all copies share */
	str personal;      /* names that each copy brings itself */
	str before, after; /* the field around b='s value */
	str self;          /* its canonical form with b= empty, hashed last */
	str hash;          /* bh= as it stands in before and self */
};

static void write_field(struct arena *a, struct writer *w, const struct signing *by,
			const struct canon_body *body, str names)
{
	writer_begin(w, "DKIM-Signature");
	writer_tag(w, "v", STR("1"));
	writer_tag(w, "a", str_from(sign_alg_text(sign_key_alg(by->key))));
	writer_tag(w, "c", str_from(canon_text(CANON_RELAXED, CANON_RELAXED)));
	writer_tag(w, "d", by->domain);
	writer_tag(w, "s", by->selector);
	writer_tag(w, "t", arena_printf(a, "%lld", (long long)by->time));
	writer_names(w, "h", names);
	writer_tag(w, "bh", enc_base64(a, hash_str(body->sum)));
	writer_b(w);
}

struct dkim_plan *dkim_plan(struct arena *a, const struct signing *by,
			    const struct header *h, const struct canon_body *body,
			    str personal)
{
	struct dkim_plan *plan = arena_zero(a, sizeof *plan);
	str names = sign_names(a, h, personal);
	BUF(shared);
	signature_add_fields(&shared, h, names, CANON_RELAXED);
	plan->key = by->key;
	plan->shared = arena_copy(a, buf_str(&shared));
	plan->personal = personal;
	plan->hash = enc_base64(a, hash_str(body->sum));
	if (personal.n)
		names = arena_cat(a, names, STR(":"), personal);

	struct writer w = { 0 };
	BUF(self);
	write_field(a, &w, by, body, names);
	writer_canon(&w, &self);
	plan->self = arena_copy(a, buf_str(&self));
	plan->before = arena_copy(a, str_first(buf_str(&w.text), w.b_at));
	plan->after = arena_copy(a, str_skip(buf_str(&w.text), w.b_at));
	buf_free(&w.text);
	return plan;
}

/* A hash is as long as any other: the field folds where it did. */
static str with_hash(struct arena *a, const struct dkim_plan *plan, str text,
		     const struct canon_body *body)
{
	str at = body ? str_find(text, plan->hash) : STR_NONE;
	return at.n ? arena_cat(a, str_first(text, text.n - at.n),
				enc_base64(a, hash_str(body->sum)),
				str_skip(at, plan->hash.n))
		    : text;
}

str dkim_sign(struct arena *a, const struct dkim_plan *plan, const struct field *fields,
	      size_t count, const struct canon_body *body)
{
	unsigned char sum[HASH_SIZE];
	struct header copy = { .fields = (struct field *)fields, .count = count };
	BUF(personal);
	signature_add_fields(&personal, &copy, plan->personal, CANON_RELAXED);
	struct hash *hash = hash_open();
	hash_add(hash, plan->shared);
	hash_add(hash, buf_str(&personal));
	hash_add(hash, with_hash(a, plan, plan->self, body));
	hash_close(hash, sum);
	str b = write_folded(a, enc_base64(a, sign_sum(a, plan->key, sum)));
	return arena_cat(a, with_hash(a, plan, plan->before, body), b, plan->after,
			 STR("\r\n"));
}
