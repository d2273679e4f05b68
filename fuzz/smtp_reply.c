/* What a server says, to the client: each recipient is told once, each copy given back
 * once, nothing is delivered that was not answered. The first octet chooses DATA, BDAT or
 * LMTP, the size of the pieces, and whether the server stops reading. */
#include "fuzz.h"
#include "wire.h"

#include "smtp/client.h"
#include "smtp/reply.h"

enum { COPIES = 6, RCPTS = 3 };

struct outbox {
	int next, done;
	int told[COPIES][RCPTS];
	bool back[COPIES];
};

static bool next(void *ctx, struct smtp_copy *copy)
{
	static const struct smtp_to to[RCPTS] = { { .address = STR("a@far") },
						  { .address = STR("b@far") },
						  { .address = STR("c@far") } };
	static const struct smtp_part part = { .bytes = STR("a: b\r\n\r\n.\r\n") };
	struct outbox *o = ctx;
	if (o->next == COPIES)
		return false;
	*copy = (struct smtp_copy){ .reverse_path = STR("x@here"),
				    .to = to,
				    .to_count = (size_t)(1 + o->next % RCPTS),
				    .parts = &part,
				    .part_count = 1,
				    .utf8 = o->next == 4,
				    .tag = (void *)(intptr_t)o->next };
	o->next++;
	return true;
}

static void outcome(void *ctx, const struct smtp_copy *copy, size_t i,
		    const struct smtp_outcome *x)
{
	struct outbox *o = ctx;
	int n = (int)(intptr_t)copy->tag;
	must(i < copy->to_count && !o->told[n][i]++ && !o->back[n]);
	must(x->code == 0 || (x->code >= 200 && x->code < 600));
	must(x->code / 100 != 2 || (x->stage == SMTP_AT_BODY && !x->unsure && !x->ours));
	must(!x->unsure || (x->code == 0 && x->stage == SMTP_AT_BODY));
	must(x->text.n <= SMTP_ANSWER_TEXT);
}

static void done(void *ctx, const struct smtp_copy *copy)
{
	struct outbox *o = ctx;
	int n = (int)(intptr_t)copy->tag;
	for (size_t i = 0; i < copy->to_count; i++)
		must(o->told[n][i] == 1);
	must(!o->back[n]);
	o->back[n] = true;
	o->done++;
}

static void client(str in, uint8_t how)
{
	struct outbox o = { 0 };
	struct smtp_feed feed = { &o, next, outcome, done };
	struct smtp_client_conf conf = { .helo = STR("here"),
					 .lmtp = how & 1,
					 .no_chunking = how & 2 };
	struct smtp_outcome why = { 0 };
	struct smtp_client *x = smtp_client_new(wire_open(in, 1 + (how >> 3 & 15)),
						&conf);
	wire_room = how & 0x80 ? 40 * (in.n % 32) : SIZE_MAX;
	err e = smtp_client_open(x, &why);
	must(!e.kind || why.text.n || why.code);
	if (!e.kind) {
		e = smtp_client_send(x, &feed);
		must(o.done == o.next && (e.kind || o.next == COPIES));
	}
	smtp_client_quit(x);
}

/* What a server of ours could say is read as it was meant. */
static void answer(str in)
{
	struct smtp_answer x = { 0 };
	bool whole = false;
	str line, rest = in;
	while (!whole && str_line(&rest, &line))
		if (smtp_answer_line(&x, line, &whole).kind)
			return;
	if (!x.lines)
		return;
	must(x.n <= SMTP_ANSWER_TEXT && x.code >= 200 && x.code < 600);
	must(!x.status[0] || x.status[0] == '0' + x.code / 100);
	for (size_t i = 0; i < x.n; i++)
		must((unsigned char)x.text[i] >= ' ' || x.text[i] == '\n');
	if (!whole || x.n == SMTP_ANSWER_TEXT)
		return;
	struct smtp_reply r = { x.code, x.status, smtp_answer_text(&x), SMTP_GO_ON };
	struct smtp_answer again = { 0 };
	BUF(wire);
	smtp_reply_add(&wire, &r);
	rest = buf_str(&wire);
	while (str_line(&rest, &line))
		must(!smtp_answer_line(&again, line, &whole).kind);
	must(whole && again.code == x.code);
	must(!x.status[0] || !strcmp(again.status, x.status));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	if (!n)
		return 0;
	str in = { (const char *)data + 1, n - 1 };
	if (data[0] & 4)
		answer(in);
	else
		client(in, data[0]);
	return 0;
}
