#include "lists/approved.h"
#include "lists/rules_inside.h"

#include "lists/equivalent.h"
#include "lists/header_match.h"
#include "lists/umbrella.h"
#include "mail/mime.h"
#include "store/lists/address.h"
#include "store/lists/member.h"
#include "store/lists/role.h"
#include "trust/trust.h"

#include <sodium.h>

static str sha256(struct arena *a, str bytes)
{
	unsigned char *hash = arena_alloc(a, crypto_hash_sha256_BYTES);
	crypto_hash_sha256(hash, (const unsigned char *)bytes.p, bytes.n);
	return (str){ (const char *)hash, crypto_hash_sha256_BYTES };
}

/* The one author: From's only mailbox. Two are nobody: a reader's program and a
 * checker would each believe another (RFC 5322 section 3.6.2 wants a Sender then,
 * which proves nothing). */
static void read_author(struct arena *a, struct post *p)
{
	const struct field *from = header_find(&p->header, STR("From"));
	struct mailbox *list = NULL;
	if (!from || header_count(&p->header, STR("From")) != 1
	    || address_list(a, from->value, &list, &p->authors).kind)
		return;
	if (p->authors != 1 || !list[0].address.domain.n)
		return;
	p->author = list[0];
	p->author_key = address_key(a, &p->author.address);
}

static void read_wall(struct arena *a, struct post *p)
{
	struct wall_verdict v;
	if (!wall_get(a, p->trust, &v))
		return;
	p->wall = arena_alloc(a, sizeof *p->wall);
	*p->wall = v;
}

/* Authentic: the author signed in with an account that has verified the address,
 * or DMARC's alignment says the domain stands behind it, or the administrator put
 * it in. trust is what smtpd found: {"account": true}, {"aligned": true} or
 * {"local": true}. */
static void read_trust(struct post *p)
{
	struct trust_said said = trust_said(p->trust);
	p->is_moderator = said.local;
	p->authentic = said.local || said.aligned || (p->account > 0 && said.account);
}

/* A role that was given to this very address, shown to be its holder's or not: the
 * mail's own proof is the rules' business. */
static err has_role(struct book *lists, struct arena *a, int64_t list,
		    const struct address_row *x, bool *yes)
{
	struct role_row *r;
	size_t n;
	unsigned bits = 0;
	if (x->verified_at)
		TRY(role_of_person(lists, list, x->person, &bits));
	else
		TRY(role_list(lists, a, list, &r, &n));
	*yes = bits;
	for (size_t i = 0; !x->verified_at && i < n; i++)
		*yes = *yes || r[i].address == x->id;
	return OK;
}

/* The author's own address; else one that is theirs, too; else the same name at a domain
 * that the list holds to be the same. */
static err find_member(struct book *lists, struct arena *a, struct post *p,
		       const struct address_row *address, struct member_row *m)
{
	err e = member_find(lists, a, p->list->id, p->author_key, m);
	if (e.kind == ERR_NOTFOUND && address->verified_at)
		e = member_of_person(lists, a, p->list->id, address->person, m);
	if (e.kind == ERR_NOTFOUND && p->settings.equivalent_domains.n)
		e = equivalent_member(lists, a, p->list->id,
				      p->settings.equivalent_domains, p->author_key, m);
	return e;
}

static err read_membership(struct book *lists, struct arena *a, struct post *p)
{
	struct address_row address = { 0 };
	bool role = false;
	if (!p->author_key.n)
		return OK;
	err e = address_find(lists, a, p->author_key, &address);
	if (e.kind && e.kind != ERR_NOTFOUND)
		return e;
	if (!e.kind)
		TRY(has_role(lists, a, p->list->id, &address, &role));
	else if (!p->settings.equivalent_domains.n)
		return OK;
	p->is_moderator = p->is_moderator || role;
	struct member_row *m = arena_alloc(a, sizeof *m);
	e = find_member(lists, a, p, &address, m);
	if (!e.kind)
		p->member = m;
	return e.kind == ERR_NOTFOUND ? OK : e;
}

/* Our own Received, the topmost, says how it came ("with UTF8SMTPS", RFC 6531 section
 * 4.3); a post that was held knows it by nothing else. */
static bool came_by_utf8(struct arena *a, const struct header *h)
{
	return str_find(header_value(a, header_find(h, STR("Received"))),
			STR(" with UTF8"))
		       .n
	       > 0;
}

/* Where nobody waits for it: the rules that read it are asked under a lock. */
static err read_opening(struct arena *a, struct post *p)
{
	enum { OPENING_MAX = 16 * 1024 };
	struct mime m;
	str used;
	TRY(mime_parse(a, p->message, &m));
	const struct mime_part *part = mime_text_part(&m);
	if (!part || !str_eq(part->type, STR("text/plain")))
		return OK;
	struct mime_part first = *part;
	first.raw = str_first(first.raw, OPENING_MAX);
	p->opening = mime_text(a, &first, &used);
	return OK;
}

err post_parse(struct arena *a, const struct mail_in *m, struct post *p)
{
	*p = (struct post){ .source = m->source,
			    .message = m->text,
			    .reverse_path = *m->reverse_path,
			    .account = m->account,
			    .copy_of = m->copy_of,
			    .trust = m->trust,
			    .inner = arena_zero(a, sizeof *p->inner) };
	TRY(header_scan(a, m->text, &p->header));
	read_author(a, p);
	read_trust(p);
	read_wall(a, p);
	str *ids;
	if (header_ids(a, header_find(&p->header, STR("Message-ID")), &ids))
		p->message_id = ids[0];
	p->subject = header_text(a, header_find(&p->header, STR("Subject")));
	p->utf8 = came_by_utf8(a, &p->header);
	p->body_hash = sha256(a, p->header.body);
	TRY(read_opening(a, p));
	return approved_take(a, p);
}

err post_renew(struct arena *a, struct post *p)
{
	TRY(header_scan(a, p->message, &p->header));
	p->body_hash = sha256(a, p->header.body);
	p->opening = STR("");
	p->inner = arena_zero(a, sizeof *p->inner);
	return read_opening(a, p);
}

err post_under(struct book *lists, struct arena *a, const struct settings *s,
	       struct post *p)
{
	p->settings = *s;
	TRY(umbrella_is_believed(lists, a, p, &p->passed_on));
	p->vouched = p->passed_on || setting_is(s->authenticate, "any");
	return OK;
}

err post_look_up(struct book *lists, struct arena *a, const struct list_entry *list,
		 struct post *p)
{
	struct settings s;
	p->list = list;
	TRY(settings_load(lists, a, list->id, &s));
	TRY(umbrella_look_up(lists, a, p));
	TRY(post_under(lists, a, &s, p));
	TRY(header_match_look_up(lists, a, p));
	return read_membership(lists, a, p);
}

err post_sift(struct arena *a, struct post *p)
{
	TRY(approved_judge(a, p));
	TRY(header_match_sift(a, p));
	return filter_message(a, &p->settings, p->message, &p->content);
}

err post_read(struct book *lists, struct arena *a, const struct list_entry *list,
	      const struct mail_in *m, struct post *p)
{
	TRY(post_parse(a, m, p));
	TRY(post_look_up(lists, a, list, p));
	return post_sift(a, p);
}
