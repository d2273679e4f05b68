#include "mail/tnef.h"

#include "base/utf8.h"
#include "mail/charset.h"
#include "mail/mime.h"
#include "mail/tnef_inside.h"

enum { ATTRIBUTE_HEAD = 9, SUM = 2, GUID = 16, PADDING = 4, NAME_MAX_OCTETS = 1000 };

struct scan {
	struct arena *a;
	struct tnef *t;
	str charset;            /* of strings that are not Unicode */
	struct tnef_file *file; /* at hand; NULL: none has begun */
	unsigned strength; /* of its name: a long one is better than "LONGNA~1.DOC" */
	str text8;         /* before the charset is known */
	str subject8;
};

static uint32_t number(str s, size_t octets)
{
	uint32_t n = 0;
	for (size_t i = octets; i-- > 0;)
		n = n << 8 | (unsigned char)s.p[i];
	return n;
}

/* The next so many octets; false: they are not there. */
static bool take(str *s, size_t n, str *out)
{
	if (n > s->n)
		return false;
	*out = (str){ s->p, n };
	*s = (str){ s->p + n, s->n - n };
	return true;
}

static bool take_number(str *s, size_t octets, uint32_t *n)
{
	str bytes;
	if (!take(s, octets, &bytes))
		return false;
	*n = number(bytes, octets);
	return true;
}

/* ---- texts */

static str up_to_nul(str s)
{
	str head, tail;
	return str_cut(s, '\0', &head, &tail) ? head : s;
}

static str text_of(struct scan *s, str bytes, bool wide)
{
	str text;
	if (wide)
		text = charset_decode(s->a, bytes, STR("utf-16le"), NULL);
	else
		text = charset_decode(s->a, up_to_nul(bytes), s->charset, NULL);
	return mime_line_feeds(s->a, up_to_nul(text));
}

static str name_of(struct scan *s, str bytes, bool wide)
{
	return utf8_first(str_trim(text_of(s, bytes, wide)), NAME_MAX_OCTETS);
}

/* ---- properties */

static bool pad(str *s, size_t octets)
{
	str ignored;
	return take(s, (PADDING - octets % PADDING) % PADDING, &ignored);
}

/* Octets of a value whose type says how many, 0: it says so itself, or nobody knows it. */
static size_t width_of(unsigned type)
{
	switch (type) {
	case MAPI_SHORT:
	case MAPI_LONG:
	case MAPI_FLOAT:
	case MAPI_ERROR:
	case MAPI_BOOLEAN:
		return 4;
	case MAPI_DOUBLE:
	case MAPI_CURRENCY:
	case MAPI_APPTIME:
	case MAPI_INT64:
	case MAPI_SYSTIME:
		return 8;
	case MAPI_CLSID:
		return GUID;
	default:
		return 0;
	}
}

static bool has_length(unsigned type)
{
	return type == MAPI_OBJECT || type == MAPI_STRING || type == MAPI_UNICODE
	       || type == MAPI_BINARY;
}

/* A property with a name instead of a number. */
static bool skip_name(str *s)
{
	str ignored;
	uint32_t kind, n;
	if (!take(s, GUID, &ignored) || !take_number(s, 4, &kind)
	    || !take_number(s, 4, &n))
		return false;
	return !kind || (take(s, n, &ignored) && pad(s, n));
}

/* Values of one type, of which the first is told. */
static bool read_values(str *s, unsigned type, bool many, str *first)
{
	uint32_t count = 1, n;
	size_t width = width_of(type);
	str value;
	*first = STR_NONE;
	if ((!width && !has_length(type))
	    || ((many || !width) && !take_number(s, 4, &count)))
		return false;
	for (uint32_t i = 0; i < count; i++) {
		n = (uint32_t)width;
		if (!width && !take_number(s, 4, &n))
			return false;
		if (!take(s, n, &value) || !pad(s, n))
			return false;
		if (!i)
			*first = value;
	}
	return true;
}

static bool read_properties(struct scan *s, str bytes,
			    void (*each)(struct scan *s, unsigned id, unsigned type,
					 str value))
{
	enum { MANY = 0x1000, NAMED = 0x8000 };
	uint32_t count, type, id;
	str value;
	if (!take_number(&bytes, 4, &count))
		return false;
	for (uint32_t i = 0; i < count; i++) {
		if (!take_number(&bytes, 2, &type) || !take_number(&bytes, 2, &id)
		    || (id >= NAMED && !skip_name(&bytes))
		    || !read_values(&bytes, type & ~(unsigned)MANY, type & MANY, &value))
			return false;
		each(s, id, type, value);
	}
	return true;
}

static void of_message(struct scan *s, unsigned id, unsigned type, str value)
{
	bool wide = type == MAPI_UNICODE, text = wide || type == MAPI_STRING;
	if (id == MAPI_SUBJECT && text)
		s->t->subject = name_of(s, value, wide);
	else if (id == MAPI_BODY && text)
		s->t->text = text_of(s, value, wide);
	else if (id == MAPI_HTML && (text || type == MAPI_BINARY))
		s->t->html = text_of(s, value, wide);
}

/* A longer name is a better one. */
static void name_file(struct scan *s, str value, bool wide, unsigned strength)
{
	str name = name_of(s, value, wide);
	if (!s->file || !name.n || strength < s->strength)
		return;
	s->file->name = name;
	s->strength = strength;
}

static void of_file(struct scan *s, unsigned id, unsigned type, str value)
{
	bool wide = type == MAPI_UNICODE, text = wide || type == MAPI_STRING;
	if (id == MAPI_ATTACH_LONG_NAME && text)
		name_file(s, value, wide, 4);
	else if (id == MAPI_DISPLAY_NAME && text)
		name_file(s, value, wide, 3);
	else if (id == MAPI_ATTACH_NAME && text)
		name_file(s, value, wide, 2);
	else if (id == MAPI_ATTACH_TYPE && text)
		s->file->type = arena_lower(s->a, name_of(s, value, wide));
	else if (id == MAPI_ATTACH_DATA && type == MAPI_BINARY && !s->file->bytes.n)
		s->file->bytes = value;
	else if (id == MAPI_ATTACH_DATA && type == MAPI_OBJECT && !s->file->bytes.n)
		s->file->bytes = str_skip(value, GUID); /* which interface it has */
}

/* ---- attributes */

static void set_charset(struct scan *s, str value)
{
	if (value.n < 4)
		return;
	uint32_t page = number(value, 4);
	s->charset = page == 65001 ? STR("utf-8")
		     : page >= 1250 && page <= 1258
			     ? arena_printf(s->a, "windows-%u", (unsigned)page)
			     : arena_printf(s->a, "cp%u", (unsigned)page);
}

static bool begin_file(struct scan *s)
{
	if (s->t->count == TNEF_FILES_MAX)
		return false;
	s->file = &s->t->files[s->t->count++];
	*s->file = (struct tnef_file){ 0 };
	s->strength = 0;
	return true;
}

/* False: what comes behind cannot be read. */
static bool read_attribute(struct scan *s, uint32_t id, str value)
{
	switch (id) {
	case TNEF_CODEPAGE:
		set_charset(s, value);
		return true;
	case TNEF_SUBJECT:
		s->subject8 = value;
		return true;
	case TNEF_BODY:
		s->text8 = value;
		return true;
	case TNEF_MESSAGE:
		return read_properties(s, value, of_message);
	case TNEF_FILE_BEGINS:
		return begin_file(s);
	case TNEF_FILE_NAME:
		name_file(s, value, false, 1);
		return true;
	case TNEF_FILE_BYTES:
		if (s->file)
			s->file->bytes = value;
		return true;
	case TNEF_FILE:
		return !s->file || read_properties(s, value, of_file);
	default:
		return true;
	}
}

static unsigned sum_of(str bytes)
{
	unsigned sum = 0;
	for (size_t i = 0; i < bytes.n; i++)
		sum += (unsigned char)bytes.p[i];
	return sum & 0xffff;
}

static bool read_one(struct scan *s, str *rest)
{
	uint32_t level, id, n, sum;
	str value;
	return take_number(rest, 1, &level) && (level == 1 || level == 2)
	       && take_number(rest, 4, &id) && take_number(rest, 4, &n)
	       && take(rest, n, &value) && take_number(rest, SUM, &sum)
	       && sum == sum_of(value) && read_attribute(s, id, value);
}

/* Its files without octets are marks: of a picture in the text, of a link. */
static void drop_empty(struct tnef *t)
{
	size_t n = 0;
	for (size_t i = 0; i < t->count; i++)
		if (t->files[i].bytes.n)
			t->files[n++] = t->files[i];
	t->count = n;
}

bool tnef_read(struct arena *a, str bytes, struct tnef *t)
{
	str rest = bytes, key;
	uint32_t mark;
	if (!take_number(&rest, 4, &mark) || mark != TNEF_MARK || !take(&rest, 2, &key))
		return false;
	*t = (struct tnef){ .files = arena_alloc(a, TNEF_FILES_MAX * sizeof *t->files) };
	struct scan s = { .a = a, .t = t, .charset = STR("windows-1252") };
	while (rest.n && !t->cut)
		t->cut = !read_one(&s, &rest);
	if (!t->text.n)
		t->text = text_of(&s, s.text8, false);
	if (!t->subject.n)
		t->subject = name_of(&s, s.subject8, false);
	drop_empty(t);
	return true;
}
