#include "lists/header_match.h"

#include "base/buf.h"
#include "base/clock.h"
#include "lists/pattern.h"
#include "lists/rules_inside.h"
#include "mail/mime.h"

enum {
	INNER_DEPTH = 4,     /* messages within messages */
	INNER_FIELDS = 20000 /* of all parts together */
};

/* ---- what a rule may be */

/* RFC 5322 section 3.6.8: printable, no colon. A pattern in its place is a mistake. */
static bool is_field_name(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] >= 0x7F
		    || memchr(":^$.*+?()[]{}|\\", s.p[i], 15))
			return false;
	return s.n > 0;
}

static bool is_action(str word)
{
	static const char *const actions[] = { "hold", "reject", "discard", "accept" };
	for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
		if (str_eq(word, str_from(actions[i])))
			return true;
	return false;
}

err header_match_check(struct arena *a, const struct header_rule_row *r)
{
	if (!is_field_name(r->header))
		return err_in(a, ERR_SYNTAX,
			      "\"%.*s\" is no name of a header field, such as Subject",
			      STR_F(r->header));
	if (!r->pattern.n)
		return FAIL(ERR_SYNTAX, "write a pattern; . fits any text");
	if (!is_action(r->action))
		return FAIL(ERR_SYNTAX, "an action is hold, reject, discard or accept");
	if (r->reason.n > HEADER_MATCH_TEXT || r->tag.n > HEADER_MATCH_TEXT)
		return FAIL(ERR_SYNTAX, "the reason and the tag have at most 500 octets");
	return pattern_check_text(a, r->pattern);
}

/* ---- keeping them */

static str words_of(struct arena *a, const struct header_rule_row *r)
{
	return arena_cat(a, r->header, STR(": "), r->pattern);
}

static err has_room(struct books *books, struct arena *a, int64_t list)
{
	struct header_rule_row *all;
	size_t n;
	TRY(header_rule_list(books->lists, a, list, &all, &n));
	return n < HEADER_MATCH_MAX
		       ? OK
		       : FAIL(ERR_DENIED, "there are 200 header rules: join some of them "
					  "with | in one pattern");
}

static err put(struct books *books, struct arena *a, struct header_rule_row *r,
	       const struct actor *by)
{
	bool is_new = !r->id;
	if (is_new)
		TRY(has_room(books, a, r->list));
	TRY(is_new ? header_rule_add(books->lists, r)
		   : header_rule_change(books->lists, r));
	return books_audit(books, by, r->list,
			   is_new ? STR("header rule added") : STR("header rule changed"),
			   words_of(a, r));
}

err header_match_put(struct books *books, struct arena *a, struct header_rule_row *r,
		     const struct actor *by)
{
	bool mine;
	r->header = str_trim(r->header);
	r->reason = str_trim(r->reason);
	r->tag = str_trim(r->tag);
	TRY(header_match_check(a, r));
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine, put(books, a, r, by));
}

static err drop(struct books *books, struct arena *a, const struct header_rule_row *r,
		const struct actor *by)
{
	TRY(header_rule_remove(books->lists, r->list, r->header, r->pattern));
	return books_audit(books, by, r->list, STR("header rule removed"),
			   words_of(a, r));
}

err header_match_drop(struct books *books, struct arena *a,
		      const struct header_rule_row *r, const struct actor *by)
{
	bool mine;
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine, drop(books, a, r, by));
}

static err move(struct books *books, struct arena *a, int64_t list, int64_t id,
		size_t place, const struct actor *by)
{
	TRY(header_rule_place(books->lists, a, list, id, place));
	return books_audit(books, by, list, STR("header rule moved"),
			   arena_printf(a, "to place %zu", place + 1));
}

err header_match_move(struct books *books, struct arena *a, int64_t list, int64_t id,
		      size_t place, const struct actor *by)
{
	bool mine;
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine, move(books, a, list, id, place, by));
}

str header_match_quote(struct arena *a, str text)
{
	BUF(out);
	for (size_t i = 0; i < text.n; i++) {
		if (memchr("^$.*+?()[]{}|\\#/", text.p[i], 16))
			buf_add(&out, STR("\\"));
		buf_add(&out, (str){ text.p + i, 1 });
	}
	return arena_copy(a, buf_str(&out));
}

/* ---- what they look at */

err header_match_look_up(struct book *lists, struct arena *a, struct post *p)
{
	return header_rule_for(lists, a, p->list->id, &p->header_rules,
			       &p->header_rule_count);
}

/* Of a part's header its fields alone; where they are too many it says so. */
static void keep_inner(struct arena *a, const struct header *h, struct inner *x)
{
	x->fields += h->count;
	if (x->fields > INNER_FIELDS) {
		x->over = true;
		return;
	}
	struct header *kept = &x->headers[x->count++];
	*kept = *h;
	kept->fields = arena_alloc(a, h->count * sizeof *h->fields + 1);
	if (h->count)
		memcpy(kept->fields, h->fields, h->count * sizeof *h->fields);
}

/* The headers of one message; those in it are handed out, for what was read of this one
 * is forgotten before they are read. */
static err gather_one(struct arena *a, str message, int depth, struct inner *x,
		      str **inside, size_t *count)
{
	ARENA(own);
	struct mime m;
	size_t n = 0;
	TRY(mime_parse(own, message, &m));
	*inside = arena_alloc(a, m.count * sizeof **inside + 1);
	for (size_t i = 0; i < m.count && x->count < MIME_PARTS_MAX; i++) {
		const struct mime_part *part = &m.parts[i];
		if (i) /* [0] bears the message's own */
			keep_inner(a, &part->header, x);
		else if (depth)
			keep_inner(a, &m.header, x);
		if (x->over)
			break;
		if (depth < INNER_DEPTH && str_eq(part->type, STR("message/rfc822")))
			(*inside)[n++] = mime_bytes(a, part);
	}
	*count = n;
	return OK;
}

static err gather(struct arena *a, str message, int depth, struct inner *x)
{
	str *inside;
	size_t n;
	TRY(gather_one(a, message, depth, x, &inside, &n));
	for (size_t i = 0; i < n && !x->over; i++) {
		/* One whose header is beyond all limits has none that fits a rule. */
		err e = gather(a, inside[i], depth + 1, x);
		if (e.kind && e.kind != ERR_LIMIT)
			return e;
	}
	return OK;
}

static err know_inner(struct arena *a, const struct post *p)
{
	struct inner *x = p->inner;
	if (x->known)
		return OK;
	x->headers = arena_alloc(a, MIME_PARTS_MAX * sizeof *x->headers);
	TRY(gather(a, p->message, 0, x));
	x->known = true;
	return OK;
}

/* ---- what they say */

static str rule_words(struct arena *a, const struct header_rule_row *h)
{
	str words = arena_cat(a, h->list ? STR("") : STR("of every list: "), h->header,
			      STR(": "), h->pattern);
	return h->reason.n ? arena_cat(a, words, STR(" ("), h->reason, STR(")")) : words;
}

static err too_long(struct arena *a, const struct header_rule_row *h, struct ruling *r)
{
	return rule_says(
		r, VERDICT_HOLD,
		arena_cat(a, STR("a header rule took too long: "), rule_words(a, h)));
}

/* Reading a field takes its time, too. */
static enum pattern_result match_field(const struct field *f, str pattern, int64_t *ms)
{
	ARENA(own);
	int64_t before = clock_cpu_ms();
	str text = header_text(own, f);
	*ms -= clock_cpu_ms() - before;
	return pattern_text_within(pattern, text, ms);
}

/* What one rule says of the fields of one header. */
static err match_one(struct arena *a, const struct header *header,
		     const struct header_rule_row *h, int64_t *ms, struct ruling *r)
{
	for (const struct field *f = header_find(header, h->header); f;
	     f = header_next(header, f)) {
		enum pattern_result hit = match_field(f, h->pattern, ms);
		if (hit == PATTERN_LIMIT)
			return too_long(a, h, r);
		if (hit == PATTERN_HIT)
			return rule_says(
				r, verdict_from(h->action),
				arena_cat(a, STR("header rule "), rule_words(a, h)));
	}
	return OK;
}

/* The post's own fields and those of its parts, as Mailman looks at them: a file's type
 * and name stand there, and what a forwarded message says of itself. Of too many a person
 * looks at the rest. */
static err match_all(struct arena *a, const struct post *p, struct ruling *r)
{
	const struct inner *x = p->inner;
	int64_t ms = PATTERN_MS;
	for (size_t i = 0; i < p->header_rule_count && r->verdict == VERDICT_MISS; i++) {
		const struct header_rule_row *h = &p->header_rules[i];
		TRY(match_one(a, &p->header, h, &ms, r));
		for (size_t k = 0; k < x->count && r->verdict == VERDICT_MISS; k++)
			TRY(match_one(a, &x->headers[k], h, &ms, r));
	}
	return x->over && r->verdict == VERDICT_MISS ? too_long(a, &p->header_rules[0], r)
						     : OK;
}

err header_match_sift(struct arena *a, struct post *p)
{
	p->headers_say = NULL;
	if (!p->header_rule_count)
		return OK;
	TRY(know_inner(a, p));
	struct ruling *r = arena_zero(a, sizeof *r);
	TRY(match_all(a, p, r));
	p->headers_say = r;
	return OK;
}
