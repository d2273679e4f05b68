#include "lists/members_inside.h"

#include "base/clock.h"
#include "base/log.h"
#include "lists/member_choice.h"
#include "lists/member_wish.h"
#include "lists/named.h"
#include "lists/new_member.h"
#include "lists/pattern.h"
#include "store/lists/address.h"
#include "store/lists/pending.h"
#include "store/lists/planned.h"

enum { JOIN_SPAN = 3 * 86400 };

static int compare(const void *x, const void *y)
{
	return str_cmp(*(const str *)x, *(const str *)y);
}

/* Those that name one address or domain in order, since there may be many of them, and many
 * who come. */
static err read_bans(struct books *books, struct arena *a, const struct list_entry *list,
		     struct member_door *door)
{
	struct ban_row *bans;
	size_t n;
	TRY(ban_for(books->lists, a, list->id, &bans, &n));
	door->plain = arena_alloc(a, (n + 1) * sizeof *door->plain);
	door->expressions = arena_alloc(a, (n + 1) * sizeof *door->expressions);
	door->plain_count = door->expression_count = 0;
	for (size_t i = 0; i < n; i++)
		if (str_starts(bans[i].pattern, STR("^")))
			door->expressions[door->expression_count++] = pattern_prepare(
				a, bans[i].pattern);
		else
			door->plain[door->plain_count++] = arena_lower(a,
								       bans[i].pattern);
	qsort(door->plain, door->plain_count, sizeof *door->plain, compare);
	return OK;
}

err member_door_read(struct books *books, struct arena *a, const struct list_entry *list,
		     struct member_door *door)
{
	TRY(read_bans(books, a, list, door));
	return settings_load(books->lists, a, list->id, &door->settings);
}

static bool has_plain(const struct member_door *door, str pattern)
{
	return door->plain_count
	       && bsearch(&pattern, door->plain, door->plain_count, sizeof pattern,
			  compare);
}

/* The address, its domain, and all domains above that. */
static bool is_banned(struct arena *a, const struct member_door *door, str key)
{
	str local, domain, label;
	bool banned = has_plain(door, key = arena_lower(a, key));
	if (!str_cut_last(key, '@', &local, &domain))
		return banned;
	do
		banned = banned || has_plain(door, arena_cat(a, STR("@"), domain));
	while (!banned && str_cut(domain, '.', &label, &domain));
	return banned;
}

static err check_bans(struct arena *a, const struct list_entry *list,
		      const struct member_door *door, str key)
{
	bool banned = is_banned(a, door, key);
	for (size_t i = 0; i < door->expression_count && !banned; i++)
		banned = pattern_ready_address(door->expressions[i], key) == PATTERN_HIT;
	return banned ? err_in(a, ERR_DENIED, "%.*s may not join %.*s", STR_F(key),
			       STR_F(list->address))
		      : OK;
}

err member_check_ban(struct books *books, struct arena *a, const struct list_entry *list,
		     str key)
{
	struct member_door door;
	TRY(read_bans(books, a, list, &door));
	return check_bans(a, list, &door, key);
}

/* What they said for all lists, and whether posts come at all, is theirs. */
static void keep_preferred(const struct member_row *was, unsigned set,
			   struct member_row *m)
{
	m->form = set & PREFERS_FORM ? was->form : m->delivery;
	m->delivery = str_eq(was->delivery, STR("off")) ? was->delivery : m->form;
	m->own_posts = set & PREFERS_OWN_POSTS ? was->own_posts : m->own_posts;
	m->copies = set & PREFERS_COPIES ? was->copies : m->copies;
	m->acknowledge = set & PREFERS_ACKNOWLEDGE ? was->acknowledge : m->acknowledge;
	m->hidden = set & PREFERS_HIDDEN ? was->hidden : m->hidden;
}

static err begin_with_options(struct books *books, struct arena *a,
			      const struct settings *s, int64_t id)
{
	struct member_row m, was;
	struct preference above;
	bool digests = s->digest_is_default || !s->nondigestable;
	if (!digests && !s->new_member_options.n)
		return OK;
	TRY(member_get(books->lists, a, id, &was));
	TRY(preference_above(books->lists, a, was.address, &above));
	m = was;
	m.delivery = was.form;
	new_member_options(s, &m);
	keep_preferred(&was,
		       member_choice_offered(s, was.form)
			       ? above.set
			       : above.set & ~(unsigned)PREFERS_FORM,
		       &m);
	return member_change(books->lists, &m);
}

/* What was to happen to the address on this list has happened now. */
static err end_plans(struct books *books, const struct list_entry *list, str key)
{
	err e = planned_remove(books->lists, list->id, key);
	if (e.kind && e.kind != ERR_NOTFOUND)
		return e;
	return pending_drop(books->lists, STR("invite"), list->id, key);
}

static err admit(struct books *books, struct arena *a, const struct list_entry *list,
		 const struct member_door *door, const struct mailbox *who, bool welcome,
		 const struct actor *by)
{
	struct address_row address;
	int64_t id;
	str key = address_key(a, &who->address), text = address_text(a, &who->address);
	TRY(check_bans(a, list, door, key));
	TRY(address_ensure(books->lists, a, key, text, who->name, clock_now(), &address));
	err e = member_add(books->lists, list->id, address.id, clock_now(), &id);
	if (e.kind == ERR_DENIED)
		return err_in(a, ERR_DENIED, "%.*s is a member of %.*s already",
			      STR_F(key), STR_F(list->address));
	if (e.kind)
		return e;
	TRY(begin_with_options(books, a, &door->settings, id));
	TRY(end_plans(books, list, key));
	log_info("member-joined", KS("list", list->address), KS("address", key),
		 KS("by", by->name));
	TRY(books_audit(books, by, list->id, STR("member joined"), key));
	TRY(member_wish_begin(books, a, list, key, by));
	if (welcome && door->settings.send_welcome_message)
		TRY(member_notice(books, a, list, who, "welcome"));
	return door->settings.admin_notify_mchanges
		       ? member_tell_owners(books, a, list, "owner-joined", key)
		       : OK;
}

err member_admit_through(struct books *books, struct arena *a,
			 const struct list_entry *list, const struct member_door *door,
			 const struct mailbox *who, bool welcome, const struct actor *by)
{
	bool mine;
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine,
			  admit(books, a, list, door, who, welcome, by));
}

static err read_and_admit(struct books *books, struct arena *a,
			  const struct list_entry *list, const struct mailbox *who,
			  bool welcome, const struct actor *by)
{
	struct member_door door;
	TRY(member_door_read(books, a, list, &door));
	return admit(books, a, list, &door, who, welcome, by);
}

err member_admit(struct books *books, struct arena *a, const struct list_entry *list,
		 const struct mailbox *who, bool welcome, const struct actor *by)
{
	bool mine;
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine,
			  read_and_admit(books, a, list, who, welcome, by));
}

err member_check_new(struct books *books, struct arena *a, const struct list_entry *list,
		     str key)
{
	struct member_door door;
	TRY(read_bans(books, a, list, &door));
	return member_check_new_at(books, a, list, &door, key);
}

err member_check_new_at(struct books *books, struct arena *a,
			const struct list_entry *list, const struct member_door *door,
			str key)
{
	struct member_row m;
	TRY(check_bans(a, list, door, key));
	err e = member_find(books->lists, a, list->id, key, &m);
	if (e.kind)
		return e.kind == ERR_NOTFOUND ? OK : e;
	return err_in(a, ERR_DENIED, "%.*s is a member of %.*s already", STR_F(key),
		      STR_F(list->address));
}

static err is_member(struct books *books, struct arena *a, const struct list_entry *list,
		     str key, bool *yes)
{
	struct member_row m;
	err e = member_find(books->lists, a, list->id, key, &m);
	*yes = !e.kind;
	return e.kind == ERR_NOTFOUND ? OK : e;
}

static err refuse(struct arena *a, const struct list_entry *list, const char *why)
{
	return err_in(a, ERR_DENIED, "%.*s %s (%.*s)", STR_F(list->address), why,
		      STR_F(list_subaddress(a, list, STR("owner"))));
}

/* Where a list is joined by invitation, whoever has one may ask for the letter again. */
static err check_invited(struct books *books, struct arena *a,
			 const struct list_entry *list, const struct settings *s, str key)
{
	struct pending_row *open;
	size_t n, valid = 0;
	if (!setting_is(s->subscription_policy, "invite"))
		return OK;
	TRY(pending_of(books->lists, a, STR("invite"), list->id, key, &open, &n));
	for (size_t i = 0; i < n; i++)
		valid += open[i].expires_at > clock_now();
	return valid ? OK : refuse(a, list, "is joined by invitation; its owners invite");
}

static err tell_member(struct books *books, struct arena *a,
		       const struct list_entry *list, const struct mailbox *who, str key,
		       bool own)
{
	struct mailbox nameless = { .address = who->address };
	TRY(member_check_target(books, a, key, own));
	return member_notice(books, a, list, &nameless, "already-member");
}

err member_ask_join(struct books *books, struct arena *a, const struct list_entry *list,
		    const struct mailbox *who, const struct member_wish *wish,
		    bool proven, const struct actor *by)
{
	struct settings s;
	struct member_word word = { 0 };
	bool already, waits;
	str key = address_key(a, &who->address);
	TRY(settings_load(books->lists, a, list->id, &s));
	if (wish)
		word.wish = *wish;
	TRY(member_wish_check(a, &s, &word.wish));
	if (setting_is(s.subscription_policy, "closed"))
		return refuse(a, list, "takes no requests; its owners add members");
	TRY(member_check_ban(books, a, list, key));
	TRY(is_member(books, a, list, key, &already));
	if (already)
		return tell_member(books, a, list, who, key, proven);
	TRY(check_invited(books, a, list, &s, key));
	if (proven
	    && (setting_is(s.subscription_policy, "open")
		|| setting_is(s.subscription_policy, "moderate")))
		return member_confirmed(books, a, list, who, &word, by, &waits);
	return member_send_token(books, a, list, who,
				 &(struct token_letter){ .kind = CONFIRM_JOIN,
							 .name = "confirm-join",
							 .span = JOIN_SPAN,
							 .wish = word.wish,
							 .own = proven });
}

err member_ask_join_unproven(struct books *books, struct arena *a,
			     const struct list_entry *list, const struct mailbox *who,
			     const struct member_wish *wish, const struct actor *by)
{
	struct settings s;
	err e = member_ask_join(books, a, list, who, wish, false, by);
	if (e.kind != ERR_DENIED)
		return e;
	TRY(settings_load(books->lists, a, list->id, &s));
	return setting_is(s.subscription_policy, "closed") ? e : OK;
}

/* Who reads the address's mail has shown that it is theirs. */
static err verify(struct books *books, struct arena *a, const struct mailbox *who,
		  str key)
{
	struct address_row row;
	TRY(address_ensure(books->lists, a, key, address_text(a, &who->address),
			   who->name, clock_now(), &row));
	return row.verified_at ? OK : address_verify(books->lists, row.id, clock_now());
}

static err enter(struct books *books, struct arena *a, const struct list_entry *list,
		 const struct mailbox *who, const struct member_entry *how,
		 const struct actor *by, bool *waits)
{
	struct settings s;
	str key = address_key(a, &who->address);
	*waits = false;
	TRY(settings_load(books->lists, a, list->id, &s));
	if (how->vouched)
		TRY(verify(books, a, who, key));
	TRY(member_wish_keep(books, a, list, key, &how->wish));
	bool approved = how->approved || !policy_moderates(s.subscription_policy);
	if (!approved)
		TRY(named_any(books->lists, a, list->domain, s.subscribe_auto_approval,
			      key, &approved));
	if (approved)
		return member_admit(books, a, list, who, !how->quiet, by);
	TRY(member_check_ban(books, a, list, key));
	struct request_row r = { .list = list->id,
				 .address = key,
				 .name = who->name,
				 .asked_at = clock_now() };
	*waits = true;
	TRY(request_add(books->lists, &r));
	TRY(member_notice(books, a, list, who, "request-waits"));
	return request_tell(books, a, list, &r);
}

/* As a moderator sees it: who is in already asks for nothing. */
static err enter_new(struct books *books, struct arena *a, const struct list_entry *list,
		     const struct mailbox *who, const struct member_entry *how,
		     const struct actor *by, bool *waits)
{
	TRY(member_check_new(books, a, list, address_key(a, &who->address)));
	return enter(books, a, list, who, how, by, waits);
}

err member_enter(struct books *books, struct arena *a, const struct list_entry *list,
		 const struct mailbox *who, const struct member_entry *how,
		 const struct actor *by, bool *waits)
{
	bool mine;
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine,
			  enter_new(books, a, list, who, how, by, waits));
}

static err confirmed(struct books *books, struct arena *a, const struct list_entry *list,
		     const struct mailbox *who, const struct member_word *word,
		     const struct actor *by, bool *waits)
{
	bool already;
	struct settings s;
	str key = address_key(a, &who->address);
	struct member_entry how = { .approved = word->invited, .wish = word->wish };
	*waits = false;
	TRY(is_member(books, a, list, key, &already));
	if (!word->instead)
		TRY(verify(books, a, who, key));
	if (already) /* the button pressed twice */
		return OK;
	TRY(settings_load(books->lists, a, list->id, &s));
	if (!word->invited)
		TRY(check_invited(books, a, list, &s, key));
	return enter(books, a, list, who, &how, by, waits);
}

err member_confirmed(struct books *books, struct arena *a, const struct list_entry *list,
		     const struct mailbox *who, const struct member_word *word,
		     const struct actor *by, bool *waits)
{
	bool mine;
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine,
			  confirmed(books, a, list, who, word, by, waits));
}
