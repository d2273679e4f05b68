#include "lists/preview.h"

#include "base/clock.h"
#include "base/map.h"
#include "lists/steps.h"
#include "mail/date.h"
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

static str message_of(struct arena *a, const struct list_entry *list,
		      enum preview_kind kind)
{
	return arena_printf(
		a,
		"From: %s <%s@%s>\r\nTo: %.*s\r\nSubject: When do we meet?\r\n"
		"Date: %.*s\r\nMessage-ID: <preview@%s>\r\nMIME-Version: 1.0\r\n"
		"Content-Type: text/plain; charset=utf-8\r\n\r\n"
		"Dear all,\r\n\r\nwhen shall we meet next week?\r\n\r\n%s\r\n",
		authors[kind].name, authors[kind].local, authors[kind].domain,
		STR_F(list->address), STR_F(date_text(a, clock_now())),
		authors[kind].domain, authors[kind].name);
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

static err run(struct books *books, struct arena *a, struct outgoing *out,
	       struct preview *x)
{
	const struct post *p = out->post;
	int64_t version;
	if (!setting_is(p->settings.archive_policy, "never")) {
		TRY(archive_newest(books->archive, p->list->id, &out->number, &version));
		out->number++;
	}
	x->before = str_first(p->message, p->message.n - p->header.body.n);
	TRY(steps_run(books, a, out));
	x->header = arena_cat(a, steps_header(a, out), without_token(a, out->personal));
	x->text = out->body.n ? out->body : out->post->header.body;
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
