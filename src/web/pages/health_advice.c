#include "web/pages/health_advice.h"

#include "base/buf.h"
#include "base/enc.h"

enum { ADVICE_MAX = 16, NAMED = 3, SEVERAL = 2 };

struct advice {
	struct arena *a;
	const struct health_facts *f;
	struct health_advice *rows;
	size_t count;
};

static void advise(struct advice *x, const char *state, str what, const char *act,
		   str href, const char *link)
{
	if (x->count < ADVICE_MAX)
		x->rows[x->count++] = (struct health_advice){ str_from(state), what,
							      str_from(act), href,
							      str_from(link) };
}

static str below(const struct advice *x, const char *path)
{
	return arena_cat(x->a, x->f->base, str_from(path));
}

/* "a", "a and b", "a, b, c and 4 more" from those of count names that are given. */
static str named(struct arena *a, const str *names, size_t count)
{
	BUF(b);
	size_t shown = count <= NAMED + 1 ? count : NAMED;
	for (size_t i = 0; i < shown; i++)
		buf_cat(&b,
			i == 0                             ? STR("")
			: i + 1 == shown && shown == count ? STR(" and ")
							   : STR(", "),
			names[i]);
	if (shown < count)
		buf_addf(&b, " and %zu more", count - shown);
	return arena_copy(a, buf_str(&b));
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
	       arena_cat(
		       x->a, named(x->a, names, n),
		       n == 1 ? STR(" gets no posts any more: mail came back too often.")
			      : STR(" get no posts any more: mail came back too often.")),
	       "Ask for a new address by other means and add that. Where the mailbox "
	       "works "
	       "again, turn posts by mail on.",
	       n == 1 ? arena_cat(x->a, below(x, "/admin/members?q="),
				  enc_percent(x->a, names[0]))
		      : below(x, "/admin/members"),
	       "Members");
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
	       arena_cat(x->a, STR("Posts were reported as unwanted at "),
			 named(x->a, names, n), STR(".")),
	       f->settings->process_complaints
		       ? "Do not turn their posts on again: whoever pressed the button "
			 "by "
			 "mistake can do so on their own page."
		       : "Ask whether they want to stay: many such reports make servers "
			 "refuse the whole list.",
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
	       arena_printf(x->a, "Posts from %.*s are refused by %.*s, %lld time%s.",
			    STR_F(domain), STR_F(named(x->a, servers, n)),
			    (long long)times, times == 1 ? "" : "s"),
	       open ? "Its mail lacks proof of the author. Let the list stand in From "
		      "for "
		      "such authors."
		    : "Its mail lacks proof, or the domain has a bad name: its "
		      "postmaster "
		      "should look at SPF, DKIM and DMARC. No member is at fault.",
	       open ? below(x, "/admin/settings#deliver") : STR(""),
	       open ? "Settings" : "");
}

static void advise_server(struct advice *x, str domain, const str *authors, size_t n,
			  int64_t times)
{
	advise(x, "warn",
	       arena_printf(
		       x->a, "%.*s refuses posts whoever wrote them (%.*s), %lld times.",
		       STR_F(domain), STR_F(named(x->a, authors, n)), (long long)times),
	       "It is this server that it does not want. Its words below mostly say why; "
	       "its postmaster can be asked to allow the list.",
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
		return STR("The membership ends at the next look.");
	return arena_printf(a, "%lld of %lld reminders sent; then the membership ends.",
			    (long long)m->warnings,
			    (long long)s->bounce_you_are_disabled_warnings);
}

struct health_standing health_standing(struct arena *a, const struct settings *s,
				       const struct member_row *m)
{
	if (m->off_at)
		return (struct health_standing){ "bad", "Mail is off",
						 off_next(a, s, m) };
	if (str_eq(m->delivery, STR("off")))
		return (struct health_standing){ "none", "Mail is off",
						 STR("Not because it came back.") };
	if (m->probe_at)
		return (struct health_standing){
			"wait", "A probe is out",
			arena_printf(
				a, "If it comes back within %d days mail is turned off.",
				SCORE_PROBE_DAYS)
		};
	if (m->bounce_score > 0)
		return (struct health_standing){
			"warn", "Counted",
			s->bounce_score_threshold
				? arena_printf(a, "At %lld points %s.",
					       (long long)s->bounce_score_threshold,
					       s->verp_probes ? "a probe is sent"
							      : "mail is turned off")
				: STR("Nothing follows of it on this list.")
		};
	return (struct health_standing){
		"none", "In doubt",
		arena_printf(a,
			     "Perhaps refused for others’ sake; after %d days without a "
			     "delivery a probe decides.",
			     SCORE_DOUBT_DAYS)
	};
}

const char *health_followed(enum score_act act)
{
	static const char *const words[SCORE_ACTS] = {
		[SCORE_NONE] = "",
		[SCORE_COUNTED] = "points were added",
		[SCORE_PROBE] = "a probe was sent",
		[SCORE_OFF] = "mail was turned off",
		[SCORE_STOPPED] = "mail was turned off",
		[SCORE_WARN] = "the member was reminded",
		[SCORE_REMOVE] = "the membership ended",
		[SCORE_FORGIVEN] = "points were forgotten",
	};
	return words[act];
}
