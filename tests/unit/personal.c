/* What is kept about a person, as that person is given it. */
#include "traces.h"

#include "lists/personal.h"
#include "store/lists/alias.h"

static size_t rows_of(json_t *all, const char *part)
{
	return json_array_size(json_object_get(all, part));
}

static const char *text_of(json_t *all, const char *part, const char *key)
{
	return json_string_value(
		json_object_get(json_array_get(json_object_get(all, part), 0), key));
}

static void test_more_data(struct books_test *t, int64_t person)
{
	json_t *all;
	CHECK(ok(personal_data(&t->books, t->a, person, &all)));
	CHECK(rows_of(all, "waits") == 3 && rows_of(all, "came_back") == 1);
	CHECK(rows_of(all, "requests") == 1);
	CHECK(rows_of(all, "my_posts_where_i_am_no_member") == 2);
	CHECK(rows_of(all, "aliases") == 1 && rows_of(all, "tokens") == 1);
	CHECK(!strcmp(text_of(all, "tokens", "scopes"),
		      "read members:dev@lists.example"));
	CHECK(!strcmp(text_of(all, "memberships", "topics"), "release"));
	CHECK(!strcmp(text_of(all, "aliases", "address"), "bugs@lists.example"));
	json_decref(all);
}

/* What moderators write to each other is not the author's to read. */
static void test_notes(struct books_test *t)
{
	static const char *const verdicts[] = { "", "accepted", "discarded", "rejected" };
	struct held_row *h;
	size_t n;
	int64_t person = books_person(t, "carl@uni.example");
	arrive(t, "carl@uni.example", "carl@uni.example", "notes@x", "held", "{}");
	BOOKS_MUST(t,
		   held_newest(t->books.lists, t->a, books_entry(t, DEV)->id, 1, &h, &n));
	for (size_t i = 0; i < sizeof verdicts / sizeof *verdicts; i++) {
		json_t *all;
		BOOKS_MUST(t,
			   book_run(t->books.lists,
				    "UPDATE held SET verdict = ?2, note = 'a troll, ask "
				    "the dean' WHERE id = ?1",
				    SQL_I(h[0].id), SQL_S(str_from(verdicts[i]))));
		CHECK(ok(personal_data(&t->books, t->a, person, &all)));
		char *text = json_dumps(all, 0);
		CHECK(rows_of(all, "held_posts") > 0);
		CHECK(has(str_from(text), "the dean")
		      == !strcmp(verdicts[i], "rejected"));
		free(text);
		json_decref(all);
	}
	BOOKS_MUST(t, book_run(t->books.lists, "DELETE FROM held WHERE id = ?1",
			       SQL_I(h[0].id)));
}

static void test_data(struct books_test *t, int64_t person)
{
	json_t *all;
	str *keys;
	size_t n;
	CHECK(ok(personal_data(&t->books, t->a, person, &all)));
	CHECK(json_array_size(json_object_get(all, "memberships")) == 1);
	CHECK(json_array_size(json_object_get(all, "held_posts")) == 1);
	CHECK(json_array_size(json_object_get(all, "addresses")) == 1);
	json_decref(all);
	CHECK(ok(personal_addresses(&t->books, t->a, person, &keys, &n)) && n == 1
	      && str_eq(keys[0], STR(ANNA)));
	CHECK(personal_data(&t->books, t->a, 9999, &all).kind == ERR_NOTFOUND);
}

int main(void)
{
	ARENA(a);
	static const str target[] = { { "Anna@uni.example", 16 } };
	struct books_test t = books_make(a);
	int64_t person = fill(&t);
	test_data(&t, person);
	BOOKS_MUST(&t, alias_set(t.books.lists, STR("bugs@lists.example"), target, 1, 1));
	fill_more(&t);
	test_more_data(&t, person);
	test_notes(&t);
	books_end(&t);
	return check_done();
}
