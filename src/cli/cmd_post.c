/* postern post: a message on standard input goes in by the local door, so that it
 * meets the same checks as every other. */
#include "base/buf.h"
#include "base/clock.h"
#include "cli/cli.h"
#include "mail/header.h"
#include "net/addr.h"
#include "smtp/client.h"

#include <stdio.h>

enum { DOOR_MS = 60000 };

struct posting {
	struct cli *c;
	struct smtp_copy copy;
	bool given;
	int code; /* of the worst recipient */
};

static bool give(void *ctx, struct smtp_copy *copy)
{
	struct posting *p = ctx;
	if (p->given)
		return false;
	p->given = true;
	*copy = p->copy;
	return true;
}

static void hear(void *ctx, const struct smtp_copy *copy, size_t i,
		 const struct smtp_outcome *o)
{
	struct posting *p = ctx;
	str text = cli_shown(p->c->a, o->text), to = copy->to[i].address;
	if (o->code / 100 == 2) {
		printf("%.*s: %.*s\n", STR_F(to), STR_F(text));
		return;
	}
	p->code = o->code ? o->code : 451;
	fprintf(stderr, "postern: %.*s: %d %.*s\n", STR_F(to), o->code, STR_F(text));
}

static void done(void *ctx, const struct smtp_copy *copy)
{
	(void)ctx, (void)copy;
}

/* The list that was named, or every address of ours in To and Cc. */
static err find_recipients(struct cli *c, const struct header *h, struct smtp_to **to,
			   size_t *n)
{
	static const char *const fields[] = { "To", "Cc" };
	const struct list_entry *list;
	struct books *books;
	*to = arena_zero(c->a, 1000 * sizeof **to);
	*n = 0;
	TRY(cli_books(c, BOOKS_READ, &books));
	if (c->arg_count) {
		TRY(cli_list(c, c->args[0], &list));
		(*to)[(*n)++].address = list->address;
		return OK;
	}
	for (size_t i = 0; i < 2; i++) {
		const struct field *f = header_find(h, str_from(fields[i]));
		struct mailbox *m;
		size_t count = 0;
		if (f)
			TRY(address_list(c->a, f->value, &m, &count));
		for (size_t k = 0; k < count && *n < 1000; k++)
			if (addressbook_is_ours(books->addresses,
						domain_ascii(c->a, m[k].address.domain)))
				(*to)[(*n)++].address = address_text(c->a, &m[k].address);
	}
	return *n ? OK
		  : FAIL(ERR_SYNTAX,
			 "neither a LIST is given nor does To name an address of ours");
}

/* Lines of a file end in LF, those of mail in CRLF. */
static str with_crlf(struct arena *a, str text)
{
	BUF(out);
	str line;
	while (str_line(&text, &line))
		buf_cat(&out, line, STR("\r\n"));
	return arena_copy(a, buf_str(&out));
}

static err hand_in(struct posting *p)
{
	struct cli *c = p->c;
	struct smtp_client_conf conf = { .helo = c->conf.site_hostname };
	struct smtp_outcome why = { 0 };
	int fd;
	str door = conf_path(c->a, &c->conf, STR("run/door"));
	err e = net_dial_unix(c->a, arena_z(c->a, door), clock_mono_ms() + DOOR_MS, &fd);
	if (e.kind)
		return err_in(c->a, ERR_TEMP,
			      "%s; is the server running? (postern serve)", e.msg);
	struct smtp_client *client = smtp_client_new(conn_new(fd), &conf);
	struct smtp_feed feed = { .ctx = p, .next = give, .outcome = hear, .done = done };
	e = smtp_client_open(client, &why);
	if (!e.kind)
		e = smtp_client_send(client, &feed);
	smtp_client_quit(client);
	return e.kind && !p->code ? e : OK;
}

int cli_post(struct cli *c)
{
	struct posting p = { .c = c };
	const struct conf *conf;
	struct smtp_to *to;
	struct header h;
	str text;
	CLI_TRY(c, cli_conf(c, &conf));
	CLI_TRY(c, cli_stdin(c, (size_t)conf->smtp_max_size, &text));
	text = with_crlf(c->a, text);
	CLI_TRY(c, header_scan(c->a, text, &h));
	struct smtp_part part = { .bytes = text };
	p.copy = (struct smtp_copy){ .reverse_path = conf->site_admin,
				     .parts = &part,
				     .part_count = 1,
				     .eight_bit = true };
	CLI_TRY(c, find_recipients(c, &h, &to, &p.copy.to_count));
	p.copy.to = to;
	CLI_TRY(c, hand_in(&p));
	return p.code ? CLI_FAILED : CLI_OK;
}
