#include "mail/retpath.h"

#include "mail/leave_token.h"
#include "tests/check.h"

enum { DAY = 86400, NOW = 1795493529 };

static const struct mac_key key = { { 1, 2, 3 } }, other = { { 1, 2, 4 } };

static void members(struct arena *a)
{
	str list = STR("dev@lists.example"), path = retpath_make(a, &key, list, 4711),
	    token, host;
	int64_t member = 77;
	bool probe = true;
	CHECK(str_starts(path, STR("dev-bounces+4711."))
	      && str_ends(path, STR("@lists.example")));
	CHECK(str_cut(str_skip(path, 12), '@', &token, &host) && token.n == 21);
	CHECK(!retpath_read(a, &key, list, token, &member, &probe).kind
	      && member == 4711);
	CHECK(!probe);

	char *upper = arena_z(a, token);
	for (size_t i = 0; i < token.n; i++)
		upper[i] = upper[i] >= 'a' ? (char)(upper[i] - 32) : upper[i];
	member = 77;
	CHECK(!retpath_read(a, &key, STR("Dev@Lists.Example"), str_from(upper), &member,
			    &probe)
		       .kind
	      && member == 4711);

	member = 77;
	CHECK(retpath_read(a, &other, list, token, &member, &probe).kind == ERR_DENIED);
	CHECK(retpath_read(a, &key, STR("b@lists.example"), token, &member, &probe).kind
	      == ERR_DENIED);
	str tag = str_skip(token, 4);
	CHECK(retpath_read(a, &key, list, arena_cat(a, STR("4712"), tag), &member, &probe)
		      .kind
	      == ERR_DENIED);
	CHECK(retpath_read(a, &key, list, arena_cat(a, STR("04711"), tag), &member,
			   &probe)
		      .kind
	      == ERR_SYNTAX);
	static const char *const bad[] = {
		"", "4711", ".x", "x.y", "-0.x", "-01.x", "+1.x", "99999999999999999999.x"
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		CHECK(retpath_read(a, &key, list, str_from(bad[i]), &member, &probe).kind
		      == ERR_SYNTAX);
	CHECK(retpath_read(a, &key, list, STR("4711."), &member, &probe).kind
	      == ERR_DENIED);
	CHECK(member == 77 && !probe);

	str own = retpath_probe(a, &key, list, 4711);
	CHECK(str_cut(str_skip(own, 12), '@', &tag, &host) && !str_eq(tag, token));
	CHECK(!retpath_read(a, &key, list, tag, &member, &probe).kind && member == 4711
	      && probe);
}

static struct address parsed(struct arena *a, str text)
{
	struct address x = { 0 };
	CHECK(!address_mailbox(a, text, true, &x).kind);
	return x;
}

static void forwarding(struct arena *a)
{
	static const char *const senders[] = { "Anna@uni.example", "a=b@uni.example",
					       "\"a b\"@uni.example", "srs0@uni.example",
					       "a+b@uni.example" };
	for (size_t i = 0; i < sizeof senders / sizeof *senders; i++) {
		struct address from = parsed(a, str_from(senders[i]));
		str path, back = STR_NONE;
		CHECK(!srs_forward(a, &key, &from, STR("lists.example"), NOW, &path)
			       .kind);
		struct address x = parsed(a, path);
		CHECK(str_eq(x.domain, STR("lists.example"))
		      && str_istarts(x.local, STR("SRS0=")));
		CHECK(!srs_reverse(a, &key, &x, NOW + 21 * DAY, &back).kind);
		CHECK(str_eq(back, str_from(senders[i])));
		CHECK(srs_reverse(a, &key, &x, NOW + 23 * DAY, &back).kind == ERR_DENIED);
		CHECK(srs_reverse(a, &key, &x, NOW - 2 * DAY, &back).kind == ERR_DENIED);
		CHECK(srs_reverse(a, &other, &x, NOW, &back).kind == ERR_DENIED);
	}
}

/* a -> b -> c: c's path names b, and leads back to b's own. */
static void chains(struct arena *a)
{
	struct address from = parsed(a, STR("anna@uni.example"));
	str b, c, d, back;
	CHECK(!srs_forward(a, &key, &from, STR("b.example"), NOW, &b).kind);
	struct address at_b = parsed(a, b);
	CHECK(!srs_forward(a, &other, &at_b, STR("c.example"), NOW, &c).kind);
	struct address at_c = parsed(a, c);
	CHECK(str_starts(at_c.local, STR("SRS1="))
	      && str_find(at_c.local, STR("=b.example==")).n);
	CHECK(!srs_reverse(a, &other, &at_c, NOW, &back).kind && str_eq(back, b));
	CHECK(!srs_forward(a, &key, &at_c, STR("d.example"), NOW, &d).kind);
	struct address at_d = parsed(a, d);
	CHECK(at_d.local.n == at_c.local.n);
	CHECK(!srs_reverse(a, &key, &at_d, NOW, &back).kind && str_eq(back, b));
	CHECK(srs_reverse(a, &other, &at_d, NOW, &back).kind == ERR_DENIED);
}

static void refused(struct arena *a)
{
	struct address null = { 0 }, x = parsed(a, STR("anna@uni.example"));
	str path = STR("kept"), back;
	CHECK(srs_reverse(a, &key, &x, NOW, &back).kind == ERR_SYNTAX);
	x = parsed(a,
		   STR("a.very.long.name.of.a.person@a.very.long.host.name.uni.example"));
	CHECK(srs_forward(a, &key, &x, STR("b.example"), NOW, &path).kind == ERR_LIMIT);
	CHECK(str_eq(path, STR("kept")));
	CHECK(!srs_forward(a, &key, &null, STR("b.example"), NOW, &path).kind && !path.n);
	static const char *const forged[] = { "SRS0=@x", "SRS0=a@x",
					      "SRS0=aaaaaaaa=bb=c=d@x",
					      "SRS1=aaaaaaaa=b==c@x", "SRS0==bb=c=d@x" };
	for (size_t i = 0; i < sizeof forged / sizeof *forged; i++) {
		x = parsed(a, str_from(forged[i]));
		CHECK(srs_reverse(a, &key, &x, NOW, &back).kind);
	}
}

static void leave_tokens(struct arena *a)
{
	str list = STR("dev@lists.example"), token = leave_token(a, &key, list, 4711);
	int64_t member = 77;
	str number, tag;
	CHECK(str_cut(token, '.', &number, &tag) && str_eq(number, STR("4711")));
	const str wrong[] = { arena_cat(a, STR("4712."), tag),
			      arena_cat(a, token, STR("a")),
			      number,
			      tag,
			      STR("4711."),
			      STR("x.y"),
			      STR("") };
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		CHECK(!leave_token_check(a, &key, list, wrong[i], &member));
	CHECK(!leave_token_check(a, &other, list, token, &member));
	CHECK(!leave_token_check(a, &key, STR("b@lists.example"), token, &member)
	      && member == 77);
	CHECK(leave_token_check(a, &key, list, token, &member) && member == 4711);
}

int main(void)
{
	ARENA(a);
	members(a);
	leave_tokens(a);
	forwarding(a);
	chains(a);
	refused(a);
	return check_done();
}
