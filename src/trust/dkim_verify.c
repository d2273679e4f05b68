#include "trust/dkim.h"

#include "trust/name.h"

const char *dkim_word(enum dkim_verdict v)
{
	static const char *const words[] = {
		[DKIM_NONE] = "none",           [DKIM_PASS] = "pass",
		[DKIM_FAIL] = "fail",           [DKIM_POLICY] = "policy",
		[DKIM_NEUTRAL] = "neutral",     [DKIM_TEMPERROR] = "temperror",
		[DKIM_PERMERROR] = "permerror",
	};
	return words[v];
}

struct job { /* one signature at work */
	struct arena *a;
	const struct verify *v;
	struct signature s;
};

/* The domain of an i= tag; quoted-printable in its local part is let be. */
static bool identity_fits(str identity, str domain, bool strict)
{
	str local, host;
	if (!str_cut_last(identity, '@', &local, &host))
		return false;
	return strict ? str_ieq(host, domain) : name_within(host, domain);
}

/* RFC 6376 section 6.1.1. */
static err parse(struct job *job, const struct field *f, struct dkim_result *r)
{
	struct tag_list tags;
	str v;
	TRY(tag_parse(job->a, f->value, &tags));
	TRY(signature_parse(job->a, f->raw, &tags, CANON_SIMPLE, &job->s));
	r->domain = job->s.domain;
	r->selector = job->s.selector;
	r->b = str_first(job->s.b_text, 8);
	r->algorithm = sign_alg_text(job->s.alg);
	r->identity = arena_cat(job->a, STR("@"), job->s.domain);
	if (!tag_get(&tags, "v", &v) || !str_eq(v, STR("1")))
		return FAIL(ERR_SYNTAX, "v= of the signature is not 1");
	if (tag_get(&tags, "i", &v)) {
		r->identity = tag_squeeze(job->a, v);
		if (!identity_fits(r->identity, job->s.domain, false))
			return FAIL(ERR_SYNTAX, "i= of the signature is not within d=");
	}
	if (!tag_lists(job->s.names, STR("from")))
		return FAIL(ERR_SYNTAX, "the signature does not cover From");
	if (tag_get(&tags, "q", &v) && !tag_lists(v, STR("dns/txt")))
		return FAIL(ERR_SYNTAX, "q= of the signature does not offer dns/txt");
	return OK;
}

static void header_sum(struct job *job, unsigned char sum[static HASH_SIZE])
{
	BUF(text);
	signature_add_fields(&text, job->v->h, job->s.names, job->s.header);
	signature_add_self(job->a, &text, &job->s, job->s.header);
	hash_once(buf_str(&text), sum);
}

/* What becomes of an error of signature_check. */
static enum dkim_verdict verdict_of(err e, const struct key_record *key)
{
	switch (e.kind) {
	case ERR_NONE:
		return DKIM_PASS;
	case ERR_TEMP:
		return DKIM_TEMPERROR;
	case ERR_NOTFOUND:
		return key->bits ? DKIM_FAIL : DKIM_PERMERROR;
	case ERR_DENIED:
		return key->bits ? DKIM_POLICY : DKIM_PERMERROR;
	default:
		return DKIM_PERMERROR;
	}
}

/* A signature that matches may still not count. */
static const char *objection(const struct job *job, uint64_t body_size)
{
	if (job->s.expires >= 0 && job->s.expires < job->v->now)
		return "the signature has expired";
	/* RFC 6376 section 8.2: anyone could add to the part that l= leaves out. */
	if (job->s.length < body_size)
		return "l= leaves the end of the body unsigned";
	return NULL;
}

static void judge(struct job *job, const struct field *f, struct dkim_result *r)
{
	unsigned char sum[HASH_SIZE];
	struct key_record key;
	uint64_t body_size;
	err e = parse(job, f, r);
	if (e.kind) {
		r->verdict = DKIM_PERMERROR;
		r->why = e.msg;
		return;
	}
	if (!signature_fits_body(&job->s, job->v->body, &body_size)) {
		r->verdict = DKIM_FAIL;
		r->why = "the body was changed";
		return;
	}
	header_sum(job, sum);
	e = signature_check(job->a, job->v, &job->s, sum, &key);
	r->bits = key.bits;
	r->testing = key.testing;
	r->verdict = verdict_of(e, &key);
	r->why = e.msg;
	if (r->verdict != DKIM_PASS)
		return;
	if (key.strict && !identity_fits(r->identity, job->s.domain, true)) {
		r->verdict = DKIM_PERMERROR;
		r->why = "the key forbids i= of a subdomain";
	} else if ((r->why = objection(job, body_size))) {
		r->verdict = DKIM_POLICY;
	}
}

void dkim_verify(struct arena *a, const struct verify *v, struct dkim_result **results,
		 size_t *count)
{
	struct dkim_result *out = arena_zero(a, DKIM_MAX * sizeof *out);
	size_t n = 0;
	const struct field *f = header_find(v->h, STR("DKIM-Signature"));
	for (; f && n < DKIM_MAX; f = header_next(v->h, f)) {
		struct job job = { .a = a, .v = v };
		judge(&job, f, &out[n++]);
	}
	*results = out;
	*count = n;
}
