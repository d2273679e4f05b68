#include "mail/charset.h"

#include "base/utf8.h"
#include "mail/convert.h"
#include "mail/lex.h"

#include <iconv.h>
#include <pthread.h>
#include <uchardet/uchardet.h>

enum {
	GUESS_OCTETS = 32 * 1024,
	WRONG_ONE_IN = 20, /* a declared charset stands while no more bytes are wrong */
};

enum kind {
	KIND_UTF8 = 1, /* and its subset us-ascii */
	KIND_BYTE,     /* one byte a character: nearly any bytes convert, so valid UTF-8
			* under such a label is a wrong label */
	KIND_MULTI,    /* several bytes a character: wrong bytes show */
};

/* Labels as mailers write them -> iconv's name of what they mean. As in the
 * WHATWG's Encoding Standard a label means the largest set that is sent under it. */
static const struct label {
	str name;
	enum kind kind;
	str iconv;
} labels[] = {
#define CHARSET(name, kind, iconv) { STR(name), KIND_##kind, STR(iconv) },
#include "mail/charset.def"
#undef CHARSET
};

static const struct label *label_find(str name)
{
	for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
		if (str_ieq(labels[i].name, name))
			return &labels[i];
	return NULL;
}

/* What a declared name means. False, with nothing written, where nobody knows;
 * names that the table lacks are iconv's to judge. */
static bool label_read(str declared, struct label *out)
{
	declared = str_trim(declared);
	while (declared.n && strchr("\"'<", *declared.p))
		declared = str_skip(declared, 1);
	while (declared.n && strchr("\"'>;", declared.p[declared.n - 1]))
		declared.n--;
	const struct label *known = label_find(declared);
	if (!known && !convert_knows(declared))
		return false;
	*out = known ? *known : (struct label){ declared, KIND_MULTI, declared };
	return true;
}

/* A copy that stays for ever: whoever assumes a charset knows nothing of who reads later in
 * this thread. There are as many as lists have chosen; "" where that is beyond measure. */
static str keep_name(str charset)
{
	enum { NAMES = 256, NAME_MAX_OCTETS = 40 };
	static struct {
		char name[NAME_MAX_OCTETS];
		size_t n;
	} names[NAMES];
	static size_t count;
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	str kept = STR("");
	size_t i = 0;
	if (!charset.n || charset.n > NAME_MAX_OCTETS)
		return kept;
	pthread_mutex_lock(&lock);
	while (i < count && !str_eq((str){ names[i].name, names[i].n }, charset))
		i++;
	if (i == count && count < NAMES) {
		memcpy(names[i].name, charset.p, charset.n);
		names[i].n = charset.n;
		count++;
	}
	if (i < count)
		kept = (str){ names[i].name, names[i].n };
	pthread_mutex_unlock(&lock);
	return kept;
}

static _Thread_local str assumed;

str charset_assume(str charset)
{
	str before = assumed;
	assumed = keep_name(charset);
	return before;
}

str charset_assumed(void)
{
	return assumed;
}

bool charset_known(str label)
{
	struct label found;
	return label_read(label, &found);
}

/* Is it what this thread assumes? Its 8-bit octets, or shifts of 7-bit ones (ISO-2022), must
 * be as that has them. */
static bool decode_assumed(struct arena *a, str bytes, str *out, str *used)
{
	struct label label;
	if (!assumed.n || !label_read(assumed, &label) || label.kind == KIND_UTF8)
		return false;
	size_t wrong = convert(a, bytes, label.iconv, out);
	if (wrong > bytes.n / WRONG_ONE_IN)
		return false;
	*used = arena_lower(a, label.name);
	return true;
}

/* Shifts into other sets of ISO 2022, which are valid ASCII and no text in it. */
static bool has_shifts(str bytes)
{
	return str_istarts(str_trim(assumed), STR("iso-2022-"))
	       && (str_has(bytes, '\x1b') || str_has(bytes, '\x0e'));
}

static str guess(str bytes)
{
	uchardet_t u = uchardet_new();
	static _Thread_local char name[32];
	*name = '\0';
	if (!uchardet_handle_data(u, bytes.p,
				  bytes.n < GUESS_OCTETS ? bytes.n : GUESS_OCTETS)) {
		uchardet_data_end(u);
		strncpy(name, uchardet_get_charset(u), sizeof name - 1);
	}
	uchardet_delete(u);
	return str_from(name);
}

static str decode_guessed(struct arena *a, str bytes, str *used)
{
	struct label label;
	str out;
	if (decode_assumed(a, bytes, &out, used))
		return out;
	if (label_read(guess(bytes), &label) && label.kind != KIND_UTF8
	    && !convert(a, bytes, label.iconv, &out)) {
		*used = arena_lower(a, label.name);
		return out;
	}
	*used = STR("windows-1252");
	convert(a, bytes, STR("WINDOWS-1252"), &out);
	return out;
}

/* UTF-8 with a blemish: a cut character, a stray byte. */
static bool mostly_utf8(str s)
{
	size_t good = 0, bad = 0;
	while (s.n) {
		bool high = *s.p & '\x80';
		uint32_t c = utf8_next(&s);
		good += high && c != 0xFFFD;
		bad += high && c == 0xFFFD;
	}
	return good > bad;
}

str charset_decode(struct arena *a, str bytes, str declared, str *used)
{
	struct label label = { STR("utf-8"), KIND_UTF8, STR("UTF-8") };
	str ignored, out;
	used = used ? used : &ignored;
	bool known = label_read(declared, &label), valid = utf8_valid(bytes);
	size_t wrong = 0;

	if (valid && label.kind == KIND_UTF8 && has_shifts(bytes)
	    && decode_assumed(a, bytes, &out, used))
		return out;
	if (valid && (label.kind == KIND_UTF8 || label.kind == KIND_BYTE)) {
		*used = label.kind == KIND_BYTE && lex_ascii(bytes) ? label.name
								    : STR("utf-8");
		return bytes;
	}
	if (label.kind != KIND_UTF8) {
		wrong = convert(a, bytes, label.iconv, &out);
		if (!wrong || (!valid && wrong <= bytes.n / WRONG_ONE_IN)) {
			*used = arena_lower(a, label.name);
			return out;
		}
	}
	if (valid || (known && label.kind == KIND_UTF8 && mostly_utf8(bytes))) {
		*used = STR("utf-8");
		return utf8_scrub(a, bytes);
	}
	return decode_guessed(a, bytes, used);
}

static iconv_t from_utf8(str charset)
{
	char name[64];
	if (!charset.n || charset.n >= sizeof name)
		return (iconv_t)-1;
	memcpy(name, charset.p, charset.n);
	name[charset.n] = '\0';
	return iconv_open(name, "UTF-8");
}

/* Bytes that stand for text exactly; false: there are none. */
static bool encode(struct arena *a, str text, str charset, str *bytes)
{
	char *from = (char *)(uintptr_t)text.p;
	size_t left = text.n, room = 4 * text.n + 16, size = room;
	char *out = arena_alloc(a, size), *to = out;
	iconv_t cd = from_utf8(charset);
	if (cd == (iconv_t)-1)
		return false;
	bool ok = iconv(cd, &from, &left, &to, &room) == 0
		  && iconv(cd, NULL, NULL, &to, &room) == 0;
	iconv_close(cd);
	*bytes = (str){ out, size - room };
	return ok;
}

bool charset_encode(struct arena *a, str text, str declared, str *bytes)
{
	static const str plain = STR("A\r\nz");
	struct label label;
	str lines, out, back, to;
	if (!label_read(declared, &label) || !utf8_valid(text))
		return false;
	if (label.kind == KIND_UTF8) {
		*bytes = text;
		return true;
	}
	/* Written is only what the label itself has, not all that is read under it. */
	to = convert_knows(declared) ? declared : label.iconv;
	if (!encode(a, plain, to, &lines) || !str_eq(lines, plain)
	    || !encode(a, text, to, &out) || convert(a, out, to, &back)
	    || !str_eq(back, text))
		return false;
	*bytes = out;
	return true;
}

/* One character that cannot be said. */
static void say_unknown(iconv_t cd, str *rest, char **to, size_t *room)
{
	char mark[] = "?", *from = mark;
	size_t left = 1;
	(void)iconv(cd, &from, &left, to, room);
	(void)utf8_next(rest);
}

bool charset_write(struct arena *a, str text, str used, str *bytes)
{
	struct label label;
	if (!label_read(used, &label))
		return false;
	iconv_t cd = from_utf8(label.iconv);
	if (cd == (iconv_t)-1)
		return false;
	size_t size = 8 * text.n + 64, room = size; /* ISO-2022 shifts in and out */
	char *out = arena_alloc(a, size), *to = out;
	str rest = utf8_scrub(a, text);
	while (rest.n) {
		char *from = (char *)(uintptr_t)rest.p;
		size_t left = rest.n;
		bool stuck = iconv(cd, &from, &left, &to, &room) == (size_t)-1;
		rest = (str){ from, left };
		if (stuck && rest.n)
			say_unknown(cd, &rest, &to, &room);
	}
	(void)iconv(cd, NULL, NULL, &to, &room);
	iconv_close(cd);
	*bytes = (str){ out, size - room };
	return true;
}
