#include "mail/compose.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/rand.h"
#include "mail/date.h"
#include "mail/encode.h"
#include "mail/header.h"

enum { WRAP_COLUMNS = 76, ID_BYTES = 15 };

str message_id_new(struct arena *a, str host)
{
	return arena_cat(a, STR("<"), rand_token(a, ID_BYTES), STR("@"), host, STR(">"));
}

static void add_field(struct buf *b, struct arena *a, str name, str value)
{
	if (value.n)
		buf_add(b, header_fold(a, name, value));
}

str compose_header(struct arena *a, const struct compose *l)
{
	BUF(b);
	str id = l->message_id.n ? l->message_id : message_id_new(a, l->host);
	str automatic = l->auto_submitted.n ? l->auto_submitted : STR("auto-replied");
	add_field(&b, a, STR("From"), mailbox_text(a, &l->from));
	add_field(&b, a, STR("To"), mailbox_text(a, &l->to));
	add_field(&b, a, STR("Reply-To"), l->reply_to);
	buf_add(&b, header_encode(a, STR("Subject"), l->subject));
	add_field(&b, a, STR("Date"), date_text(a, l->date ? l->date : clock_now()));
	add_field(&b, a, STR("Message-ID"), id);
	add_field(&b, a, STR("In-Reply-To"), l->in_reply_to);
	add_field(&b, a, STR("References"),
		  l->references.n ? l->references : l->in_reply_to);
	if (!l->written)
		add_field(&b, a, STR("Auto-Submitted"), automatic);
	add_field(&b, a, STR("List-Id"), l->list_id);
	buf_add(&b, l->extra);
	buf_add(&b, STR("MIME-Version: 1.0\r\n"));
	return arena_copy(a, buf_str(&b));
}

str compose(struct arena *a, const struct compose *l)
{
	BUF(b);
	buf_add(&b, compose_header(a, l));
	str text = encode_text_part(a, l->text);
	if (!l->attached.n) {
		buf_add(&b, text);
		return arena_copy(a, buf_str(&b));
	}
	str boundary = encode_boundary(a);
	buf_cat(&b, STR("Content-Type: multipart/mixed; boundary=\""), boundary,
		STR("\"\r\n\r\n--"), boundary, STR("\r\n"), text, STR("\r\n--"), boundary,
		STR("\r\n"), encode_message_part(a, STR("message/rfc822"), l->attached),
		STR("\r\n--"), boundary, STR("--\r\n"));
	return arena_copy(a, buf_str(&b));
}

static size_t columns(str s)
{
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) /* characters: all bytes but the later ones */
		n += (s.p[i] & '\xC0') != '\x80';
	return n;
}

/* One line of text as several; each but the first begins as the first did. */
static void wrap_line(struct buf *b, str line)
{
	size_t indent = 0, at;
	while (indent < line.n && line.p[indent] == ' ')
		indent++;
	str lead = str_first(line, indent), rest = str_skip(line, indent), word;
	at = indent;
	buf_add(b, lead);
	for (bool first = true; str_word(&rest, &word); first = false) {
		size_t n = columns(word);
		if (!first && at + 1 + n > WRAP_COLUMNS) {
			buf_cat(b, STR("\n"), lead);
			at = indent;
		} else if (!first) {
			buf_add_char(b, ' ');
			at++;
		}
		buf_add(b, word);
		at += n;
	}
}

str text_wrap(struct arena *a, str text)
{
	BUF(b);
	str line;
	while (str_line(&text, &line)) {
		if (columns(line) <= WRAP_COLUMNS)
			buf_add(&b, line);
		else
			wrap_line(&b, line);
		buf_add_char(&b, '\n');
	}
	return arena_copy(a, buf_str(&b));
}
