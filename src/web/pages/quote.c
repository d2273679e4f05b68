#include "web/pages/quote.h"

#include "base/buf.h"

enum { REFERENCES_MAX = 21 };

/* The signature's dashes (RFC 3676 section 4.3), or its sloppy form at the end. */
static bool is_dashes(str line)
{
	return str_eq(line, STR("-- ")) || str_eq(line, STR("--"));
}

/* How much of the text is quoted: what stands before the signature, without the
 * empty lines at its end. */
static str to_quote(str text, size_t *lines, bool *cut)
{
	str rest = text, line, kept = str_first(text, 0);
	*lines = 0;
	*cut = false;
	for (size_t n = 1; str_line(&rest, &line) && !is_dashes(line); n++) {
		if (!str_trim(line).n)
			continue;
		if (n > QUOTE_MAX) {
			*cut = true;
			break;
		}
		kept.n = (size_t)(line.p + line.n - text.p);
		*lines = n;
	}
	return kept;
}

str quote_text(struct arena *a, str who, str text)
{
	BUF(b);
	size_t lines;
	bool cut;
	str line, rest = to_quote(text, &lines, &cut);
	if (!lines)
		return STR("");
	buf_cat(&b, who, STR(":\n"));
	while (str_line(&rest, &line)) {
		bool bare = !line.n || line.p[0] == '>';
		buf_cat(&b, bare ? STR(">") : STR("> "), line, STR("\n"));
	}
	buf_add(&b, cut ? STR("> [...]\n\n") : STR("\n"));
	return arena_copy(a, buf_str(&b));
}

static bool take_re(str *s)
{
	if (!str_istarts(*s, STR("re:")))
		return false;
	*s = str_trim(str_skip(*s, 3));
	return true;
}

static bool take_prefix(str *s, str prefix)
{
	if (!prefix.n || !str_istarts(*s, prefix))
		return false;
	*s = str_trim(str_skip(*s, prefix.n));
	return true;
}

str quote_subject(struct arena *a, str subject, str prefix)
{
	subject = str_trim(subject);
	prefix = str_trim(prefix);
	while (take_re(&subject) || take_prefix(&subject, prefix))
		;
	return arena_cat(a, STR("Re: "), subject);
}

static void add_id(struct buf *b, str id)
{
	buf_cat(b, b->n ? STR(" <") : STR("<"), id, STR(">"));
}

str quote_references(struct arena *a, const str *ids, size_t count, str parent)
{
	BUF(b);
	size_t from = count > REFERENCES_MAX - 1 ? count - (REFERENCES_MAX - 2) : 0;
	if (from)
		add_id(&b, ids[0]);
	for (size_t i = from; i < count; i++)
		if (!str_eq(ids[i], parent))
			add_id(&b, ids[i]);
	if (parent.n)
		add_id(&b, parent);
	return arena_copy(a, buf_str(&b));
}
