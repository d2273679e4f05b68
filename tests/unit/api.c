#include "web/api/api.h"

#include "web/api/api_inside.h"

#include "tests/check.h"

/* Which row answers. */
static void test_routes(void)
{
	static const struct {
		enum method method;
		const char *path, *row;
	} cases[] = {
		{ GET, "/system/versions", "GET /system/versions" },
		{ GET, "/lists", "GET /lists" },
		{ GET, "/lists/styles", "GET /lists/styles" },
		{ POST, "/lists/find", "GET | POST /lists/find" },
		{ GET, "/lists/dev.lists.example", "GET /lists/:list" },
		{ DELETE, "/lists/dev@lists.example", "DELETE /lists/:list" },
		{ PATCH, "/lists/dev@x/config", "PATCH /lists/:list/config" },
		{ PUT, "/lists/dev@x/config/info",
		  "PUT | PATCH /lists/:list/config/:attribute" },
		{ GET, "/lists/dev@x/roster/owner", "GET /lists/:list/roster/:role" },
		{ DELETE, "/lists/dev@x/roster/member",
		  "DELETE /lists/:list/roster/:role" },
		{ GET, "/lists/dev@x/member/a@b", "GET /lists/:list/:role/:email" },
		{ DELETE, "/lists/dev@x/owner/a%40b",
		  "DELETE /lists/:list/:role/:email" },
		{ GET, "/lists/dev@x/held/count", "GET /lists/:list/held/count" },
		{ POST, "/lists/dev@x/held/7", "POST /lists/:list/held/#id" },
		{ GET, "/lists/dev@x/requests/count", "GET /lists/:list/requests/count" },
		{ GET, "/lists/dev@x/header-matches/0",
		  "GET /lists/:list/header-matches/#position" },
		{ GET, "/members/find", "GET | POST /members/find" },
		{ GET, "/members/00a", "GET /members/:member" },
		{ PATCH, "/members/00a/preferences",
		  "PATCH | PUT /members/:member/preferences" },
		{ GET, "/users/find", "GET | POST /users/find" },
		{ GET, "/users/a@b", "GET /users/:user" },
		{ POST, "/addresses/a@b/verify", "POST /addresses/:email/verify" },
		{ DELETE, "/bans/^.*@spam", "DELETE /bans/:email" },
		{ DELETE, "/system/versions", "405" },
		{ PUT, "/lists", "405" },
		{ GET, "/nothing", "404" },
		{ GET, "/", "404" },
		{ GET, "/lists/a/b/c/d", "404" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ARENA(a);
		str row = api_route(a, cases[i].method, str_from(cases[i].path));
		bool fits = str_eq(row, str_from(cases[i].row));
		if (!fits)
			fprintf(stderr, "  %s: %.*s\n", cases[i].path, STR_F(row));
		CHECK(fits);
	}
}

static void test_person_ids(void)
{
	ARENA(a);
	int64_t id;
	CHECK(str_eq(api_person_id(a, 43), STR("0000000000000000000000000000002b")));
	CHECK(api_read_person_id(api_person_id(a, INT64_MAX), &id) && id == INT64_MAX);
	CHECK(api_read_person_id(STR("7"), &id) && id == 7);
	CHECK(!api_read_person_id(STR(""), &id));
	CHECK(!api_read_person_id(STR("0"), &id));
	CHECK(!api_read_person_id(STR("-1"), &id));
	CHECK(!api_read_person_id(STR("anna@uni.example"), &id));
	CHECK(!api_read_person_id(STR("ffffffffffffffffffffffffffffffff"), &id));
	CHECK(!api_read_person_id(STR("0000000000000000000000000000002g"), &id));
}

static void test_member_ids(void)
{
	ARENA(a);
	struct api_member_id id = { .role = API_MODERATOR, .list = 12, .row = 345 }, back;
	str text = api_member_id(a, &id);
	CHECK(text.n == 32);
	CHECK(api_read_member_id(text, &back) && back.role == API_MODERATOR
	      && back.list == 12 && back.row == 345);
	CHECK(!api_read_member_id(STR(""), &back));
	CHECK(!api_read_member_id(str_first(text, 31), &back));
	id.role = API_NONMEMBER;
	id.row = INT64_MAX;
	CHECK(api_read_member_id(api_member_id(a, &id), &back)
	      && back.role == API_NONMEMBER && back.row == INT64_MAX);
	CHECK(!api_read_member_id(STR("40000000000000010000000000000001"), &back));
	CHECK(!api_read_member_id(STR("0000000000000001f000000000000001"), &back));
}

static void test_request_ids(void)
{
	ARENA(a);
	struct api_request_id id = { .asked = true, .row = 9 }, back;
	str text = api_request_id(a, &id);
	CHECK(text.n == 40);
	CHECK(api_read_request_id(text, &back) && back.asked && back.row == 9);
	id.asked = false;
	CHECK(api_read_request_id(api_request_id(a, &id), &back) && !back.asked);
	CHECK(!api_read_request_id(STR("2000000000000000000000000000000000000009"),
				   &back));
	CHECK(!api_read_request_id(STR("9"), &back));
}

static void test_words(void)
{
	CHECK(api_is_true(STR("True")) && api_is_true(STR("yes"))
	      && api_is_true(STR("1")));
	CHECK(api_is_false(STR("False")) && api_is_false(STR("off")));
	CHECK(!api_is_true(STR("maybe")) && !api_is_false(STR("maybe")));
	CHECK(!api_is_true(STR("")) && !api_is_false(STR("")));
}

/* A page's part of a listing, as the answer has it. */
static void test_pages(void)
{
	static const struct {
		const char *query;
		int status;
		const char *part;
	} cases[] = {
		{ "", 200, "\"start\": 0, \"total_size\": 3" },
		{ "count=2&page=1", 200, "\"start\": 0, \"total_size\": 3" },
		{ "count=2&page=2", 200, "[{\"http_etag\": \"\\\"" },
		{ "count=2&page=2", 200, "\"n\": 2}], " },
		{ "count=2&page=2", 200, "\"start\": 2, \"total_size\": 3" },
		{ "count=2&page=9", 200, "\"start\": 16, \"total_size\": 3" },
		{ "count=x", 400, "Cannot convert parameters: count" },
		{ "count=1&page=0", 400, "Cannot convert parameters: page" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ARENA(a);
		struct request q = { .arena = a };
		struct response r = { .arena = a };
		struct api x = { .q = &q, .r = &r, .a = a, .root = STR("http://x") };
		struct pair *pairs = arena_zero(a, 2 * sizeof *pairs);
		str rest = str_from(cases[i].query), one;
		size_t n = 0;
		while (rest.n) {
			if (!str_cut(rest, '&', &one, &rest)) {
				one = rest;
				rest = STR_NONE;
			}
			str_cut(one, '=', &pairs[n].name, &pairs[n].value);
			n++;
		}
		q.query = (struct pairs){ pairs, n };
		json_t *all = json_array();
		for (int k = 0; k < 3; k++)
			json_array_append_new(all, json_pack("{s:i}", "n", k));
		api_slice(&x, all);
		CHECK(r.status == cases[i].status);
		CHECK(str_find(buf_str(&r.body), str_from(cases[i].part)).n);
		CHECK(!str_find(buf_str(&r.body), STR("\"entries\": []")).n);
		buf_free(&r.body);
	}
}

/* The tag changes with any field, and with nothing else. */
static void test_etag(void)
{
	ARENA(a);
	str tags[3];
	for (int i = 0; i < 3; i++) {
		struct request q = { .arena = a };
		struct response r = { .arena = a };
		struct api x = { .q = &q, .r = &r, .a = a };
		json_t *object = i == 1 ? json_pack("{s:i, s:s}", "n", 0, "a", "b")
					: json_pack("{s:s, s:i}", "a", "b", "n", i == 2);
		api_json(&x, object);
		tags[i] = arena_copy(a, buf_str(&r.body));
		CHECK(str_find(tags[i], STR("\"http_etag\": \"\\\"")).n);
		buf_free(&r.body);
	}
	CHECK(str_eq(tags[0], tags[1]));
	CHECK(!str_eq(tags[0], tags[2]));
}

int main(void)
{
	test_routes();
	test_person_ids();
	test_member_ids();
	test_request_ids();
	test_words();
	test_pages();
	test_etag();
	return check_done();
}
