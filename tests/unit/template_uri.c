/* Texts that a program sets by URI under Mailman 3's names: what they become, when their
 * URI is still told, and what is refused. */
#include "lists/template_uri.h"

#include "books.h"
#include "lists/notice.h"
#include "lists/owner.h"
#include "tests/check.h"

static const char DEV[] = "dev@lists.example";
static const char URI[] = "http://postorius/api/templates/x";

static str at(struct arena *a, struct books_test *t, const struct template_scope *of,
	      const char *notice)
{
	struct template_row own;
	err e = template_get(t->books.lists, a, of, str_from(notice), STR(""), &own);
	return e.kind ? STR("") : own.text;
}

static str footer_of(struct arena *a, struct books_test *t, int64_t list)
{
	struct settings s;
	BOOKS_MUST(t, settings_load(t->books.lists, a, list, &s));
	return s.msg_footer;
}

static struct template_owner owner_of(struct books_test *t)
{
	const struct list_entry *dev = books_entry(t, DEV);
	return (struct template_owner){ .of = { .list = dev->id },
					.list = dev,
					.domain = STR("lists.example") };
}

static err put(struct arena *a, struct books_test *t, const struct template_owner *o,
	       const char *name, const char *uri, const char *text)
{
	return template_uri_put(&t->books, a, o,
				&(struct template_from){ .name = str_from(name),
							 .uri = str_from(uri),
							 .username = STR(""),
							 .text = str_from(text) },
				&t->by);
}

static size_t told(struct arena *a, struct books_test *t, const struct template_scope *of)
{
	struct template_uri_row *rows;
	size_t n;
	BOOKS_MUST(t, template_uri_holding(&t->books, a, of, &rows, &n));
	return n;
}

static str uri_of(struct arena *a, struct books_test *t, const struct template_scope *of,
		  const char *notice)
{
	str uri;
	BOOKS_MUST(t, template_uri_of(&t->books, a, of, str_from(notice), &uri));
	return uri;
}

static void test_texts(struct books_test *t)
{
	static const struct {
		const char *name, *text, *notice, *ours;
	} cases[] = {
		{ "list:user:notice:welcome", "Hello from $listname,\r\n\r\n$$5\r\n",
		  "welcome", "Hello from {list_address},\n\n$5\n" },
		{ "list:user:action:subscribe", "Join $display_name of $domain?",
		  "confirm-join", "Join {list} of lists.example?\n\n    {link}\n" },
		{ "list:user:action:unsubscribe", "confirm $token", "confirm-leave",
		  "confirm {token}\n\n    {link}\n" },
		{ "list:admin:action:post", "$sender_email: $subject", "held-moderator",
		  "{author}: {subject}\n\n    {link}\n" },
		{ "list:member:digest:masthead", "Posts of $listname", "digest",
		  "Posts of {list_address}\n" },
	};
	struct template_owner o = owner_of(t);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ARENA(a);
		CHECK(ok(put(a, t, &o, cases[i].name, URI, cases[i].text)));
		str now = at(a, t, &o.of, cases[i].notice);
		if (!str_eq(now, str_from(cases[i].ours)))
			fprintf(stderr, "  %s: %.*s\n", cases[i].name, STR_F(now));
		CHECK(str_eq(now, str_from(cases[i].ours)));
		CHECK(told(a, t, &o.of) == 1);
		CHECK(str_eq(uri_of(a, t, &o.of, cases[i].notice), str_from(URI)));
		CHECK(ok(put(a, t, &o, cases[i].name, "", "")));
		CHECK(!uri_of(a, t, &o.of, cases[i].notice).n);
		CHECK(!at(a, t, &o.of, cases[i].notice).n && !told(a, t, &o.of));
	}
}

static void test_refused(struct books_test *t)
{
	static const struct {
		const char *name, *text, *says;
		enum err_kind kind;
		bool site;
	} cases[] = {
		{ "list:user:notice:welcome", "for $user_name", "$user_name has no value",
		  ERR_SYNTAX, false },
		{ "list:user:notice:welcome", "$token", "$token has no value", ERR_SYNTAX,
		  false },
		{ "list:user:notice:welcome", "see {link}", "{link} has no value",
		  ERR_SYNTAX, false },
		{ "list:user:notice:welcome", " \r\n", "empty", ERR_SYNTAX, false },
		{ "list:user:notice:no-more-today", "x", "eleventh", ERR_DENIED, false },
		{ "list:user:notice:nothing", "x", "no template", ERR_NOTFOUND, false },
		{ "domain:admin:notice:new-list", "x", "no template", ERR_NOTFOUND,
		  false },
		{ "domain:admin:notice:new-list", "x", "sign in by a link", ERR_DENIED,
		  true },
		{ "list:member:regular:footer", "x", "msg_footer", ERR_DENIED, true },
		{ "list:user:notice:welcome", "in $domain", "$domain", ERR_SYNTAX, true },
		{ "help", "x", "no template", ERR_NOTFOUND, true },
	};
	struct template_owner list = owner_of(t), site = { .domain = STR("") };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ARENA(a);
		err e = put(a, t, cases[i].site ? &site : &list, cases[i].name, URI,
			    cases[i].text);
		if (e.kind != cases[i].kind || !strstr(e.msg, cases[i].says))
			fprintf(stderr, "  %s: %d %s\n", cases[i].name, (int)e.kind,
				e.kind ? e.msg : "");
		CHECK(e.kind == cases[i].kind && strstr(e.msg, cases[i].says));
		CHECK(!told(a, t, &list.of) && !told(a, t, &site.of));
	}
	ARENA(a);
	char *big = memset(arena_zero(a, NOTICE_TEXT_MAX + 2), 'a', NOTICE_TEXT_MAX + 1);
	CHECK(put(a, t, &list, "list:user:notice:welcome", URI, big).kind == ERR_SYNTAX);
	CHECK(ok(put(a, t, &list, "list:user:notice:no-more-today", "", "")));
}

/* Of a domain and the site, too; each has its own. */
static void test_scopes(struct books_test *t)
{
	ARENA(a);
	struct template_owner list = owner_of(t), domain = { .domain = list.domain },
			      site = { .domain = STR("") };
	BOOKS_MUST(t, domain_find(t->books.lists, domain.domain, &domain.of.domain));
	const struct template_owner *all[] = { &list, &domain, &site };
	for (size_t i = 0; i < 3; i++)
		CHECK(ok(put(a, t, all[i], "list:user:notice:goodbye", URI,
			     (const char *[]){ "List", "Domain", "Site" }[i])));
	CHECK(str_eq(at(a, t, &list.of, "goodbye"), STR("List\n")));
	CHECK(str_eq(at(a, t, &domain.of, "goodbye"), STR("Domain\n")));
	CHECK(str_eq(at(a, t, &site.of, "goodbye"), STR("Site\n")));
	for (size_t i = 0; i < 3; i++) {
		CHECK(told(a, t, &all[i]->of) == 1);
		CHECK(ok(put(a, t, all[i], "list:user:notice:goodbye", "", "")));
		CHECK(!told(a, t, &all[i]->of));
	}
}

/* Who writes another text has his own from then on. */
static void test_theirs(struct books_test *t)
{
	ARENA(a);
	struct template_owner o = owner_of(t);
	const struct notice_row *welcome = notice_row_find(STR("welcome"));
	struct assignment footer = { STR("msg_footer"), STR("By hand") };
	CHECK(ok(put(a, t, &o, "list:user:notice:welcome", URI, "Hi")));
	CHECK(ok(notice_put(&t->books, a, welcome, &o.of, o.list, STR(""), STR("Mine\n"),
			    &t->by)));
	CHECK(!told(a, t, &o.of));
	CHECK(ok(put(a, t, &o, "list:user:notice:welcome", "", "")));
	CHECK(str_eq(at(a, t, &o.of, "welcome"), STR("Mine\n")));
	CHECK(ok(put(a, t, &o, "list:user:notice:welcome", URI, "Hi again")));
	CHECK(told(a, t, &o.of) == 1);
	CHECK(str_eq(at(a, t, &o.of, "welcome"), STR("Hi again\n")));
	CHECK(ok(put(a, t, &o, "list:user:notice:welcome", "", "")));

	CHECK(ok(put(a, t, &o, "list:member:regular:footer", URI,
		     "--\r\n$listname, $user_email\r\n")));
	CHECK(str_eq(footer_of(a, t, o.of.list), STR("--\n$listname, $user_email")));
	CHECK(told(a, t, &o.of) == 1);
	CHECK(ok(list_configure(&t->books, a, o.of.list, &footer, 1, &t->by)));
	CHECK(!told(a, t, &o.of));
	CHECK(ok(put(a, t, &o, "list:member:regular:footer", "", "")));
	CHECK(str_eq(footer_of(a, t, o.of.list), STR("By hand")));
	CHECK(put(a, t, &o, "list:member:regular:footer", URI, "%(user_password)s").kind
	      == ERR_SYNTAX);
}

/* What was a list's goes with it. */
static void test_gone(struct books_test *t)
{
	ARENA(a);
	struct template_uri_row *rows;
	struct template_owner o = owner_of(t);
	size_t n;
	CHECK(ok(put(a, t, &o, "list:user:notice:welcome", URI, "Hi")));
	CHECK(ok(list_remove(t->books.lists, o.of.list)));
	CHECK(ok(template_uri_list(t->books.lists, a, &o.of, &rows, &n)) && !n);
}

int main(void)
{
	ARENA(a);
	struct books_test t = books_make(a);
	books_list(&t, DEV);
	test_texts(&t);
	test_refused(&t);
	test_scopes(&t);
	test_theirs(&t);
	test_gone(&t);
	books_end(&t);
	return check_done();
}
