#include "base/enc.h"
#include "trust/arc.h"
#include "trust/write.h"

/* Tags stand in alphabetical order, one space or fold between them, and b= in
 * one piece: white space counts in what the seal covers, and this is the form
 * that the suite of the ARC group compares with. */

static str number(struct arena *a, int64_t n)
{
	return arena_printf(a, "%lld", (long long)n);
}

static void common_tags(struct arena *a, struct writer *w, const struct arc_sealing *s,
			unsigned i)
{
	writer_tag(w, "i", number(a, i));
	writer_tag(w, "s", s->by->selector);
	writer_tag(w, "t", number(a, s->by->time));
}

/* Hashes covered, then the field itself with b= empty, and fills b= in. */
static str finish(struct arena *a, struct writer *w, const struct arc_sealing *s,
		  struct buf *covered)
{
	unsigned char sum[HASH_SIZE];
	writer_canon(w, covered);
	hash_once(buf_str(covered), sum);
	str text = buf_str(&w->text);
	str field = arena_cat(a, str_first(text, w->b_at),
			      enc_base64(a, sign_sum(a, s->by->key, sum)),
			      str_skip(text, w->b_at), STR("\r\n"));
	buf_free(&w->text);
	return field;
}

/* h= as RFC 8617 section 4.1.2 wants it: with the DKIM signatures, without
 * fields that any hop adds. */
static str names_of(struct arena *a, const struct arc_sealing *s)
{
	if (s->names.n)
		return s->names;
	str names = sign_names(a, s->h, s->skip);
	for (size_t n = header_count(s->h, STR("DKIM-Signature")); n; n--)
		names = arena_cat(a, names, STR(":dkim-signature"));
	return names;
}

static str message_signature(struct arena *a, const struct arc_sealing *s, unsigned i)
{
	struct writer w = { 0 };
	BUF(covered);
	str names = names_of(a, s);
	writer_begin(&w, "ARC-Message-Signature");
	writer_tag(&w, "a", str_from(sign_alg_text(sign_key_alg(s->by->key))));
	writer_b(&w);
	writer_tag(&w, "bh",
		   enc_base64(a, hash_str(canon_whole(s->body, CANON_RELAXED)->sum)));
	writer_tag(&w, "c", str_from(canon_text(CANON_RELAXED, CANON_RELAXED)));
	writer_tag(&w, "d", s->by->domain);
	writer_names(&w, "h", names);
	common_tags(a, &w, s, i);
	signature_add_fields(&covered, s->h, names, CANON_RELAXED);
	return finish(a, &w, s, &covered);
}

static str seal(struct arena *a, const struct arc_sealing *s, unsigned i, str aar,
		str ams)
{
	struct writer w = { 0 };
	BUF(covered);
	writer_begin(&w, "ARC-Seal");
	writer_tag(&w, "a", str_from(sign_alg_text(sign_key_alg(s->by->key))));
	writer_b(&w);
	writer_tag(&w, "cv", str_from(arc_word(s->chain->verdict)));
	writer_tag(&w, "d", s->by->domain);
	common_tags(a, &w, s, i);
	/* Section 5.1.2: over a broken chain the seal covers its own set alone. */
	unsigned below = s->chain->verdict == ARC_PASS ? s->chain->count : 0;
	for (unsigned k = 0; k < below; k++) {
		canon_field(&covered, CANON_RELAXED, s->chain->sets[k].aar->raw);
		canon_field(&covered, CANON_RELAXED, s->chain->sets[k].ams->raw);
		canon_field(&covered, CANON_RELAXED, s->chain->sets[k].seal->raw);
	}
	canon_field(&covered, CANON_RELAXED, aar);
	canon_field(&covered, CANON_RELAXED, ams);
	return finish(a, &w, s, &covered);
}

err arc_seal(struct arena *a, const struct arc_sealing *s, str *fields)
{
	if (s->chain->ended || s->chain->temporary)
		return FAIL(ERR_DENIED,
			    "a chain that is broken or undecided gets no new set");
	if (s->chain->count >= ARC_MAX)
		return FAIL(ERR_LIMIT, "the chain has 50 sets, the most there may be");
	unsigned i = s->chain->count + 1;
	str aar = arena_cat(a, STR("ARC-Authentication-Results: i="), number(a, i),
			    STR("; "), s->results, STR("\r\n"));
	str ams = message_signature(a, s, i);
	*fields = arena_cat(a, seal(a, s, i, aar, ams), ams, aar);
	return OK;
}
