#include "web/pages/health_advice.h"

#include "base/enc.h"
#include "base/language.h"

enum { ADVICE_MAX = 16, NAMED = 3, SEVERAL = 2 };

struct advice {
	struct arena *a;
	const struct health_facts *f;
	struct health_advice *rows;
	size_t count;
};

/* act and link are marked for translation. */
static void advise(struct advice *x, const char *state, str what, const char *act,
		   str href, const char *link)
{
	if (x->count < ADVICE_MAX)
		x->rows[x->count++] = (struct health_advice){ str_from(state), what,
							      S_(act), href, S_(link) };
}

static str below(const struct advice *x, const char *path)
{
	return arena_cat(x->a, x->f->base, str_from(path));
}

/* "a", "a and b", "a, b, c and 4 more" from those of count names that are given. */
static str named(struct arena *a, const str *names, size_t count)
{
	str text = names[0];
	size_t shown = count <= NAMED + 1 ? count : NAMED;
	for (size_t i = 1; i < shown; i++) {
		bool last = i + 1 == count;
		text = arena_printf(a, last ? _("%.*s and %.*s") : _("%.*s, %.*s"),
				    STR_F(text), STR_F(names[i]));
	}
	if (shown < count)
		text = arena_printf(a, _("%.*s and %zu more"), STR_F(text),
				    count - shown);
	return text;
}

static bool add_name(str *names, size_t *count, str name)
{
	for (size_t i = 0; i < *count; i++)
		if (str_eq(names[i], name))
			return false;
	names[(*count)++] = name;
	return true;
}

/* ---- members */

static void advise_off(struct advice *x)
{
	const struct health_facts *f = x->f;
	str *names = arena_zero(x->a, (f->members_count + 1) * sizeof *names);
	size_t n = 0;
	for (size_t i = 0; i < f->members_count; i++)
		if (f->members[i].off_at)
			names[n++] = f->members[i].text;
	if (!n)
		return;
	advise(x, "bad",
	       arena_printf(x->a,
			    P_("%.*s gets no posts any more: mail came back too often.",
			       "%.*s get no posts any more: mail came back too often.",
			       n),
			    STR_F(named(x->a, names, n))),
	       N_("Ask for a new address by other means and add that. Where the mailbox "
		  "works again, turn posts by mail on."),
	       n == 1 ? arena_cat(x->a, below(x, "/admin/members?q="),
				  enc_percent(x->a, names[0]))
		      : below(x, "/admin/members"),
	       N_("Members"));
}

static void advise_complaints(struct advice *x)
{
	const struct health_facts *f = x->f;
	str *names = arena_zero(x->a, (f->complaints_count + 1) * sizeof *names);
	size_t n = 0;
	for (size_t i = 0; i < f->complaints_count; i++)
		add_name(names, &n, f->complaints[i].address);
	if (!n)
		return;
	advise(x, "warn",
	       arena_printf(x->a, _("Posts were reported as unwanted at %.*s."),
			    STR_F(named(x->a, names, n))),
	       f->settings->process_complaints
		       ? N_("Do not turn their posts on again: whoever pressed the "
			    "button by mistake can do so on their own page.")
		       : N_("Ask whether they want to stay: many such reports make "
			    "servers refuse the whole list."),
	       STR(""), "");
}

/* ---- policy: who is refused everywhere, and who refuses everybody */

/* The other ends of the groups whose suspect is name. */
static size_t others_of(const struct advice *x, str name, bool author, str *others,
			int64_t *times)
{
	size_t n = 0;
	*times = 0;
	for (size_t i = 0; i < x->f->groups_count; i++) {
		const struct bounce_group *g = &x->f->groups[i];
		if (!str_eq(author ? g->author_domain : g->domain, name))
			continue;
		add_name(others, &n, author ? g->domain : g->author_domain);
		*times += g->times;
	}
	return n;
}

static void advise_author(struct advice *x, str domain, const str *servers, size_t n,
			  int64_t times)
{
	bool open = setting_is(x->f->settings->dmarc_mitigate_action, "no_mitigation");
	advise(x, "warn",
	       arena_printf(x->a, _("Posts from %.*s are refused by %.*s, %lld times."),
			    STR_F(domain), STR_F(named(x->a, servers, n)),
			    (long long)times),
	       open ? N_("Its mail lacks proof of the author. Let the list stand in "
			 "From for such authors.")
		    : N_("Its mail lacks proof, or the domain has a bad name: its "
			 "postmaster should look at SPF, DKIM and DMARC. No member is "
			 "at fault."),
	       open ? below(x, "/admin/settings#deliver") : STR(""),
	       open ? N_("Settings") : "");
}

static void advise_server(struct advice *x, str domain, const str *authors, size_t n,
			  int64_t times)
{
	advise(x, "warn",
	       arena_printf(
		       x->a,
		       _("%.*s refuses posts whoever wrote them (%.*s), %lld times."),
		       STR_F(domain), STR_F(named(x->a, authors, n)), (long long)times),
	       N_("It is this server that it does not want. Its words below mostly say "
		  "why; its postmaster can be asked to allow the list."),
	       STR(""), "");
}

/* One suspect of each kind, each once. A refusal whose author is not known accuses
 * nobody. */
static void advise_policy(struct advice *x, bool author)
{
	size_t count = x->f->groups_count, seen = 0;
	str *names = arena_zero(x->a, (count + 1) * sizeof *names);
	str *others = arena_zero(x->a, (count + 1) * sizeof *others);
	for (size_t i = 0; i < count; i++) {
		const struct bounce_group *g = &x->f->groups[i];
		str name = author ? g->author_domain : g->domain;
		int64_t times;
		if (!name.n || !add_name(names, &seen, name))
			continue;
		size_t n = others_of(x, name, author, others, &times);
		if (n >= SEVERAL)
			(author ? advise_author : advise_server)(x, name, others, n,
								 times);
	}
}

struct health_advice *health_advise(struct arena *a, const struct health_facts *f,
				    size_t *count)
{
	struct advice x = { .a = a, .f = f };
	x.rows = arena_zero(a, (ADVICE_MAX + 1) * sizeof *x.rows);
	advise_off(&x);
	advise_policy(&x, true);
	advise_policy(&x, false);
	advise_complaints(&x);
	*count = x.count;
	return x.rows;
}

/* ---- where a member stands */

static str off_next(struct arena *a, const struct settings *s, const struct member_row *m)
{
	int64_t left = s->bounce_you_are_disabled_warnings - m->warnings;
	if (left <= 0)
		return S_("The membership ends at the next look.");
	return arena_printf(
		a, _("%lld of %lld reminders sent; then the membership ends."),
		(long long)m->warnings, (long long)s->bounce_you_are_disabled_warnings);
}

static str counted_next(struct arena *a, const struct settings *s)
{
	int64_t points = s->bounce_score_threshold;
	if (!points)
		return S_("Nothing follows of it on this list.");
	return arena_printf(
		a,
		s->verp_probes
			? P_("At %lld point a probe is sent.",
			     "At %lld points a probe is sent.", (uint64_t)points)
			: P_("At %lld point mail is turned off.",
			     "At %lld points mail is turned off.", (uint64_t)points),
		(long long)points);
}

struct health_standing health_standing(struct arena *a, const struct settings *s,
				       const struct member_row *m)
{
	if (m->off_at)
		return (struct health_standing){ "bad", S_("Mail is off"),
						 off_next(a, s, m) };
	if (str_eq(m->delivery, STR("off")))
		return (struct health_standing){ "none", S_("Mail is off"),
						 S_("Not because it came back.") };
	if (m->probe_at)
		return (struct health_standing){
			"wait", S_("A probe is out"),
			arena_printf(a,
				     _("If it comes back within %d days mail is turned "
				       "off."),
				     SCORE_PROBE_DAYS)
		};
	if (m->bounce_score > 0)
		return (struct health_standing){ "warn", S_("Counted"),
						 counted_next(a, s) };
	return (struct health_standing){
		"none", S_("In doubt"),
		arena_printf(
			a,
			_("Perhaps refused for others’ sake; after %d days without a "
			  "delivery a probe decides."),
			SCORE_DOUBT_DAYS)
	};
}

const char *health_followed(enum score_act act)
{
	static const char *const words[SCORE_ACTS] = {
		[SCORE_NONE] = "",
		[SCORE_COUNTED] = N_("points were added"),
		[SCORE_PROBE] = N_("a probe was sent"),
		[SCORE_OFF] = N_("mail was turned off"),
		[SCORE_STOPPED] = N_("mail was turned off"),
		[SCORE_WARN] = N_("the member was reminded"),
		[SCORE_REMOVE] = N_("the membership ended"),
		[SCORE_FORGIVEN] = N_("points were forgotten"),
		[SCORE_ASKED] = N_("the member was asked"),
	};
	return words[act];
}
