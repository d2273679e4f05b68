#include "letters.h"

#include "lists/invite.h"
#include "lists/members_inside.h"
#include "lists/owner.h"
#include "lists/press.h"
#include "store/lists/ban.h"
#include "store/lists/pending.h"
#include "store/lists/request.h"

#define DEV "dev@lists.example"

static const struct press BUTTON = { .choice = { "", 0 }, .reason = { "", 0 } };

static bool is_member(struct books_test *t, const char *address)
{
	struct member_row m;
	return !member_find(t->books.lists, t->a, books_entry(t, DEV)->id,
			    str_from(address), &m)
			.kind;
}

static err ask(struct books_test *t, const char *address)
{
	struct mailbox m = books_box(t, address);
	return member_ask_join(&t->books, t->a, books_entry(t, DEV), &m, NULL, false,
			       &t->by);
}

static err press(struct books_test *t, str token, struct pressed *done)
{
	return confirm_press(&t->books, t->a, token, &BUTTON, done);
}

static void test_join(struct books_test *t)
{
	struct pressed done;
	struct confirmation c;
	struct address_row row;
	struct mailbox who = { .name = STR("Anna \"A.\" \xC3\x84"),
			       .address = books_box(t, "Anna@uni.example").address };
	CHECK(ok(member_ask_join(&t->books, t->a, books_entry(t, DEV), &who, NULL, false,
				 &t->by)));
	CHECK(!is_member(t, "anna@uni.example"));
	str letter = letter_to(t, "Anna@uni.example", "asked that"),
	    token = letter_token(letter);
	CHECK(token.n == TOKEN_CHARS);
	CHECK(holds(letter, "To: Anna@uni.example")); /* without words of the asker's */
	CHECK(holds(letter, arena_z(t->a, arena_cat(t->a, STR("dev-confirm+"), token,
						    STR("@lists.example")))));
	CHECK(holds(letter,
		    arena_z(t->a, arena_cat(t->a, STR("Subject: confirm "), token))));
	CHECK(ok(confirm_look(&t->books, t->a, token, &c)) && c.kind == CONFIRM_JOIN);
	CHECK(str_eq(c.address, STR("anna@uni.example")) && str_eq(c.name, who.name));
	CHECK(!is_member(t, "anna@uni.example"));
	/* folded by a mailer */
	str upper = arena_copy(t->a, token);
	for (size_t i = 0; i < upper.n; i++)
		if (chr_is_alpha(upper.p[i]))
			((char *)(uintptr_t)upper.p)[i] -= 32;
	CHECK(ok(press(t, upper, &done)) && is_member(t, "anna@uni.example")
	      && !done.waits);
	CHECK(holds(done.says, "is now a member"));
	CHECK(ok(address_find(t->books.lists, t->a, STR("anna@uni.example"), &row))
	      && row.verified_at);
	CHECK(letter_to(t, "Anna@uni.example", "Welcome to dev").n
	      || letter_to(t, "anna@uni.example", "Welcome to dev").n);
	CHECK(press(t, token, &done).kind == ERR_NOTFOUND);
}

static void test_already(struct books_test *t)
{
	int64_t before = books_count(t, "pending", "1");
	CHECK(ok(ask(t, "anna@uni.example")));
	CHECK(letter_to(t, "anna@uni.example", "It is one already").n);
	CHECK(books_count(t, "pending", "1") == before);
}

/* Nobody can have a stranger's mailbox filled. */
static void test_limits(struct books_test *t)
{
	for (int i = 0; i < 3; i++)
		CHECK(ok(ask(t, "victim@other.example")));
	err e = ask(t, "victim@other.example");
	CHECK(e.kind == ERR_DENIED && has_word(e, "day"));
	CHECK(books_count(t, "delivery", "recipient = 'victim@other.example'") == 3);
	/* over many lists: no more that day */
	int sent = 3;
	for (int i = 0; i < 12; i++) {
		struct mailbox m = books_box(t, "victim@other.example");
		str name = arena_printf(t->a, "l%d@lists.example", i);
		const struct list_entry *l = books_list(t, arena_z(t->a, name));
		sent += !member_ask_join(&t->books, t->a, l, &m, NULL, false, &t->by)
				 .kind;
	}
	CHECK(sent == 3
	      && books_count(t, "delivery", "recipient = 'victim@other.example'")
			 == sent);
	/* nor by what stands behind a + */
	e = ask(t, "victim+pills@other.example");
	CHECK(e.kind == ERR_DENIED && has_word(e, "day"));
	/* and not that of a member either */
	books_member(t, books_entry(t, DEV), "busy@other.example");
	for (int i = 0; i < 12; i++)
		CHECK(ask(t, "busy@other.example").kind == (i < 3 ? 0 : ERR_DENIED));
	CHECK(books_count(t, "delivery", "recipient = 'busy@other.example'") == 3);
	/* who may leave all the same, and be invited */
	const struct list_entry *dev = books_entry(t, DEV);
	CHECK(ok(member_ask_leave(&t->books, t->a, dev, STR("busy@other.example"), false,
				  &t->by)));
	CHECK(letter_to(t, "busy@other.example", "leave").n);
	const struct list_entry *l0 = books_entry(t, "l0@lists.example");
	struct mailbox m = books_box(t, "busy@other.example");
	CHECK(ok(member_invite(&t->books, t->a, l0, &m, &(struct invitation){ 0 },
			       &t->by)));
	/* ten are what anybody can have us ask in a day */
	sent = 1;
	for (int i = 0; i < 12; i++) {
		str name = arena_printf(t->a, "l%d@lists.example", i);
		const struct list_entry *l = books_entry(t, arena_z(t->a, name));
		books_member(t, l, "busy@other.example");
		sent += !member_ask_leave(&t->books, t->a, l, STR("busy@other.example"),
					  false, &t->by)
				 .kind;
	}
	CHECK(sent == 10);
	CHECK(books_count(t, "answered",
			  "times > 10 OR (address LIKE 'join:%' AND times > 3)")
	      == 0);
}

static void test_policies(struct books_test *t)
{
	struct pressed done;
	struct request_row *r;
	size_t n;
	int64_t before;
	books_set(t, DEV, "subscription_policy", "closed");
	before = letters(t);
	err e = ask(t, "carl@lab.example");
	CHECK(e.kind == ERR_DENIED && has_word(e, "dev-owner@lists.example")
	      && letters(t) == before);
	books_set(t, DEV, "subscription_policy", "confirm_then_moderate");
	/* Olga is both now; she and Max are told once each */
	books_role(t, books_entry(t, DEV), "olga@uni.example", "moderator");
	CHECK(ok(ask(t, "carl@lab.example")));
	CHECK(ok(press(t, letter_token(letter_to(t, "carl@lab.example", "asked that")),
		       &done)));
	CHECK(done.waits && !is_member(t, "carl@lab.example"));
	CHECK(letter_to(t, "carl@lab.example", "let in by").n);
	CHECK(letter_to(t, "olga@uni.example", "carl@lab.example wants to").n);
	CHECK(books_count(t, "message", "source LIKE 'request-moderator/%'") == 2);
	CHECK(ok(request_list(t->books.lists, t->a, books_entry(t, DEV)->id, &r, &n))
	      && n == 1);
	CHECK(ok(request_belongs(&t->books, t->a, r[0].id, books_entry(t, DEV)->id)));
	CHECK(request_belongs(&t->books, t->a, r[0].id, 999).kind == ERR_NOTFOUND);
	CHECK(ok(request_decide(&t->books, t->a, r[0].id, STR("accept"), STR(""), &t->by))
	      && is_member(t, "carl@lab.example"));
	CHECK(request_decide(&t->books, t->a, r[0].id, STR("accept"), STR(""), &t->by)
		      .kind
	      == ERR_NOTFOUND);
	/* refused */
	CHECK(ok(ask(t, "eve@evil.example")));
	CHECK(ok(press(t, letter_token(letter_to(t, "eve@evil.example", "asked that")),
		       &done))
	      && done.waits);
	CHECK(ok(request_list(t->books.lists, t->a, books_entry(t, DEV)->id, &r, &n))
	      && n == 1);
	CHECK(ok(request_decide(&t->books, t->a, r[0].id, STR("reject"),
				STR("Who are you?"), &t->by)));
	CHECK(letter_to(t, "eve@evil.example", "Who are you?").n
	      && !is_member(t, "eve@evil.example"));
	CHECK(request_decide(&t->books, t->a, r[0].id, STR("reject"), STR(""), &t->by)
		      .kind
	      == ERR_NOTFOUND);
	/* an invitation needs no approval */
	struct mailbox m = books_box(t, "ida@lab.example");
	CHECK(ok(member_invite(&t->books, t->a, books_entry(t, DEV), &m,
			       &(struct invitation){ 0 }, &t->by))
	      && !is_member(t, "ida@lab.example"));
	CHECK(ok(press(t, letter_token(letter_to(t, "ida@lab.example", "invite you")),
		       &done))
	      && !done.waits);
	CHECK(is_member(t, "ida@lab.example"));
	CHECK(member_invite(&t->books, t->a, books_entry(t, DEV), &m,
			    &(struct invitation){ 0 }, &t->by)
		      .kind
	      == ERR_DENIED);
	books_set(t, DEV, "subscription_policy", "confirm");
}

/* Whom bans of each kind keep out, beside the one of @banned.example. */
static void check_banned(struct books_test *t)
{
	static const char *const bans[] = { "Eve@Far.example", "zed@far.example",
					    "@lab.far.example", "^r[0-9]+@" };
	static const struct {
		const char *address;
		bool banned;
	} cases[] = {
		{ "eve@far.example", true },       { "ev@far.example", false },
		{ "zed@far.example", true },       { "a@lab.far.example", true },
		{ "a@x.y.lab.far.example", true }, { "a@xlab.far.example", false },
		{ "a@far.example", false },        { "a@example", false },
		{ "r12@far.example", true },       { "a@notbanned.example", false },
	};
	const struct list_entry *dev = books_entry(t, DEV);
	for (size_t i = 0; i < sizeof bans / sizeof *bans; i++)
		BOOKS_MUST(t, ban_put(&t->books, t->a, dev->id, str_from(bans[i]),
				      STR(""), &t->by));
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		err e = member_check_ban(&t->books, t->a, dev,
					 str_from(cases[i].address));
		if (e.kind != (cases[i].banned ? ERR_DENIED : 0))
			fprintf(stderr, "%s\n", cases[i].address);
		CHECK(e.kind == (cases[i].banned ? ERR_DENIED : 0));
	}
	for (size_t i = 0; i < sizeof bans / sizeof *bans; i++)
		BOOKS_MUST(t,
			   ban_lift(&t->books, t->a, dev->id, str_from(bans[i]), &t->by));
}

static void test_bans(struct books_test *t)
{
	struct pressed done;
	struct ban_row ban = { .pattern = STR("@banned.example"), .reason = STR("") };
	struct mailbox m = books_box(t, "x@banned.example"),
		       sub = books_box(t, "x@sub.banned.example");
	CHECK(ok(ask(t, "y@banned.example")));
	str token = letter_token(letter_to(t, "y@banned.example", "asked that"));
	CHECK(ok(ban_add(t->books.lists, &ban)));
	CHECK(ask(t, "x@banned.example").kind == ERR_DENIED
	      && ask(t, "x@sub.banned.example").kind == ERR_DENIED);
	CHECK(member_admit(&t->books, t->a, books_entry(t, DEV), &m, true, &t->by).kind
	      == ERR_DENIED);
	check_banned(t);
	CHECK(member_invite(&t->books, t->a, books_entry(t, DEV), &sub,
			    &(struct invitation){ 0 }, &t->by)
		      .kind
	      == ERR_DENIED);
	/* banned between the letter and its button */
	CHECK(press(t, token, &done).kind == ERR_DENIED
	      && !is_member(t, "y@banned.example"));
	CHECK(ok(ban_remove(t->books.lists, 0, ban.pattern)));
}

static void test_leave(struct books_test *t)
{
	struct pressed done;
	int64_t before = letters(t);
	const struct list_entry *dev = books_entry(t, DEV);
	/* a stranger: nothing is said, nobody is written to */
	CHECK(ok(member_ask_leave(&t->books, t->a, dev, STR("stranger@x.example"), false,
				  &t->by))
	      && letters(t) == before);
	CHECK(member_ask_leave(&t->books, t->a, dev, STR("no address"), false, &t->by)
		      .kind
	      == ERR_SYNTAX);
	CHECK(ok(member_ask_leave(&t->books, t->a, dev, STR("ANNA@uni.example"), false,
				  &t->by))
	      && is_member(t, "anna@uni.example"));
	str token = letter_token(letter_to(t, "ANNA@uni.example", "leave"));
	CHECK(token.n && ok(press(t, token, &done)) && !is_member(t, "anna@uni.example"));
	CHECK(holds(done.says, "has left")
	      && press(t, token, &done).kind == ERR_NOTFOUND);
	/* pressed again after a crash that left the token: the same answer */
	books_member(t, dev, "anna@uni.example");
	CHECK(ok(member_ask_leave(&t->books, t->a, dev, STR("anna@uni.example"), false,
				  &t->by)));
	token = letter_token(letter_to(t, "anna@uni.example", "asked that"));
	CHECK(ok(member_end(&t->books, t->a, dev, STR("anna@uni.example"), false,
			    &t->by)));
	CHECK(ok(press(t, token, &done)) && holds(done.says, "has left"));
	/* at once where the list says so */
	books_member(t, books_entry(t, DEV), "anna@uni.example");
	books_set(t, DEV, "unsubscription_policy", "open");
	CHECK(ok(member_ask_leave(&t->books, t->a, books_entry(t, DEV),
				  STR("anna@uni.example"), false, &t->by)));
	CHECK(!is_member(t, "anna@uni.example")
	      && letter_to(t, "anna@uni.example", "no longer a member").n);
	CHECK(member_end(&t->books, t->a, books_entry(t, DEV), STR("anna@uni.example"),
			 true, &t->by)
		      .kind
	      == ERR_NOTFOUND);
	books_set(t, DEV, "unsubscription_policy", "confirm");
}

/* Letters that a list does not want, and the owner who wants to know. */
static void test_letters(struct books_test *t)
{
	struct mailbox m = books_box(t, "quiet@uni.example");
	books_set(t, DEV, "send_welcome_message", "no");
	books_set(t, DEV, "send_goodbye_message", "no");
	int64_t before = letters(t);
	CHECK(ok(member_admit(&t->books, t->a, books_entry(t, DEV), &m, true, &t->by)));
	CHECK(ok(member_end(&t->books, t->a, books_entry(t, DEV),
			    STR("quiet@uni.example"), true, &t->by)));
	CHECK(letters(t) == before);
	books_set(t, DEV, "admin_notify_mchanges", "yes");
	CHECK(ok(member_admit(&t->books, t->a, books_entry(t, DEV), &m, true, &t->by)));
	CHECK(letter_to(t, "olga@uni.example", "quiet@uni.example is now a member").n);
	CHECK(ok(member_end(&t->books, t->a, books_entry(t, DEV),
			    STR("quiet@uni.example"), true, &t->by)));
	CHECK(letter_to(t, "olga@uni.example", "quiet@uni.example is no longer a member")
		      .n);
	CHECK(letters(t) == before + 2); /* to the owner, not to the moderator */
	CHECK(books_count(t, "audit",
			  "what = 'member joined' AND detail = 'quiet@uni.example'")
	      == 2);
	CHECK(member_admit(&t->books, t->a, books_entry(t, DEV),
			   &(struct mailbox){
				   .address = books_box(t, "ida@lab.example").address },
			   true, &t->by)
		      .kind
	      == ERR_DENIED);
}

static void test_leave_token(struct books_test *t)
{
	struct arena *a = t->a;
	const struct mac_key *mac = &t->books.mac;
	const struct list_entry *dev = books_entry(t, DEV),
				*other = books_entry(t, "l0@lists.example");
	int64_t id;
	str token = leave_token(a, mac, dev->address, 4711);
	CHECK(ok(leave_token_read(a, mac, dev, token, &id)) && id == 4711);
	CHECK(leave_token_read(a, mac, other, token, &id).kind == ERR_DENIED);
	for (size_t i = 0; i < token.n; i++) {
		char *forged = arena_z(a, token);
		forged[i] = forged[i] == '3' ? '5' : '3';
		id = -1;
		CHECK(leave_token_read(a, mac, dev, str_from(forged), &id).kind
			      == ERR_DENIED
		      && id == -1);
	}
	for (size_t i = 0; i < token.n; i++)
		CHECK(leave_token_read(a, mac, dev, str_first(token, i), &id).kind
		      == ERR_DENIED);
	static const char *const wrong[] = {
		"", ".", "4711", "4711.", ".abc", "-1.x", "99999999999999999999.x"
	};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		CHECK(leave_token_read(a, mac, dev, str_from(wrong[i]), &id).kind
		      == ERR_DENIED);
	/* a return path's tag is for return paths */
	str tag = mac_tag(a, mac, STR("bounce"), arena_printf(a, "4711 " DEV));
	CHECK(leave_token_read(a, mac, dev, arena_cat(a, STR("4711."), tag), &id).kind
	      == ERR_DENIED);
}

static void test_options(struct books_test *t)
{
	static const struct {
		const char *key, *value;
		enum err_kind kind;
	} cases[] = {
		{ "delivery", "off", ERR_NONE },      { "delivery", "regular", ERR_NONE },
		{ "delivery", "weekly", ERR_SYNTAX }, { "own_posts", "no", ERR_NONE },
		{ "own_posts", "maybe", ERR_SYNTAX }, { "copies", "no", ERR_NONE },
		{ "acknowledge", "yes", ERR_NONE },   { "hidden", "yes", ERR_NONE },
		{ "action", "hold", ERR_NONE },       { "action", "", ERR_NONE },
		{ "action", "explode", ERR_SYNTAX },  { "colour", "blue", ERR_SYNTAX },
	};
	struct member_row m = { .delivery = STR("regular"),
				.off_by = STR(""),
				.action = STR("") };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct member_row before = m;
		err e = member_option(t->a, &m, str_from(cases[i].key),
				      str_from(cases[i].value), STR("user"));
		CHECK(e.kind == cases[i].kind);
		if (e.kind)
			CHECK(has_word(e, cases[i].key)
			      && str_eq(before.delivery, m.delivery)
			      && before.copies == m.copies);
		if (!strcmp(cases[i].value, "off"))
			CHECK(str_eq(m.off_by, STR("user")));
		if (!strcmp(cases[i].value, "regular"))
			CHECK(!m.off_by.n);
	}
}

/* The links of accounts: signing in, and an address that one adds. */
static void test_accounts(struct books_test *t)
{
	struct pressed done;
	struct address_row row;
	str token;
	CHECK(ok(confirm_make(&t->books, t->a, CONFIRM_SIGN_IN, NULL,
			      STR("carl@lab.example"), STR("{\"to\":\"/lists/\"}"), 900,
			      &token)));
	CHECK(ok(press(t, token, &done)) && done.person
	      && str_eq(done.was.to, STR("/lists/")));
	int64_t carl = done.person;
	CHECK(press(t, token, &done).kind == ERR_NOTFOUND);
	str data = arena_printf(t->a, "{\"account\":%lld}", (long long)carl);
	CHECK(ok(confirm_make(&t->books, t->a, CONFIRM_VERIFY, NULL,
			      STR("carl@home.example"), data, 900, &token)));
	/* whoever else reads the mail gives nothing away */
	CHECK(press(t, token, &done).kind == ERR_DENIED);
	CHECK(address_find(t->books.lists, t->a, STR("carl@home.example"), &row).kind
	      == ERR_NOTFOUND);
	struct press mine = { .by = { .person = carl, .name = STR("carl@lab.example") } };
	CHECK(ok(confirm_press(&t->books, t->a, token, &mine, &done)));
	CHECK(ok(address_find(t->books.lists, t->a, STR("carl@home.example"), &row))
	      && row.person == carl && row.verified_at);
	/* too old */
	CHECK(ok(confirm_make(&t->books, t->a, CONFIRM_SIGN_IN, NULL,
			      STR("carl@lab.example"), STR("{}"), -1, &token)));
	CHECK(press(t, token, &done).kind == ERR_NOTFOUND);
}

int main(void)
{
	ARENA(a);
	struct books_test t = books_make(a);
	books_list(&t, DEV);
	books_role(&t, books_entry(&t, DEV), "olga@uni.example", "owner");
	books_role(&t, books_entry(&t, DEV), "max@uni.example", "moderator");
	test_join(&t);
	test_already(&t);
	test_limits(&t);
	test_policies(&t);
	test_bans(&t);
	test_leave(&t);
	test_letters(&t);
	test_leave_token(&t);
	test_options(&t);
	test_accounts(&t);
	books_end(&t);
	return check_done();
}
