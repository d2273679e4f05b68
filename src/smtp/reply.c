#include "smtp/reply.h"

/* RFC 5321 section 4.5.3.1.5: a reply line has at most 512 octets with its code and
 * CRLF; longer words are cut rather than sent. */
enum { REPLY_LINE = 512, HEAD = 16 };

static void add_clean(struct buf *out, str text)
{
	char *to = buf_room(out, text.n);
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];
		to[i] = c < ' ' || c == 127 ? '?' : (char)c;
	}
	out->n += text.n;
}

void smtp_reply_add(struct buf *out, const struct smtp_reply *r)
{
	str rest = r->text, line;
	bool more = true;
	while (more) {
		str next;
		more = str_cut(rest, '\n', &line, &next);
		if (!more)
			line = rest;
		buf_addf(out, "%d%c", r->code, more ? '-' : ' ');
		if (r->status && *r->status)
			buf_cat(out, str_from(r->status), STR(" "));
		add_clean(out, str_first(line, REPLY_LINE - HEAD));
		buf_add(out, STR("\r\n"));
		rest = more ? next : rest;
	}
}

void smtp_reply_from(struct smtp_reply *r, err e)
{
	static const struct {
		int code;
		const char *status;
	} kinds[] = {
		[ERR_NONE] = { 250, "2.0.0" },     [ERR_SYNTAX] = { 501, "5.5.4" },
		[ERR_LIMIT] = { 552, "5.3.4" },    [ERR_DENIED] = { 550, "5.7.1" },
		[ERR_NOTFOUND] = { 550, "5.1.1" }, [ERR_TEMP] = { 451, "4.3.0" },
		[ERR_IO] = { 451, "4.3.0" },
	};
	smtp_say(r, kinds[e.kind].code, kinds[e.kind].status,
		 e.msg ? str_from(e.msg) : STR("ok"));
}
