#include "cli/cli.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/utf8.h"
#include "net/addr.h"
#include "smtp/door.h"
#include "store/lists/revision.h"

#include <stdio.h>
#include <unistd.h>

const struct actor cli_actor = { .name = { "command", 7 }, .via = { "command", 7 } };

int cli_fail(struct cli *c, err e)
{
	(void)c;
	fprintf(stderr, "postern: %s\n", e.msg);
	return CLI_FAILED;
}

int cli_usage(const char *why)
{
	fprintf(stderr, "postern: %s\n", why);
	return CLI_USAGE;
}

err cli_conf(struct cli *c, const struct conf **conf)
{
	if (!c->conf_loaded)
		TRY(conf_load(c->a, c->conf_path, c->overrides, c->override_count,
			      &c->conf));
	c->conf_loaded = true;
	zone_use(&c->conf.zone);
	*conf = &c->conf;
	return OK;
}

err cli_books(struct cli *c, enum books_mode mode, struct books **books)
{
	const struct conf *conf;
	if (!c->books_open) {
		TRY(cli_conf(c, &conf));
		TRY(books_open(c->a, conf, mode, NULL, &c->books));
		c->revision = c->books.addresses_revision;
	}
	c->books_open = true;
	*books = &c->books;
	return OK;
}

static void wait_for_smtpd(struct cli *c)
{
	str door = conf_path(c->a, &c->conf, STR("run/door"));
	int64_t until = clock_mono_ms() + DOOR_LOOK_MS;
	int fd;
	if (!net_dial_unix(c->a, arena_z(c->a, door), until, &fd).kind)
		door_wait(fd);
}

void cli_end(struct cli *c)
{
	int64_t revision;
	if (!c->books_open)
		return;
	if (!revision_get(c->books.lists, &revision).kind && revision > c->revision)
		wait_for_smtpd(c);
	books_close(&c->books);
	c->books_open = false;
}

/* Lists whose name shares its beginning with what was typed. */
static str near(struct cli *c, str name)
{
	const struct list_entry **list;
	size_t n;
	str out = STR("");
	addressbook_lists(c->books.addresses, c->a, &list, &n);
	for (size_t i = 0; i < n; i++)
		if (str_istarts(list[i]->name, str_first(name, 2)))
			out = arena_cat(c->a, out, STR(" "), list[i]->address);
	return out;
}

err cli_list(struct cli *c, const char *name, const struct list_entry **list)
{
	str address = arena_lower(c->a, str_from(name));
	if (!str_has(address, '@'))
		address = arena_cat(c->a, address, STR("@"),
				    arena_lower(c->a, c->conf.site_domain));
	*list = addressbook_list(c->books.addresses, address);
	if (*list)
		return OK;
	str others = near(c, address);
	return err_in(c->a, ERR_NOTFOUND, "no list %.*s%s%.*s", STR_F(address),
		      others.n ? "; there are" : "; postern list ls shows all",
		      STR_F(others));
}

err cli_assignments(struct cli *c, size_t from, struct assignment **set, size_t *n)
{
	*n = 0;
	*set = arena_zero(c->a, (c->arg_count + 1) * sizeof **set);
	for (size_t i = from; i < c->arg_count; i++)
		TRY(assignment_read(c->a, str_from(c->args[i]), &(*set)[(*n)++]));
	return OK;
}

err cli_stdin(struct cli *c, size_t limit, str *text)
{
	return file_read_fd(c->a, STDIN_FILENO, limit, text);
}

str cli_shown(struct arena *a, str text)
{
	text = utf8_scrub(a, text);
	char *out = arena_alloc(a, text.n);
	for (size_t i = 0; i < text.n; i++) {
		unsigned char ch = (unsigned char)text.p[i];
		out[i] = ch < 0x20 || ch == 0x7f ? ' ' : text.p[i];
	}
	return (str){ out, text.n };
}
