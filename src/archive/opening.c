#include "archive/opening.h"

#include "archive/content.h"
#include "archive/render.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "mail/mime.h"
#include "store/archive/blob.h"

enum {
	LOOKED_AT = 8192, /* octets of a message: its header may be long */
	GREETING_MAX = 40,
};

static bool starts_with_one(str line, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (str_istarts(line, str_from(words[i])))
			return true;
	return false;
}

/* Where what is said ends: the signature, a list's footer, git's diffstat and diff. */
static bool is_end(str line)
{
	static const char *const ends[] = { "--- ", "diff --git ",
					    "Index: ", "____________________" };
	return str_eq(line, STR("--")) || str_eq(line, STR("---"))
	       || starts_with_one(line, ends, sizeof ends / sizeof *ends);
}

/* Lines of a patch that name people, and what programs put around a message. */
static bool is_trailer(str line)
{
	static const char *const names[] = {
		"From: ",         "Subject: ",    "Date: ",     "Signed-off-by:",
		"Acked-by:",      "Reviewed-by:", "Tested-by:", "Reported-by:",
		"Suggested-by:",  "Cc: ",         "Fixes: ",    "commit ",
		"-----BEGIN PGP", "Hash: "
	};
	return starts_with_one(line, names, sizeof names / sizeof *names);
}

/* "Dear all," and its kin: a short line of its own that ends so. */
static bool is_greeting(str line)
{
	static const char *const hellos[] = { "hi",      "hello",  "hey",  "dear",
					      "hallo",   "lieb",   "sehr", "bonjour",
					      "bonsoir", "chers",  "hola", "estimad",
					      "good ",   "greetin" };
	if (line.n > GREETING_MAX || !line.n)
		return false;
	return line.p[line.n - 1] == ','
	       || (str_has(STR("!.:"), line.p[line.n - 1])
		   && starts_with_one(line, hellos, sizeof hellos / sizeof *hellos));
}

/* A rule drawn with signs says nothing. */
static bool says_something(str line)
{
	for (size_t i = 0; i < line.n; i++)
		if (chr_is_alpha(line.p[i]) || chr_is_digit(line.p[i])
		    || (unsigned char)line.p[i] >= 0x80)
			return true;
	return false;
}

static void add_words(struct buf *b, str line)
{
	str word;
	if (b->n)
		buf_add_char(b, ' ');
	while (str_word(&line, &word)) {
		buf_add(b, word);
		if (line.n)
			buf_add_char(b, ' ');
	}
}

str opening_of(struct arena *a, str text)
{
	BUF(b);
	str line;
	size_t paragraph =
		0; /* where in b the last one begins: a quote makes it "X wrote:" */
	bool apart = true;
	while (b.n <= OPENING_MAX && str_line(&text, &line)) {
		bool ends = str_starts(line, STR("-- "));
		line = str_trim(line);
		if (ends || is_end(line))
			break;
		bool quote = str_starts(line, STR(">"));
		if (quote && b.n && b.p[b.n - 1] == ':')
			b.n = paragraph;
		if (quote || is_trailer(line) || !says_something(line)) {
			apart = true;
			continue;
		}
		if (!b.n && is_greeting(line))
			continue;
		paragraph = apart ? b.n : paragraph;
		apart = false;
		add_words(&b, line);
	}
	str all = buf_str(&b);
	return all.n > OPENING_MAX ? arena_cat(a, utf8_first(all, OPENING_MAX), STR("…"))
				   : arena_copy(a, all);
}

static err read_one(struct archive_unpacker *u, struct arena *a, struct arena *mine,
		    const struct archive_blob *packed, bool hide, struct opening *x)
{
	str text;
	bool plain;
	TRY(archive_unpack_text(u, mine, packed, &text, &plain));
	text = plain ? content_plain(mine, mime_line_feeds(mine, text))
		     : render_text(mine, text, NULL);
	/* before it is cut, or half of an address might stay */
	x->text = opening_of(a, hide ? render_hide(mine, text) : text);
	return OK;
}

err openings_read(struct book *b, struct arena *a, struct opening *list, size_t count,
		  bool hide_addresses)
{
	ARENA(mine);
	int64_t *ids = arena_alloc(mine, (count + 1) * sizeof *ids);
	struct archive_blob *blobs = arena_zero(mine, (count + 1) * sizeof *blobs);
	for (size_t i = 0; i < count; i++) {
		ids[i] = list[i].post;
		blobs[i].limit = LOOKED_AT;
	}
	TRY(archive_blobs_read(b, mine, ids, count, blobs));
	for (size_t i = 0; i < count; i++)
		TRY(read_one(archive_unpacker_of(b), a, mine, &blobs[i], hide_addresses,
			     &list[i]));
	return OK;
}
