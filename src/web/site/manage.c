#include "web/site/manage.h"

#include "base/log.h"
#include "web/site/gate.h"
#include "web/site/pages.h"
#include "web/worker.h"

bool site_look(struct request *q, str path, struct place *p, struct access *x)
{
	const struct web *web = q->ctx;
	*x = (struct access){ .a = q->arena };
	return below_path(web->site->root, q->arena, path, access_look, x, p);
}

static err holds(void *ctx, const struct rule *rule, bool *yes)
{
	return file_rule_holds(ctx, rule, yes);
}

int site_manages_by(struct request *q, const struct rules *rules)
{
	bool yes;
	if (!q->session || !q->session->cookie.n) /* pages, which no program asks for */
		return MAY_NOT;
	if (q->session->admin)
		return MAY;
	err e = rules_name(rules, RULE_MANAGE, holds, q, &yes);
	if (!e.kind)
		return yes ? MAY : MAY_NOT;
	log_error("page-not-made", KE(e), KZ("do", "mend what the error names"));
	return MAY_NOT_TELL;
}

enum may site_manages(struct request *q, str path)
{
	const struct web *web = q->ctx;
	struct place p;
	struct access x;
	const struct rule *by;
	if (q->session && q->session->admin)
		return MAY;
	bool is_path = site_look(q, path, &p, &x);
	bool folder = p.kind == PLACE_FOLDER;
	place_close(&p);
	if (!is_path || !folder)
		return MAY_NOT;
	enum may may = (enum may)site_may(web->site, q, &x.rules, &by);
	return may == MAY ? (enum may)site_manages_by(q, &x.rules) : may;
}
