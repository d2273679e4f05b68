/* postern check wall: what the engines say of a message, asked by this command itself. */
#include "base/clock.h"
#include "base/file.h"
#include "cli/cli.h"
#include "wall/engines.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>

static void put(json_t *j, const char *key, str text)
{
	json_object_set_new(j, key, json_stringn(text.n ? text.p : "", text.n));
}

static int print(struct cli *c, const struct wall_verdict *v)
{
	json_t *j = json_object();
	put(j, "result", str_from(wall_word(v->result)));
	put(j, "reason", v->signature.n ? v->signature : v->why);
	put(j, "engine", v->engine);
	put(j, "version", v->version);
	put(j, "signature", v->signature);
	json_object_set_new(j, "ms", json_integer(v->ms));
	json_dumpf(j, stdout, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
	puts("");
	json_decref(j);
	(void)c;
	return v->result == WALL_UNSCANNED ? CLI_FAILED : CLI_OK;
}

int cli_check_wall(struct cli *c)
{
	const struct conf *conf;
	struct wall_verdict v;
	CLI_TRY(c, cli_conf(c, &conf));
	FD_AUTO fd = open(c->args[0], O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return cli_fail(
			c, err_in(c->a, ERR_IO, "%s: %s", c->args[0], strerror(errno)));
	struct engines *all = engines_new(conf);
	if (!all)
		return cli_fail(c,
				FAIL(ERR_DENIED, "[wall] clamd names no engine: set it "
						 "to the socket of a clamd"));
	struct engine_ask q = { .message = fd,
				.deadline = clock_mono_ms() + engines_ms(conf) };
	engines_scan(all, c->a, &q, &v);
	engines_free(all);
	return print(c, &v);
}
