#include "send/seal.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "trust/arc.h"
#include "trust/authres.h"

enum { ARC_MS = 20000 };

static struct signing signing_of(const struct sealer *by)
{
	return (struct signing){ by->key, by->domain, by->selector, clock_now() };
}

/* --- forwarded mail */

static err make_set(struct arena *a, struct letter *l, const struct sealer *by,
		    str *fields)
{
	struct header h;
	struct arc_result chain;
	struct signing as = signing_of(by);
	TRY(header_scan(a, l->whole, &h));
	struct canon_cache body = { .body = h.body };
	struct verify v = { &h, &body, by->resolver, clock_mono_ms() + ARC_MS,
			    clock_now() };
	arc_verify(a, &v, &chain);
	str results = authres_collect(a, &h, by->hostname);
	struct arc_sealing s = {
		.by = &as,
		.chain = &chain,
		.h = &h,
		.body = &body,
		.results = results.n ? results : arena_cat(a, by->hostname, STR("; none"))
	};
	return arc_seal(a, &s, fields);
}

static void seal(struct letter *l, const struct sealer *by)
{
	ARENA(a);
	str fields;
	err e = make_set(a, l, by, &fields);
	if (e.kind) {
		log_info("not-sealed", KN("message", l->row.id), KE(e));
		return;
	}
	str head = arena_cat(l->a, fields, l->head.bytes);
	l->head = (struct smtp_part){ head, smtp_stuff(l->a, head) };
}

/* --- mail of ours */

/* The names of the personal fields, twice where no other field bears one: then nobody
 * can put a second, false one above (RFC 6376 section 8.15). */
static err personal_names(struct arena *a, const struct letter *l,
			  const struct header *shared, str *names)
{
	struct header h;
	BUF(out);
	TRY(header_scan(a, l->row.personal, &h));
	for (size_t i = 0; i < h.count; i++) {
		str name = arena_lower(a, h.fields[i].name);
		buf_cat(&out, out.n ? STR(":") : STR(""), name);
		if (!header_find(shared, name))
			buf_cat(&out, STR(":"), name);
	}
	*names = arena_copy(l->a, buf_str(&out));
	return OK;
}

static err make_plan(struct arena *a, struct letter *l, const struct sealer *by)
{
	struct header h;
	struct canon_body body;
	struct signing as = signing_of(by);
	str names;
	TRY(header_scan(a, l->whole, &h));
	TRY(personal_names(a, l, &h, &names));
	canon_body(h.body, CANON_RELAXED, CANON_ALL, &body);
	l->plan = dkim_plan(l->a, &as, &h, &body, names);
	return OK;
}

static void plan(struct letter *l, const struct sealer *by)
{
	ARENA(a);
	err e = make_plan(a, l, by);
	if (e.kind)
		log_info("not-signed", KN("message", l->row.id), KE(e));
}

void copy_sign(struct arena *a, const struct letter *l, struct copy_parts *p)
{
	struct header h = { 0 };
	/* The personal part stands between the shared ones, if it is there at all. */
	size_t shared = (l->head.bytes.n > 0) + 1;
	if (!l->plan
	    || (p->count > shared && header_scan(a, p->parts[shared - 1].bytes, &h).kind))
		return;
	str field = dkim_sign(a, l->plan, h.fields, h.count);
	memmove(p->parts + 1, p->parts, p->count++ * sizeof *p->parts);
	p->parts[0] = (struct smtp_part){ field, field };
}

void letter_seal(struct letter *l, const struct sealer *by)
{
	bool forwarded = str_eq(l->row.kind, STR("forward"));
	if (!by->key || (forwarded && !by->arc))
		return;
	pthread_mutex_lock(&l->lock);
	if (!l->sealed) {
		if (forwarded)
			seal(l, by);
		else
			plan(l, by);
		l->sealed = true;
	}
	pthread_mutex_unlock(&l->lock);
}
