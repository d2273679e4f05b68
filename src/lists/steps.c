#include "lists/steps_inside.h"

#include "base/map.h"
#include "mail/header.h"
#include "store/lists/member.h"

static const struct {
	const char *name;
	step_fn *run;
} steps[] = {
#define STEP(name, text) { #name, step_##name },
#include "lists/steps.def"
#undef STEP
};

static const struct step_doc docs[] = {
#define STEP(name, text) { #name, text },
#include "lists/steps.def"
#undef STEP
};

enum { STEPS = sizeof steps / sizeof *steps };

const struct step_doc *step_docs(size_t *count)
{
	*count = STEPS;
	return docs;
}

err steps_run(struct books *books, struct arena *a, struct outgoing *out)
{
	for (size_t i = 0; i < STEPS; i++)
		TRY(steps[i].run(books, a, out));
	return OK;
}

void step_drop(struct outgoing *out, str name)
{
	if (out->drop_count < sizeof out->drop / sizeof *out->drop)
		out->drop[out->drop_count++] = name;
}

void step_add(struct outgoing *out, str name, str value)
{
	buf_cat(&out->append, name, STR(": "), value, STR("\r\n"));
}

/* Return-Path belongs to final delivery (RFC 5321 section 4.4). A receipt asked of
 * a whole list would be hundreds, and would tell who reads. Foreign list fields
 * would speak for this list to readers' programs. */
err step_strip(struct books *books, struct arena *a, struct outgoing *out)
{
	static const char *const names[] = {
		"Return-Path",       "Delivered-To",
		"X-Original-To",     "Disposition-Notification-To",
		"Return-Receipt-To", "X-Confirm-Reading-To",
		"List-Id",           "List-Help",
		"List-Post",         "List-Subscribe",
		"List-Unsubscribe",  "List-Unsubscribe-Post",
		"List-Owner",        "List-Archive",
		"Archived-At",       "Precedence",
	};
	(void)books, (void)a;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		step_drop(out, str_from(names[i]));
	return OK;
}

/* "Re: [dev] x" becomes "[dev] Re: x" in Mailman; here the prefix stands first
 * and only once, and a subject that bears it already keeps its bytes. */
err step_subject_prefix(struct books *books, struct arena *a, struct outgoing *out)
{
	const struct post *p = out->post;
	str prefix = str_trim(p->settings.subject_prefix);
	(void)books;
	if (!prefix.n || str_ifind(p->subject, prefix).n)
		return OK;
	step_drop(out, STR("Subject"));
	str subject = arena_cat(a, prefix, STR(" "), p->subject);
	buf_add(&out->append, header_encode(a, STR("Subject"), subject));
	return OK;
}

err step_reply_to(struct books *books, struct arena *a, struct outgoing *out)
{
	const struct settings *s = &out->post->settings;
	(void)books;
	if (setting_is(s->reply_goes_to_list, "no_munging"))
		return OK;
	str to = setting_is(s->reply_goes_to_list, "point_to_list")
			 ? arena_cat(a, STR("<"), out->post->list->address, STR(">"))
			 : s->reply_to_address;
	if (!to.n)
		return OK;
	step_drop(out, STR("Reply-To"));
	step_add(out, STR("Reply-To"), to);
	return OK;
}

str steps_header(struct arena *a, const struct outgoing *out)
{
	struct header_edit edit = { .drop = out->drop,
				    .drop_count = out->drop_count,
				    .prepend = buf_str(&out->prepend),
				    .append = buf_str(&out->append) };
	return header_apply(a, &out->post->header, &edit);
}

static str mailto(struct arena *a, const struct list_entry *l, str suffix)
{
	return arena_cat(a, STR("<mailto:"), list_subaddress(a, l, suffix), STR(">"));
}

/* RFC 2919 section 2: the description as a phrase, then the identifier. */
static str list_id(struct arena *a, const struct post *p)
{
	str phrase = phrase_text(a, p->settings.description);
	return header_fold(a, STR("List-Id"),
			   arena_cat(a, phrase, phrase.n ? STR(" <") : STR("<"),
				     p->list->name, STR("."), p->list->domain, STR(">")));
}

static void add_archive_fields(struct arena *a, struct outgoing *out, str url)
{
	if (!out->number)
		return;
	step_add(out, STR("List-Archive"), arena_cat(a, STR("<"), url, STR("/>")));
	step_add(out, STR("Archived-At"),
		 arena_printf(a, "<%.*s/%lld>", STR_F(url), (long long)out->number));
}

/* Leaving in one click (RFC 8058) takes a link of the member's own, which send fills in;
 * in a copy that all share the page and the mail address ask who it is (RFC 2369). */
static void add_unsubscribe(struct arena *a, struct outgoing *out, str url)
{
	const struct post *p = out->post;
	str mail = mailto(a, p->list, STR("leave"));
	if (!p->settings.personal_copies) {
		step_add(out, STR("List-Unsubscribe"),
			 arena_cat(a, STR("<"), url, STR("/leave>,\r\n "), mail));
		return;
	}
	out->personal = arena_cat(
		a, STR("List-Unsubscribe: <"), url, STR("/leave?m={leave}>,\r\n "), mail,
		STR("\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"));
}

/* RFC 2369; the fields that are the same in every copy. */
err step_list_fields(struct books *books, struct arena *a, struct outgoing *out)
{
	const struct post *p = out->post;
	const struct list_entry *l = p->list;
	str url = list_url(a, books, l);
	buf_add(&out->append, list_id(a, p));
	step_add(out, STR("List-Help"),
		 arena_cat(a, STR("<"), url, STR("/>, "), mailto(a, l, STR("request"))));
	step_add(out, STR("List-Post"),
		 p->settings.allow_list_posts
			 ? arena_cat(a, STR("<mailto:"), l->address, STR(">"))
			 : STR("NO"));
	step_add(out, STR("List-Subscribe"),
		 arena_cat(a, STR("<"), url, STR("/join>, "), mailto(a, l, STR("join"))));
	step_add(out, STR("List-Owner"), mailto(a, l, STR("owner")));
	add_archive_fields(a, out, url);
	step_add(out, STR("Precedence"), STR("list"));
	add_unsubscribe(a, out, url);
	return OK;
}

static err note_copies(struct arena *a, struct outgoing *out, const char *name)
{
	for (const struct field *f = header_find(&out->post->header, str_from(name)); f;
	     f = header_next(&out->post->header, f)) {
		struct mailbox *m;
		size_t n;
		if (address_list(a, f->value, &m, &n).kind)
			continue;
		for (size_t i = 0; i < n; i++)
			map_set(out->has_copy, address_key(a, &m[i].address), out);
	}
	return OK;
}

err step_audience(struct books *books, struct arena *a, struct outgoing *out)
{
	(void)books;
	TRY(note_copies(a, out, "To"));
	TRY(note_copies(a, out, "Cc"));
	if (out->post->member && !out->post->member->own_posts)
		out->skip = out->post->member->id;
	return OK;
}
