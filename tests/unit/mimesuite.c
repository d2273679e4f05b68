/* Other projects' messages: trees as their authors expect them, and letters
 * that broke somebody's parser. */
#include "base/file.h"
#include "base/utf8.h"
#include "mail/address.h"
#include "mail/date.h"
#include "mail/mime.h"
#include "tests/check.h"

#include <dirent.h>
#include <jansson.h>
#include <stdlib.h>

static struct counts {
	size_t messages, parts, texts, bytes, fields;
} right, wrong;

static const char *file_name;

static void count(size_t *r, size_t *w, bool ok, const char *what, str got,
		  const char *want)
{
	++*(ok ? r : w);
	if (!ok)
		fprintf(stderr, "%s: %s: got \"%.*s\", want \"%s\"\n", file_name, what,
			(int)(got.n < 3000 ? got.n : 3000), got.p ? got.p : "",
			want ? want : "");
}

/* White space as one space: the suite keeps a field's folds in some, not in
 * all of its values; and lines end in LF. */
static str squeezed(struct arena *a, str s, bool lines_only)
{
	char *out = arena_alloc(a, s.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		bool space = chr_is_space(s.p[i]);
		if (lines_only ? s.p[i] == '\r' : space && n && out[n - 1] == ' ')
			continue;
		out[n++] = !lines_only && space ? ' ' : s.p[i];
	}
	return lines_only ? (str){ out, n } : str_trim((str){ out, n });
}

/* The suite gives U+FFFD for 8-bit bytes that no charset was declared for; we
 * guess, and any character will do. */
static bool same_text(str got, str want)
{
	while (got.n && want.n) {
		bool high = *got.p & '\x80';
		uint32_t c = utf8_next(&want), ours = utf8_next(&got);
		if (c != ours && !(c == 0xFFFD && high))
			return false;
	}
	return got.n == want.n;
}

static str string_of(const json_t *j)
{
	return json_is_string(j) ? (str){ json_string_value(j), json_string_length(j) }
				 : STR_NONE;
}

static bool same_content_type(struct arena *a, const struct field *f, const json_t *want)
{
	str major = string_of(json_object_get(want, "c_type"));
	str minor = string_of(json_object_get(want, "c_subtype"));
	str type = minor.n ? arena_cat(a, major, STR("/"), minor) : major;
	bool ok = str_ieq(header_token(a, f), type);
	size_t i;
	json_t *one;
	json_array_foreach(json_object_get(want, "attributes"), i, one)
	{
		str name = string_of(json_object_get(one, "name"));
		if (str_ends(name,
			     STR("-language"))) /* of RFC 2231, which nobody shows */
			continue;
		ok = ok
		     && same_text(header_param(a, f, name),
				  string_of(json_object_get(one, "value")));
	}
	return ok;
}

static bool same_addresses(struct arena *a, const struct field *f, const json_t *want)
{
	struct mailbox *m;
	str comment;
	size_t n, i, at = 0, k;
	json_t *group, *one, *list = json_object_get(want, "List");
	json_t *groups = list ? json_pack("[{s:O}]", "addresses", list)
			      : json_incref(json_object_get(want, "Group"));
	bool ok = !address_list(a, f->value, &m, &n).kind;
	json_array_foreach(groups, k, group)
		json_array_foreach(json_object_get(group, "addresses"), i, one)
	{
		str name = string_of(json_object_get(one, "name"));
		str text = string_of(json_object_get(one, "address"));
		if (!text.n) /* a name alone; address_list gives addresses */
			continue;
		if (at < n && m[at].name.n && str_ends(name, STR(")")))
			str_cut(name, '(', &name, &comment); /* we drop it */
		ok = ok && at < n && str_ieq(address_text(a, &m[at].address), text)
		     && same_text(squeezed(a, m[at].name, false),
				  squeezed(a, name, false));
		at++;
	}
	json_decref(groups);
	return ok && at == n;
}

static int number(const json_t *j, const char *key)
{
	return (int)json_integer_value(json_object_get(j, key));
}

static bool same_date(struct arena *a, const struct field *f, const json_t *want)
{
	int64_t seconds;
	int offset, zone = 60 * number(want, "tz_hour") + number(want, "tz_minute");
	if (json_is_true(json_object_get(want, "tz_before_gmt")))
		zone = -zone;
	if (date_parse(f->value, &seconds, &offset).kind)
		return false;
	str local = arena_printf(a, "%04d-%02d-%02d %02d:%02d", number(want, "year"),
				 number(want, "month"), number(want, "day"),
				 number(want, "hour"), number(want, "minute"));
	return offset == zone && str_eq(date_minute(a, seconds + 60 * offset), local)
	       && (seconds % 60 + 60) % 60 == number(want, "second");
}

/* "message_id" or {"other": "X-Y"} as a field's name. */
static str field_name(struct arena *a, const json_t *name)
{
	str s = string_of(json_is_object(name) ? json_object_get(name, "other") : name);
	char *out = arena_z(a, s);
	for (size_t i = 0; json_is_string(name) && i < s.n; i++)
		out[i] = out[i] == '_' ? '-' : out[i];
	return str_from(out);
}

static bool same_field(struct arena *a, const struct field *f, const json_t *value)
{
	const json_t *text = json_object_get(value, "Text");
	int64_t seconds;
	int offset;
	if (json_is_string(value)) /* "Empty" */
		return !header_value(a, f).n
		       || date_parse(f->value, &seconds, &offset).kind;
	if (json_object_get(value, "ContentType"))
		return same_content_type(a, f, json_object_get(value, "ContentType"));
	if (json_object_get(value, "Address"))
		return same_addresses(a, f, json_object_get(value, "Address"));
	if (json_object_get(value, "DateTime"))
		return same_date(a, f, json_object_get(value, "DateTime"));
	if (text
	    && (str_ieq(f->name, STR("Message-ID"))
		|| str_ieq(f->name, STR("Content-ID")))) {
		str *ids;
		return header_ids(a, f, &ids) == 1 && str_eq(ids[0], string_of(text));
	}
	str got = header_text(a, f);
	if (str_starts(got, STR("<")) && str_ieq(f->name, STR("Return-Path")))
		got = str_first(str_skip(got, 1), got.n - 2);
	return !text
	       || same_text(squeezed(a, got, false), squeezed(a, string_of(text), false));
}

static void compare_fields(struct arena *a, const struct header *h, const json_t *list)
{
	size_t i;
	json_t *one;
	json_array_foreach(list, i, one)
	{
		const struct field *f = i < h->count ? &h->fields[i] : NULL;
		bool ok = f
			  && str_ieq(f->name, field_name(a, json_object_get(one, "name")))
			  && same_field(a, f, json_object_get(one, "value"));
		char *want = json_dumps(json_object_get(one, "value"), JSON_ENCODE_ANY);
		count(&right.fields, &wrong.fields, ok, "field", f ? f->value : STR_NONE,
		      want);
		free(want);
	}
}

/* Line ends aside where nothing is encoded. */
static bool same_bytes(str got, const json_t *want, str encoding)
{
	if (str_eq(encoding, STR("x-uuencode"))) /* which the suite does not decode */
		return str_starts(got, STR("\x89PNG\r\n"));
	bool lines = !str_eq(encoding, STR("base64"));
	size_t at = 0;
	for (size_t i = 0; i < got.n; i++) {
		if (lines && got.p[i] == '\r')
			continue;
		while (lines && json_integer_value(json_array_get(want, at)) == '\r')
			at++;
		if (json_integer_value(json_array_get(want, at++))
		    != (unsigned char)got.p[i])
			return false;
	}
	return at == json_array_size(want);
}

/* Where the suite gives the words as they stand: an example in RFC 2046's style
 * that says "base64" over plain words (we skip what is not base64, as readers of
 * mail do: a filter that reads otherwise than they is none), and uuencode. */
static bool left_encoded(const struct mime_part *p, str want)
{
	return (str_eq(p->encoding, STR("base64"))
		&& str_starts(want, STR("... base64-encoded ")))
	       || (str_eq(p->encoding, STR("x-uuencode"))
		   && str_find(want, STR("begin ")).n);
}

/* One file's last line end is not the one that its tree was made from. */
static str without_last_ends(str s)
{
	while (s.n && s.p[s.n - 1] == '\n')
		s.n--;
	return s;
}

static void compare(struct arena *a, str message, const json_t *want);

static void compare_part(struct arena *a, const struct mime *m, size_t index,
			 const json_t *want)
{
	const struct mime_part *p = &m->parts[index];
	const json_t *body = json_object_get(want, "body"), *inner;
	compare_fields(a, &p->header, json_object_get(want, "headers"));
	if ((inner = json_object_get(body, "Multipart"))) {
		size_t children = 0;
		for (size_t i = 0; i < m->count; i++)
			children += m->parts[i].parent == (int)index;
		count(&right.parts, &wrong.parts,
		      p->multipart && children == json_array_size(inner), "children of",
		      p->type, "others");
	} else if ((inner = json_object_get(body, "Message"))) {
		compare(a, mime_bytes(a, p), inner);
	} else if ((inner = json_object_get(body, "Text"))
		   || (inner = json_object_get(body, "Html"))) {
		str got = mime_text(a, p, NULL),
		    text = squeezed(a, string_of(inner), true);
		count(&right.texts, &wrong.texts,
		      same_text(without_last_ends(got), without_last_ends(text))
			      || left_encoded(p, text),
		      "text", got, string_of(inner).p);
	} else {
		inner = json_object_get(body, "Binary");
		inner = inner ? inner : json_object_get(body, "InlineBinary");
		str got = mime_bytes(a, p);
		count(&right.bytes, &wrong.bytes, same_bytes(got, inner, p->encoding),
		      "bytes", arena_printf(a, "%zu octets", got.n),
		      arena_printf(a, "%zu", json_array_size(inner)).p);
	}
}

static void compare(struct arena *a, str message, const json_t *want)
{
	struct mime m;
	const json_t *parts = json_object_get(want, "parts");
	bool ok = !mime_parse(a, message, &m).kind && m.count == json_array_size(parts);
	count(&right.messages, &wrong.messages, ok, "parts", STR_NONE, "another number");
	for (size_t i = 0; ok && i < m.count; i++)
		compare_part(a, &m, i, json_array_get(parts, i));
}

static str with_crlf(struct arena *a, str s)
{
	BUF(b);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\n' && (!i || s.p[i - 1] != '\r'))
			buf_add_char(&b, '\r');
		buf_add_char(&b, s.p[i]);
	}
	return arena_copy(a, buf_str(&b));
}

static bool data_folder(struct arena *a, const char *path, str *folder)
{
	const char *data = getenv("POSTERN_DATA_SHARED");
	*folder = arena_cat(a, str_from(data ? data : "../shared/data"), str_from(path));
	DIR *d = opendir(arena_z(a, *folder));
	if (!d) {
		printf("skipped: no %.*s\n", STR_F(*folder));
		return false;
	}
	closedir(d);
	return true;
}

static void one_tree(str folder, str name)
{
	ARENA(a);
	str message, stem = str_first(name, name.n - 4),
		     path = arena_cat(a, folder, STR("/"));
	if (file_read(a, arena_z(a, arena_cat(a, path, name)), 1 << 24, &message).kind)
		return;
	file_name = arena_z(a, name);
	for (int crlf = 0; crlf < 2; crlf++) {
		str tree = arena_cat(a, path, stem,
				     crlf ? STR(".crlf.json") : STR(".json"));
		json_t *want = json_load_file(arena_z(a, tree), 0, NULL);
		if (want)
			compare(a, crlf ? with_crlf(a, message) : message, want);
		json_decref(want);
	}
}

static void trees(struct arena *a, const char *path)
{
	str folder;
	if (!data_folder(a, path, &folder))
		return;
	DIR *d = opendir(arena_z(a, folder));
	for (struct dirent *e; (e = readdir(d));)
		if (str_ends(str_from(e->d_name), STR(".eml")))
			one_tree(folder, str_from(e->d_name));
	closedir(d);
}

/* Nothing to compare with: text that is UTF-8, and some of it. */
static void read_letter(str path, size_t *letters, size_t *with_text)
{
	ARENA(a);
	struct mime m;
	str message;
	if (file_read(a, arena_z(a, path), 1 << 24, &message).kind)
		return;
	++*letters;
	CHECK(!mime_parse(a, message, &m).kind && m.count > 0);
	for (size_t i = 0; i < m.count; i++) {
		if (!m.parts[i].multipart)
			CHECK(utf8_valid(mime_text(a, &m.parts[i], NULL)));
		CHECK(utf8_valid(m.parts[i].filename) && utf8_valid(m.parts[i].charset));
	}
	const struct mime_part *p = mime_text_part(&m);
	*with_text += p && str_trim(mime_text(a, p, NULL)).n;
	CHECK(utf8_valid(header_text(a, header_find(&m.header, STR("Subject")))));
}

static void walk(str folder, size_t *letters, size_t *with_text)
{
	ARENA(a);
	DIR *d = opendir(arena_z(a, folder));
	for (struct dirent *e; d && (e = readdir(d));) {
		str path = arena_cat(a, folder, STR("/"), str_from(e->d_name));
		if (e->d_name[0] != '.' && e->d_type == DT_DIR)
			walk(path, letters, with_text);
		else if (str_ends(path, STR(".txt")) || str_ends(path, STR(".eml")))
			read_letter(path, letters, with_text);
	}
	if (d)
		closedir(d);
}

static void letters_of(struct arena *a, const char *path, size_t least, size_t least_text)
{
	str folder;
	size_t letters = 0, with_text = 0;
	if (!data_folder(a, path, &folder))
		return;
	walk(folder, &letters, &with_text);
	printf("%s: %zu letters, %zu with text\n", path, letters, with_text);
	CHECK(letters >= least && with_text >= least_text);
}

int main(void)
{
	ARENA(a);
	trees(a, "/mime/stalwart/rfc");
	trees(a, "/mime/stalwart/legacy");
	printf("stalwart: messages %zu/%zu, multiparts %zu/%zu, texts %zu/%zu, binaries "
	       "%zu/%zu, "
	       "fields %zu/%zu\n",
	       right.messages, right.messages + wrong.messages, right.parts,
	       right.parts + wrong.parts, right.texts, right.texts + wrong.texts,
	       right.bytes, right.bytes + wrong.bytes, right.fields,
	       right.fields + wrong.fields);
	CHECK(wrong.messages + wrong.parts + wrong.texts + wrong.bytes + wrong.fields
	      == 0);
	letters_of(a, "/mime/python", 47, 30);
	letters_of(a, "/mime/ruby-mail", 105, 90);
	return check_done();
}
