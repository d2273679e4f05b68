/* Which parts go. The order is Mailman's: the whole message, then part by part, then
 * what is left takes its shape. */
#include "lists/filter_inside.h"

#include "base/utf8.h"
#include "mail/listing.h"

enum {
	DEPTH_MAX = 8, /* messages in messages */
	SAID_MAX = 10,
	SHOWN = 100, /* octets of a name */
	REASON = 300,
};

static const str MARK = STR("X-Content-Filtered-By");

void filter_say(struct sieve *s, const struct mime_part *p, str what)
{
	if (s->said_count++ >= SAID_MAX)
		return;
	buf_cat(&s->said, s->said.n ? STR("; ") : STR(""),
		p->filename.n ? STR("\"") : STR(""),
		p->filename.n ? utf8_first(p->filename, SHOWN)
			      : utf8_first(p->type, SHOWN),
		p->filename.n ? STR("\"") : STR(""), STR(" ("), utf8_first(what, REASON),
		STR(")"));
}

static str said(struct sieve *s)
{
	if (s->said_count > SAID_MAX)
		buf_addf(&s->said, " and %zu more", s->said_count - SAID_MAX);
	str text = arena_copy(s->a, buf_str(&s->said));
	buf_free(&s->said);
	return text;
}

/* Of what is encrypted nothing can be seen; a signature is no file. */
static bool is_judged(const struct mime_part *p)
{
	static const str types[] = { STR("application/pgp-signature"),
				     STR("application/pkcs7-signature"),
				     STR("application/x-pkcs7-signature") };
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (str_eq(p->type, types[i]))
			return false;
	return true;
}

/* Why what is sealed cannot stay as it is; it does not go in pieces. */
static str object_inside(struct sieve *s, size_t index)
{
	const struct mime_part *p = &s->m.parts[index];
	if (!str_eq(p->type, STR("multipart/signed")))
		return STR("");
	for (size_t k = index + 1; k < s->m.count && s->m.parts[k].depth > p->depth;
	     k++) {
		const struct mime_part *q = &s->m.parts[k];
		str why = is_judged(q) ? filter_objection(s, q) : STR("");
		if (why.n)
			return arena_cat(
				s->a, STR("it is signed, and of a part within: "), why);
	}
	return STR("");
}

static err filter_at(struct arena *a, const struct sieve *like, str message, int depth,
		     struct filtered *f);

static bool go(struct sieve *s, size_t index, str why)
{
	s->edit[index].fate = PART_GOES;
	filter_say(s, &s->m.parts[index], why);
	return false;
}

/* A message in the message. In an encoding (which RFC 2046 section 5.2.1 forbids) it
 * goes where something in it would go. */
static bool sift_message(struct sieve *s, size_t index)
{
	const struct mime_part *p = &s->m.parts[index];
	struct filtered f;
	str inner = mime_bytes(s->a, p);
	if (filter_at(s->a, s, inner, s->depth + 1, &f).kind)
		return go(s, index, STR("a message that cannot be read"));
	if (f.refused.n)
		return go(s, index, f.refused);
	if (str_eq(f.message, inner))
		return true;
	if (inner.p != p->raw.p)
		return go(s, index, f.removed);
	str body = f.message;
	if (str_ends(body, STR("\r\n")) && !str_ends(inner, STR("\r\n")))
		body.n -= 2;
	s->edit[index] = (struct part_edit){ .fate = PART_ANEW, .body = body };
	filter_say(s, p, f.removed);
	return true;
}

/* Whether the part stays, or something of it. */
static bool sift(struct sieve *s, size_t index)
{
	const struct mime_part *p = &s->m.parts[index];
	size_t first;
	str why = filter_objection(s, p);
	if (!why.n && filter_is_sealed(p))
		why = object_inside(s, index);
	if (why.n)
		return go(s, index, why);
	if (str_eq(p->type, STR("message/rfc822"))
	    || str_eq(p->type, STR("message/global")))
		return sift_message(s, index);
	if (!p->multipart || filter_is_sealed(p))
		return true;
	for (size_t k = index + 1; k < s->m.count && s->m.parts[k].depth > p->depth; k++)
		if (s->m.parts[k].parent == (int)index)
			sift(s, k);
	if (!filter_children(s, index, &first))
		s->edit[index].fate = PART_GOES;
	return s->edit[index].fate != PART_GOES;
}

static bool takes_out(const struct sieve *s)
{
	return s->filter_types.count || s->pass_types.count || s->filter_extensions.count
	       || s->pass_extensions.count;
}

static bool changes(const struct sieve *s)
{
	for (size_t i = 0; i < s->m.count; i++)
		if (s->edit[i].fate != PART_STAYS)
			return true;
	return false;
}

/* Named in a field, so that a reader who misses something knows why. */
static err sign(struct arena *a, str message, str removed, str *out)
{
	struct header h;
	TRY(header_scan(a, message, &h));
	struct header_edit edit = {
		.drop = &MARK,
		.drop_count = 1,
		.prepend = STR(""),
		.append = header_encode(a, MARK, arena_cat(a, STR("Postern: "), removed)),
	};
	*out = arena_cat(a, header_apply(a, &h, &edit), str_skip(message, h.raw.n));
	return OK;
}

static err rewrite(struct sieve *s, str message, struct filtered *f)
{
	str text;
	filter_shape(s, 0);
	if (!changes(s))
		return OK;
	f->removed = said(s);
	if (mime_rewrite(s->a, message, &s->m, &(struct rewrite){ .edit = s->edit },
			 &text))
		return s->depth ? (f->message = text, OK)
				: sign(s->a, text, f->removed, &f->message);
	if (takes_out(s))
		f->refused = STR("its parts cannot be told apart with certainty");
	f->removed = STR("");
	return OK;
}

/* like: whose settings, and what is left of the time. */
static err filter_at(struct arena *a, const struct sieve *like, str message, int depth,
		     struct filtered *f)
{
	const struct settings *settings = like->settings;
	struct sieve s = { .a = a, .settings = settings, .depth = depth, .ms = like->ms };
	*f = (struct filtered){ .message = message };
	TRY(mime_parse(a, message, &s.m));
	s.filter_types = filter_words(a, settings->filter_types);
	s.pass_types = filter_words(a, settings->pass_types);
	s.filter_extensions = filter_words(a, settings->filter_extensions);
	s.pass_extensions = filter_words(a, settings->pass_extensions);
	if (depth == DEPTH_MAX || !mime_is_clear(a, &s.m)) {
		if (takes_out(&s))
			f->refused = STR("its parts cannot be told apart with certainty");
		return OK;
	}
	s.edit = arena_zero(a, s.m.count * sizeof *s.edit);
	if (!sift(&s, 0)) {
		f->refused = said(&s);
		return OK;
	}
	return rewrite(&s, message, f);
}

err filter_message(struct arena *a, const struct settings *s, str message,
		   struct filtered *f)
{
	int64_t ms = LISTING_MS_MAX;
	struct sieve outer = { .settings = s, .ms = &ms };
	*f = (struct filtered){ .message = message };
	return s->filter_content ? filter_at(a, &outer, message, 0, f) : OK;
}
