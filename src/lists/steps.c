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
	out->a = a;
	for (size_t i = 0; i < STEPS; i++)
		TRY(steps[i].run(books, a, out));
	return OK;
}

void step_drop(struct outgoing *out, str name)
{
	if (out->drop_count == out->drop_room) {
		size_t room = out->drop_room ? out->drop_room * 2 : 64;
		str *more = arena_alloc(out->a, room * sizeof *more);
		for (size_t i = 0; i < out->drop_count; i++)
			more[i] = out->drop[i];
		out->drop = more;
		out->drop_room = room;
	}
	out->drop[out->drop_count++] = name;
}

void step_add(struct outgoing *out, str name, str value)
{
	buf_cat(&out->append, name, STR(": "), value, STR("\r\n"));
}

str step_list_name(const struct post *p)
{
	return p->settings.display_name.n ? p->settings.display_name : p->list->name;
}

err step_list_box(struct arena *a, const struct post *p, str name, struct mailbox *m)
{
	m->name = name;
	return address_parse(a, p->list->address, &m->address);
}

/* Return-Path belongs to final delivery (RFC 5321 section 4.4). A receipt asked of
 * a whole list would be hundreds, and would tell who reads. Foreign list fields
 * would speak for this list to readers' programs. Passwords of other list servers are
 * for nobody's eyes. */
err step_strip(struct books *books, struct arena *a, struct outgoing *out)
{
	static const char *const names[] = {
		"Return-Path",
		"Delivered-To",
		"X-Original-To",
		"Disposition-Notification-To",
		"Return-Receipt-To",
		"X-Confirm-Reading-To",
		"List-Id",
		"List-Help",
		"List-Post",
		"List-Subscribe",
		"List-Unsubscribe",
		"List-Unsubscribe-Post",
		"List-Owner",
		"List-Archive",
		"Archived-At",
		"Precedence",
		"Approved",
		"Approve",
		"X-Approved",
		"X-Approve",
		"Urgent",
	};
	(void)books, (void)a;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		step_drop(out, str_from(names[i]));
	return OK;
}

/* "[dev %05d]": what stands before and behind the number, and its format. */
struct numbered {
	str before, behind;
	int width;
	bool zeros;
};

static bool read_numbered(str prefix, struct numbered *n)
{
	enum { WIDTH_MAX = 9 };
	for (size_t i = 0; i < prefix.n; i++) {
		size_t end = i + 1;
		int width = 0;
		if (prefix.p[i] != '%')
			continue;
		while (end < prefix.n && chr_is_digit(prefix.p[end])
		       && width <= WIDTH_MAX)
			width = width * 10 + prefix.p[end++] - '0';
		if (end == prefix.n || prefix.p[end] != 'd' || width > WIDTH_MAX)
			continue;
		*n = (struct numbered){ .before = str_first(prefix, i),
					.behind = str_skip(prefix, end + 1),
					.width = width,
					.zeros = prefix.p[i + 1] == '0' };
		return true;
	}
	return false;
}

/* The first number with its prefix off the subject. */
static str without_one(struct arena *a, const struct numbered *n, str subject)
{
	str at = n->before.n ? str_ifind(subject, n->before) : STR_NONE;
	str rest = str_skip(at, n->before.n);
	while (rest.n && chr_is_space(rest.p[0]))
		rest = str_skip(rest, 1);
	size_t digits = 0;
	while (digits < rest.n && chr_is_digit(rest.p[digits]))
		digits++;
	rest = str_skip(rest, digits);
	if (!at.n || !digits || !str_istarts(rest, n->behind))
		return subject;
	return arena_cat(a, str_first(subject, (size_t)(at.p - subject.p)),
			 str_trim(str_skip(rest, n->behind.n)));
}

/* An answer bears the numbers of the posts that it answers: they go, for its own. */
static str without_number(struct arena *a, const struct numbered *n, str subject)
{
	for (size_t before = subject.n + 1; subject.n < before;) {
		before = subject.n;
		subject = without_one(a, n, subject);
	}
	return subject;
}

/* Without an archive there is no number. */
static str with_number(struct arena *a, const struct numbered *n, int64_t number)
{
	if (!number)
		return arena_cat(a, str_trim(n->before), n->behind);
	str text = n->zeros ? arena_printf(a, "%0*lld", n->width, (long long)number)
			    : arena_printf(a, "%*lld", n->width, (long long)number);
	return arena_cat(a, n->before, text, n->behind);
}

/* "Re: [dev] x" becomes "[dev] Re: x" in Mailman; here the prefix stands first
 * and only once, and a subject that bears it already keeps its bytes. */
err step_subject_prefix(struct books *books, struct arena *a, struct outgoing *out)
{
	const struct post *p = out->post;
	str prefix = str_trim(p->settings.subject_prefix), subject = p->subject;
	struct numbered n;
	(void)books;
	if (read_numbered(prefix, &n)) {
		subject = without_number(a, &n, subject);
		prefix = with_number(a, &n, out->number);
	} else if (str_ifind(subject, prefix).n) {
		return OK;
	}
	if (!prefix.n)
		return OK;
	step_drop(out, STR("Subject"));
	buf_add(&out->append, header_encode(a, STR("Subject"),
					    arena_cat(a, prefix, STR(" "), subject)));
	return OK;
}

str steps_header(struct arena *a, const struct outgoing *out)
{
	str cc = out->cc.n ? header_fold(a, STR("Cc"), out->cc) : STR("");
	struct header_edit edit = { .drop = out->drop,
				    .drop_count = out->drop_count,
				    .prepend = buf_str(&out->prepend),
				    .append = arena_cat(a, buf_str(&out->append), cc) };
	return header_apply(a, &out->post->header, &edit);
}

/* Before the step that asks whether the author's signature still holds: it may cover Sender. */
err step_sender(struct books *books, struct arena *a, struct outgoing *out)
{
	(void)books;
	if (!out->post->settings.include_sender_header)
		return OK;
	step_drop(out, STR("Sender"));
	step_add(out, STR("Sender"), list_subaddress(a, out->post->list, STR("bounces")));
	return OK;
}

/* Who filters mail by it finds this list's topics there, no other's. */
err step_topics(struct books *books, struct arena *a, struct outgoing *out)
{
	str names = topics_shown(a, out->audience.fits);
	(void)books;
	if (!out->post->settings.topics_enabled)
		return OK;
	step_drop(out, STR("X-Topics"));
	if (names.n)
		buf_add(&out->append, header_encode(a, STR("X-Topics"), names));
	return OK;
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
				     p->list->list_id, STR(">")));
}

static void add_archive_fields(struct arena *a, struct outgoing *out, str url)
{
	if (!out->number)
		return;
	if (out->post->settings.include_rfc2369_headers)
		step_add(out, STR("List-Archive"),
			 arena_cat(a, STR("<"), url, STR("/>")));
	step_add(out, STR("Archived-At"),
		 arena_printf(a, "<%.*s/%lld>", STR_F(url), (long long)out->number));
}

str steps_leave(struct books *books, struct arena *a, const struct list_entry *list)
{
	return arena_cat(
		a, STR("List-Unsubscribe: <"), list_token_url(a, books, list),
		STR("/leave?m={leave}>,\r\n "), mailto(a, list, STR("leave")),
		STR("\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"));
}

/* Leaving in one click (RFC 8058) takes a link of the member's own, which send fills in;
 * in a copy that all share the page and the mail address ask who it is (RFC 2369). */
static void add_unsubscribe(struct books *books, struct arena *a, struct outgoing *out,
			    str url)
{
	const struct post *p = out->post;
	str mail = mailto(a, p->list, STR("leave"));
	if (!settings_own_copies(&p->settings)) {
		step_add(out, STR("List-Unsubscribe"),
			 arena_cat(a, STR("<"), url, STR("/leave>,\r\n "), mail));
		return;
	}
	out->personal = steps_leave(books, a, p->list);
}

static void add_help(struct books *books, struct arena *a, struct outgoing *out, str url)
{
	const struct post *p = out->post;
	const struct list_entry *l = p->list;
	step_add(out, STR("List-Help"),
		 arena_cat(a, STR("<"), url, STR("/>, "), mailto(a, l, STR("request"))));
	step_add(out, STR("List-Post"),
		 p->settings.allow_list_posts
			 ? arena_cat(a, STR("<mailto:"), l->address, STR(">"))
			 : STR("NO"));
	step_add(out, STR("List-Subscribe"),
		 arena_cat(a, STR("<"), url, STR("/join>, "), mailto(a, l, STR("join"))));
	step_add(out, STR("List-Owner"), mailto(a, l, STR("owner")));
	add_unsubscribe(books, a, out, url);
}

/* RFC 2369; the fields that are the same in every copy. List-Id (RFC 2919) stays in any
 * case: by it rule_loop knows what this list has sent. */
err step_list_fields(struct books *books, struct arena *a, struct outgoing *out)
{
	const struct post *p = out->post;
	str url = list_url(a, books, p->list);
	buf_add(&out->append, list_id(a, p));
	if (p->settings.include_rfc2369_headers)
		add_help(books, a, out, url);
	add_archive_fields(a, out, url);
	step_add(out, STR("Precedence"), STR("list"));
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
			map_set(out->audience.has_copy, address_key(a, &m[i].address),
				out);
	}
	return OK;
}

err step_audience(struct books *books, struct arena *a, struct outgoing *out)
{
	(void)books;
	TRY(note_copies(a, out, "To"));
	TRY(note_copies(a, out, "Cc"));
	if (out->post->member && !out->post->member->own_posts)
		out->audience.own = out->post->member->id;
	return OK;
}
