/* What becomes of the tree when parts have gone. */
#include "lists/filter_inside.h"

#include "archive/content.h"
#include "mail/encode.h"

static bool stays(const struct sieve *s, size_t i)
{
	return s->edit[i].fate != PART_GOES;
}

size_t filter_children(const struct sieve *s, size_t index, size_t *first)
{
	size_t n = 0;
	for (size_t k = index + 1;
	     k < s->m.count && s->m.parts[k].depth > s->m.parts[index].depth; k++)
		if (s->m.parts[k].parent == (int)index && stays(s, k) && !n++)
			*first = k;
	return n;
}

static bool is_alternative(const struct mime_part *p)
{
	return str_eq(p->type, STR("multipart/alternative"));
}

static bool is_text(const struct mime_part *p, const char *type)
{
	return str_eq(p->type, str_from(type)) && !p->attachment;
}

/* Some programs write an empty text beside their HTML. */
static bool is_blank(struct sieve *s, const struct mime_part *p)
{
	str used;
	return is_text(p, "text/plain") && !str_trim(mime_text(s->a, p, &used)).n;
}

/* The first that says something (RFC 2046 section 5.1.4: the plainest comes first). */
static size_t best_alternative(struct sieve *s, size_t index, size_t first)
{
	for (size_t k = first;
	     k < s->m.count && s->m.parts[k].depth > s->m.parts[index].depth; k++)
		if (s->m.parts[k].parent == (int)index && stays(s, k)
		    && !is_blank(s, &s->m.parts[k]))
			return k;
	return first;
}

/* Whether the same is said in plain text beside it. */
static bool has_plain_beside(struct sieve *s, size_t index)
{
	int up = s->m.parts[index].parent;
	if (up < 0 || !is_alternative(&s->m.parts[up]))
		return false;
	for (size_t k = (size_t)up + 1; k < index; k++)
		if (s->m.parts[k].parent == up && stays(s, k)
		    && is_text(&s->m.parts[k], "text/plain")
		    && !is_blank(s, &s->m.parts[k]))
			return true;
	return false;
}

/* HTML that is nested too deep to be read stays what it is. */
static void convert(struct sieve *s, size_t index)
{
	const struct mime_part *p = &s->m.parts[index];
	bool cut;
	str used, fields, body;
	if (has_plain_beside(s, index)) {
		s->edit[index].fate = PART_GOES;
		filter_say(s, p, STR("the text beside it says the same"));
		return;
	}
	str text = content_html_text(s->a, mime_text(s->a, p, &used), &cut);
	str part = encode_text_part(s->a, text);
	if (cut)
		return;
	str gap = str_find(part, STR("\r\n\r\n"));
	fields = (str){ part.p, part.n - gap.n + 2 };
	body = str_skip(gap, 4);
	if (str_ends(body, STR("\r\n")))
		body.n -= 2;
	s->edit[index] = (struct part_edit){ .fate = PART_ANEW,
					     .fields = fields,
					     .body = body };
	filter_say(s, p, STR("made plain text"));
}

static bool has_lost(const struct sieve *s, size_t index)
{
	for (size_t k = index + 1;
	     k < s->m.count && s->m.parts[k].depth > s->m.parts[index].depth; k++)
		if (s->m.parts[k].parent == (int)index && !stays(s, k))
			return true;
	return false;
}

/* The one child takes the place of its parent. */
static void reduce(struct sieve *s, size_t index)
{
	const struct mime_part *p = &s->m.parts[index];
	size_t first = 0, n = filter_children(s, index, &first);
	bool collapses = is_alternative(p) && s->settings->collapse_alternatives;
	if (!n || (!collapses && (n > 1 || !has_lost(s, index))))
		return;
	s->edit[index] = (struct part_edit){
		.fate = PART_ONLY,
		.child = collapses ? best_alternative(s, index, first) : first
	};
	if (collapses && n > 1)
		filter_say(s, p,
			   arena_cat(s->a, STR("only its "),
				     s->m.parts[s->edit[index].child].type,
				     STR(" is left")));
}

void filter_shape(struct sieve *s, size_t index)
{
	const struct mime_part *p = &s->m.parts[index];
	if (!stays(s, index) || filter_is_sealed(p))
		return;
	if (!p->multipart) {
		if (s->settings->convert_html_to_plaintext && is_text(p, "text/html"))
			convert(s, index);
		return;
	}
	if (is_alternative(p) && s->settings->collapse_alternatives) {
		reduce(s, index); /* what goes is not converted first */
		if (s->edit[index].fate == PART_ONLY)
			filter_shape(s, s->edit[index].child);
		return;
	}
	for (size_t k = index + 1; k < s->m.count && s->m.parts[k].depth > p->depth; k++)
		if (s->m.parts[k].parent == (int)index)
			filter_shape(s, k);
	reduce(s, index);
}
