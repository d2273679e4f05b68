#include "lists/new_member.h"

/* hide, ack, notme and nodups are Mailman's words; plain is its DisableMime. */
static const struct {
	str word;
	size_t offset; /* of the option; 0: none of its own */
	bool value;
} options[] = {
	{ { "hide", 4 }, offsetof(struct member_row, hidden), true },
	{ { "ack", 3 }, offsetof(struct member_row, acknowledge), true },
	{ { "notme", 5 }, offsetof(struct member_row, own_posts), false },
	{ { "nodups", 6 }, offsetof(struct member_row, copies), false },
	{ { "plain", 5 }, 0, true },
};

enum { OPTIONS = sizeof options / sizeof *options };

static bool next_word(str *text, str *word)
{
	size_t n = 0;
	while (text->n && (chr_is_space(*text->p) || *text->p == ','))
		*text = str_skip(*text, 1);
	while (n < text->n && !chr_is_space(text->p[n]) && text->p[n] != ',')
		n++;
	*word = str_first(*text, n);
	*text = str_skip(*text, n);
	return n > 0;
}

static bool has(str words, str wanted)
{
	for (str word; next_word(&words, &word);)
		if (str_eq(word, wanted))
			return true;
	return false;
}

void new_member_options(const struct settings *s, struct member_row *m)
{
	bool plain = !s->mime_is_default_digest
		     || has(s->new_member_options, STR("plain"));
	for (size_t i = 0; i < OPTIONS; i++)
		if (options[i].offset && has(s->new_member_options, options[i].word))
			*(bool *)((char *)m + options[i].offset) = options[i].value;
	if (s->digests_enabled && (s->digest_is_default || !s->nondigestable))
		m->delivery = plain ? STR("plain") : STR("mime");
}

err new_member_check(struct arena *a, str value, str *clean)
{
	str out = STR("");
	for (str rest = value, word; next_word(&rest, &word);) {
		size_t i = 0;
		while (i < OPTIONS && !str_eq(options[i].word, word))
			i++;
		if (i == OPTIONS)
			return err_in(a, ERR_SYNTAX,
				      "new_member_options = %.*s: it takes hide, ack, "
				      "notme, nodups and plain, with commas in between",
				      STR_F(value));
		if (!has(out, word))
			out = arena_cat(a, out, out.n ? STR(", ") : STR(""), word);
	}
	*clean = out;
	return OK;
}
