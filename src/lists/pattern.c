#include "lists/pattern.h"

#include "base/buf.h"

#include "base/clock.h"
#include "mail/address.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

enum {
	PATTERN_MAX = 1000,
	MATCH_LIMIT = 100000,
	ADDRESS_LIMIT = 10000, /* an address is short, and there may be many */
	TEXT_MS = 100,
	ADDRESS_MS = 10,
	LOOK_EVERY = 64, /* steps between two looks at the clock */
	DEPTH_LIMIT = 1000,
	TEXT_MAX = 64 * 1024
};

/* into: where the code is kept; NULL: where pcre2_code_free takes it back. */
static pcre2_code *compile_into(pcre2_compile_context *into, str pattern, int *code,
				size_t *offset)
{
	if (pattern.n > PATTERN_MAX) {
		*code = PCRE2_ERROR_NOMEMORY;
		*offset = PATTERN_MAX;
		return NULL;
	}
	return pcre2_compile((PCRE2_SPTR)pattern.p, pattern.n,
			     PCRE2_CASELESS | PCRE2_UTF | PCRE2_MATCH_INVALID_UTF
				     | PCRE2_AUTO_CALLOUT,
			     code, offset, into);
}

static pcre2_code *compile(str pattern, int *code, size_t *offset)
{
	return compile_into(NULL, pattern, code, offset);
}

err pattern_check_text(struct arena *a, str pattern)
{
	int code;
	size_t offset;
	pcre2_code *c = pattern.n ? compile(pattern, &code, &offset) : NULL;
	if (c) {
		pcre2_code_free(c);
		return OK;
	}
	if (!pattern.n)
		return FAIL(ERR_SYNTAX, "an empty pattern");
	char text[128] = "too long";
	pcre2_get_error_message(code, (PCRE2_UCHAR *)text, sizeof text);
	return err_in(a, ERR_SYNTAX, "%.*s: at character %zu: %s",
		      (int)(pattern.n < 80 ? pattern.n : 80), pattern.p, offset + 1,
		      text);
}

/* An address, or @ and a domain. What it names need not be. */
static bool is_plain(struct arena *a, str pattern)
{
	struct address x;
	return str_starts(pattern, STR("@"))
		       ? domain_valid(domain_ascii(a, str_skip(pattern, 1)))
		       : !address_parse(a, pattern, &x).kind;
}

err pattern_check(struct arena *a, str pattern)
{
	if (str_starts(pattern, STR("^")))
		return pattern_check_text(a, pattern);
	return is_plain(a, pattern) ? OK
				    : err_in(a, ERR_SYNTAX,
					     "\"%.*s\": write an address, @domain, or ^ "
					     "and a regular expression",
					     STR_F(pattern));
}

struct patience {
	int64_t until; /* of clock_cpu_ms */
	unsigned steps;
};

/* PCRE2 counts anew wherever a match may begin: of a long text that is no bound. It calls
 * this at each step. */
static int look_at_clock(pcre2_callout_block *block, void *arg)
{
	struct patience *p = arg;
	(void)block;
	return ++p->steps % LOOK_EVERY == 0 && clock_cpu_ms() >= p->until
		       ? PCRE2_ERROR_MATCHLIMIT
		       : 0;
}

static enum pattern_result run(pcre2_code *c, str text, uint32_t limit, int64_t ms)
{
	struct patience p = { .until = clock_cpu_ms() + ms };
	pcre2_match_context *limits = pcre2_match_context_create(NULL);
	pcre2_match_data *data = pcre2_match_data_create_from_pattern(c, NULL);
	pcre2_set_match_limit(limits, limit);
	pcre2_set_depth_limit(limits, DEPTH_LIMIT);
	pcre2_set_callout(limits, look_at_clock, &p);
	int code = pcre2_match(c, (PCRE2_SPTR)text.p, text.n, 0, PCRE2_NO_JIT, data,
			       limits);
	pcre2_match_data_free(data);
	pcre2_match_context_free(limits);
	return code >= 0                     ? PATTERN_HIT
	       : code == PCRE2_ERROR_NOMATCH ? PATTERN_MISS
					     : PATTERN_LIMIT;
}

static enum pattern_result match(str pattern, str text, uint32_t limit, int64_t ms)
{
	int code;
	size_t offset;
	pcre2_code *c = compile(pattern, &code, &offset);
	if (!c)
		return PATTERN_LIMIT;
	enum pattern_result r = run(c, text.n ? str_first(text, TEXT_MAX) : STR(""),
				    limit, ms);
	pcre2_code_free(c);
	return r;
}

enum pattern_result pattern_text(str pattern, str text)
{
	return match(pattern, text, MATCH_LIMIT, TEXT_MS);
}

static enum pattern_result match_within(str pattern, str text, uint32_t limit,
					int64_t most, int64_t *ms)
{
	if (*ms <= 0)
		return PATTERN_LIMIT;
	int64_t before = clock_cpu_ms();
	enum pattern_result r = match(pattern, text, limit, *ms < most ? *ms : most);
	*ms -= clock_cpu_ms() - before;
	return r;
}

enum pattern_result pattern_text_within(str pattern, str text, int64_t *ms)
{
	return match_within(pattern, text, MATCH_LIMIT, TEXT_MS, ms);
}

/* "@uni.example" covers x@uni.example and x@lab.uni.example. */
static bool below(str domain, str address)
{
	str local, host;
	if (!str_cut_last(address, '@', &local, &host))
		return false;
	return str_ieq(host, domain)
	       || (host.n > domain.n && host.p[host.n - domain.n - 1] == '.'
		   && str_ieq(str_skip(host, host.n - domain.n), domain));
}

enum pattern_result pattern_address(str pattern, str key)
{
	if (str_starts(pattern, STR("^")))
		return match(pattern, key, ADDRESS_LIMIT, ADDRESS_MS);
	bool hit = str_starts(pattern, STR("@")) ? below(str_skip(pattern, 1), key)
						 : str_ieq(pattern, key);
	return hit ? PATTERN_HIT : PATTERN_MISS;
}

static void *from_arena(size_t n, void *a)
{
	return arena_alloc(a, n);
}

static void stays_in_arena(void *p, void *a)
{
	(void)p, (void)a;
}

struct pattern_ready {
	pcre2_code *code; /* NULL: it cannot be read, and fits nothing */
};

struct pattern_ready *pattern_prepare(struct arena *a, str expression)
{
	int code;
	size_t offset;
	struct pattern_ready *r = arena_zero(a, sizeof *r);
	pcre2_general_context *memory = pcre2_general_context_create(from_arena,
								     stays_in_arena, a);
	r->code = compile_into(pcre2_compile_context_create(memory), expression, &code,
			       &offset);
	return r;
}

enum pattern_result pattern_ready_address(const struct pattern_ready *r, str key)
{
	return r->code ? run(r->code, str_first(key, TEXT_MAX), ADDRESS_LIMIT, ADDRESS_MS)
		       : PATTERN_LIMIT;
}

enum pattern_result pattern_address_within(str pattern, str key, int64_t *ms)
{
	return str_starts(pattern, STR("^"))
		       ? match_within(pattern, key, ADDRESS_LIMIT, ADDRESS_MS, ms)
		       : pattern_address(pattern, key);
}

enum pattern_result pattern_lines(str patterns, str key)
{
	enum pattern_result r = PATTERN_MISS;
	str line;
	while (r == PATTERN_MISS && str_line(&patterns, &line))
		if (line.n)
			r = pattern_address(line, key);
	return r;
}

str pattern_spelt(struct arena *a, str key)
{
	static const char special[] = "\\^$.[]|()?*+{}#-";
	if (!str_starts(key, STR("^")) && !str_starts(key, STR("@")) && is_plain(a, key))
		return key;
	BUF(b);
	buf_add(&b, STR("^"));
	for (size_t i = 0; i < key.n; i++)
		buf_addf(&b, strchr(special, key.p[i]) ? "\\%c" : "%c", key.p[i]);
	buf_add(&b, STR("$"));
	return arena_copy(a, buf_str(&b));
}
