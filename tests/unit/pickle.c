#include "base/pickle.h"

#include "base/buf.h"
#include "base/enc.h"
#include "tests/check.h"

#include <stdlib.h>

static bool is(err e, enum err_kind kind)
{
	if (e.kind != kind)
		fprintf(stderr, "got %d: %s\n", e.kind, e.msg ? e.msg : "");
	return e.kind == kind;
}

/* A value as a line of text, in the words that the script below uses, too. */
static void render(struct buf *b, struct arena *a, const struct pickle *p, int depth)
{
	static const char *const open[] = { [PICKLE_LIST] = "[",
					    [PICKLE_TUPLE] = "(",
					    [PICKLE_DICT] = "{",
					    [PICKLE_OBJECT] = "<" };
	if (depth > 8)
		return buf_add(b, STR("deep"));
	switch (p->type) {
	case PICKLE_NONE:
		return buf_add(b, STR("N"));
	case PICKLE_BOOL:
		return buf_add(b, p->number ? STR("T") : STR("F"));
	case PICKLE_INT:
		return buf_addf(b, "%lld", (long long)p->number);
	case PICKLE_REAL:
		return buf_addf(b, "%.6f", p->real);
	case PICKLE_BYTES:
		return buf_cat(b, STR("b"), enc_hex(a, p->text));
	case PICKLE_TEXT:
		return buf_cat(b, STR("u"), enc_hex(a, p->text));
	case PICKLE_NAME:
		return buf_cat(b, STR("@"), p->text);
	case PICKLE_LIST:
	case PICKLE_TUPLE:
	case PICKLE_DICT:
	case PICKLE_OBJECT:
		break;
	}
	buf_add(b, str_from(open[p->type]));
	if (p->type == PICKLE_OBJECT)
		buf_add(b, p->text);
	for (uint32_t i = 0; i < p->count; i++) {
		buf_add(b, STR(" "));
		render(b, a, p->items[i], depth + 1);
	}
	if (p->type == PICKLE_OBJECT && p->state) {
		buf_add(b, STR(" "));
		render(b, a, p->state, depth + 1);
	}
	buf_add(b, STR(")"));
}

static str rendered(struct arena *a, const struct pickle *p)
{
	BUF(b);
	render(&b, a, p, 0);
	return arena_copy(a, buf_str(&b));
}

/* Cut off anywhere it is refused, and nothing is read behind its end. */
static void check_cut(str whole)
{
	for (size_t n = 0; n < whole.n; n++) {
		ARENA(a);
		char *copy = malloc(n + 1); /* exactly so long, for the sanitizer */
		const struct pickle *p;
		memcpy(copy, whole.p, n);
		str bytes = { copy, n };
		CHECK(pickle_read(a, &bytes, &p).kind == ERR_SYNTAX);
		free(copy);
	}
}

/* What Python itself writes of a value, at each protocol, beside what it is. */
static const char script[] =
	"import pickle\n"
	"class C(object):\n"
	"    pass\n"
	"def say(v):\n"
	"    if v is None: return 'N'\n"
	"    if v is True: return 'T'\n"
	"    if v is False: return 'F'\n"
	"    if isinstance(v, int): return str(v)\n"
	"    if isinstance(v, float): return '%.6f' % v\n"
	"    if isinstance(v, bytes): return 'b' + v.hex()\n"
	"    if isinstance(v, str): return 'u' + v.encode().hex()\n"
	"    if isinstance(v, list): return '[' + ''.join(' ' + say(x) for x in v) + "
	"')'\n"
	"    if isinstance(v, tuple): return '(' + ''.join(' ' + say(x) for x in v) + "
	"')'\n"
	"    if isinstance(v, dict): return '{' + ''.join(' ' + say(y) for x in "
	"v.items() for y in x) + ')'\n"
	"    return '<__main__.C ' + say(v.__dict__) + ')'\n"
	"c = C(); c.member = 'anna@x.example'; c.score = 2.5; c.date = (2015, 3, 4)\n"
	"shared = ['again']\n"
	"for v in (None, True, False, 0, 1, 255, 256, 65535, 65536, -1, -300, 2**31 - 1, "
	"-2**31, 2**40, -2**40,\n"
	"          2**63 - 1, -2**63 + 1, 0.0, 1.5, -1270420777.25, b'', "
	"b'caf\\xe9\\n\\'\\\\', '', 'a\\nb\\\\c', 'caf\\xe9',\n"
	"          'Jos\\u00e9 \\u732b \\U0001F600', [], (), {}, [1], (1,), (1, 2), (1, "
	"2, 3), (1, 2, 3, 4), {'a': 1},\n"
	"          {'m': {'a@x': 0, 'b@x': 'B@x'}, 'l': [1, 'x', (True,)]}, [shared, "
	"shared], list(range(2500)),\n"
	"          {str(i): i for i in range(1200)}, set(), c, 'x' * 300, b'y' * 300):\n"
	"    for protocol in range(6):\n"
	"        print(pickle.dumps(v, protocol).hex(), '[)' if v == set() else say(v), "
	"sep='\\t')\n";

static void check_python(struct arena *a, str line)
{
	str hex = STR(""), wanted = STR(""), bytes, whole;
	const struct pickle *p;
	CHECK(str_cut(line, '\t', &hex, &wanted));
	CHECK(is(enc_hex_decode(a, hex, &bytes), ERR_NONE));
	whole = bytes;
	bool read = is(pickle_read(a, &bytes, &p), ERR_NONE);
	CHECK(read);
	if (!read)
		return;
	str got = rendered(a, p);
	bool same = str_eq(got, wanted) && !bytes.n;
	CHECK(same);
	if (!same)
		fprintf(stderr, "%.*s: got %.*s\n", STR_F(line), STR_F(got));
	if (whole.n < 500)
		check_cut(whole);
}

static void test_python(void)
{
	FILE *f = popen("python3 -", "w");
	CHECK(f != NULL);
	char path[] = "/tmp/pickle-XXXXXX";
	int fd = mkstemp(path);
	CHECK(f && fd >= 0);
	if (!f || fd < 0)
		return;
	fprintf(f, "import sys; sys.stdout = open('%s', 'w')\n%s", path, script);
	CHECK(pclose(f) == 0);
	FILE *out = fdopen(fd, "r");
	char *line = NULL;
	size_t room = 0, lines = 0;
	ssize_t n;
	while (out && (n = getline(&line, &room, out)) > 0) {
		ARENA(a);
		check_python(a, str_trim((str){ line, (size_t)n }));
		lines++;
	}
	CHECK(lines == 6 * 43);
	printf("suite: python pickle %zu of %zu values\n", lines, lines);
	free(line);
	if (out)
		fclose(out);
	remove(path);
}

/* By hand: what Python 2 writes and 3 does not, and what nobody should. */
#define BYTES(lit) lit, sizeof(lit) - 1
static const struct {
	const char *bytes;
	size_t n;
	enum err_kind kind;
	const char *wanted;
} cases[] = {
	{ BYTES("S'caf\\xe9\\n\\'\\t'\n."), ERR_NONE, "b636166e90a2709" },
	{ BYTES("S\"it's\"\n."), ERR_NONE, "b69742773" },
	{ BYTES("S'a\\\\\\q'\n."), ERR_NONE, "b615c71" },
	{ BYTES("V\\ud83d\\ude00 \\ud83d \\U0001f600\n."), ERR_NONE,
	  "uf09f98802"
	  "0efbfbd20f09f9880" },
	{ BYTES("V\xe9\\u732b\\uZ\n."), ERR_NONE, "uc3a9e78cab5c755a" },
	{ BYTES("L12345678901L\n."), ERR_NONE, "12345678901" },
	{ BYTES("F1270420777.274485\n."), ERR_NONE, "1270420777.274485" },
	{ BYTES("I01\n."), ERR_NONE, "T" },
	{ BYTES("I1\n."), ERR_NONE, "1" },
	/* _BounceInfo, an old-style class: by OBJ, by INST; and of a new-style one */
	{ BYTES("(cMailman.Bouncer\n_BounceInfo\noq\x01}q\x02(U\x05scoreG@"
		"\x04\0\0\0\0\0\0"
		"U\x06"
		"memberU\x03"
		"a@xub."),
	  ERR_NONE,
	  "<Mailman.Bouncer._BounceInfo { b73636f7265 2.500000 "
	  "b6d656d626572 b614078))" },
	{ BYTES("(iMailman.Bouncer\n_BounceInfo\np1\n(dp2\nS'score'\nF2.5\nsb."),
	  ERR_NONE, "<Mailman.Bouncer._BounceInfo { b73636f7265 2.500000))" },
	{ BYTES("ccopy_reg\n_reconstructor\n(cMailman.Bouncer\n_BounceInfo\nc__builtin__"
		"\n"
		"object\nNtR}(U\x05scoreG@\x04\0\0\0\0\0\0ub."),
	  ERR_NONE, "<Mailman.Bouncer._BounceInfo { b73636f7265 2.500000))" },
	{ BYTES("\x80\x02"
		"cx\nY\n)\x81}b."),
	  ERR_NONE, "<x.Y {))" },
	{ BYTES("(K\x01K\x02"
		"1K\x03"
		"02."),
	  ERR_SYNTAX, NULL },
	{ BYTES("K\x07(K\x01K\x02"
		"1."),
	  ERR_NONE, "7" },
	{ BYTES("]K\x01"
		"2a0."),
	  ERR_SYNTAX, NULL },
	{ BYTES("K\x01K\x02"
		"0."),
	  ERR_NONE, "1" },
	{ BYTES("K\x05"
		"2\x86."),
	  ERR_NONE, "( 5 5)" },
	{ BYTES("]q\x01h\x01"
		"a."),
	  ERR_NONE, /* a list that holds itself */
	  "[ [ [ [ [ [ [ [ [ deep)))))))))" },
	/* a class that is a dict: the class is known, what is in it is not */
	{ BYTES("cx\nD\n)RU\x01"
		"aK\x01s."),
	  ERR_NONE, "<x.D)" },
	/* never called: a name and what would have been given to it */
	{ BYTES("cos\nsystem\n(S'touch /tmp/owned'\ntR."), ERR_NONE,
	  "<os.system b746f756368202f746d702f6f776e6564)" },
	{ BYTES("c__builtin__\neval\n(S'1/0'\no."), ERR_SYNTAX, NULL },
	{ BYTES("(c__builtin__\neval\nS'1/0'\no."), ERR_NONE,
	  "<__builtin__.eval b312f30)" },
	{ BYTES("Pelsewhere\n."), ERR_SYNTAX, NULL },
	{ BYTES("K\x01Q."), ERR_SYNTAX, NULL },
	{ BYTES("\x82\x01."), ERR_SYNTAX, NULL },
	{ BYTES("\x80\x06N."), ERR_SYNTAX, NULL },
	/* octets in a text, as Python keeps those of a message */
	{ BYTES("\x8C\x05"
		"a\xED\xB2\xA9z\x94."),
	  ERR_NONE, "b61a97a" },
	{ BYTES("\x8C\x05"
		"a\xED\xA0\x80z."),
	  ERR_NONE, "u61efbfbdefbfbdefbfbd7a" },
	{ BYTES("\x8C\x01x\x94\x8C\x01Y\x94\x93\x94)}\x92}h\0h\1sb."), ERR_NONE,
	  "<x.Y { u78 u59))" },
	{ BYTES("\x8C\x01xK\x01\x93."), ERR_SYNTAX, NULL },
	{ BYTES("\x8F(K\x01K\x02\x90."), ERR_NONE, "[ 1 2)" },
	{ BYTES("(K\x01\x91."), ERR_NONE, "[ 1)" },
	{ BYTES("\x96\x02\0\0\0\0\0\0\0ab."), ERR_NONE, "b6162" },
	{ BYTES("\x97."), ERR_SYNTAX, NULL },
	{ BYTES("\x95\x01."), ERR_SYNTAX, NULL },
	{ BYTES("."), ERR_SYNTAX, NULL },
	{ BYTES(""), ERR_SYNTAX, NULL },
	{ BYTES("From anna"), ERR_SYNTAX, NULL },
	{ BYTES("h\x01."), ERR_SYNTAX, NULL },
	{ BYTES("gx\n."), ERR_SYNTAX, NULL },
	{ BYTES("Na."), ERR_SYNTAX, NULL },
	{ BYTES("NNa."), ERR_SYNTAX, NULL },
	{ BYTES("}(Nu."), ERR_SYNTAX, NULL },
	{ BYTES("(Nd."), ERR_SYNTAX, NULL },
	{ BYTES("NNb."), ERR_SYNTAX, NULL },
	{ BYTES("NNR."), ERR_SYNTAX, NULL },
	{ BYTES("t."), ERR_SYNTAX, NULL },
	{ BYTES("N(0."), ERR_SYNTAX, NULL }, /* not below what was begun */
	{ BYTES("(."), ERR_SYNTAX, NULL },
	{ BYTES("\x85."), ERR_SYNTAX, NULL },
	{ BYTES("S'open\n."), ERR_SYNTAX, NULL },
	{ BYTES("Sx\n."), ERR_SYNTAX, NULL },
	{ BYTES("Ix\n."), ERR_SYNTAX, NULL },
	{ BYTES("Fx\n."), ERR_SYNTAX, NULL },
	{ BYTES("L99999999999999999999L\n."), ERR_LIMIT, NULL },
	{ BYTES("\x8a\x09"
		"123456789."),
	  ERR_LIMIT, NULL },
	{ BYTES("\x8b\x02\0\0\0\xff\xff."), ERR_NONE, "-1" },
	/* lengths and numbers that are larger than anything */
	{ BYTES("T\xff\xff\xff\x7fx."), ERR_SYNTAX, NULL },
	{ BYTES("T\xff\xff\xff\xffx."), ERR_SYNTAX, NULL },
	{ BYTES("X\xff\xff\xff\xffx."), ERR_SYNTAX, NULL },
	{ BYTES("\x8b\xff\xff\xff\xff."), ERR_LIMIT, NULL },
	{ BYTES("Nr\xff\xff\xff\xff."), ERR_LIMIT, NULL },
	{ BYTES("Np99999999999\n."), ERR_LIMIT, NULL },
	{ BYTES("j\xff\xff\xff\xff."), ERR_SYNTAX, NULL },
};

static void test_cases(void)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ARENA(a);
		const struct pickle *p = NULL;
		str bytes = { cases[i].bytes, cases[i].n };
		bool ok = is(pickle_read(a, &bytes, &p), cases[i].kind);
		str got = ok && p ? rendered(a, p) : STR("");
		ok = ok && (!cases[i].wanted || str_eq(got, str_from(cases[i].wanted)));
		CHECK(ok);
		if (!ok)
			fprintf(stderr, "case %zu: got %.*s\n", i, STR_F(got));
		if (cases[i].wanted)
			check_cut((str){ cases[i].bytes, cases[i].n });
	}
}

/* So many times the same piece, between two others. */
static err many(const char *first, const char *piece, size_t times, const char *last)
{
	ARENA(a);
	BUF(b);
	const struct pickle *p;
	buf_add(&b, str_from(first));
	for (size_t i = 0; i < times; i++)
		buf_add(&b, str_from(piece));
	buf_add(&b, str_from(last));
	str bytes = buf_str(&b);
	return pickle_read(a, &bytes, &p);
}

static void test_bounds(void)
{
	CHECK(is(many("", "(", PICKLE_MARKS, "."), ERR_SYNTAX));
	CHECK(is(many("", "(", PICKLE_MARKS + 1, "."), ERR_LIMIT));
	CHECK(is(many("", "]", 100000, "."), ERR_NONE)); /* each holds none */
	CHECK(is(many("", "]", PICKLE_STACK + 1, "."), ERR_LIMIT));
	CHECK(is(many("N", "N0", PICKLE_VALUES, "."), ERR_LIMIT));
	CHECK(is(many("]q\1", "h\1a", 1000, "."), ERR_NONE));
	CHECK(is(many("(", "N2222222222222222", PICKLE_STACK / 16, "t."), ERR_LIMIT));
	/* lists of references to lists of references: what they stand for is huge, what
	 * they take is not */
	CHECK(is(many("]q\1",
		      "](h\1h\1h\1h\1h\1h\1h\1h\1eq\1"
		      "0h\1",
		      5000, "."),
		 ERR_NONE));
	ARENA(a);
	BUF(b);
	const struct pickle *p;
	for (size_t i = 0; i < 2000; i++)
		buf_add(&b, STR("](NNNNNNNN"));
	str bytes = buf_str(&b);
	CHECK(is(pickle_read(a, &bytes, &p), ERR_LIMIT));
	/* three octets that say a megabyte: a thousand times, and a few more */
	for (size_t times = 1000; times <= 1030; times += 30) {
		buf_clear(&b);
		buf_add(&b, STR("]X\x00\x00\x10\x00"));
		memset(buf_room(&b, 1 << 20), 'x', 1 << 20);
		b.n += 1 << 20;
		buf_add(&b, STR("q\1"
				"0"));
		for (size_t i = 0; i < times; i++)
			buf_add(&b, STR("h\1"
					"a"));
		buf_add(&b, STR("."));
		bytes = buf_str(&b);
		CHECK(is(pickle_read(a, &bytes, &p),
			 times > 1024 ? ERR_LIMIT : ERR_NONE));
	}
}

static void test_access(void)
{
	ARENA(a);
	struct map m = { 0 };
	const struct pickle *p;
	str two = STR("}(U\x01"
		      "aK\x01U\x01"
		      "bG@\x04\0\0\0\0\0\0U\x01"
		      "aI2\nK\x03Nu.N.");
	CHECK(is(pickle_read(a, &two, &p), ERR_NONE));
	CHECK(pickle_number(pickle_get(p, "a"), -1) == 2); /* the later one */
	CHECK(pickle_number(pickle_get(p, "b"), -1) == 2);
	CHECK(pickle_get(p, "c") == NULL && pickle_number(NULL, -1) == -1);
	CHECK(!pickle_str(pickle_get(p, "a")).n);
	pickle_map(p, &m);
	CHECK(pickle_number(map_get(&m, STR("a")), -1) == 2 && m.used == 2);
	map_free(&m);
	CHECK(two.n == 2 && is(pickle_read(a, &two, &p), ERR_NONE) && !two.n);
	CHECK(p->type == PICKLE_NONE && pickle_get(p, "a") == NULL);
}

int main(void)
{
	test_python();
	test_cases();
	test_bounds();
	test_access();
	return check_done();
}
