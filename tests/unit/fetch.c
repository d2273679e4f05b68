/* Both ends of a question to the role fetch: what is asked arrives, what is answered
 * comes back, and what neither would write is refused. */
#include "net/fetch.h"

#include "base/thread.h"
#include "conn_pair.h"

static struct {
	int fd;
	const struct fetch_answer *answer; /* NULL: none comes */
	struct fetch_request seen;
	err e;
	struct arena *a; /* its thread's */
} role;

static void *answer_once(void *arg)
{
	struct conn *c = conn_new(role.fd);
	conn_deadline(c, in_ms(5000));
	role.e = fetch_read(role.a, c, &role.seen);
	if (!role.e.kind && role.answer)
		role.e = fetch_write(c, role.answer);
	conn_free(c);
	return arg;
}

static err ask(struct arena *a, const struct fetch_request *r,
	       const struct fetch_answer *answer, struct fetch_answer *got)
{
	int fd[2];
	pthread_t id;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd))
		abort();
	role.fd = fd[1];
	role.answer = answer;
	if (thread_start_joinable(&id, answer_once, NULL).kind)
		abort();
	err e = fetch_ask(a, fd[0], r, got);
	pthread_join(id, NULL);
	return e;
}

static void there_and_back(struct arena *a)
{
	char *long_body = arena_zero(a, 300000);
	const struct fetch_request asked[] = {
		{ .url = STR("https://x.example/a?b=%20c"),
		  .basic = STR("anna:a b:c"),
		  .most = 10,
		  .within_ms = 1000 },
		{ .url = STR("https://x.example/userinfo"),
		  .bearer = STR("eyJ.a~b+/="),
		  .most = 10,
		  .within_ms = 1000 },
		{ .url = STR("https://x.example/"),
		  .post = true,
		  .type = STR("application/tlsrpt+gzip"),
		  .body = { long_body, 300000 },
		  .most = 0,
		  .within_ms = 5000 },
	};
	const struct fetch_answer answers[] = {
		{ .status = 200,
		  .type = STR("text/plain; charset=\"a b\""),
		  .body = STR("1234\n6789\n") },
		{ .status = 401, .type = STR("") },
		{ .result = FETCH_BAD_CERTIFICATE, .why = STR("self signed\nand old") },
	};
	for (size_t i = 0; i < 3; i++) {
		struct fetch_answer got;
		const struct fetch_request *r = &asked[i];
		CHECK(!ask(a, r, &answers[i], &got).kind && !role.e.kind);
		CHECK(str_eq(role.seen.url, r->url) && role.seen.post == r->post);
		CHECK(str_eq(role.seen.basic, r->basic));
		CHECK(str_eq(role.seen.bearer, r->bearer));
		CHECK(str_eq(role.seen.type, r->type) && str_eq(role.seen.body, r->body));
		CHECK(role.seen.most == r->most && role.seen.within_ms == r->within_ms);
		CHECK(got.result == answers[i].result && got.status == answers[i].status);
		CHECK(str_eq(got.type, answers[i].type));
		CHECK(str_eq(got.body, answers[i].body));
		CHECK(str_eq(got.why, answers[i].why));
	}
}

static void failures(struct arena *a)
{
	struct fetch_answer got = { .status = 7 };
	struct fetch_request r = { .url = STR("https://x.example/"),
				   .most = 3,
				   .within_ms = 100 };
	err e = ask(a, &r, NULL, &got);
	CHECK(e.kind == ERR_IO && strstr(e.msg, "role fetch"));
	e = ask(a, &r, &(struct fetch_answer){ .body = STR("1234") }, &got);
	CHECK(e.kind == ERR_IO); /* more than was asked for */
	static const char *const urls[] = { "", "https://x.example/a b", "https://x/\n" };
	for (size_t i = 0; i < 3; i++) {
		r.url = str_from(urls[i]);
		CHECK(ask(a, &r, NULL, &got).kind == ERR_SYNTAX);
	}
	CHECK(got.status == 7);
}

static void wrong_questions(struct arena *a)
{
	static const struct {
		const char *line;
		enum err_kind want;
	} cases[] = {
		{ "GET 1 1 0 - https://x.example/\n", ERR_NONE },
		{ "PUT 1 1 0 - https://x.example/\n", ERR_SYNTAX },
		{ "\n", ERR_SYNTAX },
		{ "GET\n", ERR_LIMIT },
		{ "GET -1 1 0 - https://x.example/\n", ERR_LIMIT },
		{ "GET 1 999999999 0 - https://x.example/\n", ERR_LIMIT },
		{ "GET 1 1 99999999999 - https://x.example/\n", ERR_LIMIT },
		{ "GET 1 1 0 https://x.example/\n", ERR_SYNTAX },
		{ "GET 1 1 0 - https://x.example/ x\n", ERR_SYNTAX },
		{ "GET 1 1 0 - https://x.example/ YTpi\n", ERR_NONE },
		{ "GET 1 1 0 - https://x.example/ YWI=\n", ERR_SYNTAX }, /* no colon */
		{ "GET 1 1 0 - https://x.example/ YTpi x\n", ERR_SYNTAX },
		{ "GET 1 1 0 - https://x.example/ YToA\n", ERR_SYNTAX }, /* NUL */
		{ "GET 1 1 5 - https://x.example/\nabc", ERR_IO },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		PAIR(p);
		struct fetch_request r = { .most = 7 };
		str line = str_from(cases[i].line);
		CHECK(write(p.peer, line.p, line.n) == (ssize_t)line.n);
		shutdown(p.peer, SHUT_WR);
		err e = fetch_read(a, p.c, &r);
		if (e.kind != cases[i].want)
			fprintf(stderr, "  %s: %d\n", cases[i].line, (int)e.kind);
		CHECK(e.kind == cases[i].want);
		CHECK(!e.kind || r.most == 7);
	}
}

int main(void)
{
	ARENA(a);
	ARENA(of_role);
	role.a = of_role;
	there_and_back(a);
	failures(a);
	wrong_questions(a);
	return check_done();
}
