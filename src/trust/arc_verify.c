#include "trust/arc.h"

const char *arc_word(enum arc_verdict v)
{
	static const char *const words[] = {
		[ARC_NONE] = "none", [ARC_PASS] = "pass", [ARC_FAIL] = "fail"
	};
	return words[v];
}

struct chain { /* one message's sets at work */
	struct arena *a;
	const struct verify *v;
	struct arc_result *out;
};

static err instance(str text, unsigned *i)
{
	uint64_t n;
	if (!str_u64(str_trim(text), &n) || n < 1 || n > ARC_MAX)
		return FAIL(ERR_SYNTAX, "i= of an ARC field is not 1 to 50");
	*i = (unsigned)n;
	return OK;
}

/* An AAR is no tag list: "i=1; authserv-id; results" (RFC 8617 section 4.1.1). */
static err aar_instance(const struct field *f, unsigned *i, str *results)
{
	str head = f->value, name, number;
	*results = STR_NONE;
	str_cut(f->value, ';', &head, results);
	*results = str_trim(*results);
	if (!str_cut(head, '=', &name, &number) || !str_eq(str_trim(name), STR("i")))
		return FAIL(ERR_SYNTAX, "an ARC-Authentication-Results without i=");
	return instance(number, i);
}

static err tag_instance(struct arena *a, const struct field *f, unsigned *i)
{
	struct tag_list tags;
	str text;
	TRY(tag_parse(a, f->value, &tags));
	if (!tag_get(&tags, "i", &text))
		return FAIL(ERR_SYNTAX, "an ARC field without i=");
	return instance(text, i);
}

static err place(struct chain *c, unsigned i, size_t offset, const struct field *f)
{
	const struct field **slot = (const struct field **)((char *)&c->out->sets[i - 1]
							    + offset);
	if (*slot)
		return FAIL(ERR_SYNTAX, "an ARC field stands twice in one set");
	*slot = f;
	if (i > c->out->count)
		c->out->count = i;
	return OK;
}

static err collect_field(struct chain *c, const struct field *f)
{
	static const struct {
		const char *name;
		size_t offset;
	} kinds[] = {
		{ "ARC-Seal", offsetof(struct arc_set, seal) },
		{ "ARC-Message-Signature", offsetof(struct arc_set, ams) },
		{ "ARC-Authentication-Results", offsetof(struct arc_set, aar) },
	};
	unsigned i;
	for (size_t k = 0; k < 3; k++) {
		if (!str_ieq(f->name, str_from(kinds[k].name)))
			continue;
		if (k == 2) {
			str results;
			TRY(aar_instance(f, &i, &results));
			c->out->sets[i - 1].results = results;
		} else {
			TRY(tag_instance(c->a, f, &i));
		}
		return place(c, i, kinds[k].offset, f);
	}
	return OK;
}

/* Section 5.2, steps 1 and 3: every set whole, numbered 1 to N. */
static err collect(struct chain *c)
{
	err first = OK;
	c->out->sets = arena_zero(c->a, ARC_MAX * sizeof *c->out->sets);
	for (size_t i = 0; i < c->v->h->count; i++) {
		err e = str_istarts(c->v->h->fields[i].name, STR("ARC-"))
				? collect_field(c, &c->v->h->fields[i])
				: OK;
		if (e.kind && !first.kind)
			first = e;
	}
	TRY(first);
	for (unsigned i = 0; i < c->out->count; i++) {
		const struct arc_set *set = &c->out->sets[i];
		if (!set->aar || !set->ams || !set->seal)
			return err_in(c->a, ERR_SYNTAX, "ARC set %u is not whole", i + 1);
	}
	return OK;
}

/* Reads one seal and checks what it says of the chain below (steps 2 and 3C). */
static err read_seal(struct chain *c, unsigned i, struct signature *s)
{
	struct arc_set *set = &c->out->sets[i];
	struct tag_list tags;
	str cv = STR_NONE;
	TRY(tag_parse(c->a, set->seal->value, &tags));
	TRY(signature_parse_seal(c->a, set->seal->raw, &tags, s));
	set->domain = s->domain;
	set->selector = s->selector;
	tag_get(&tags, "cv", &cv);
	if (str_ieq(cv, STR("fail"))) {
		c->out->ended = true;
		return err_in(c->a, ERR_DENIED, "%.*s already found the chain broken",
			      STR_F(s->domain));
	}
	if (!str_ieq(cv, i ? STR("pass") : STR("none")))
		return err_in(c->a, ERR_SYNTAX, "cv= of ARC-Seal %u does not fit", i + 1);
	if (tag_find(&tags, "h")) /* section 4.1.3 */
		return err_in(c->a, ERR_SYNTAX, "ARC-Seal %u has h=", i + 1);
	return OK;
}

static err check(struct chain *c, const struct signature *s, str text, const char *what,
		 unsigned i)
{
	unsigned char sum[HASH_SIZE];
	struct key_record key;
	hash_once(text, sum);
	err e = signature_check(c->a, c->v, s, sum, &key);
	return e.kind ? err_in(c->a, e.kind, "%s %u: %s", what, i, e.msg) : OK;
}

/* Step 4: the newest message signature holds over the message as it is. */
static err check_message(struct chain *c)
{
	const struct arc_set *set = &c->out->sets[c->out->count - 1];
	struct tag_list tags;
	struct signature s;
	uint64_t size;
	TRY(tag_parse(c->a, set->ams->value, &tags));
	/* Where DKIM's silence about c= means simple, the ARC group's suite and its
	 * signers mean relaxed. */
	TRY(signature_parse(c->a, set->ams->raw, &tags, CANON_RELAXED, &s));
	if (tag_lists(s.names, STR("arc-seal"))) /* section 4.1.2 */
		return FAIL(ERR_SYNTAX, "an ARC-Message-Signature covers ARC-Seal");
	if (!signature_fits_body(&s, c->v->body, &size) || s.length < size)
		return err_in(c->a, ERR_NOTFOUND,
			      "ARC-Message-Signature %u: the body was changed",
			      c->out->count);
	BUF(text);
	signature_add_fields(&text, c->v->h, s.names, s.header);
	signature_add_self(c->a, &text, &s, s.header);
	return check(c, &s, buf_str(&text), "ARC-Message-Signature", c->out->count);
}

/* Step 6: each seal holds over the sets up to its own (section 5.1.1). */
static err check_seals(struct chain *c, const struct signature *seals)
{
	BUF(text); /* the whole sets below the seal at hand */
	for (unsigned i = 0; i < c->out->count; i++) {
		const struct arc_set *set = &c->out->sets[i];
		canon_field(&text, CANON_RELAXED, set->aar->raw);
		canon_field(&text, CANON_RELAXED, set->ams->raw);
		size_t below = text.n;
		signature_add_self(c->a, &text, &seals[i], CANON_RELAXED);
		TRY(check(c, &seals[i], buf_str(&text), "ARC-Seal", i + 1));
		text.n = below;
		canon_field(&text, CANON_RELAXED, set->seal->raw);
	}
	return OK;
}

static err judge(struct chain *c)
{
	struct signature seals[ARC_MAX];
	TRY(collect(c));
	for (unsigned i = c->out->count; i-- > 0;)
		TRY(read_seal(c, i, &seals[i]));
	if (!c->out->count)
		return OK;
	TRY(check_message(c));
	return check_seals(c, seals);
}

void arc_verify(struct arena *a, const struct verify *v, struct arc_result *out)
{
	*out = (struct arc_result){ 0 };
	struct chain c = { a, v, out };
	err e = judge(&c);
	if (e.kind) {
		out->verdict = ARC_FAIL;
		out->temporary = e.kind == ERR_TEMP;
		out->why = e.msg;
	} else if (out->count) {
		out->verdict = ARC_PASS;
	}
}
