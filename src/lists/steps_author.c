/* Whether From stays the author's. Strict domains ask servers to refuse what bears their
 * name and no proof (RFC 9989); a list may break the author's proof only by fields that
 * the author signed as absent, since the body's bytes and the signed fields stay. So the
 * proof is checked over the copy as it will leave, and that decides. */
#include "lists/steps_inside.h"

#include "base/clock.h"
#include "lists/from_rewrite.h"
#include "lists/pattern.h"
#include "mail/encode.h"
#include "mail/seven.h"
#include "trust/name.h"
#include "trust/trust.h"

struct fate {
	bool rewritten;
	str why;
	bool signed_strictly; /* the author's signature is all that proves From */
};

/* send signs each copy for the list's domain or for the site's, whichever proves From: that
 * proves an author of the same organization. An organization that is divided further
 * (psd=n below its top) is not told apart here. */
static bool is_of(str ours, const struct dmarc_result *d)
{
	struct dmarc_record r;
	if (str_ieq(ours, d->domain))
		return true;
	if (!d->org.n || dmarc_record_parse(d->record, &r).kind || r.dkim_strict)
		return false;
	return name_within(ours, d->org);
}

static bool is_ours(struct arena *a, const struct books *books, str list,
		    const struct dmarc_result *d)
{
	str name, domain;
	if (is_of(domain_ascii(a, books->conf->site_domain), d))
		return true;
	return str_cut_last(list, '@', &name, &domain)
	       && is_of(domain_ascii(a, domain), d);
}

static struct fate keeps(str why)
{
	return (struct fate){ .why = why };
}

static struct fate rewrites(str why)
{
	return (struct fate){ .rewritten = true, .why = why };
}

/* Whether the list heeds what the author's domain asks for. */
static bool heeds(const struct settings *s, const struct dmarc_result *d)
{
	if (d->published == DMARC_POLICY_NONE)
		return d->record.n && s->dmarc_none_moderation_action;
	return d->published != DMARC_POLICY_QUARANTINE
	       || s->dmarc_quarantine_moderation_action;
}

/* By what DNS said when the message came. */
static struct fate judge_copy(struct books *books, struct arena *a,
			      const struct outgoing *out)
{
	const struct post *p = out->post;
	struct header h;
	struct trust_result t;
	str head = arena_cat(a, steps_header(a, out), out->personal, STR("\r\n"));
	if (header_scan(a, head, &h).kind
	    || trust_again(a, p->trust, &h, p->header.body, clock_now(), &t).kind)
		return keeps(STR("nothing is known of its domain"));
	const struct dmarc_result *d = &t.dmarc;
	bool ours = is_ours(a, books, p->list->address, d);
	bool heeded = heeds(&p->settings, d);
	struct fate f = { .signed_strictly = !ours && heeded
					     && d->published != DMARC_POLICY_NONE };
	if (d->dkim_aligned)
		f.why = STR("its domain's signature holds over the copy");
	else if (ours)
		f.why = STR("our own signature speaks for its domain");
	else if (trust_open(&t))
		f.why = STR("DNS did not give the key of its domain's signature");
	else if (d->verdict == DMARC_TEMPERROR)
		f = (struct fate){ .rewritten = t.kept.count
						> 0, /* or it was not asked */
				   .why = STR("DNS did not say what its domain asks "
					      "for") };
	else if (!heeded)
		f.why = d->published == DMARC_POLICY_NONE
				? STR("its domain asks for no proof")
				: STR("its domain asks for p=quarantine, which the list "
				      "does not heed");
	else
		f = rewrites(arena_cat(a, d->record_domain, STR(" asks for p="),
				       str_from(dmarc_policy_word(d->published)),
				       STR(", and no signature of it holds over the "
					   "copy")));
	return f;
}

/* A copy of a list above this one, whose tag proves that: that list looked, too, as far as
 * its own proof would have spoken. */
static bool has_been_looked_at(struct arena *a, const struct books *books,
			       const struct post *p)
{
	struct from_rewrite_mail above = { &p->header, p->trust, p->umbrella };
	return p->umbrella.n
	       && from_rewrite_alignment(books->conf, a, &above) == ALIGNMENT_HOLDS;
}

/* Whether this copy would be proof of an author whom nothing has proven. A list that takes
 * From's word (authenticate=any) does so where no policy speaks against it. */
static bool would_align(struct arena *a, const struct books *books, const struct post *p)
{
	struct from_rewrite_mail m = { &p->header, p->trust, p->list->address };
	if (p->authentic)
		return false;
	enum alignment ours = from_rewrite_alignment(books->conf, a, &m);
	bool counts = ours == ALIGNMENT_HOLDS
		      || (ours == ALIGNMENT_UNPUBLISHED
			  && !setting_is(p->settings.authenticate, "any"));
	return counts && !has_been_looked_at(a, books, p);
}

static bool is_named(const struct post *p)
{
	return pattern_lines(p->settings.dmarc_addresses, p->author_key) == PATTERN_HIT;
}

/* Where From is the list's in any case, nothing rests on it. */
bool step_rests_on_signature(struct books *books, struct arena *a,
			     const struct outgoing *out)
{
	const struct settings *s = &out->post->settings;
	if (s->anonymous_list || s->dmarc_mitigate_unconditionally || is_named(out->post)
	    || would_align(a, books, out->post))
		return false;
	struct fate f = judge_copy(books, a, out);
	return f.signed_strictly && !f.rewritten;
}

static struct fate judge(struct books *books, struct arena *a, const struct outgoing *out)
{
	const struct post *p = out->post;
	if (p->settings.anonymous_list)
		return keeps(STR("it is the list's: nobody is to know the author"));
	if (would_align(a, books, p))
		return rewrites(str_from(from_rewrite_why));
	if (!p->author.address.domain.n)
		return keeps(STR("it names no single author"));
	if (setting_is(p->settings.dmarc_mitigate_action, "no_mitigation"))
		return keeps(STR("the list leaves it as it is"));
	if (p->settings.dmarc_mitigate_unconditionally)
		return rewrites(STR("the list does so with every post"));
	if (is_named(p))
		return rewrites(STR("the list names this author"));
	if (!p->authentic && !p->vouched)
		return keeps(STR("nothing proves that the author wrote it, so that we do "
				 "not vouch for it"));
	return judge_copy(books, a, out);
}

/* Cc anew, with the author; one that cannot be read whole stays as it is, since what is
 * put behind an open quote is lost. */
static void add_to_cc(struct arena *a, struct outgoing *out, const struct mailbox *author)
{
	const struct post *p = out->post;
	struct mailbox *to, *cc;
	size_t to_count, cc_count;
	BUF(text);
	if (!step_mailboxes(a, &p->header, STR("To"), &to, &to_count)
	    || !step_mailboxes(a, &p->header, STR("Cc"), &cc, &cc_count))
		return;
	for (size_t i = 0; i < to_count + cc_count; i++) {
		const struct mailbox *m = i < to_count ? &to[i] : &cc[i - to_count];
		if (str_eq(address_key(a, &m->address), p->author_key))
			return;
		if (i >= to_count && !out->cc_taken)
			buf_cat(&text, mailbox_text(a, m), STR(", "));
	}
	if (out->cc.n)
		buf_cat(&text, out->cc, STR(", "));
	buf_add(&text, mailbox_text(a, author));
	step_drop(out, STR("Cc"));
	out->cc_taken = true;
	out->cc = arena_copy(a, buf_str(&text));
}

/* An answer to the author still goes to the author. Where the list has written Reply-To,
 * Cc is what is left. */
static void keep_reachable(struct arena *a, struct outgoing *out)
{
	const struct post *p = out->post;
	struct mailbox author = from_rewrite_author(&p->author), *own;
	size_t count;
	if (!author.address.domain.n) /* or several, who are nobody */
		return;
	if (out->replies_taken) {
		add_to_cc(a, out, &author);
		return;
	}
	if (!p->settings.first_strip_reply_to
	    && header_count(&p->header, STR("Reply-To")) == 1
	    && step_mailboxes(a, &p->header, STR("Reply-To"), &own, &count) && count)
		return;
	step_drop(out, STR("Reply-To"));
	buf_add(&out->append, header_fold(a, STR("Reply-To"), mailbox_text(a, &author)));
}

/* A signature over the old From is broken now, and some servers count that against the
 * copy; ours is put on by send. */
static err rewrite(struct arena *a, struct outgoing *out)
{
	const struct post *p = out->post;
	struct mailbox list;
	TRY(step_list_box(a, p, from_rewrite_name(a, &p->author, step_list_name(p)),
			  &list));
	step_drop(out, STR("From"));
	step_drop(out, STR("X-Original-From"));
	step_drop(out, STR("DKIM-Signature"));
	buf_add(&out->append, header_fold(a, STR("From"), mailbox_text(a, &list)));
	buf_add(&out->append, from_rewrite_original(a, &p->header));
	keep_reachable(a, out);
	return OK;
}

/* As the copy's only part, or behind the list's own words. */
static void put_inside(struct arena *a, struct outgoing *out, str header, str message)
{
	str words = str_trim(out->post->settings.dmarc_wrapped_message_text);
	/* RFC 6532 section 3.7 */
	str type = message_has_8bit(header) ? STR("message/global")
					    : STR("message/rfc822");
	if (!words.n) {
		out->body = message;
		step_add(out, STR("Content-Type"), type);
		step_add(out, STR("Content-Disposition"), STR("inline"));
		return;
	}
	str boundary = encode_boundary(a), between = arena_cat(a, STR("--"), boundary);
	step_add(out, STR("Content-Type"),
		 arena_cat(a, STR("multipart/mixed; boundary=\""), boundary, STR("\"")));
	out->body = arena_cat(
		a, between, STR("\r\n"), encode_text_part(a, words), STR("\r\n"), between,
		STR("\r\nContent-Type: "), type, STR("\r\nContent-Transfer-Encoding: "),
		message_has_8bit(message) ? STR("8bit") : STR("7bit"), STR("\r\n\r\n"),
		message, STR("\r\n"), between, STR("--\r\n"));
}

/* The post as it came, but for what goes in any case: its signature holds for those who
 * look inside. */
static void wrap(struct arena *a, struct outgoing *out)
{
	static const str gone[] = { STR("Return-Path"), STR("Delivered-To"),
				    STR("X-Original-To") };
	static const char *const mime[] = {
		"MIME-Version",     "Content-Type",        "Content-Transfer-Encoding",
		"Content-ID",       "Content-Disposition", "Content-Description",
		"Content-Language", "Content-Location",    "Content-MD5",
	};
	const struct post *p = out->bare ? out->bare : out->post;
	struct header_edit inside = { .drop = gone,
				      .drop_count = sizeof gone / sizeof *gone,
				      .prepend = STR(""),
				      .append = STR("") };
	str header = header_apply(a, &p->header, &inside);
	if (out->words.n)
		out->words = STR("left out: the post is inside, untouched");
	out->marks = STR("");
	out->links = 0;
	for (size_t i = 0; i < sizeof mime / sizeof *mime; i++)
		step_drop(out, str_from(mime[i]));
	step_add(out, STR("MIME-Version"), STR("1.0"));
	put_inside(a, out, header, arena_cat(a, header, STR("\r\n"), p->header.body));
	if (message_has_8bit(out->body))
		step_add(out, STR("Content-Transfer-Encoding"), STR("8bit"));
}

err step_author(struct books *books, struct arena *a, struct outgoing *out)
{
	struct fate f = judge(books, a, out);
	bool wraps = setting_is(out->post->settings.dmarc_mitigate_action,
				"wrap_message");
	out->author = arena_cat(a,
				!f.rewritten ? STR("kept (")
				: wraps      ? STR("the list's, the post inside (")
					     : STR("the list's ("),
				f.why, STR(")"));
	out->author_signed = f.signed_strictly;
	if (!f.rewritten)
		return OK;
	TRY(rewrite(a, out));
	if (wraps)
		wrap(a, out);
	return OK;
}
