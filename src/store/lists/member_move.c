/* Memberships that go on at another address. */
#include "store/lists/member_inside.h"

/* Delivery that bounces turned off goes on: they came from another mailbox. */
static err move(struct book *b, int64_t id, int64_t address, int64_t now)
{
	ARENA(a);
	struct member_row m;
	TRY(member_get(b, a, id, &m));
	m.address = address;
	m.follows = false;
	if (str_eq(m.off_by, STR("bounces"))) {
		m.delivery = m.form;
		m.off_by = STR("");
	}
	TRY(member_change(b, &m));
	return book_run(b,
			"UPDATE member SET bounce_score = 0, bounce_at = 0, "
			"bounce_text = '', bounce_today = 0, doubt_at = 0, probe_at = 0, "
			"off_at = 0, warnings = 0, warned_at = 0, moved_at = ?2 "
			"WHERE id = ?1",
			SQL_I(id), SQL_I(now));
}

err member_move(struct book *b, int64_t id, int64_t address, int64_t now)
{
	bool mine;
	TRY(book_join(b, &mine));
	return book_leave(b, mine, move(b, id, address, now));
}

static err merge(struct book *b, int64_t id, int64_t into)
{
	TRY(book_run(b, "UPDATE member_merged SET member = ?2 WHERE member = ?1",
		     SQL_I(id), SQL_I(into)));
	TRY(book_run(b, "INSERT INTO member_merged (id, member) VALUES (?1, ?2)",
		     SQL_I(id), SQL_I(into)));
	TRY(book_run(b, "UPDATE OR IGNORE digest_owed SET member = ?2 WHERE member = ?1",
		     SQL_I(id), SQL_I(into)));
	TRY(book_run(b, "UPDATE OR IGNORE digest_copy SET member = ?2 WHERE member = ?1",
		     SQL_I(id), SQL_I(into)));
	TRY(book_run(b,
		     "UPDATE member SET follows = 1 WHERE id = ?2 AND "
		     "(SELECT follows FROM member WHERE id = ?1)",
		     SQL_I(id), SQL_I(into)));
	return member_remove(b, id);
}

err member_merge(struct book *b, int64_t id, int64_t into)
{
	bool mine;
	TRY(book_join(b, &mine));
	return book_leave(b, mine, merge(b, id, into));
}

err member_merged(struct book *b, int64_t id, int64_t *into)
{
	bool found;
	int64_t there;
	TRY(book_number(b, &there, &found,
			"SELECT member FROM member_merged WHERE id = ?1", SQL_I(id)));
	if (!found)
		return FAIL(ERR_NOTFOUND, "that membership is part of no other");
	*into = there;
	return OK;
}

/* ---- memberships that are the person's */

/* 0: there is none to go to. */
static err find_target(struct book *b, int64_t person, int64_t but, int64_t *address,
		       bool *preferred)
{
	TRY(book_number(b, address, preferred,
			"SELECT x.id FROM person p JOIN address x ON x.id = p.preferred "
			"WHERE p.id = ?1 AND x.person = p.id AND x.verified_at > 0 "
			"AND x.id <> ?2",
			SQL_I(person), SQL_I(but)));
	if (*preferred)
		return OK;
	bool found;
	TRY(book_number(b, address, &found,
			"SELECT id FROM address WHERE person = ?1 AND verified_at > 0 "
			"AND id <> ?2 ORDER BY id LIMIT 1",
			SQL_I(person), SQL_I(but)));
	if (!found)
		*address = 0;
	return OK;
}

static err follow_one(struct book *b, struct arena *a, const struct member_row *m,
		      int64_t address, int64_t now, struct member_followed *f)
{
	struct member_row there;
	bool found;
	int64_t id;
	TRY(book_number(b, &id, &found,
			"SELECT id FROM member WHERE list = ?1 AND address = ?2",
			SQL_I(m->list), SQL_I(address)));
	if (found)
		TRY(member_merge(b, m->id, id));
	else
		TRY(member_move(b, m->id, address, now));
	id = found ? id : m->id;
	TRY(book_run(b, "UPDATE member SET follows = 1 WHERE id = ?1", SQL_I(id)));
	TRY(member_get(b, a, id, &there));
	*f = (struct member_followed){ m->list, m->key, there.key, found };
	return OK;
}

static err follow(struct book *b, struct arena *a, int64_t person, int64_t but,
		  int64_t now, struct member_followed **f, size_t *count)
{
	struct member_row *m;
	size_t n, moved = 0;
	int64_t address = 0;
	bool preferred = false;
	TRY(TABLE_ALL(b, a, member_read, &m, &n,
		      MEMBER "WHERE x.person = ?1 AND m.follows = 1 ORDER BY m.id",
		      SQL_I(person)));
	if (n)
		TRY(find_target(b, person, but, &address, &preferred));
	struct member_followed *all = arena_alloc(a, (n + 1) * sizeof *all);
	for (size_t i = 0; address && i < n; i++) {
		bool goes = preferred || m[i].address == but;
		/* Whose an address is that nobody has proven, or not any more, is not known:
		 * no membership leaves it. */
		if (goes && m[i].verified_at && m[i].address != address)
			TRY(follow_one(b, a, &m[i], address, now, &all[moved++]));
	}
	*f = all;
	*count = moved;
	return OK;
}

err member_follow(struct book *b, struct arena *a, int64_t person, int64_t but,
		  int64_t now, struct member_followed **f, size_t *count)
{
	bool mine;
	TRY(book_join(b, &mine));
	return book_leave(b, mine, follow(b, a, person, but, now, f, count));
}
