/* A report on TLS as JSON. */
#include "base/clock.h"
#include "cli/cmd_check_inside.h"

static json_t *text(struct cli *c, str s)
{
	json_t *j = json_stringn(s.n ? s.p : "", s.n);
	if (j)
		return j;
	s = cli_shown(c->a, s);
	return json_stringn(s.n ? s.p : "", s.n);
}

static void set(struct cli *c, json_t *j, const char *key, str value)
{
	json_object_set_new(j, key, text(c, value));
}

static json_t *failure(struct cli *c, const struct report_tls_failure *f)
{
	json_t *j = json_object();
	set(c, j, "result", f->result);
	set(c, j, "mx", f->mx);
	set(c, j, "from", f->from);
	set(c, j, "to", f->to);
	set(c, j, "reason", f->reason);
	json_object_set_new(j, "sessions", json_integer(f->sessions));
	return j;
}

static json_t *policy(struct cli *c, const struct report_tls_policy *p)
{
	json_t *j = json_object(), *failures = json_array();
	set(c, j, "type", p->type);
	set(c, j, "domain", p->domain);
	json_object_set_new(j, "successes", json_integer(p->successes));
	json_object_set_new(j, "failures", json_integer(p->failures));
	for (size_t i = 0; i < p->detail_count; i++)
		json_array_append_new(failures, failure(c, &p->details[i]));
	json_object_set_new(j, "details", failures);
	return j;
}

static void set_time(struct cli *c, json_t *j, const char *key, int64_t seconds)
{
	char iso[CLOCK_TEXT];
	clock_iso(seconds * 1000, iso);
	set(c, j, key, seconds ? str_from(iso) : STR(""));
}

json_t *cli_report_tls(struct cli *c, const struct report_tls *r)
{
	json_t *j = json_object(), *policies = json_array();
	set(c, j, "result", STR("tls-report"));
	set(c, j, "reason",
	    STR("how TLS to our servers went for who wrote it (RFC 8460)"));
	set(c, j, "organization", r->organization);
	set(c, j, "contact", r->contact);
	set(c, j, "id", r->id);
	set(c, j, "domain", r->domain);
	set_time(c, j, "begin", r->begin);
	set_time(c, j, "end", r->end);
	for (size_t i = 0; i < r->policy_count; i++)
		json_array_append_new(policies, policy(c, &r->policies[i]));
	json_object_set_new(j, "policies", policies);
	return j;
}
