/* Other people's mail through the filter and the footer: what comes out parses, what stays
 * keeps its octets, and no text changes its characters. */
#include "base/buf.h"
#include "base/file.h"
#include "base/utf8.h"
#include "lists/decorate.h"
#include "lists/filter.h"
#include "mail/mbox.h"
#include "mail/reader.h"
#include "tests/check.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#define MARK "{aaaaaaaaaaaaaaaa."

enum { EVERY = 20 /* of ten thousand posts */ };

static const struct {
	const char *what;
	struct settings s;
} filters[] = {
	{ "filter_types",
	  { .filter_types = STR("text/html image application"),
	    .collapse_alternatives = false } },
	{ "pass_types", { .pass_types = STR("text/plain message") } },
	{ "filter_extensions",
	  { .filter_extensions = STR("gif jpg png doc zip html txt") } },
	{ "pass_extensions", { .pass_extensions = STR("txt patch") } },
	{ "collapse_alternatives", { .collapse_alternatives = true } },
	{ "convert_html_to_plaintext", { .convert_html_to_plaintext = true } },
	{ "all of them",
	  { .filter_types = STR("image"),
	    .filter_extensions = STR("exe zip"),
	    .collapse_alternatives = true,
	    .convert_html_to_plaintext = true } },
};

static const struct {
	const char *what, *header, *footer;
} words[] = {
	{ "a footer", "", "____\nthe list\n" },
	{ "header and footer beyond ASCII",
	  "gr\xc3\xbc\xc3\x9f"
	  "e\n",
	  "\xe7\x89\xa9\xe7\x90\x86 > \n\nend" },
	{ "a header and a footer of each reader's own", MARK "n}, read\n",
	  "for " MARK "a}\n" },
};

enum { FILTERS = sizeof filters / sizeof *filters, WORDS = sizeof words / sizeof *words };

static size_t messages, changed[FILTERS], refused[FILTERS], added[WORDS], left_out[WORDS];
static const char *name;

static void wrong(const char *what, str text)
{
	check_failed++;
	fprintf(stderr, "%s: %s:\n%.*s\n", name, what,
		(int)(text.n < 1500 ? text.n : 1500), text.p);
}

static str ended(str s)
{
	while (s.n && (s.p[s.n - 1] == '\n' || s.p[s.n - 1] == '\r'))
		s.n--;
	return s;
}

/* Each leaf of the new message is one of the old, octet by octet and in order, or was made
 * of HTML, or is a message in it that was filtered itself. */
static bool keeps_octets(const struct mime *old, const struct mime *new)
{
	size_t at = 0;
	for (size_t i = 0; i < new->count; i++) {
		const struct mime_part *q = &new->parts[i];
		if (q->multipart)
			continue;
		size_t k = at;
		while (k < old->count
		       && (old->parts[k].multipart
			   || !str_eq(ended(old->parts[k].raw), ended(q->raw))))
			k++;
		if (k < old->count)
			at = k + 1;
		else if (!str_eq(q->type, STR("message/rfc822"))
			 && !(str_eq(q->type, STR("text/plain"))
			      && (str_eq(q->charset, STR("utf-8"))
				  || str_eq(q->charset, STR("us-ascii")))))
			return false;
	}
	return true;
}

static void filter_one(str message, size_t i)
{
	ARENA(a);
	struct settings s = filters[i].s;
	struct filtered f, again;
	struct mime old, new;
	s.filter_content = true;
	if (mime_parse(a, message, &old).kind || filter_message(a, &s, message, &f).kind)
		return;
	refused[i] += f.refused.n > 0;
	changed[i] += f.removed.n > 0;
	if (mime_parse(a, f.message, &new).kind || new.flags & ~old.flags
	    || !keeps_octets(&old, &new))
		wrong(filters[i].what, f.message);
	else if (f.refused.n || filter_message(a, &s, f.message, &again).kind)
		check_passed += f.refused.n > 0;
	else if (again.removed.n || again.refused.n || !str_eq(again.message, f.message))
		wrong("something is left to filter", again.removed);
	else
		check_passed++;
}

/* The text is what it was, and the words stand before and behind it. */
static bool says_the_same(struct arena *a, const struct mime_part *p,
			  const struct mime_part *q, size_t i)
{
	str was = ended(mime_text(a, p, NULL)), is = ended(mime_text(a, q, NULL));
	str footer = ended(str_from(words[i].footer));
	const struct field *type = header_find(&q->header, STR("Content-Type"));
	bool flowed = str_ieq(header_param(a, type, STR("format")), STR("flowed"));
	if (!words[i].header[0] && !str_starts(is, was))
		return false;
	return (!was.n || str_find(is, was).n)
	       && (flowed || str_find(is, str_first(footer, 4)).n);
}

static const struct reader reader = { STR("w@x.example"),
				      STR("\xc5\x81ukasz \xe7\x89\xa9\xe7\x90\x86"),
				      STR("") };

/* As send does, copy by copy. */
static str for_reader(struct arena *a, str text)
{
	BUF(b);
	str before;
	enum reader_word word;
	while (reader_next(text, STR(MARK), &before, &word, &text))
		buf_cat(&b, before, reader_line(a, word, &reader));
	buf_add(&b, text);
	return arena_copy(a, buf_str(&b));
}

/* Both words, in whatever the post was written. */
static bool names_reader(struct arena *a, const struct mime *m)
{
	size_t found = 0;
	for (size_t i = 0; i < m->count; i++) {
		const struct mime_part *p = &m->parts[i];
		if (p->multipart || !str_eq(p->type, STR("text/plain")))
			continue;
		str text = mime_text(a, p, NULL);
		found += str_find(text, arena_cat(a, reader.name, STR(", read"))).n > 0;
		found += str_find(text, STR("for w@x.example")).n > 0;
	}
	return found == 2;
}

static void decorate_one(str message, size_t i)
{
	ARENA(a);
	struct decorated d;
	struct mime old, new;
	if (mime_parse(a, message, &old).kind
	    || decorate(a, message, str_from(words[i].header), str_from(words[i].footer),
			STR(MARK), &d)
		       .kind)
		return;
	if (str_starts(d.how, STR("left out"))) {
		left_out[i]++;
		check_passed += d.message.p == message.p;
		return;
	}
	added[i]++;
	bool personal = str_find(str_from(words[i].footer), STR(MARK)).n > 0;
	if (personal)
		d.message = for_reader(a, d.message);
	size_t extra = 1 + (words[i].header[0] != '\0');
	bool ok = !mime_parse(a, d.message, &new).kind && !(new.flags & ~old.flags);
	size_t shift = !ok || new.count == old.count    ? 0
		       : new.count == old.count + extra ? extra - 1
							: extra;
	ok = ok && new.count >= old.count + shift;
	for (size_t k = 0; ok && k < old.count; k++) {
		size_t at = k + (k || shift == extra ? shift : 0);
		const struct mime_part *p = &old.parts[k], *q = &new.parts[at];
		ok = p->multipart || str_eq(ended(p->raw), ended(q->raw))
		     || says_the_same(a, p, q, i);
	}
	if (ok && (!personal || names_reader(a, &new)))
		check_passed++;
	else
		wrong(words[i].what, d.message);
}

static void one(str message)
{
	messages++;
	for (size_t i = 0; i < FILTERS; i++)
		filter_one(message, i);
	for (size_t i = 0; i < WORDS; i++)
		decorate_one(message, i);
}

static str in_lines(struct arena *a, str s)
{
	BUF(b);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\n' && (!i || s.p[i - 1] != '\r'))
			buf_add_char(&b, '\r');
		buf_add_char(&b, s.p[i]);
	}
	return arena_copy(a, buf_str(&b));
}

static void walk(str folder)
{
	ARENA(a);
	DIR *d = opendir(arena_z(a, folder));
	for (struct dirent *e; d && (e = readdir(d));) {
		str bytes, path = arena_cat(a, folder, STR("/"), str_from(e->d_name));
		if (e->d_name[0] != '.' && e->d_type == DT_DIR)
			walk(path);
		else if ((str_ends(path, STR(".txt")) || str_ends(path, STR(".eml")))
			 && !file_read(a, arena_z(a, path), 1 << 24, &bytes).kind) {
			name = arena_z(a, path);
			one(in_lines(a, bytes));
		}
	}
	if (d)
		closedir(d);
}

static void real_list(str data)
{
	ARENA(a);
	ARENA(each);
	BUF(bytes);
	str path = arena_cat(a, data, STR("/lists/linux-mips-10k.mbox.xz"));
	FILE *f = popen(
		arena_z(a, arena_cat(a, STR("xz -dc '"), path, STR("' 2>/dev/null"))),
		"re");
	for (size_t n = 1; f && n;) {
		n = fread(buf_room(&bytes, 1 << 20), 1, 1 << 20, f);
		bytes.n += n;
	}
	if (!f || pclose(f) || !bytes.n) {
		printf("skipped: no %.*s, or no xz\n", STR_F(path));
		return;
	}
	struct mbox m;
	struct mbox_message x;
	mbox_open(&m, buf_str(&bytes));
	while (mbox_next(&m, each, &x)) {
		name = "a post of the real list";
		if (m.number % EVERY == 0)
			one(x.bytes);
		arena_reset(each);
	}
}

int main(void)
{
	const char *data = getenv("POSTERN_DATA_SHARED");
	ARENA(a);
	str shared = str_from(data ? data : "../shared/data");
	walk(arena_cat(a, shared, STR("/mime")));
	real_list(shared);
	if (!messages) {
		printf("skipped: no %.*s\n", STR_F(shared));
		CHECK(true);
		return check_done();
	}
	for (size_t i = 0; i < FILTERS; i++)
		printf("suite: %s: of %zu messages %zu pass whole, %zu less something, "
		       "%zu are refused\n",
		       filters[i].what, messages, messages - changed[i] - refused[i],
		       changed[i], refused[i]);
	for (size_t i = 0; i < WORDS; i++)
		printf("suite: %s: of %zu messages %zu bear it, %zu stay as they are\n",
		       words[i].what, messages, added[i], left_out[i]);
	return check_done();
}
