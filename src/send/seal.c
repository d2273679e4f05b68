#include "send/seal.h"

#include "base/clock.h"
#include "base/log.h"
#include "trust/arc.h"
#include "trust/authres.h"

enum { ARC_MS = 20000 };

static err make_set(struct letter *l, const struct sealer *by, str *fields)
{
	struct header h;
	struct arc_result chain;
	struct signing as = { by->key, by->domain, by->selector, clock_now() };
	str whole = arena_cat(l->a, l->head.bytes, l->rest.bytes);
	TRY(header_scan(l->a, whole, &h));
	struct canon_cache body = { .body = h.body };
	struct verify v = { &h, &body, by->resolver, clock_mono_ms() + ARC_MS,
			    clock_now() };
	arc_verify(l->a, &v, &chain);
	str results = authres_collect(l->a, &h, by->hostname);
	struct arc_sealing s = { .by = &as,
				 .chain = &chain,
				 .h = &h,
				 .body = &body,
				 .results = results.n ? results
						      : arena_cat(l->a, by->hostname,
								  STR("; none")) };
	return arc_seal(l->a, &s, fields);
}

void letter_seal(struct letter *l, const struct sealer *by)
{
	str fields;
	if (!by->key || !str_eq(l->row.kind, STR("forward")))
		return;
	pthread_mutex_lock(&l->lock);
	if (!l->sealed) {
		err e = make_set(l, by, &fields);
		if (e.kind)
			log_info("not-sealed", KN("message", l->row.id), KE(e));
		str head = e.kind ? l->head.bytes
				  : arena_cat(l->a, fields, l->head.bytes);
		l->head = (struct smtp_part){ head, smtp_stuff(l->a, head) };
		l->sealed = true;
	}
	pthread_mutex_unlock(&l->lock);
}
