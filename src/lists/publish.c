#include "lists/publish.h"

#include "archive/add.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/map.h"
#include "lists/budget.h"
#include "lists/digest.h"
#include "lists/fanout.h"
#include "lists/follow.h"
#include "lists/forward.h"
#include "lists/notice.h"
#include "lists/siblings.h"
#include "lists/steps.h"
#include "mail/seven.h"
#include "mail/tls_want.h"
#include "store/lists/member.h"
#include "store/lists/seen.h"
#include "store/outbound/ledger.h"
#include "store/outbound/message.h"

int64_t source_inbound(str source)
{
	str number, rest;
	int64_t id;
	return str_cut(source, '/', &number, &rest) && str_i64(number, &id) ? id : 0;
}

err post_has_begun(struct books *books, struct arena *a, str source, bool *yes)
{
	struct outbound_message *m;
	size_t n;
	*yes = false;
	TRY(outbound_by_inbound(books->outbound, a, source_inbound(source), &m, &n));
	for (size_t i = 0; i < n; i++)
		*yes = *yes || str_eq(m[i].source, source);
	return OK;
}

/* The post as the list takes it. One of which nothing is left comes here only where a
 * person let it pass: then as it is. */
static err as_taken(struct arena *a, const struct post *p, struct post *taken)
{
	*taken = *p;
	if (str_eq(p->content.message, p->message))
		return OK;
	taken->message = p->content.message;
	return header_scan(a, taken->message, &taken->header);
}

/* The post as it is kept for readers, in whatever form: an anonymous list's without its
 * author. */
static err as_kept(struct books *books, struct arena *a, const struct post *p,
		   struct post *kept)
{
	*kept = *p;
	if (!p->settings.anonymous_list)
		return OK;
	TRY(address_parse(a, p->list->address, &kept->author.address));
	return steps_anonymous(books, a, p, &kept->message);
}

/* Which program said so, and by which database; not on which machine of the site it runs. */
static str engine_of(const struct wall_verdict *v)
{
	str program, rest, number, at;
	if (!str_cut(v->version, '/', &program, &rest))
		return v->version;
	if (!str_cut(rest, '/', &number, &at))
		number = rest;
	return str_first(v->version, program.n + 1 + number.n);
}

static struct archive_verdict verdict_of(const struct wall_verdict *v)
{
	if (!v)
		return (struct archive_verdict){ 0 };
	return (struct archive_verdict){ .result = str_from(wall_word(v->result)),
					 .engine = engine_of(v),
					 .signature = v->signature,
					 .at = v->at };
}

static struct archive_arrival for_archive(const struct post *kept)
{
	return (struct archive_arrival){ .list = kept->list->id,
					 .charset = kept->settings.default_charset,
					 .source = kept->source,
					 .message = kept->message,
					 .received_at = clock_now(),
					 .verdict = verdict_of(kept->wall) };
}

err post_ask_archive(struct books *books, struct arena *a, struct post *p)
{
	struct post taken, kept;
	TRY(as_taken(a, p, &taken));
	TRY(as_kept(books, a, &taken, &kept));
	struct archive_arrival x = for_archive(&kept);
	return archive_ask(books->archive, a, &x, p->message_id,
			   address_text(a, &kept.author.address), &p->known);
}

/* The post's number in the archive; the same again when it is there already. */
static err into_archive(struct books *books, struct arena *a, const struct post *p,
			const struct post *kept, int64_t *number)
{
	*number = 0;
	if (setting_is(p->settings.archive_policy, "never")
	    || header_find(&p->header, STR("X-No-Archive")))
		return OK;
	struct archive_arrival x = for_archive(kept);
	return archive_add(books->archive, a, &x, number);
}

static err record(struct books *books, const struct post *p, int64_t message, str detail)
{
	struct ledger_entry e = { .at = clock_now_ms(),
				  .inbound = source_inbound(p->source),
				  .message = message,
				  .recipient = p->list->address,
				  .what = STR("accepted"),
				  .detail = detail };
	return ledger_add(books->outbound, &e, 1);
}

/* A list that sends like mad is an accident or an attack: what is beyond the
 * budget is kept, frozen, until the administrator has looked. */
static err count_post(struct books *books, struct arena *a, const struct post *p,
		      struct outbound_message *m)
{
	bool over;
	TRY(budget_count(books, a, arena_cat(a, STR("list:"), p->list->address), 1, 1,
			 p->settings.posts_per_hour, &over));
	if (!over)
		return OK;
	m->frozen = true;
	return outbound_freeze(books->outbound, m->id, true);
}

/* What the rules said, and what the steps did. */
static str trace_of(struct arena *a, const struct post *p, const struct outgoing *out,
		    str judgement)
{
	bool lost = p->content.removed.n, words = out->words.n;
	str links = out->links ? arena_printf(a, "; files as links: %lld",
					      (long long)out->links)
			       : STR("");
	return arena_cat(a, judgement, lost ? STR("; taken out: ") : STR(""),
			 p->content.removed,
			 words ? STR("; header and footer: ") : STR(""), out->words,
			 links, STR("; from: "), out->author);
}

/* The message, its body once, and the first deliveries, in one transaction. */
static err start_message(struct books *books, struct arena *a, const struct post *p,
			 const struct outgoing *out, str judgement, str *whole,
			 struct outbound_message *m)
{
	str header = steps_header(a, out);
	str body = out->body.n ? out->body : out->post->header.body;
	str text = arena_cat(a, header, STR("\r\n"), body);
	bool fresh, own = settings_own_copies(&p->settings) || p->settings.umbrella_list;
	*m = (struct outbound_message){
		.source = p->source,
		.inbound = source_inbound(p->source),
		.kind = STR("post"),
		.list = p->list->address,
		.reverse_path = own ? STR("")
				    : list_subaddress(a, p->list, STR("bounces")),
		.verp = own,
		.message_id = p->message_id,
		.subject = p->subject,
		.created_at = clock_now_ms(),
		.size = (int64_t)text.n,
		.split = (int64_t)header.n,
		.personal = out->personal,
		.marks = out->marks,
		.smtputf8 = p->utf8 && message_has_8bit(header),
		.eightbit = message_has_8bit(text),
		.author_signed = out->author_signed,
		.tls = tls_want_of(a, &p->header)
	};
	*whole = text;
	TRY(outbound_add(books->outbound, m, &fresh));
	if (!fresh)
		return OK;
	TRY(outbound_body_write(books->outbound, m->id, text));
	TRY(record(books, p, m->id, trace_of(a, p, out, judgement)));
	return count_post(books, a, p, m);
}

static err remember(struct books *books, const struct post *p)
{
	if (!p->message_id.n)
		return OK;
	struct seen_row s = { .list = p->list->id,
			      .message_id = p->message_id,
			      .author = p->author_key,
			      .body_hash = p->body_hash,
			      .source = p->source,
			      .at = clock_now() };
	return seen_add(books->lists, &s);
}

/* A member's own setting. Only who is proven to have written it is told. */
static err acknowledge(struct books *books, struct arena *a, const struct post *p)
{
	bool may;
	if (!p->member || !p->member->acknowledge || !p->authentic)
		return OK;
	TRY(notice_may_answer(books, a, &p->header, &p->reverse_path, &may));
	if (!may)
		return OK;
	struct notice_var vars[] = { { "subject", p->subject } };
	return notice_send(
		books, a,
		&(struct notice){
			.name = "acknowledged",
			.list = p->list,
			.to = p->author,
			.source = arena_cat(a, p->source, STR("/acknowledged")),
			.in_reply_to = p->message_id.n ? arena_cat(
					       a, STR("<"), p->message_id, STR(">"))
						       : STR(""),
			.vars = vars,
			.var_count = 1 });
}

static err deliver(struct books *books, struct arena *a, const struct post *p,
		   struct outgoing *out, str judgement)
{
	struct outbound_message m;
	struct post kept;
	str text;
	TRY(as_kept(books, a, p, &kept));
	TRY(into_archive(books, a, p, &kept, &out->number));
	out->audience.list = p->list->id;
	out->audience.fits = topics_of_post(a, p);
	out->audience.topics = topics_read(a, p->settings.topics);
	TRY(digest_take(books, a, &kept, out->number, out->audience.fits,
			&out->digest_post));
	TRY(steps_run(books, a, out));
	TRY(siblings_look(books, a, out));
	TRY(book_begin(books->outbound));
	err e = start_message(books, a, p, out, judgement, &text, &m);
	if (!e.kind && !m.complete)
		e = fanout_batch(books, a, p->list->id, out, &m);
	TRY(book_end(books->outbound, e));
	TRY(fanout_rest(books, p->list->id, out, &m));
	TRY(siblings_send(books, a, out, &m, text));
	TRY(follow_send(books, a, out, &m, text));
	TRY(remember(books, p));
	TRY(acknowledge(books, a, p));
	if (m.frozen)
		TRY(budget_tell(books, a, p->list->address,
				arena_cat(a, STR("Post \""), p->subject,
					  STR("\" waits, and all that follow"))));
	if (out->digest_post)
		digest_look(books, p);
	log_info("post-accepted", KS("list", p->list->address), KS("source", p->source),
		 KN("message", m.id), KN("number", out->number),
		 KS("message_id", p->message_id));
	return OK;
}

static err write_aside(struct books *books, struct arena *a, const struct post *p,
		       str judgement)
{
	bool owners = setting_is(p->settings.posting_pipeline, "default-owner-pipeline");
	TRY(record(books, p, 0,
		   arena_cat(a, judgement,
			     owners ? STR("; to the owners alone (posting_pipeline)")
				    : STR("; to nobody (posting_pipeline)"))));
	return owners ? forward_post(books, a, p) : OK;
}

/* To its owners alone, as mail to them goes, or to nobody: no step changes it, and no
 * archive and no digest has it. */
static err publish_aside(struct books *books, struct arena *a, const struct post *p,
			 str judgement)
{
	bool begun, mine;
	TRY(post_has_begun(books, a, p->source, &begun));
	TRY(book_join(books->outbound, &mine));
	err e = begun ? OK : write_aside(books, a, p, judgement);
	TRY(book_leave(books->outbound, mine, e));
	TRY(remember(books, p));
	log_info("post-accepted", KS("list", p->list->address), KS("source", p->source),
		 KS("pipeline", p->settings.posting_pipeline),
		 KS("message_id", p->message_id));
	return OK;
}

err post_publish(struct books *books, struct arena *a, const struct post *p,
		 str judgement)
{
	struct map has_copy = { 0 };
	struct post taken;
	if (!setting_is(p->settings.posting_pipeline, "default-posting-pipeline"))
		return publish_aside(books, a, p, judgement);
	TRY(as_taken(a, p, &taken));
	struct outgoing out = { .post = &taken, .audience.has_copy = &has_copy };
	err e = deliver(books, a, &taken, &out, judgement);
	map_free(&has_copy);
	buf_free(&out.prepend);
	buf_free(&out.append);
	return e;
}
