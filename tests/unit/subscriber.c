/* web/api/addresses.c: for whom an id stands for its user when somebody is made a member. */
#include "letters.h"

#include "web/api/api_inside.h"

#define LIST "dev@lists.example"

enum { ASKER, MEMBER, ROLE, STRANGER, NOBODY, PEOPLE };

static const char *const addresses[] = { "own@uni.example", "member@uni.example",
					 "mod@uni.example", "stranger@uni.example" };

/* Both writings of an id, for each person: an address, or the id as nobody's is answered. */
static void check(struct books_test *t, const struct viewer *v, const int64_t *ids,
		  const bool *may)
{
	struct worker w = { .books = t->books,
			    .list = books_entry(t, LIST),
			    .viewer = *v };
	for (int i = 0; i < 2 * PEOPLE; i++) {
		int who = i / 2;
		str id = i % 2 ? arena_printf(t->a, "%lld", (long long)ids[who])
			       : api_person_id(t->a, ids[who]);
		struct pair form = { .name = STR("subscriber"), .value = id };
		struct request q = { .arena = t->a, .form = { &form, 1 } };
		struct api x = { .w = &w, .q = &q, .a = t->a };
		bool preferred, user = api_subscribes_user(&x, &preferred);
		str named = api_subscriber(&x);
		str want = may[who] ? str_from(addresses[who]) : id;
		if (!str_eq(named, want))
			fprintf(stderr, "  %.*s: %.*s\n", STR_F(id), STR_F(named));
		CHECK(str_eq(named, want));
		CHECK(user == (may[who] || (who == NOBODY && v->admin)));
	}
}

int main(void)
{
	ARENA(a);
	struct books_test t = books_make(a);
	const struct list_entry *list = books_list(&t, LIST);
	int64_t ids[PEOPLE] = { [NOBODY] = 4711 };
	books_member(&t, list, addresses[MEMBER]);
	ids[ASKER] = books_role(&t, list, addresses[ASKER], "owner");
	ids[MEMBER] = books_person(&t, addresses[MEMBER]);
	ids[ROLE] = books_role(&t, list, addresses[ROLE], "moderator");
	ids[STRANGER] = books_person(&t, addresses[STRANGER]);
	check(&t, &(struct viewer){ .person = ids[ASKER], .here = WHO_OWNER }, ids,
	      (const bool[]){ true, true, true, false, false });
	check(&t, &(struct viewer){ .person = ids[STRANGER], .here = WHO_SIGNED_IN }, ids,
	      (const bool[]){ false, false, false, true, false });
	check(&t, &(struct viewer){ .person = ids[ASKER], .admin = true }, ids,
	      (const bool[]){ true, true, true, true, false });
	books_end(&t);
	return check_done();
}
