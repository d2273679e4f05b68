#include "archive/dressed.h"

#include "archive/bare.h"
#include "archive/finder.h"
#include "base/buf.h"
#include "mail/address.h"

/* PIECE: octets that are looked at together, each of which takes some more. */
enum { PIECE = 256 * 1024, FORMS = 6 };

static const struct form {
	str sign;
	bool turned; /* domain first */
} forms[FORMS] = {
	{ STR("@"), false },   { STR("="), false }, /* of a list's bounces (VERP) */
	{ STR("=40"), false },                      /* quoted-printable that was pasted */
	{ STR("%"), false },                        /* RFC 1123 section 5.2.16 */
	{ STR("="), true },                         /* of a forwarder's (SRS) */
	{ STR("!"), true },                         /* of UUCP */
};

struct dressed {
	const struct finder *finder;
	const str *words; /* FORMS of each address */
	str as[FORMS];
	str escaped; /* as of %40 */
};

static str formed(struct arena *a, size_t form, str local, str domain)
{
	return forms[form].turned ? arena_cat(a, domain, forms[form].sign, local)
				  : arena_cat(a, local, forms[form].sign, domain);
}

static size_t add_words(struct arena *a, str local, str domain, str *words)
{
	for (size_t i = 0; i < FORMS; i++)
		words[i] = formed(a, i, local, domain);
	return FORMS;
}

const struct dressed *dressed_new(struct arena *a, const str *addresses, size_t count,
				  str as)
{
	static const str nowhere = STR("hidden.invalid");
	struct dressed *d = arena_zero(a, sizeof *d);
	str *words = arena_alloc(a, (2 * FORMS * count + 1) * sizeof *words), local,
	    domain;
	size_t n = 0;
	for (size_t i = 0; i < count; i++) {
		str key = arena_lower(a, addresses[i]);
		if (!str_cut_last(key, '@', &local, &domain) || !local.n || !domain.n)
			continue;
		str seen = domain_unicode(a, domain);
		n += add_words(a, local, domain, words + n);
		if (!str_eq(seen, domain))
			n += add_words(a, local, seen, words + n);
	}
	d->words = words;
	d->finder = finder_new(a, words, n);
	for (size_t i = 0; i < FORMS; i++)
		d->as[i] = formed(a, i, as, nowhere);
	d->escaped = arena_cat(a, as, STR("%40"), nowhere);
	return d;
}

/* ---- one piece */

struct hit {
	size_t at, n, form;
};

struct hits {
	const struct dressed *d;
	struct bare bare;
	struct buf memory;
};

/* Behind what a list or forwarder puts before the address it writes so. */
static bool begins(str text, size_t at, bool turned)
{
	char c = at ? text.p[at - 1] : ' ';
	return !chr_is_alpha(c) && !chr_is_digit(c) && c != '.' && c != '_'
	       && !(turned && c == '-');
}

static bool stands(const struct hits *h, const struct hit *x)
{
	str text = h->bare.text;
	if (!x->form)
		return address_stands_alone(text, x->at, x->n);
	return begins(text, x->at, forms[x->form].turned)
	       && address_stands_alone(str_skip(text, x->at), 0, x->n);
}

/* They come by where they end: of two that have octets in common the first stays, or the one
 * that has all of the other. */
static void add_hit(void *ctx, size_t at, size_t word)
{
	struct hits *h = ctx;
	struct hit new = { at, h->d->words[word].n, word % FORMS };
	if (!stands(h, &new))
		return;
	while (h->memory.n) {
		struct hit last;
		memcpy(&last, h->memory.p + h->memory.n - sizeof last, sizeof last);
		if (last.at + last.n <= at)
			break;
		if (at > last.at)
			return;
		h->memory.n -= sizeof last;
	}
	buf_add(&h->memory, (str){ (const char *)&new, sizeof new });
}

static str as_it_stood(const struct hits *h, const struct hit *x, str was)
{
	return !x->form && str_find(was, STR("%40")).n ? h->d->escaped
						       : h->d->as[x->form];
}

/* Tags within it stay behind it, so that those which are open are closed. */
static void add_tags(struct buf *out, const struct hits *h, const struct hit *x, str text)
{
	for (size_t i = x->at; i + 1 < x->at + x->n; i++) {
		size_t from = bare_to(&h->bare, i, 1), to = bare_from(&h->bare, i + 1);
		if (from < to && text.p[from] == '<')
			buf_add(out, (str){ text.p + from, to - from });
	}
}

static str write_hits(struct arena *a, const struct hits *h, str text)
{
	BUF(out);
	size_t done = 0;
	for (size_t k = 0; k < h->memory.n; k += sizeof(struct hit)) {
		struct hit x;
		memcpy(&x, h->memory.p + k, sizeof x);
		size_t from = bare_from(&h->bare, x.at),
		       to = bare_to(&h->bare, x.at, x.n);
		str was = { text.p + from, to - from };
		buf_cat(&out, (str){ text.p + done, from - done },
			as_it_stood(h, &x, was));
		add_tags(&out, h, &x, text);
		done = to;
	}
	buf_add(&out, str_skip(text, done));
	return arena_copy(a, buf_str(&out));
}

static str clean_bare(struct arena *a, const struct dressed *d, const struct bare *b,
		      str text)
{
	struct hits h = { .d = d, .bare = *b };
	finder_walk(d->finder, b->text, add_hit, &h);
	str clean = h.memory.n ? write_hits(a, &h, text) : text;
	buf_free(&h.memory);
	return clean;
}

static str clean_as(struct arena *a, const struct dressed *d, str text, unsigned how)
{
	ARENA(mine);
	struct bare b, spoken;
	bare_text(mine, text, how, &b);
	str clean = clean_bare(a, d, &b, text);
	if (clean.p != text.p)
		bare_text(mine, clean, how, &b);
	return bare_spoken(mine, &b, &spoken) ? clean_bare(a, d, &spoken, clean) : clean;
}

/* In HTML it may stand among what is shown, or within a tag. */
static str clean_piece(struct arena *a, const struct dressed *d, str text, unsigned how)
{
	text = clean_as(a, d, text, how & ~(unsigned)BARE_HTML);
	return how & BARE_HTML ? clean_as(a, d, text, how) : text;
}

/* ---- */

/* The first octets, up to an end of line or a blank where there is one. */
static str piece_of(str text)
{
	if (text.n <= PIECE)
		return text;
	for (size_t n = PIECE; n > PIECE / 2; n--)
		if (text.p[n - 1] == '\n')
			return str_first(text, n);
	for (size_t n = PIECE; n > PIECE / 2; n--)
		if (chr_is_space(text.p[n - 1]))
			return str_first(text, n);
	return str_first(text, PIECE);
}

str dressed_clean(struct arena *a, const struct dressed *d, str text, unsigned how)
{
	BUF(out);
	bool changed = false;
	for (str rest = text; rest.n;) {
		ARENA(mine);
		str piece = piece_of(rest), clean = clean_piece(mine, d, piece, how);
		changed = changed || clean.p != piece.p;
		buf_add(&out, clean);
		rest = str_skip(rest, piece.n);
	}
	return changed ? arena_copy(a, buf_str(&out)) : text;
}

str dressed_blot(struct arena *a, const struct dressed *d, str bytes)
{
	struct hits h = { .d = d, .bare = { .text = bytes } };
	finder_walk(d->finder, bytes, add_hit, &h);
	if (!h.memory.n)
		return bytes;
	str out = arena_copy(a, bytes);
	char *p = (char *)(uintptr_t)out.p;
	for (size_t k = 0; k < h.memory.n; k += sizeof(struct hit)) {
		struct hit x;
		memcpy(&x, h.memory.p + k, sizeof x);
		for (size_t i = x.at; i < x.at + x.n; i++)
			if (chr_is_alpha(p[i]) || chr_is_digit(p[i]) || p[i] & '\x80')
				p[i] = 'x';
	}
	buf_free(&h.memory);
	return out;
}
