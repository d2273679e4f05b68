#include "roles/smtpd_dmarc.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "mail/report_dmarc.h"
#include "trust/suffix.h"

#include <pthread.h>
#include <stdlib.h>

enum {
	DAY = 86400,
	KINDS_MOST = 2000, /* between two writings: names are a stranger's */
	RECORD_MOST = 1000,
	NAME_MOST = 253,
	SIGNATURES_MOST = 1000,
};

/* --- what there is to tell of one message */

/* Of a name in DNS. What is none is not told on. */
static str plain_name(struct arena *a, str name)
{
	str x = arena_lower(a, domain_ascii(a, name));
	if (x.n > NAME_MOST)
		return STR("");
	for (size_t i = 0; i < x.n; i++)
		if (!chr_is_alpha(x.p[i]) && !chr_is_digit(x.p[i])
		    && !memchr("-_.", x.p[i], 3))
			return STR("");
	return x;
}

static bool wants_reports(struct arena *a, str text)
{
	struct dmarc_record record;
	struct dmarc_report_to to[DMARC_REPORT_URIS];
	return text.n <= RECORD_MOST && !dmarc_record_parse(text, &record).kind
	       && dmarc_report_uris(a, record.rua, to);
}

/* Two servers that do nothing else would report on each other's reports for ever. One
 * that is forged is told on like anything else. */
static bool is_report(struct arena *a, const struct dmarc_case *c)
{
	const struct field *f = header_find(c->ask->header, STR("Subject"));
	return !c->ask->sender.n && c->trust->dmarc.verdict == DMARC_PASS && f
	       && str_istarts(str_trim(header_text(a, f)), STR("Report Domain:"));
}

/* Where the domain asks for no refusal only what bears a member's address waits for its
 * proof (rule_proof): its report must not tell who is one. */
static enum dmarc_outcome told(const struct dmarc_case *c)
{
	bool all_wait = c->trust->dmarc.policy == DMARC_REJECT;
	return c->outcome == DMARC_HELD && !all_wait ? DMARC_TAKEN : c->outcome;
}

/* Section 3.1.1.6: a reason stands where a policy was not applied. */
static void fill_outcome(const struct dmarc_case *c, struct dmarc_seen *x)
{
	static const struct {
		enum dmarc_policy done;
		str comment;
	} outcomes[] = {
		[DMARC_TAKEN] = { DMARC_NONE, STR("nothing is refused here for DMARC "
						  "alone") },
		[DMARC_HELD] = { DMARC_QUARANTINE, STR("it waits for a moderator") },
		[DMARC_REFUSED] = { DMARC_REJECT, STR("it is not taken without proof "
						      "of its author") },
	};
	const struct dmarc_result *d = &c->trust->dmarc;
	enum dmarc_outcome outcome = told(c);
	enum dmarc_policy done = outcomes[outcome].done;
	x->reason = x->comment = STR("");
	if (d->verdict == DMARC_PASS) {
		x->disposition = STR("pass");
		return;
	}
	x->disposition = str_from(dmarc_policy_word(done));
	if (done == d->published)
		return;
	if (d->verdict == DMARC_TEMPERROR && outcome == DMARC_TAKEN) {
		x->reason = STR("other");
		x->comment = STR("DNS gave no answer: no verdict");
		return;
	}
	if (c->trust->vouched_aligned) {
		x->reason = STR("trusted_forwarder");
		x->comment = STR("our gateway saw it pass");
	} else if (done == d->policy) {
		x->reason = STR("policy_test_mode");
	} else {
		x->reason = STR("local_policy");
		x->comment = outcomes[outcome].comment;
	}
}

/* Section 3.1.3: those of the author that pass, others that pass, the rest; whose names
 * would take more room than all of them have is left out. */
static unsigned rank(const struct dkim_result *d, str author)
{
	if (d->verdict != DKIM_PASS)
		return 2;
	return str_ieq(d->domain, author) ? 0 : 1;
}

static str signatures(struct arena *a, const struct dmarc_case *c)
{
	BUF(b);
	for (unsigned at = 0; at < 3; at++)
		for (size_t i = 0; i < c->trust->dkim_count; i++) {
			const struct dkim_result *d = &c->trust->dkim[i];
			str domain = plain_name(a, d->domain);
			str selector = plain_name(a, d->selector);
			str line = arena_cat(a, str_from(dkim_word(d->verdict)), STR(" "),
					     domain, STR(" "), selector, STR("\n"));
			if (rank(d, c->trust->dmarc.domain) == at && domain.n
			    && selector.n && b.n + line.n <= SIGNATURES_MOST)
				buf_add(&b, line);
		}
	return arena_copy(a, buf_str(&b));
}

/* A message that DNS left open is told of where the record is known, when it is dealt
 * with (one that is put off comes again): neither identifier aligned, and the mechanism's own
 * result says which got no answer (RFC 9990 section 3.1.1, "temperror"). */
static bool has_verdict(const struct dmarc_result *d)
{
	return d->verdict == DMARC_PASS || d->verdict == DMARC_FAIL
	       || d->verdict == DMARC_TEMPERROR;
}

bool dmarc_note(struct arena *a, const struct dmarc_case *c, struct dmarc_seen *row)
{
	const struct dmarc_result *d = &c->trust->dmarc;
	str local, host = STR("");
	str_cut_last(c->ask->sender, '@', &local, &host);
	if (!has_verdict(d) || !wants_reports(a, d->record) || is_report(a, c))
		return false;
	struct dmarc_seen x = { .day = clock_now() / DAY,
				.domain = plain_name(a, d->record_domain),
				.record = d->record,
				.source_ip = net_ip_text(a, &c->trust->via.client),
				.dkim = d->dkim_aligned ? STR("pass") : STR("fail"),
				.spf = d->spf_aligned ? STR("pass") : STR("fail"),
				.header_from = plain_name(a, d->domain),
				.envelope_from = plain_name(a, host),
				.spf_domain = plain_name(a, c->trust->spf.domain),
				.spf_result = str_from(spf_word(c->trust->spf.verdict)),
				.signatures = signatures(a, c),
				.messages = 1 };
	x.registrant = suffix_registrant(a, x.domain);
	fill_outcome(c, &x);
	if (!x.domain.n || !x.header_from.n)
		return false;
	*row = x;
	return true;
}

/* --- counting */

struct dmarc_counts {
	pthread_mutex_t lock;
	struct arena *a; /* of the counts */
	struct map rows; /* all fields -> struct dmarc_seen */
	pthread_mutex_t writing;
	struct book *inbound;
};

err dmarc_counts_open(struct arena *a, str data, struct dmarc_counts **out)
{
	struct dmarc_counts *c = mem_zero(sizeof *c);
	err e = book_open(a, data, BOOK_INBOUND, BOOK_WRITE, &c->inbound);
	if (e.kind) {
		free(c);
		return e;
	}
	pthread_mutex_init(&c->lock, NULL);
	pthread_mutex_init(&c->writing, NULL);
	c->a = arena_new();
	*out = c;
	return OK;
}

enum { TEXTS = 14 };

static void texts_of(struct dmarc_seen *x, str *texts[static TEXTS])
{
	str *const all[TEXTS] = { &x->domain,      &x->registrant,    &x->record,
				  &x->source_ip,   &x->disposition,   &x->dkim,
				  &x->spf,         &x->reason,        &x->comment,
				  &x->header_from, &x->envelope_from, &x->spf_domain,
				  &x->spf_result,  &x->signatures };
	memcpy(texts, all, sizeof all);
}

static str key_of(struct arena *a, struct dmarc_seen *x)
{
	BUF(b);
	str *texts[TEXTS];
	texts_of(x, texts);
	buf_addf(&b, "%lld", (long long)x->day);
	for (size_t i = 0; i < TEXTS; i++) {
		buf_add_char(&b, '\0');
		buf_add(&b, *texts[i]);
	}
	return arena_copy(a, buf_str(&b));
}

static void add(struct dmarc_counts *c, str key, const struct dmarc_seen *from)
{
	struct dmarc_seen *row = map_get(&c->rows, key);
	str *texts[TEXTS];
	if (row) {
		row->messages += from->messages;
		return;
	}
	if (c->rows.used == KINDS_MOST)
		return;
	row = arena_alloc(c->a, sizeof *row);
	*row = *from;
	texts_of(row, texts);
	for (size_t i = 0; i < TEXTS; i++)
		*texts[i] = arena_copy(c->a, *texts[i]);
	map_set(&c->rows, key, row);
}

void dmarc_counts_add(struct dmarc_counts *c, const struct dmarc_seen *row)
{
	ARENA(a);
	struct dmarc_seen x = *row;
	str key = key_of(a, &x);
	pthread_mutex_lock(&c->lock);
	add(c, key, &x);
	pthread_mutex_unlock(&c->lock);
}

static err write_rows(struct book *inbound, const struct map *rows)
{
	err e = OK;
	TRY(book_begin(inbound));
	for (struct map_slot *s = NULL; !e.kind && (s = map_next(rows, s));)
		e = dmarc_seen_add(inbound, s->value);
	return book_end(inbound, e);
}

/* What cannot be written now is counted again. */
static err write_all(struct dmarc_counts *c)
{
	struct arena *fresh = arena_new();
	pthread_mutex_lock(&c->lock);
	struct map rows = c->rows;
	struct arena *a = c->a;
	c->rows = (struct map){ 0 };
	c->a = fresh;
	pthread_mutex_unlock(&c->lock);
	err e = rows.used ? write_rows(c->inbound, &rows) : OK;
	pthread_mutex_lock(&c->lock);
	for (struct map_slot *s = NULL; e.kind && (s = map_next(&rows, s));)
		add(c, s->key, s->value);
	pthread_mutex_unlock(&c->lock);
	map_free(&rows);
	arena_free(a);
	return e;
}

err dmarc_counts_write(struct dmarc_counts *c)
{
	pthread_mutex_lock(&c->writing);
	err e = write_all(c);
	pthread_mutex_unlock(&c->writing);
	return e;
}

void dmarc_counts_close(struct dmarc_counts *c)
{
	if (!c)
		return;
	(void)!dmarc_counts_write(c).kind;
	book_close(c->inbound);
	map_free(&c->rows);
	arena_free(c->a);
	pthread_mutex_destroy(&c->lock);
	pthread_mutex_destroy(&c->writing);
	free(c);
}
