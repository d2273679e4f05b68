/* Who of those that follow a thread gets a copy of a post, and where. */
#include "lists/follow_inside.h"

#include "account/account.h"
#include "mail/reader.h"
#include "store/lists/follow.h"
#include "store/lists/follower.h"

enum { BATCH = 1000 };

/* What is a follower's own of a batch's rows, which are in order of person. */
struct own {
	const struct follower_address *addresses;
	size_t address_count;
	const struct follower_member *members; /* of the list */
	size_t member_count;
};

struct memberships {
	struct follower_member *list;
	size_t count;
};

struct batch {
	const struct sending *s;
	struct follower *all;
	size_t count;
	struct follower_address *addresses;
	size_t address_count;
	struct memberships here,
		*elsewhere; /* of this list, and of each that it has copies from */
};

static err read_batch(struct batch *b, int64_t after)
{
	const struct sending *s = b->s;
	const struct audience *who = &s->out->audience;
	struct book *lists = s->books->lists;
	TRY(follower_after(lists, s->a, s->list->id, s->posts, after, BATCH, &b->all,
			   &b->count));
	if (!b->count)
		return OK;
	TRY(follower_addresses(lists, s->a, b->all, b->count, &b->addresses,
			       &b->address_count));
	TRY(follower_memberships(lists, s->a, s->list->id, s->out->digest_post, b->all,
				 b->count, &b->here.list, &b->here.count));
	b->elsewhere = arena_zero(s->a,
				  (who->elsewhere_count + 1) * sizeof *b->elsewhere);
	for (size_t i = 0; i < who->elsewhere_count; i++)
		if (who->elsewhere[i] != s->list->id)
			TRY(follower_memberships(lists, s->a, who->elsewhere[i], 0,
						 b->all, b->count, &b->elsewhere[i].list,
						 &b->elsewhere[i].count));
	return OK;
}

static bool may_read(const struct sending *s, const struct follower *f)
{
	struct right_list of = settings_rights(&s->out->post->settings);
	struct viewer v = account_viewer_of(f->person, f->admin, f->roles, f->member);
	return right_may(&v, RIGHT_archive_read, &of);
}

/* Of rows that begin with their person. */
static int64_t person_at(const void *rows, size_t size, size_t i)
{
	int64_t person;
	memcpy(&person, (const char *)rows + i * size, sizeof person);
	return person;
}

/* In that order: the first of a person's, and how many there are. */
static size_t find(const void *rows, size_t size, size_t count, int64_t person, size_t *n)
{
	size_t low = 0, high = count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (person_at(rows, size, middle) < person)
			low = middle + 1;
		else
			high = middle;
	}
	for (*n = 0; low + *n < count && person_at(rows, size, low + *n) == person;)
		++*n;
	return low;
}

static const struct follower_member *find_members(const struct memberships *all,
						  int64_t person, size_t *n)
{
	*n = 0;
	if (!all->count) /* of the list itself nothing was read */
		return NULL;
	return all->list + find(all->list, sizeof *all->list, all->count, person, n);
}

static void find_own(const struct batch *b, int64_t person, struct own *own)
{
	own->addresses = b->addresses
			 + find(b->addresses, sizeof *b->addresses, b->address_count,
				person, &own->address_count);
	own->members = find_members(&b->here, person, &own->member_count);
}

/* Whether the member gets the post as it comes; and whether only topics keep it from them. */
static err has_copy(const struct sending *s, const struct follower_member *m, bool *has)
{
	struct audience who = s->out->audience;
	int64_t before = m->copy.id - 1;
	bool *gone;
	*has = false;
	if (!m->gets)
		return OK;
	TRY(audience_passes_over(s->books->lists, s->a, &who, before, &m->copy, 1,
				 &gone));
	*has = !gone || !gone[0];
	if (*has)
		return OK;
	who.fits = STR("");
	TRY(audience_passes_over(s->books->lists, s->a, &who, before, &m->copy, 1,
				 &gone));
	*has = gone && gone[0]; /* for another reason, which holds here, too */
	return OK;
}

/* From another list of this server. */
static bool has_elsewhere(const struct batch *b, int64_t person)
{
	const struct audience *who = &b->s->out->audience;
	for (size_t i = 0; i < who->elsewhere_count; i++) {
		size_t n;
		const struct follower_member *m = find_members(&b->elsewhere[i], person,
							       &n);
		if (n && m[0].regular)
			return true;
	}
	return false;
}

/* As the person wants it who is the author, or whom To and Cc name. */
static bool wants(const struct sending *s, const struct follower *f,
		  const struct own *own)
{
	bool own_posts = own->member_count ? own->members[0].copy.own_posts
					   : f->own_posts;
	bool copies = own->member_count ? own->members[0].copy.copies : f->copies;
	for (size_t i = 0; i < own->address_count; i++) {
		str key = own->addresses[i].key;
		if (!own_posts && str_eq(key, s->out->post->author_key))
			return false;
		if (!copies && map_get(s->out->audience.has_copy, key))
			return false;
	}
	return true;
}

/* Where a list writes to who is a member, there; else to the address that stands for them. */
static str choose_address(const struct own *own)
{
	for (size_t i = 0; i < own->member_count; i++)
		if (own->members[i].verified)
			return own->members[i].copy.text;
	for (size_t i = 0; i < own->address_count; i++)
		if (own->addresses[i].verified)
			return own->addresses[i].text;
	return STR("");
}

static err look_at(const struct batch *b, const struct follower *f, struct target *t)
{
	const struct sending *s = b->s;
	struct own own;
	bool has = has_elsewhere(b, f->person);
	*t = (struct target){ .follow = f->follow };
	find_own(b, f->person, &own);
	for (size_t i = 0; i < own.member_count && !has; i++)
		TRY(has_copy(s, &own.members[i], &has));
	if (has || !wants(s, f, &own))
		return OK;
	t->address = choose_address(&own);
	t->reader = reader_pack(
		s->a, &(struct reader){ .name = f->name, .language = f->language });
	return OK;
}

err follow_targets(const struct sending *s, int64_t after, struct targets *batch)
{
	struct batch b = { .s = s };
	TRY(read_batch(&b, after));
	*batch = (struct targets){ arena_alloc(s->a,
					       (b.count + 1) * sizeof(struct target)),
				   0, after, b.count == BATCH };
	for (size_t i = 0; i < b.count; i++) {
		batch->upto = b.all[i].follow;
		if (!may_read(s, &b.all[i])) {
			TRY(follow_remove(s->books->lists, b.all[i].follow));
			continue;
		}
		TRY(look_at(&b, &b.all[i], &batch->list[batch->count]));
		batch->count += batch->list[batch->count].address.n > 0;
	}
	return OK;
}
