#include "lists/preview.h"

#include "base/clock.h"
#include "base/language.h"
#include "base/map.h"
#include "lists/steps.h"
#include "mail/date.h"
#include "mail/mime.h"
#include "net/resolver.h"
#include "store/archive/post.h"
#include "trust/trust.h"

static const struct {
	const char *name, *local, *domain, *policy;
} authors[PREVIEW_KINDS] = {
	[PREVIEW_LENIENT] = { "Anna Meyer", "anna", "uni.example", "v=DMARC1; p=none" },
	[PREVIEW_STRICT] = { "Ben Okafor", "ben", "strict.example",
			     "v=DMARC1; p=reject" },
};

static str domain_of(enum preview_kind kind)
{
	return str_from(authors[kind].domain);
}

/* ---- what DNS would say of the author's domain */

struct pretended {
	struct resolver resolver;
	str name, policy;
};

static void answer(struct resolver *r, struct arena *a, str name, enum dns_type type,
		   int64_t deadline, struct dns_answer *out)
{
	const struct pretended *p = (const struct pretended *)r;
	(void)deadline;
	*out = (struct dns_answer){ .status = DNS_NXDOMAIN };
	if (type != DNS_TXT || !str_ieq(name, p->name))
		return;
	out->records = arena_zero(a, sizeof *out->records);
	out->records[0].data = p->policy;
	out->count = 1;
	out->status = DNS_FOUND;
}

static err pretend(struct arena *a, enum preview_kind kind, str message, str *trust)
{
	struct trust_result t;
	struct header h;
	struct pretended p = { { answer },
			       arena_cat(a, STR("_dmarc."), domain_of(kind)),
			       str_from(authors[kind].policy) };
	TRY(header_scan(a, message, &h));
	trust_policy(a, &p.resolver, 0, &h, &t);
	*trust = trust_json_own(a, "account", &t);
	return OK;
}

/* ---- the example */

/* In the language of who looks, as members of the list may write. */
static str message_of(struct arena *a, const struct list_entry *list,
		      enum preview_kind kind)
{
	BUF(out);
	str line, text = S_("Dear all,\n\nwhen shall we meet next week?");
	buf_addf(&out, "From: %s <%s@%s>\r\nTo: %.*s\r\n", authors[kind].name,
		 authors[kind].local, authors[kind].domain, STR_F(list->address));
	buf_add(&out, header_encode(a, STR("Subject"), S_("When do we meet?")));
	buf_addf(&out,
		 "Date: %.*s\r\nMessage-ID: <preview@%s>\r\nMIME-Version: 1.0\r\n"
		 "Content-Type: text/plain; charset=utf-8\r\n"
		 "Content-Transfer-Encoding: 8bit\r\n\r\n",
		 STR_F(date_text(a, clock_now())), authors[kind].domain);
	while (str_line(&text, &line))
		buf_cat(&out, line, STR("\r\n"));
	buf_addf(&out, "\r\n%s\r\n", authors[kind].name);
	return arena_copy(a, buf_str(&out));
}

static err read_post(struct books *books, struct arena *a, const struct list_entry *list,
		     enum preview_kind kind, struct post *p)
{
	struct address path = { str_from(authors[kind].local), domain_of(kind) };
	struct mail_in m = { .source = STR("preview"),
			     .text = message_of(a, list, kind),
			     .reverse_path = &path,
			     .account = 1 };
	TRY(pretend(a, kind, m.text, &m.trust));
	TRY(post_read(books->lists, a, list, &m, p));
	p->vouched = true;
	return OK;
}

static str without_token(struct arena *a, str fields)
{
	static const str mark = { "{leave}", 7 };
	str at = str_find(fields, mark);
	return at.n ? arena_cat(a, str_first(fields, fields.n - at.n), STR("TOKEN"),
				str_skip(at, mark.n))
		    : fields;
}

/* ---- as a mail program shows it */

static err readable(struct arena *a, str fields, str *out)
{
	BUF(shown);
	struct header h;
	TRY(header_scan(a, arena_cat(a, fields, STR("\r\n")), &h));
	for (size_t i = 0; i < h.count; i++) {
		str text = header_text(a, &h.fields[i]);
		bool plain = str_eq(text, header_value(a, &h.fields[i]));
		buf_cat(&shown, h.fields[i].name, STR(":"),
			plain ? h.fields[i].value : arena_cat(a, STR(" "), text),
			STR("\r\n"));
	}
	*out = arena_copy(a, buf_str(&shown));
	return OK;
}

static err readable_text(struct arena *a, str header, str body, str *out)
{
	struct mime m;
	str used;
	TRY(mime_parse(a, arena_cat(a, header, STR("\r\n"), body), &m));
	*out = m.parts[0].multipart ? body : mime_text(a, &m.parts[0], &used);
	return OK;
}

static err run(struct books *books, struct arena *a, struct outgoing *out,
	       struct preview *x)
{
	const struct post *p = out->post;
	int64_t version;
	if (!setting_is(p->settings.archive_policy, "never")) {
		TRY(archive_newest(books->archive, p->list->id, &out->number, &version));
		out->number++;
	}
	TRY(readable(a, p->header.raw, &x->before));
	TRY(steps_run(books, a, out));
	str header = arena_cat(a, steps_header(a, out), without_token(a, out->personal));
	TRY(readable_text(a, header, out->body.n ? out->body : out->post->header.body,
			  &x->text));
	TRY(readable(a, header, &x->header));
	x->author = out->author;
	x->words = out->words;
	return OK;
}

err preview_make(struct books *books, struct arena *a, const struct list_entry *list,
		 enum preview_kind kind, struct preview *out)
{
	struct map has_copy = { 0 };
	struct post p;
	struct preview x = { 0 };
	TRY(read_post(books, a, list, kind, &p));
	struct outgoing o = { .post = &p, .audience.has_copy = &has_copy };
	err e = run(books, a, &o, &x);
	map_free(&has_copy);
	buf_free(&o.prepend);
	buf_free(&o.append);
	if (!e.kind)
		*out = x;
	return e;
}
