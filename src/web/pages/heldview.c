#include "web/pages/heldview.h"

#include "base/said.h"
#include "archive/content.h"
#include "archive/render.h"
#include "base/clock.h"
#include "wall/clamd_reply.h"

enum { CHECKS_MAX = 8, ANSWERS_MAX = 50 };

str held_author(struct arena *a, const struct held_row *h)
{
	str address = h->author.n ? h->author : S_("nobody in particular");
	return h->author_name.n
		       ? arena_cat(a, h->author_name, STR(" <"), address, STR(">"))
		       : address;
}

static void add_check(struct page_heldpost *p, const char *label, const char *state,
		      const char *word, str text)
{
	struct page_heldpost_checks *rows = (struct page_heldpost_checks *)(uintptr_t)
						    p->checks;
	if (p->checks_count < CHECKS_MAX)
		rows[p->checks_count++] = (struct page_heldpost_checks){
			.label = *label ? S_(label) : STR_NONE,
			.state = str_from(state),
			.word = *word ? S_(word) : STR_NONE,
			.text = text,
		};
}

static str json_word(struct arena *a, const json_t *o, const char *key)
{
	return arena_copy(a, str_from(json_string_value(json_object_get(o, key))));
}

/* "pass north.example, fail lists.example" */
static str dkim_words(struct arena *a, const json_t *list)
{
	BUF(b);
	size_t i;
	const json_t *one;
	json_array_foreach(list, i, one)
		buf_cat(&b, b.n ? STR(", ") : STR(""), json_word(a, one, "result"),
			STR(" "), json_word(a, one, "domain"));
	return b.n ? arena_copy(a, buf_str(&b)) : S_("no signature");
}

static str dmarc_words(struct arena *a, const json_t *o)
{
	str policy = json_word(a, o, "policy"), result = json_word(a, o, "result");
	return policy.n ? arena_printf(a, _("%.*s, the domain's policy is %.*s"),
				       STR_F(result), STR_F(policy))
			: result;
}

static void add_sender(struct arena *a, struct page_heldpost *p, const json_t *trust)
{
	if (json_is_true(json_object_get(trust, "account")))
		add_check(p, N_("Author"), "ok", N_("Proven"),
			  S_("signed in here to send it"));
	else if (json_is_true(json_object_get(trust, "local")))
		add_check(p, N_("Author"), "ok", N_("Proven"),
			  S_("put in by the administrator"));
	else if (json_is_true(json_object_get(trust, "aligned")))
		add_check(p, N_("Author"), "ok", N_("Proven"),
			  json_word(a, json_object_get(trust, "dmarc"), "domain"));
	else
		add_check(p, N_("Author"), "bad", N_("Not proven"),
			  S_("anybody could have written this address"));
}

/* The signature with what it means, or why nobody looked, and by whom. */
static str wall_words(struct arena *a, const struct wall_verdict *v)
{
	str means = clamd_suspicion(v->signature);
	str what = means.n ? arena_cat(a, said_in(a, language_now(), means), STR(" ("),
				       v->signature, STR(")"))
		   : v->signature.n ? v->signature
				    : said_in(a, language_now(), v->why);
	return what.n && v->version.n ? arena_cat(a, what, STR(", "), v->version)
	       : what.n               ? what
				      : v->version;
}

static void add_wall(struct arena *a, struct page_heldpost *p, str trust)
{
	static const struct {
		const char *state, *word;
	} shown[] = { [WALL_CLEAN] = { "ok", N_("Clean") },
		      [WALL_INFECTED] = { "bad", N_("Infected") },
		      [WALL_SUSPICIOUS] = { "bad", N_("Suspicious") },
		      [WALL_UNSCANNED] = { "bad", N_("Not looked through") },
		      [WALL_REFUSED] = { "bad", N_("Refused") } };
	struct wall_verdict v;
	if (wall_get(a, trust, &v))
		add_check(p, N_("Virus check"), shown[v.result].state,
			  shown[v.result].word, wall_words(a, &v));
}

static void add_checks(struct arena *a, struct page_heldpost *p, str trust_text)
{
	json_t *trust = json_loadb(trust_text.n ? trust_text.p : "{}",
				   trust_text.n ? trust_text.n : 2, 0, NULL);
	p->checks = arena_zero(a, CHECKS_MAX * sizeof *p->checks);
	add_sender(a, p, trust);
	if (json_object_get(trust, "dmarc")) {
		add_check(p, "DKIM", "", "",
			  dkim_words(a, json_object_get(trust, "dkim")));
		add_check(p, "SPF", "", "", json_word(a, trust, "spf"));
		add_check(p, "DMARC", "", "",
			  dmarc_words(a, json_object_get(trust, "dmarc")));
	}
	json_decref(trust);
	add_wall(a, p, trust_text);
}

static void add_files(struct arena *a, struct page_heldpost *p, str message)
{
	struct content c;
	if (content_read(a, message, &c).kind)
		return;
	struct page_heldpost_files *rows = arena_zero(a,
						      (c.file_count + 1) * sizeof *rows);
	for (size_t i = 0; i < c.file_count; i++)
		rows[i] = (struct page_heldpost_files){
			.name = c.files[i].name.n ? c.files[i].name : S_("no name"),
			.type = c.files[i].type,
		};
	p->files = rows;
	p->files_count = c.file_count;
}

const struct page_heldpost_answers *held_answers(struct arena *a, str answers,
						 size_t *count)
{
	size_t n = 0;
	str line;
	struct page_heldpost_answers *rows = arena_zero(a, ANSWERS_MAX * sizeof *rows);
	while (n < ANSWERS_MAX && str_line(&answers, &line))
		if (str_trim(line).n)
			rows[n++].text = str_trim(line);
	*count = n;
	return rows;
}

str held_words(struct request *q, str verdict)
{
	str answer = field(q, "answer"), own = field(q, "reason");
	if (str_eq(verdict, STR("forward")))
		return field(q, "to");
	if (str_eq(verdict, STR("defer")))
		return field(q, "note").n ? field(q, "note") : own;
	return answer.n && own.n ? arena_cat(q->arena, answer, STR("\n\n"), own)
	       : answer.n        ? answer
				 : own;
}

static void add_state(struct page_heldpost *p, const struct held_row *h, str me)
{
	p->claimed = held_claimant(h, clock_now());
	p->mine = p->claimed.n && str_eq(p->claimed, me);
	p->aside = h->aside_by;
	p->aside_at = h->aside_at;
	p->note = h->note;
}

err held_view(struct request *q, const struct held_row *h, const struct held_how *how,
	      struct page_heldpost *out)
{
	str message;
	struct worker *w = worker_of(q);
	TRY(held_body(w->books.lists, q->arena, h->id, &message));
	*out = (struct page_heldpost){
		.id = h->id,
		.subject = h->subject,
		.author = held_author(q->arena, h),
		.at = h->held_at,
		.size = h->size,
		.reason = said_together(q->arena, language_now(), h->reason),
		.rule = h->rule,
		.action = how->action,
		.csrf = csrf_of(q),
		.text = render_post(q->arena, message,
				    &(struct render_how){ .number = h->id }),
	};
	add_checks(q->arena, out, h->trust);
	add_files(q->arena, out, message);
	add_state(out, h, how->me);
	out->answers = held_answers(q->arena, how->answers, &out->answers_count);
	return OK;
}
