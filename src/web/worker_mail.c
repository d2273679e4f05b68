/* Mail to smtpd, by a socket of its own. */
#include "web/worker.h"

#include "smtp/client.h"
#include "smtp/door.h"
#include "store/lists/revision.h"

#include <sys/socket.h>
#include <unistd.h>

enum { HAND_MS = 30000 };

struct handing {
	struct smtp_copy copy;
	bool given;
	int code;
	struct arena *a;
	str text;
};

static bool give(void *ctx, struct smtp_copy *copy)
{
	struct handing *h = ctx;
	if (h->given)
		return false;
	h->given = true;
	*copy = h->copy;
	return true;
}

static void hear(void *ctx, const struct smtp_copy *copy, size_t i,
		 const struct smtp_outcome *o)
{
	struct handing *h = ctx;
	(void)copy, (void)i;
	h->code = o->code;
	h->text = arena_copy(h->a, o->text);
}

static void done(void *ctx, const struct smtp_copy *copy)
{
	(void)ctx, (void)copy;
}

static err talk(struct handing *h, const struct conf *conf, int fd)
{
	struct smtp_client_conf c = { .helo = conf->site_hostname,
				      .times = { HAND_MS, HAND_MS, HAND_MS, HAND_MS,
						 HAND_MS } };
	struct smtp_outcome why = { 0 };
	struct smtp_feed feed = { .ctx = h, .next = give, .outcome = hear, .done = done };
	struct smtp_client *client = smtp_client_new(conn_new(fd), &c);
	err e = smtp_client_open(client, &why);
	if (!e.kind)
		e = smtp_client_send(client, &feed);
	smtp_client_quit(client);
	return e;
}

static err open_door(struct web *web, int *fd)
{
	int pair[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair))
		return FAIL(ERR_TEMP,
			    "no connection to the mail server at the moment; try again");
	err e = web->hand_mail(web->ring, pair[1]);
	close(pair[1]);
	if (e.kind)
		close(pair[0]);
	else
		*fd = pair[0];
	return e;
}

static err submit(struct request *q, str reverse_path, str auth, str recipient,
		  str message, str *says)
{
	struct worker *w = worker_of(q);
	struct smtp_to to = { .address = recipient };
	struct smtp_part part = { .bytes = message };
	struct handing h = { .a = q->arena,
			     .copy = { .reverse_path = reverse_path,
				       .to = &to,
				       .to_count = 1,
				       .parts = &part,
				       .part_count = 1,
				       .eight_bit = true,
				       .auth = auth } };
	int fd;
	TRY(open_door(w->web, &fd));
	err e = talk(&h, w->books.conf, fd);
	if (e.kind && !h.code)
		return FAIL(ERR_TEMP, "the mail server did not answer; try again");
	*says = h.text;
	return h.code / 100 == 2
		       ? OK
		       : err_in(q->arena, h.code / 100 == 5 ? ERR_DENIED : ERR_TEMP,
				"%.*s", STR_F(h.text));
}

err web_submit(struct request *q, str reverse_path, str recipient, str message, str *says)
{
	return submit(q, reverse_path, reverse_path, recipient, message, says);
}

err web_inject(struct request *q, str recipient, str message, str *says)
{
	str admin = worker_of(q)->books.conf->site_admin;
	return submit(q, admin, STR(""), recipient, message, says);
}

void web_addresses_known(struct worker *w)
{
	struct web *web = w->web;
	int64_t revision;
	int fd;
	if (revision_get(w->books.lists, &revision).kind
	    || atomic_load(&web->known_revision) == revision || open_door(web, &fd).kind)
		return;
	door_wait(fd);
	atomic_store(&web->known_revision, revision);
}
