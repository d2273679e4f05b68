/* A list of Mailman 3 as its REST API tells it. */
#include "lists/import/mailman3_rest.h"

#include "tests/check.h"

#define LIST "/lists/dev.u.example"
#define NONE "{\"start\": 0, \"total_size\": 0}"

/* Answers by path, as far as it is written here; the first that fits. */
struct answer {
	const char *path, *body;
};

struct world {
	const struct answer *answers; /* ended by NULL */
	size_t asked;
};

static err get(void *with, struct arena *a, str path, size_t most, str *body)
{
	struct world *w = with;
	w->asked++;
	for (const struct answer *x = w->answers; x->path; x++) {
		if (!str_starts(path, str_from(x->path)))
			continue;
		if (!x->body)
			return FAIL(ERR_NOTFOUND, "none");
		if (strlen(x->body) > most)
			return FAIL(ERR_LIMIT, "larger");
		*body = arena_copy(a, str_from(x->body));
		return OK;
	}
	*body = STR(NONE);
	return OK;
}

static err read_list(struct arena *a, const struct answer *answers,
		     struct rest_read *read)
{
	struct world w = { .answers = answers };
	const struct rest_service service = { .get = get, .with = &w };
	struct rest r = { .service = &service, .a = a };
	const struct mailman3_list list = { .list_id = STR("dev.u.example"),
					    .name = STR("dev"),
					    .host = STR("u.example") };
	err e = rest_read(&r, a, &list, read);
	rest_close(&r);
	return e;
}

/* Each level says what was chosen at it. */
static void test_levels(void)
{
	static const struct answer answers[] = {
		{ LIST "/roster/member",
		  "{\"start\": 0, \"total_size\": 1, \"entries\": [{\"email\": "
		  "\"anna@u.example\", \"member_id\": \"a1\", \"user\": "
		  "\"http://elsewhere.example/3.1/users/b2\", \"display_name\": "
		  "\"Anna\", \"moderation_action\": \"defer\", \"subscription_mode\": "
		  "\"as_user\", \"bounce_score\": 2, "
		  "\"last_bounce_received\": \"1970-01-02T00:00:01.5\"}]}" },
		{ "/members/a1/preferences",
		  "{\"receive_own_postings\": false, \"acknowledge_posts\": null}" },
		{ "/addresses/anna@u.example/preferences",
		  "{\"receive_own_postings\": true, \"delivery_mode\": "
		  "\"plaintext_digests\"}" },
		{ "/addresses/anna@u.example",
		  "{\"original_email\": \"Anna@u.example\", \"verified_on\": "
		  "\"1970-01-02T00:00:00\"}" },
		{ "/users/b2/preferred_address",
		  "{\"original_email\": \"a2@u.example\"}" },
		{ "/users/b2/addresses",
		  "{\"start\": 0, \"total_size\": 2, \"entries\": "
		  "[{\"original_email\": \"Anna@u.example\"}, {\"original_email\": "
		  "\"a2@u.example\", \"verified_on\": \"1970-01-03T00:00:00\"}]}" },
		{ "/users/b2/preferences",
		  "{\"delivery_mode\": \"regular\", \"hide_address\": true, "
		  "\"preferred_language\": \"de\"}" },
		{ NULL, NULL },
	};
	ARENA(a);
	struct rest_read read = { 0 };
	CHECK(!read_list(a, answers, &read).kind);
	CHECK(read.members == 1 && !read.without);
	if (read.members != 1)
		return;
	const struct mailman3_member *m = &read.member[0];
	CHECK(str_eq(m->email, STR("Anna@u.example")));
	CHECK(str_eq(m->name, STR("Anna")));
	CHECK(m->as_user && m->addresses == 2 && m->verified_at == 86400);
	CHECK(m->all && str_eq(m->all[1].email, STR("a2@u.example"))
	      && m->all[1].preferred && m->all[1].verified_at == 172800);
	CHECK(m->all && !m->all[0].preferred && !m->all[0].verified_at);
	CHECK(m->own.own_posts == 0 && m->of_address.own_posts == 1);
	CHECK(m->own.mode == -1 && m->of_address.mode == 2 && m->of_user.mode == 1);
	CHECK(m->of_user.hide == 1 && m->of_address.hide == -1 && m->own.hide == -1);
	CHECK(!m->own.language.n && str_eq(m->of_user.language, STR("de")));
	CHECK(m->own.acknowledge == -1 && m->own.list_copy == -1 && m->own.status == -1);
	CHECK(m->action == 4 && m->bounce_score == 2 && m->bounced_at == 86401);
	CHECK(m->role == MAILMAN3_MEMBER);
}

/* Who owns a domain is called by the preferred address, else by the first one. */
static void test_site(void)
{
	static const struct answer answers[] = {
		{ "/domains/u.example/owners",
		  "{\"start\": 0, \"total_size\": 3, \"entries\": [{\"user_id\": "
		  "\"a1\"}, "
		  "{\"user_id\": \"b2\"}, {\"user_id\": \"c3\"}]}" },
		{ "/domains?",
		  "{\"start\": 0, \"total_size\": 1, \"entries\": [{\"mail_host\": "
		  "\"u.example\", \"description\": \"Uni\", \"alias_domain\": null}]}" },
		{ "/users/a1/preferred_address",
		  "{\"email\": \"a@u.example\", \"original_email\": \"A@u.example\"}" },
		{ "/users/b2/preferred_address", NULL },
		{ "/users/b2/addresses",
		  "{\"start\": 0, \"total_size\": 1, \"entries\": [{\"original_email\": "
		  "\"b@u.example\"}]}" },
		{ "/users/c3/preferred_address", NULL },
		{ NULL, NULL },
	};
	ARENA(a);
	struct world w = { .answers = answers };
	const struct rest_service service = { .get = get, .with = &w };
	struct rest r = { .service = &service, .a = a };
	struct mailman3_site site = { 0 };
	CHECK(!rest_site(&r, a, &site).kind && site.domains == 1);
	const struct mailman3_domain *d = site.domain;
	CHECK(d && str_eq(d->description, STR("Uni")) && !d->alias.n && d->owners == 2);
	CHECK(d && d->owners == 2 && str_eq(d->owner[0].text, STR("A@u.example"))
	      && str_eq(d->owner[1].text, STR("b@u.example")));
	rest_close(&r);
}

static const struct mailman3_value *value(const struct rest_read *read, const char *name)
{
	for (size_t i = 0; i < read->value_count; i++)
		if (str_eq(read->value[i].name, str_from(name)))
			return &read->value[i];
	return NULL;
}

/* As the database has it: words are numbers, intervals seconds, and no password. */
static void test_attributes(void)
{
	static const struct {
		const char *json;
		int64_t number;
	} cases[] = {
		{ "\"7d\"", 604800 },      { "\"1d3600.0s\"", 90000 },
		{ "\"0d30s\"", 30 },       { "\"a week\"", -1 },
		{ "\"1d-5s\"", -1 },       { "\"99999d\"", -1 },
		{ "\"7d and more\"", -1 }, { "7", 7 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ARENA(a);
		struct rest_read read = { 0 };
		str body = arena_printf(a,
					"{\"bounce_info_stale_after\": %s, "
					"\"filter_action\": \"preserve\", "
					"\"moderator_password\": \"secret\", "
					"\"filter_types\": [\"a/b\"]}",
					cases[i].json);
		const struct answer answers[] = { { LIST "/config", arena_z(a, body) },
						  { NULL, NULL } };
		err e = read_list(a, answers, &read);
		CHECK((e.kind == ERR_SYNTAX) == (cases[i].number < 0));
		if (e.kind)
			continue;
		const struct mailman3_value *v = value(&read, "bounce_info_stale_after");
		CHECK(v && v->number == cases[i].number);
		v = value(&read, "filter_action");
		CHECK(v && v->type == MAILMAN3_NUMBER && v->number == 6);
		CHECK(!value(&read, "moderator_password"));
		CHECK(read.filters.count == 1 && !value(&read, "filter_types"));
	}
}

/* What one of them lacks keeps no other one back. */
static void test_waiting(void)
{
	static const struct answer answers[] = {
		{ LIST "/held/count", "{\"count\": 3}" },
		{ LIST "/held?count=1&page=1",
		  "{\"start\": 0, \"total_size\": 3, \"entries\": [{\"request_id\": 7, "
		  "\"msg\": \"From: a\\n\\nb\\u0000c\\n\", \"reason\": \"r\"}]}" },
		{ LIST "/held?count=1&page=2", "{\"start\": " },
		{ LIST "/held?count=1&page=3",
		  "{\"start\": 2, \"total_size\": 3, \"entries\": [{\"request_id\": 9, "
		  "\"msg\": \"Subject: Message content lost\\nMessage-ID: <x>\\n\\nThis "
		  "held message has been lost.\\n\"}]}" },
		{ LIST "/requests?request_type=unsubscription",
		  "{\"start\": 0, \"total_size\": 1, \"entries\": [{\"token\": \"t\", "
		  "\"type\": \"unsubscription\", \"email\": \"x@u.example\", \"when\": "
		  "\"1970-01-02T00:00:00\"}]}" },
		{ NULL, NULL },
	};
	ARENA(a);
	struct rest_read read = { 0 };
	CHECK(!read_list(a, answers, &read).kind);
	CHECK(read.held_count == 3 && read.pended_count == 1);
	if (read.held_count != 3 || read.pended_count != 1)
		return;
	CHECK(read.held[0].row.id == 7 && !read.held[0].why);
	CHECK(str_eq(read.held[0].text, STR("From: a\n\nb\0c\n")));
	CHECK(read.held[1].why && read.held[2].why);
	CHECK(read.pended[0].row.expires_at == 4 * 86400);
	CHECK(read.pended[0].count == 3);
}

/* An address with a / has no page; its member comes all the same. */
static void test_no_page(void)
{
	static const struct answer answers[] = {
		{ LIST "/roster/member",
		  "{\"start\": 0, \"total_size\": 1, \"entries\": [{\"email\": "
		  "\"a/b@u.example\", \"member_id\": \"a1\"}]}" },
		{ "/addresses/a%2Fb@u.example", NULL },
		{ NULL, NULL },
	};
	ARENA(a);
	struct rest_read read = { 0 };
	CHECK(!read_list(a, answers, &read).kind);
	CHECK(read.members == 1 && read.without == 1);
	CHECK(read.members == 1 && str_eq(read.member[0].email, STR("a/b@u.example")));
}

int main(void)
{
	test_levels();
	test_site();
	test_attributes();
	test_waiting();
	test_no_page();
	return check_done();
}
