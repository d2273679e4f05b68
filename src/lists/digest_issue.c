/* One issue: what it says in each form, and who gets it. */
#include "lists/digest_inside.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "lists/decorate.h"
#include "lists/digest_write.h"
#include "lists/fanout.h"
#include "lists/notice.h"
#include "lists/shadow.h"
#include "lists/steps_inside.h"
#include "lists/topics.h"
#include "mail/charset.h"
#include "mail/compose.h"
#include "mail/seven.h"
#include "mail/tls_want.h"
#include "store/outbound/delivery.h"
#include "store/outbound/message.h"

enum { BATCH = 1000 };

/* ---- what it says */

struct making {
	struct books *books;
	const struct list_entry *list;
	struct settings settings;
	struct digest_issue issue;
};

static err text_of(struct making *m, struct arena *a, const char *name, size_t posts,
		   enum language *l, str *subject, str *text)
{
	struct notice_var vars[] = {
		{ "volume", arena_printf(a, "%lld", (long long)m->issue.volume) },
		{ "issue", arena_printf(a, "%lld", (long long)m->issue.issue) },
		{ "posts", arena_printf(a, "%zu", posts) },
	};
	struct notice n = { .name = name,
			    .list = m->list,
			    .to = { .address = { .local = m->list->name,
						 .domain = m->list->domain } },
			    .vars = vars,
			    .var_count = sizeof vars / sizeof *vars };
	return notice_text(m->books, a, &n, l, subject, text);
}

/* The list's own words, the same in every copy. */
static str words_of(const struct making *m, struct arena *a, str text)
{
	struct post p = { .list = m->list, .settings = m->settings };
	return decorate_fill(a, m->books, &p, 0, STR(""), text);
}

static struct digest_entry *entries_of(const struct making *m, struct arena *a,
				       const struct digest_post *p, size_t n)
{
	struct digest_entry *e = arena_zero(a, (n + 1) * sizeof *e);
	str url = list_url(a, m->books, m->list);
	for (size_t i = 0; i < n; i++) {
		e[i].message = p[i].message;
		e[i].url = p[i].number ? arena_printf(a, "%.*s/%lld", STR_F(url),
						      (long long)p[i].number)
				       : STR("");
	}
	return e;
}

/* The list's fields as in the copy of a post, from the same step. */
static err list_fields(struct making *m, struct arena *a, str *shared, str *personal)
{
	struct post p = { .list = m->list, .settings = m->settings };
	struct outgoing out = { .post = &p };
	err e = step_list_fields(m->books, a, &out);
	*shared = arena_copy(a, buf_str(&out.append));
	*personal = out.personal;
	buf_free(&out.append);
	buf_free(&out.prepend);
	return e;
}

/* Answers to the whole go to the list; answers of programs to nobody, as with all that
 * comes from -request. */
static err head_of(struct making *m, struct arena *a, str subject, str *head,
		   str *personal)
{
	str fields;
	TRY(list_fields(m, a, &fields, personal));
	struct compose l = {
		.from = { .name = m->list->name,
			  .address = { .local = arena_cat(a, m->list->name,
							  STR("-request")),
				       .domain = m->list->domain } },
		.to = { .address = { .local = m->list->name,
				     .domain = m->list->domain } },
		.reply_to = arena_cat(a, STR("<"), m->list->address, STR(">")),
		.subject = subject,
		.auto_submitted = STR("auto-generated"),
		.extra = fields,
		.host = m->books->conf->site_hostname,
	};
	*head = compose_header(a, &l);
	return OK;
}

/* One post that may not go in clear keeps all beside it from it. */
static enum tls_want tls_of(struct arena *a, const struct digest_text *t)
{
	for (size_t i = 0; i < t->count; i++)
		if (tls_want_of(a, &t->entries[i].header) == TLS_WANT_REQUIRED)
			return TLS_WANT_REQUIRED;
	return TLS_WANT_USUAL;
}

/* "/1,release,": what its readers want, where they have chosen. */
static str wants_word(struct arena *a, str wants)
{
	str name, out = STR("");
	for (bool first = true; str_line(&wants, &name); first = false)
		out = arena_cat(a, out, first ? STR("/") : STR(","), name);
	return out;
}

/* Its source names what is in it: the same again is the same message. */
static void describe(const struct making *m, struct arena *a,
		     const struct digest_group *g, struct outbound_message *out)
{
	bool own = settings_own_copies(&m->settings);
	*out = (struct outbound_message){
		.source = arena_printf(a, "digest %lld/%.*s/%lld-%lld%.*s",
				       (long long)m->issue.id, STR_F(g->form),
				       (long long)g->low, (long long)g->high,
				       STR_F(wants_word(a, g->wants))),
		.kind = STR("digest"),
		.list = m->list->address,
		.reverse_path = own ? STR("")
				    : list_subaddress(a, m->list, STR("bounces")),
		.verp = own,
		.created_at = clock_now_ms(),
	};
}

static str message_id_of(struct arena *a, const struct header *h)
{
	str *ids;
	return header_ids(a, header_find(h, STR("Message-ID")), &ids) ? ids[0] : STR("");
}

/* Those posts that readers with this choice want, in front. */
static size_t wanted(const struct making *m, struct arena *a,
		     const struct digest_group *g, struct digest_post *p, size_t n)
{
	struct topics t = topics_read(a, m->settings.topics);
	bool others = str_starts(g->wants, STR("1"));
	size_t count = 0;
	if (!g->wants.n || !m->settings.topics_enabled)
		return n;
	for (size_t i = 0; i < n; i++)
		if (topics_want(&t, str_skip(g->wants, 1), others, p[i].topics))
			p[count++] = p[i];
	return count;
}

/* *bytes empty: the readers want none of its posts. */
static err write_message(struct making *m, struct arena *a, const struct digest_group *g,
			 struct outbound_message *out, str *bytes)
{
	struct digest_post *posts;
	struct digest_text t = { .form = g->form, .address = m->list->address };
	enum language l;
	str head, none;
	struct header h;
	*bytes = STR("");
	describe(m, a, g, out);
	TRY(digest_posts(m->books->lists, a, m->issue.list, g->low, g->high, &posts,
			 &t.count));
	t.count = wanted(m, a, g, posts, t.count);
	if (!t.count)
		return OK;
	t.entries = entries_of(m, a, posts, t.count);
	TRY(text_of(m, a, "digest", t.count, &l, &t.title, &t.masthead));
	TRY(text_of(m, a, "digest-end", t.count, &l, &none, &t.end));
	t.header = words_of(m, a, m->settings.digest_header);
	t.footer = words_of(m, a, m->settings.digest_footer);
	TRY(head_of(m, a, t.title, &head, &out->personal));
	enum language before = language_use(l);
	str assumed = charset_assume(m->settings.default_charset);
	*bytes = arena_cat(a, head, digest_write(a, &t));
	charset_assume(assumed);
	language_use(before);
	TRY(header_scan(a, *bytes, &h));
	out->message_id = message_id_of(a, &h);
	out->subject = t.title;
	out->size = (int64_t)bytes->n;
	out->split = (int64_t)h.raw.n;
	out->eightbit = message_has_8bit(*bytes);
	out->tls = tls_of(a, &t);
	return OK;
}

/* ---- who gets it */

static err add_copies(struct books *books, struct arena *a, struct outbound_message *to,
		      const struct member_copy *m, size_t n)
{
	struct delivery *d = arena_zero(a, (n + 1) * sizeof *d);
	for (size_t i = 0; i < n; i++)
		d[i] = (struct delivery){ .destination = destination_of(a, m[i].key),
					  .recipient = m[i].text,
					  .member = m[i].id };
	TRY(shadow_deliver(books, a, to->list, to, d, n));
	to->copies += (int64_t)n;
	return OK;
}

/* How far it has come is read in the same transaction: a command and the role post may
 * both be at it. */
static err copy_some(struct making *m, struct arena *a, const struct digest_group *g,
		     struct outbound_message *out, str bytes)
{
	struct member_copy *members;
	size_t n;
	bool fresh;
	TRY(outbound_add(m->books->outbound, out, &fresh));
	if (out->complete)
		return OK;
	if (fresh)
		TRY(outbound_body_write(m->books->outbound, out->id, bytes));
	TRY(digest_readers(m->books->lists, a, m->issue.id, g, out->fanned_to, BATCH,
			   &members, &n));
	TRY(add_copies(m->books, a, out, members, n));
	if (n)
		out->fanned_to = members[n - 1].id;
	out->complete = n < BATCH;
	TRY(outbound_progress(m->books->outbound, out->id, out->fanned_to,
			      out->complete));
	return out->complete ? queued_note(m->books, a, out, m->list->address,
					   out->copies, STR(""))
			     : OK;
}

static err send_group(struct making *m, struct arena *a, const struct digest_group *g)
{
	struct outbound_message out;
	str bytes;
	TRY(write_message(m, a, g, &out, &bytes));
	if (!bytes.n)
		return OK;
	do {
		ARENA(batch);
		TRY(book_begin(m->books->outbound));
		TRY(book_end(m->books->outbound, copy_some(m, batch, g, &out, bytes)));
	} while (!out.complete);
	return OK;
}

err digest_finish(struct books *books, struct arena *a, const struct digest_issue *i)
{
	struct digest_group *g;
	size_t n;
	struct making m = { .books = books,
			    .list = addressbook_list_by_id(books->addresses, i->list),
			    .issue = *i };
	if (!m.list) /* made since the address book was read */
		return OK;
	TRY(settings_load(books->lists, a, i->list, &m.settings));
	TRY(digest_groups(books->lists, a, i->id, &g, &n));
	for (size_t k = 0; k < n; k++) {
		ARENA(group);
		TRY(send_group(&m, group, &g[k]));
	}
	TRY(digest_end(books->lists, i));
	log_info("digest-sent", KS("list", m.list->address), KN("volume", i->volume),
		 KN("issue", i->issue));
	return OK;
}
