/* The question is a line of words and the octets that are posted:
 *
 *     POST MOST WITHIN_MS BODY_OCTETS TYPE URL [BASE64 OF USER:PASSWORD] LF BODY
 *
 * (GET; or BEARER, which is a GET whose body is the access token)
 * and the answer a line of numbers and three texts:
 *
 *     RESULT STATUS TYPE_OCTETS WHY_OCTETS BODY_OCTETS LF TYPE WHY BODY */
#include "net/fetch.h"

#include "base/clock.h"
#include "base/enc.h"

enum { LINE_MAX_OCTETS = FETCH_URL_MAX + 2048, TEXT_MAX = 1024, GRACE_MS = 5000 };
enum { NUMBERS = 5 };

static bool is_word(str s, size_t most)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] == 127)
			return false;
	return s.n && s.n <= most;
}

static err read_octets(struct arena *a, struct conn *c, size_t n, str *out)
{
	char *to = arena_alloc(a, n + 1);
	for (size_t have = 0; have < n;) {
		str some;
		TRY(conn_peek(c, &some));
		some = str_first(some, n - have);
		memcpy(to + have, some.p, some.n);
		have += some.n;
		conn_take(c, some.n);
	}
	*out = (str){ to, n };
	return OK;
}

static bool next_number(str *line, int64_t *n, int64_t most)
{
	str word;
	return str_word(line, &word) && str_i64(word, n) && *n >= 0 && *n <= most;
}

static err read_answer(struct arena *a, struct conn *c, size_t most,
		       struct fetch_answer *answer)
{
	const int64_t limits[NUMBERS] = { FETCH_RESULTS - 1, 999, TEXT_MAX, TEXT_MAX,
					  (int64_t)most };
	int64_t n[NUMBERS];
	struct fetch_answer x;
	str line;
	TRY(conn_line(c, LINE_MAX_OCTETS, &line));
	line = str_trim(line);
	for (size_t i = 0; i < NUMBERS; i++)
		if (!next_number(&line, &n[i], limits[i]))
			return FAIL(ERR_IO, "the role fetch answers something unknown");
	x.result = (enum fetch_result)n[0];
	x.status = n[1];
	TRY(read_octets(a, c, (size_t)n[2], &x.type));
	TRY(read_octets(a, c, (size_t)n[3], &x.why));
	TRY(read_octets(a, c, (size_t)n[4], &x.body));
	*answer = x;
	return OK;
}

static err ask(struct arena *a, struct conn *c, const struct fetch_request *r,
	       struct fetch_answer *answer)
{
	str type = r->type.n ? r->type : STR("-");
	if (!is_word(r->url, FETCH_URL_MAX) || !is_word(type, 128)
	    || r->basic.n > FETCH_BASIC_MAX
	    || (r->bearer.n && (r->post || !is_word(r->bearer, FETCH_BEARER_MAX))))
		return FAIL(ERR_SYNTAX, "not a URL that can be asked for");
	conn_deadline(c, clock_mono_ms() + r->within_ms + GRACE_MS);
	str body = r->bearer.n ? r->bearer : r->body;
	str line = arena_printf(a, "%s %zu %lld %zu ",
				r->bearer.n ? "BEARER"
				: r->post   ? "POST"
					    : "GET",
				r->most, (long long)r->within_ms, body.n);
	str basic = r->basic.n ? arena_cat(a, STR(" "), enc_base64(a, r->basic))
			       : STR("");
	TRY(conn_write(c, arena_cat(a, line, type, STR(" "), r->url, basic, STR("\n"))));
	TRY(conn_write(c, body));
	return read_answer(a, c, r->most, answer);
}

err fetch_ask(struct arena *a, int fd, const struct fetch_request *r,
	      struct fetch_answer *answer)
{
	struct conn *c = conn_new(fd);
	err e = ask(a, c, r, answer);
	if (e.kind) /* its text is the connection's */
		e = err_in(a, e.kind, "no answer of the role fetch: %s", e.msg);
	conn_free(c);
	return e;
}

static bool read_basic(struct arena *a, str word, str *basic)
{
	*basic = STR_NONE;
	return !word.n
	       || (!enc_base64_decode(a, word, basic).kind && str_has(*basic, ':')
		   && !str_has(*basic, '\0') && basic->n <= FETCH_BASIC_MAX);
}

err fetch_read(struct arena *a, struct conn *c, struct fetch_request *r)
{
	struct fetch_request x = { 0 };
	str line, method, type, url;
	int64_t most, body;
	TRY(conn_line(c, LINE_MAX_OCTETS, &line));
	line = arena_copy(a, str_trim(line));
	if (!str_word(&line, &method)
	    || !(str_eq(method, STR("GET")) || str_eq(method, STR("POST"))
		 || str_eq(method, STR("BEARER"))))
		return FAIL(ERR_SYNTAX, "not a question for the role fetch");
	if (!next_number(&line, &most, FETCH_BODY_MAX)
	    || !next_number(&line, &x.within_ms, FETCH_MS_MAX)
	    || !next_number(&line, &body, FETCH_BODY_MAX))
		return FAIL(ERR_LIMIT, "a question beyond the limits of the role fetch");
	if (!str_word(&line, &type) || !str_word(&line, &url)
	    || !is_word(url, FETCH_URL_MAX) || !read_basic(a, str_trim(line), &x.basic))
		return FAIL(ERR_SYNTAX, "not a question for the role fetch");
	x.post = str_eq(method, STR("POST"));
	x.most = (size_t)most;
	x.type = str_eq(type, STR("-")) ? STR_NONE : type;
	x.url = url;
	TRY(read_octets(a, c, (size_t)body, &x.body));
	if (str_eq(method, STR("BEARER"))) {
		if (!is_word(x.body, FETCH_BEARER_MAX))
			return FAIL(ERR_SYNTAX, "an access token that is none");
		x.bearer = x.body;
		x.body = STR_NONE;
	}
	*r = x;
	return OK;
}

err fetch_write(struct conn *c, const struct fetch_answer *answer)
{
	ARENA(a);
	str type = str_first(answer->type, TEXT_MAX);
	str why = str_first(answer->why, TEXT_MAX);
	str head = arena_printf(a, "%d %lld %zu %zu %zu\n", (int)answer->result,
				(long long)answer->status, type.n, why.n, answer->body.n);
	TRY(conn_write(c, arena_cat(a, head, type, why)));
	return conn_write(c, answer->body);
}
