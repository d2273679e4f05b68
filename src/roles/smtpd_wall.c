/* The wall's word on a message: asked of the role wall while its sender is still
 * connected, once, before it is anybody's. */
#include "roles/smtpd_inside.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "store/inbound/file.h"
#include "wall/door.h"
#include "wall/engines.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
	ASKS = 2,
	LEAST_MS = 1000,
	LOCAL_MS = 20000, /* behind a page somebody waits, and it gives up after 30 s */
};

/* As it came, for eyes that can change nothing in it. */
static err open_message(struct visit *v, const struct smtp_message *m, int *fd)
{
	enum { SEALS = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE };
	if (m->fd >= 0)
		return inbound_file_reopen(m->arena, v->d->conf->site_data, v->file, fd);
	int file = memfd_create("postern-message", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (file < 0)
		return err_in(m->arena, ERR_IO, "no memory file: %s", strerror(errno));
	err e = file_write_all(m->arena, file, m->text);
	if (!e.kind && fcntl(file, F_ADD_SEALS, SEALS))
		e = err_in(m->arena, ERR_IO, "cannot seal a message: %s",
			   strerror(errno));
	if (e.kind)
		close(file);
	else
		*fd = file;
	return e;
}

static int64_t time_of(const struct visit *v)
{
	int64_t ms = engines_ms(v->d->conf);
	return v->is_local && ms > LOCAL_MS ? LOCAL_MS : ms;
}

/* Over a socketpair of its own: whoever asks late for an answer gets nobody else's. */
static err ask_once(struct smtpd *d, struct arena *a, int message,
		    const struct wall_context *c, int64_t until,
		    struct wall_verdict *verdict)
{
	int pair[2];
	int64_t left = until - clock_mono_ms();
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair))
		return err_in(a, ERR_TEMP, "no connection to ourselves: %s",
			      strerror(errno));
	err e = wake_hand(d->role, ROLE_wall, pair[1]);
	close(pair[1]);
	if (!e.kind)
		e = wall_ask(a, pair[0], message, c, left > LEAST_MS ? left : LEAST_MS,
			     verdict);
	close(pair[0]);
	return e;
}

err smtpd_ask_wall(struct smtpd *d, struct arena *a, int message,
		   const struct wall_context *c, int64_t until,
		   struct wall_verdict *verdict)
{
	err e = ask_once(d, a, message, c, until, verdict);
	for (int i = 1; i < ASKS && e.kind == ERR_IO; i++)
		e = ask_once(d, a, message, c, until, verdict);
	return e;
}

/* What is known of the message beside itself. */
static struct wall_context context_of(const struct visit *v, const struct smtp_session *s,
				      struct arena *a)
{
	size_t n = s->rcpt_count < WALL_RECIPIENTS_MAX ? s->rcpt_count
						       : WALL_RECIPIENTS_MAX;
	str *to = arena_zero(a, (n + 1) * sizeof *to);
	for (size_t i = 0; i < n; i++)
		to[i] = address_text(a, &s->rcpts[i].to);
	return (struct wall_context){ .client = v->is_local ? STR("") : v->client,
				      .helo = s->helo,
				      .reverse_path = address_is_null(&s->mail.from)
							      ? STR("")
							      : address_text(
								      a, &s->mail.from),
				      .to = to,
				      .to_count = n,
				      .account = s->account,
				      .tls = s->tls };
}

static err ask(struct visit *v, const struct smtp_session *s,
	       const struct smtp_message *m, struct wall_verdict *verdict)
{
	FD_AUTO message = -1;
	int64_t until = clock_mono_ms() + time_of(v);
	struct wall_context c = context_of(v, s, m->arena);
	TRY(open_message(v, m, &message));
	return smtpd_ask_wall(v->d, m->arena, message, &c, until, verdict);
}

static void scan(struct visit *v, const struct smtp_session *s,
		 const struct smtp_message *m, struct wall_verdict *verdict)
{
	err e = ask(v, s, m, verdict);
	if (!e.kind)
		return;
	log_warn("wall-silent", KS("client", v->client), KE(e),
		 KZ("do", "see what the role wall and its engines say in the log"));
	*verdict = (struct wall_verdict){ .result = WALL_UNSCANNED,
					  .passing = true,
					  .at = clock_now(),
					  .why = str_first(str_from(e.msg),
							   WALL_TEXT_MAX) };
}

/* ---- and what becomes of it */

/* Nobody gets it; the ledger has word of it for every recipient. */
static void refuse(struct visit *v, const struct smtp_session *s,
		   const struct smtp_message *m, struct inbound_message *row,
		   const struct wall_verdict *found)
{
	struct judgement *judged = arena_zero(m->arena, s->rcpt_count * sizeof *judged);
	struct ruling ruling = { .rule = "virus",
				 .verdict = VERDICT_REJECT,
				 .reason = wall_text(m->arena, found) };
	for (size_t i = 0; i < s->rcpt_count; i++)
		judged[i] = (struct judgement){ .verdict = ruling.verdict,
						.rule = ruling.rule,
						.reason = ruling.reason,
						.trace = &ruling,
						.count = 1 };
	smtpd_note_refused(v, s, m, row, judged);
}

static void refuse_virus(struct visit *v, const struct smtp_session *s,
			 const struct inbound_message *row,
			 const struct wall_verdict *found, struct smtp_reply *r)
{
	struct arena *scratch = smtp_scratch((struct smtp_session *)(uintptr_t)s);
	log_warn("virus-refused", KN("inbound", row->id), KS("client", v->client),
		 KN("account", s->account), KS("signature", found->signature),
		 KZ("do", "nothing; where account is not 0, look at that person's "
			  "computer"));
	smtp_say(r, 554, "5.7.1",
		 arena_cat(scratch, STR("a virus was found in this message: "),
			   found->signature));
}

/* An engine's words, as they may stand in a reply to who does not speak UTF-8. */
static str ascii(struct arena *a, str text)
{
	char *out = arena_alloc(a, text.n + 1);
	for (size_t i = 0; i < text.n; i++)
		out[i] = text.p[i] >= ' ' && text.p[i] <= '~' ? text.p[i] : '?';
	return (str){ out, text.n };
}

static void refuse_unwanted(struct visit *v, const struct smtp_session *s,
			    const struct inbound_message *row,
			    const struct wall_verdict *found, struct smtp_reply *r)
{
	struct arena *scratch = smtp_scratch((struct smtp_session *)(uintptr_t)s);
	log_info("filter-refused", KN("inbound", row->id), KS("client", v->client),
		 KN("account", s->account), KS("engine", found->engine),
		 KS("why", found->why));
	smtp_say(r, 550, "5.7.1",
		 arena_cat(scratch, STR("the mail filter here refuses this message: "),
			   ascii(scratch, found->why)));
}

enum wall_says smtpd_wall(struct visit *v, const struct smtp_session *s,
			  const struct smtp_message *m, struct inbound_message *row,
			  struct smtp_reply *r)
{
	struct wall_verdict found;
	if (!engines_named(v->d->conf))
		return WALL_PASSES;
	scan(v, s, m, &found);
	row->trust = wall_put(m->arena, row->trust, &found);
	if (found.result == WALL_CLEAN)
		return WALL_PASSES;
	if (found.result == WALL_INFECTED || found.result == WALL_REFUSED) {
		refuse(v, s, m, row, &found);
		(found.result == WALL_INFECTED ? refuse_virus
					       : refuse_unwanted)(v, s, row, &found, r);
		return WALL_ANSWERS;
	}
	if (!found.passing || str_eq(v->d->conf->wall_on_failure, STR("accept")))
		return WALL_DOUBTS;
	log_warn("not-scanned", KS("client", v->client), KS("why", found.why),
		 KZ("do", "postern doctor says how the engines are; [wall] on_failure "
			  "says what becomes of mail meanwhile"));
	smtp_say(r, 451, "4.7.1",
		 STR("the virus check does not answer at the moment; try again later"));
	return WALL_ANSWERS;
}
