#include "lists/decide.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "lists/members.h"
#include "lists/moderate_inside.h"
#include "lists/notice.h"
#include "lists/pattern.h"
#include "lists/publish.h"
#include "store/lists/ban.h"
#include "store/lists/member.h"
#include "store/lists/nonmember.h"

struct deciding {
	struct books *books;
	struct arena *a;
	struct held_row h;
	struct post p;
	str text;
	const struct actor *by;
};

typedef err decide_fn(struct deciding *x);

#define DECIDE(word, function, ends, said, text) static decide_fn function;
#include "lists/decide.def"

static const struct decision_row rows[] = {
#define DECIDE(word, function, ends, said, text) { #word, ends, said, text },
#include "lists/decide.def"
};

static decide_fn *const functions[] = {
#define DECIDE(word, function, ends, said, text) function,
#include "lists/decide.def"
};

enum { WORDS = sizeof rows / sizeof *rows };

const struct decision_row *decision_rows(size_t *count)
{
	*count = WORDS;
	return rows;
}

str decision_word(str said)
{
	static const struct {
		const char *said, *word;
	} also[] = {
#define DECIDE(word, function, ends, said, text)
#define ALSO(said, word) { #said, #word },
#include "lists/decide.def"
	};
	for (size_t i = 0; i < sizeof also / sizeof *also; i++)
		if (str_eq(said, str_from(also[i].said)))
			return str_from(also[i].word);
	return said;
}

const struct decision_row *decision_find(str said)
{
	str word = decision_word(said);
	for (size_t i = 0; i < WORDS; i++)
		if (str_eq(word, str_from(rows[i].word)))
			return &rows[i];
	return NULL;
}

str decision_words(struct arena *a)
{
	BUF(b);
	for (size_t i = 0; i < WORDS; i++)
		buf_cat(&b, i ? STR(", ") : STR(""), str_from(rows[i].word));
	return arena_copy(a, buf_str(&b));
}

static err start(struct deciding *x, struct books *books, struct arena *a, int64_t id,
		 str text, const struct actor *by)
{
	*x = (struct deciding){ .books = books, .a = a, .text = text, .by = by };
	return moderate_fetch(books, a, id, &x->h, &x->p);
}

/* --- the ends of a post */

/* What has begun to go out goes out, whoever says otherwise now. */
static err check_not_begun(struct deciding *x)
{
	bool begun;
	TRY(post_has_begun(x->books, x->a, x->h.source, &begun));
	return begun ? err_in(x->a, ERR_DENIED,
			      "post %lld is on its way to the list already: accept it",
			      (long long)x->h.id)
		     : OK;
}

/* No moderator can vouch for what is in it. */
static err check_no_virus(const struct deciding *x)
{
	const struct wall_verdict *v = x->p.wall;
	return v && v->result == WALL_INFECTED
		       ? err_in(x->a, ERR_DENIED,
				"a virus was found in post %lld (%.*s): it can be "
				"rejected or discarded",
				(long long)x->h.id, STR_F(v->signature))
		       : OK;
}

/* Nor does what nobody could look into leave as a letter. */
static err check_clean(const struct deciding *x)
{
	const struct wall_verdict *v = x->p.wall;
	TRY(check_no_virus(x));
	return v && v->result != WALL_CLEAN
		       ? err_in(x->a, ERR_DENIED,
				"the virus check does not call post %lld clean: no copy "
				"of it is sent",
				(long long)x->h.id)
		       : OK;
}

static err publish(struct deciding *x)
{
	TRY(check_no_virus(x));
	x->p.vouched = true;
	return post_publish(x->books, x->a, &x->p,
			    arena_cat(x->a, STR("accepted by "), x->by->name));
}

static err end(struct deciding *x, const struct ending *how)
{
	return moderate_end(x->books, x->a, &x->h, &x->p, how, x->by);
}

static err decide_accept(struct deciding *x)
{
	TRY(publish(x));
	return end(x, &(struct ending){ .verdict = STR("accepted") });
}

static err trust_member(struct books *books, struct arena *a, struct member_row m)
{
	TRY(member_option(a, &m, STR("action"), STR("defer"), STR("moderator")));
	return member_change(books->lists, &m);
}

/* A member's later posts pass as any member's do where none is held; a stranger's by a word
 * of their own, which the page of nonmembers shows and takes back. */
static err trust_author(struct books *books, struct arena *a, const struct held_row *h,
			const struct post *p)
{
	struct nonmember_row x = { h->list, h->author, STR("accept"), clock_now() };
	if (p->member)
		return trust_member(books, a, *p->member);
	return nonmember_put(books->lists, &x);
}

static err check_author(struct deciding *x)
{
	return x->h.author.n && !str_has(x->h.author, '\n')
		       ? OK
		       : err_in(x->a, ERR_DENIED, "post %lld names no author",
				(long long)x->h.id);
}

static err decide_trust(struct deciding *x)
{
	TRY(check_author(x));
	TRY(publish(x));
	return end(x, &(struct ending){ .verdict = STR("accepted"),
					.note = STR("later posts of its author, too"),
					.also = STR(", author trusted"),
					.act = trust_author });
}

static err ban_author(struct books *books, struct arena *a, const struct held_row *h,
		      const struct post *p)
{
	struct ban_row ban = { .list = h->list,
			       .pattern = pattern_spelt(a, h->author),
			       .reason = arena_cat(a, STR("held post: "), h->subject),
			       .created_at = clock_now() };
	(void)p;
	return ban_add(books->lists, &ban);
}

/* A forger must not have a member put out. */
static err decide_ban(struct deciding *x)
{
	const struct post *p = &x->p;
	TRY(check_author(x));
	TRY(check_not_begun(x));
	if ((p->member || p->is_moderator) && !p->authentic)
		return err_in(x->a, ERR_DENIED,
			      "%.*s is a member, and nothing proves that they wrote post "
			      "%lld: discard it",
			      STR_F(x->h.author), (long long)x->h.id);
	return end(x, &(struct ending){
			      .verdict = STR("discarded"),
			      .note = STR("its author is banned"),
			      .detail = arena_cat(x->a, STR("by "), x->by->name,
						  STR(", and its author is banned")),
			      .also = STR(", author banned"),
			      .act = ban_author });
}

/* "2": the second of the list's answers. */
static str answer_text(const struct deciding *x)
{
	int64_t n;
	str rest = x->p.settings.rejection_answers, line;
	if (!x->text.n)
		return STR("The moderator gave no reason.");
	if (!str_i64(x->text, &n))
		return x->text;
	while (str_line(&rest, &line))
		if (str_trim(line).n && --n == 0)
			return str_trim(line);
	return x->text;
}

static err decide_reject(struct deciding *x)
{
	str reason = answer_text(x);
	TRY(check_not_begun(x));
	TRY(moderate_tell_author(x->books, x->a, &x->p, &x->h, "rejected-author",
				 reason));
	return end(x, &(struct ending){ .verdict = STR("rejected"),
					.note = reason,
					.detail = reason });
}

static err decide_discard(struct deciding *x)
{
	TRY(check_not_begun(x));
	return end(x, &(struct ending){ .verdict = STR("discarded") });
}

/* --- it goes on waiting */

static err audit_of(struct deciding *x, str what)
{
	return books_audit(x->books, x->by, x->h.list, what,
			   arena_printf(x->a, "held %lld, from %.*s: %.*s",
					(long long)x->h.id, STR_F(x->h.author),
					STR_F(x->h.subject)));
}

static err in_one(struct deciding *x, err (*change)(struct deciding *x), str what)
{
	bool mine;
	TRY(book_join(x->books->lists, &mine));
	err e = change(x);
	if (!e.kind)
		e = audit_of(x, what);
	return book_leave(x->books->lists, mine, e);
}

static err put_aside(struct deciding *x)
{
	return held_aside(x->books->lists, x->h.id, x->by->name, x->text, clock_now());
}

static err decide_defer(struct deciding *x)
{
	return in_one(x, put_aside, STR("post set aside"));
}

static err put_claim(struct deciding *x)
{
	return held_claim(x->books->lists, x->a, x->h.id, x->by->name, clock_now());
}

static err decide_claim(struct deciding *x)
{
	return in_one(x, put_claim, STR("post claimed"));
}

static err end_claim(struct deciding *x)
{
	return held_unclaim(x->books->lists, x->h.id);
}

static err decide_release(struct deciding *x)
{
	return in_one(x, end_claim, STR("post given back"));
}

/* --- others see it */

enum { COPIES_A_DAY = 20 }; /* of a list */

static err send_copy(struct deciding *x, const struct address *to)
{
	struct books *books = x->books;
	str key = address_key(x->a, to);
	enum language l, before;
	TRY(notice_language(books, x->a, x->p.list, key, &l));
	before = language_use(l);
	struct notice_var vars[] = { { "author", x->h.author },
				     { "proof", moderate_proof(&x->p) },
				     { "sender", x->by->name },
				     { "subject", x->h.subject } };
	language_use(before);
	return notice_send(books, x->a,
			   &(struct notice){ .name = "held-copy",
					     .list = x->p.list,
					     .to = { .address = *to },
					     .source = arena_cat(x->a, x->h.source,
								 STR("/copy/"), key),
					     .vars = vars,
					     .var_count = sizeof vars / sizeof *vars,
					     .attached = x->p.message,
					     .trust = x->p.trust });
}

/* A letter of the list's own with the post inside: nothing is sent in its author's name.
 * Once an address. */
static err decide_forward(struct deciding *x)
{
	struct address to;
	bool may;
	if (address_parse(x->a, x->text, &to).kind)
		return FAIL(ERR_SYNTAX, "say one address that gets the copy");
	TRY(check_clean(x));
	TRY(moderate_may_send(x->books, x->a, "copies", &x->p, COPIES_A_DAY, &may));
	if (!may)
		return err_in(x->a, ERR_DENIED,
			      "%d copies of held posts were sent today, which is as many "
			      "as may be",
			      COPIES_A_DAY);
	TRY(send_copy(x, &to));
	str whom = address_text(x->a, &to);
	TRY(moderate_record(x->books, &x->h, x->p.list->address, STR("held"),
			    arena_cat(x->a, STR("a copy went to "), whom, STR(", by "),
				      x->by->name)));
	return audit_of(x, arena_cat(x->a, STR("post copied to "), whom));
}

/* --- */

err held_decide(struct books *books, struct arena *a, int64_t id, str word, str text,
		const struct actor *by)
{
	struct deciding x;
	const struct decision_row *row = decision_find(word);
	if (!row)
		return err_in(a, ERR_SYNTAX, "choose one of %.*s",
			      STR_F(decision_words(a)));
	TRY(start(&x, books, a, id, str_trim(text), by));
	return functions[row - rows](&x);
}

err held_accept(struct books *books, struct arena *a, int64_t id, const struct actor *by)
{
	return held_decide(books, a, id, STR("accept"), STR(""), by);
}

err held_reject(struct books *books, struct arena *a, int64_t id, str reason,
		const struct actor *by)
{
	return held_decide(books, a, id, STR("reject"), reason, by);
}

err held_discard(struct books *books, struct arena *a, int64_t id, const struct actor *by)
{
	return held_decide(books, a, id, STR("discard"), STR(""), by);
}

err held_withdraw(struct books *books, struct arena *a, int64_t id,
		  const struct actor *author)
{
	struct deciding x;
	TRY(start(&x, books, a, id, STR(""), author));
	TRY(check_not_begun(&x));
	if (!str_eq(x.h.author, author->name))
		return err_in(a, ERR_DENIED, "post %lld is not from %.*s", (long long)id,
			      STR_F(author->name));
	return end(&x, &(struct ending){ .verdict = STR("withdrawn"),
					 .also = STR(" by its author") });
}

err held_lapse(struct books *books, struct arena *a, int64_t id, int64_t days,
	       const struct actor *by)
{
	struct deciding x;
	TRY(start(&x, books, a, id, STR(""), by));
	TRY(check_not_begun(&x));
	str why = arena_printf(a, "no moderator decided within %lld days",
			       (long long)days);
	if (x.p.settings.respond_to_post_requests
	    && !moderate_is_quiet(x.h.rule, &x.p.settings))
		TRY(moderate_tell_author(books, a, &x.p, &x.h, "expired-author", why));
	return end(&x, &(struct ending){
			       .verdict = STR("expired"), .note = why, .detail = why });
}
