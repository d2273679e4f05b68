#include "account/account.h"
#include "store_folder.h"

#include "account/link.h"
#include "account/password.h"
#include "account/session.h"
#include "account/throttle.h"
#include "account/token.h"
#include "base/mac.h"
#include "base/thread.h"
#include "store/lists/address.h"
#include "store/lists/domain.h"
#include "store/lists/domain_owner.h"
#include "store/lists/list.h"
#include "store/lists/member.h"
#include "store/lists/person.h"
#include "store/lists/role.h"

#include <fcntl.h>
#include <stdatomic.h>

static struct address addr(struct arena *a, const char *text)
{
	struct address x = { 0 };
	CHECK(ok(address_parse(a, str_from(text), &x)));
	return x;
}

static int64_t person(struct book *b, const char *key, bool verified)
{
	int64_t id = 0, address = 0;
	CHECK(ok(person_add(b, STR("Anna"), 1000, &id)));
	CHECK(ok(address_add(b, id, str_from(key), str_from(key), &address)));
	if (verified)
		CHECK(ok(address_verify(b, address, 1000)));
	return id;
}

/* --- passwords --- */

static void passwords(struct arena *a)
{
	str kept = STR_NONE;
	CHECK(password_hash(a, STR("short"), &kept).kind == ERR_SYNTAX && !kept.n);
	CHECK(ok(password_hash(a, STR("correct horse"), &kept)));
	CHECK(str_starts(kept, STR("$argon2id$v=19$m=19456,t=2,p=1$")));
	CHECK(ok(password_check(kept, STR("correct horse"))));
	CHECK(password_check(kept, STR("correct horsf")).kind == ERR_DENIED);
	CHECK(password_check(kept, STR("")).kind == ERR_DENIED);
	CHECK(password_check(STR(""), STR("")).kind == ERR_DENIED);
	CHECK(password_check(STR("$rubbish"), STR("correct horse")).kind == ERR_DENIED);
}

static atomic_int sent_away, denied;

static void *try_sign_in(void *arg)
{
	err e = password_check(*(str *)arg, STR("a wrong one"));
	atomic_fetch_add(e.kind == ERR_LIMIT ? &sent_away : &denied, 1);
	return NULL;
}

static void a_flood_waits_or_goes(struct arena *a)
{
	enum { MANY = PASSWORD_WAITING + 16 };
	pthread_t ids[MANY];
	str kept;
	CHECK(ok(password_hash(a, STR("correct horse"), &kept)));
	for (int i = 0; i < MANY; i++)
		CHECK(ok(thread_start_joinable(&ids[i], try_sign_in, &kept)));
	for (int i = 0; i < MANY; i++)
		pthread_join(ids[i], NULL);
	CHECK(sent_away + denied == MANY && denied >= PASSWORD_WAITING);
	CHECK(password_check(kept, STR("correct horse")).kind == ERR_NONE);
}

/* --- who is who --- */

static void addresses(struct arena *a, struct book *b)
{
	int64_t anna = person(b, "anna@uni.example", true);
	int64_t bert = person(b, "bert@uni.example", false);
	struct address x = addr(a, "Anna@Uni.Example"), y = addr(a, "bert@uni.example"),
		       z = addr(a, "carl@uni.example");
	struct account who = { 0 };
	CHECK(ok(account_by_address(a, b, &x, &who)) && who.id == anna);
	CHECK(!who.admin && !who.may_send && who.send_budget == PERSON_BUDGET);
	CHECK(account_by_address(a, b, &y, &who).kind == ERR_NOTFOUND);
	CHECK(account_by_address(a, b, &z, &who).kind == ERR_NOTFOUND);
	CHECK(ok(account_by_id(a, b, bert, &who)) && who.id == bert);
	CHECK(ok(account_may_send_as(a, b, anna, &x)));
	CHECK(account_may_send_as(a, b, bert, &x).kind == ERR_DENIED);
	CHECK(account_may_send_as(a, b, bert, &y).kind == ERR_DENIED);
	CHECK(account_may_send_as(a, b, anna, &z).kind == ERR_DENIED);
}

static void signing_in(struct arena *a, struct book *b)
{
	int64_t id = person(b, "dora@uni.example", true);
	struct address x = addr(a, "dora@uni.example"), y = addr(a, "nobody@uni.example");
	struct account who = { 0 };
	struct account_session session;
	str cookie;
	CHECK(account_sign_in(a, b, &x, STR("correct horse"), &who).kind == ERR_DENIED);
	CHECK(ok(account_session_open(a, b, id, STR("::1"), STR("test"), true, &cookie)));
	CHECK(ok(account_password_set(a, b, id, STR("correct horse"))));
	CHECK(account_session_find(a, b, cookie, &session).kind == ERR_NOTFOUND);
	CHECK(ok(account_sign_in(a, b, &x, STR("correct horse"), &who)) && who.id == id);
	CHECK(account_sign_in(a, b, &x, STR("Correct horse"), &who).kind == ERR_DENIED);
	CHECK(account_sign_in(a, b, &y, STR("correct horse"), &who).kind == ERR_DENIED);
	CHECK(account_password_set(a, b, id, STR("x")).kind == ERR_SYNTAX);
	CHECK(ok(account_sign_in(a, b, &x, STR("correct horse"), &who)));
	CHECK(ok(account_password_set(a, b, id, STR(""))));
	CHECK(account_sign_in(a, b, &x, STR("correct horse"), &who).kind == ERR_DENIED);
	CHECK(account_password_set(a, b, 9999, STR("correct horse")).kind
	      == ERR_NOTFOUND);
}

/* --- tokens --- */

static void tokens(struct arena *a, struct book *b)
{
	int64_t id = person(b, "eva@uni.example", true), got = 0, token = 0;
	person(b, "fred@uni.example", true);
	str shown = STR_NONE, other = STR_NONE;
	CHECK(ok(account_token_new(a, b, id, STR("laptop"), &shown)) && shown.n == 32);
	CHECK(ok(account_token_new(a, b, id, STR("phone"), &other)));
	CHECK(!str_eq(shown, other));
	CHECK(ok(account_token_check(a, b, STR("eva@uni.example"), shown, &got, &token))
	      && got == id);
	got = 0;
	CHECK(ok(account_token_check(a, b, STR_NONE, other, &got, &token)) && got == id);
	str loud = arena_cat(a, STR(" "), str_first(shown, 9), STR(" "),
			     str_skip(shown, 9), STR("\n"));
	CHECK(ok(account_token_check(a, b, STR("EVA@uni.example"), loud, &got, &token)));
	static const struct {
		const char *user, *token;
	} wrong[] = { { "fred@uni.example", NULL },
		      { "nobody@uni.example", NULL },
		      { "eva", NULL },
		      { "eva@uni.example", "" },
		      { "eva@uni.example", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" } };
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		CHECK(account_token_check(a, b, str_from(wrong[i].user),
					  wrong[i].token ? str_from(wrong[i].token)
							 : shown,
					  &got, &token)
			      .kind
		      == ERR_DENIED);
	CHECK(account_token_new(a, b, 9999, STR("x"), &shown).kind == ERR_NOTFOUND);
}

static void scram_users(struct arena *a, struct book *b)
{
	struct mac_key key = { { 1 } };
	int64_t id = person(b, "gina@uni.example", true);
	struct scram_user who = { 0 }, ghost = { 0 }, again = { 0 };
	struct scram_keys mine;
	str shown = STR_NONE;
	CHECK(ok(account_scram(a, b, &key, STR("gina@uni.example"), &who)) && !who.count);
	CHECK(ok(account_token_new(a, b, id, STR("laptop"), &shown)));
	CHECK(ok(account_scram(a, b, &key, STR("gina@uni.example"), &who)));
	CHECK(who.count == 1 && who.account == id && who.salt.n == SCRAM_SALT);
	scram_derive(shown, who.salt, SCRAM_ROUNDS, &mine);
	CHECK(!memcmp(mine.stored, who.keys[0].stored, SCRAM_KEY)
	      && !memcmp(mine.server, who.keys[0].server, SCRAM_KEY));
	CHECK(who.keys[0].token > 0);
	CHECK(ok(account_scram(a, b, &key, STR("ghost@uni.example"), &ghost)));
	CHECK(ok(account_scram(a, b, &key, STR("Ghost@uni.example"), &again)));
	CHECK(!ghost.count && ghost.salt.n == SCRAM_SALT
	      && str_eq(ghost.salt, again.salt));
}

/* --- sessions and links, with the clock moved --- */

static int clock_fd;

static void clock_open(struct arena *a, str data)
{
	const char *path = arena_z(a, arena_cat(a, data, STR("/clock")));
	clock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	setenv("POSTERN_CLOCK", path, 1);
}

static void days_later(int days)
{
	char text[32] = { 0 };
	snprintf(text, sizeof text, "%d", days * 86400);
	CHECK(pwrite(clock_fd, text, sizeof text, 0) == sizeof text);
}

static void sessions(struct arena *a, struct book *b)
{
	int64_t id = person(b, "hans@uni.example", true);
	struct account_session s = { 0 };
	str cookie = STR_NONE, other = STR_NONE;
	CHECK(ok(account_session_open(a, b, id, STR("::1"), STR("test"), true, &cookie)));
	CHECK(ok(account_session_open(a, b, id, STR("::1"), STR("test"), true, &other)));
	CHECK(ok(account_session_find(a, b, cookie, &s)) && s.person == id && !s.admin);
	CHECK(cookie.n >= 51 && s.hash.n == 32);
	CHECK(account_session_is_proven(&s));
	s.proven_at -= ACCOUNT_SESSION_PROVEN;
	CHECK(!account_session_is_proven(&s));
	s.proven_at += 2
		       * ACCOUNT_SESSION_PROVEN; /* by a clock that was set back since */
	CHECK(!account_session_is_proven(&s));
	CHECK(account_session_find(a, b, STR("x"), &s).kind == ERR_NOTFOUND);
	days_later(13);
	CHECK(ok(account_session_find(a, b, cookie, &s)));
	CHECK(!account_session_is_proven(&s));
	CHECK(ok(account_session_prove(b, cookie)));
	CHECK(ok(account_session_find(a, b, cookie, &s))
	      && account_session_is_proven(&s));
	CHECK(ok(account_session_find(a, b, other, &s))
	      && !account_session_is_proven(&s));
	CHECK(ok(account_session_find(a, b, cookie, &s)));
	CHECK(ok(account_session_touch(b, cookie, &s)));
	days_later(15);
	CHECK(account_session_find(a, b, other, &s).kind == ERR_NOTFOUND); /* idle */
	CHECK(ok(account_session_find(a, b, cookie, &s)));
	days_later(26);
	CHECK(ok(account_session_find(a, b, cookie, &s)));
	CHECK(ok(account_session_touch(b, cookie, &s)));
	days_later(31);
	CHECK(account_session_find(a, b, cookie, &s).kind == ERR_NOTFOUND); /* too old */
	days_later(0);
	CHECK(ok(account_session_open(a, b, id, STR("::1"), STR("test"), true, &other)));
	CHECK(ok(account_session_close(b, other)));
	CHECK(account_session_find(a, b, other, &s).kind == ERR_NOTFOUND);
	CHECK(ok(account_session_open(a, b, id, STR("::1"), STR("test"), false, &other)));
	CHECK(ok(account_session_find(a, b, other, &s))
	      && !account_session_is_proven(&s));
	CHECK(ok(account_session_prove(b, other)));
	CHECK(ok(account_session_find(a, b, other, &s)) && account_session_is_proven(&s));
	CHECK(ok(account_session_close(b, other)));
	str form = account_form_token(a, cookie, STR("leave"));
	CHECK(account_form_check(a, cookie, STR("leave"), form));
	CHECK(!account_form_check(a, cookie, STR("join"), form));
	CHECK(!account_form_check(a, other, STR("leave"), form));
	CHECK(!account_form_check(a, STR_NONE, STR("leave"),
				  account_form_token(a, STR_NONE, STR("leave"))));
}

static void links(struct arena *a, struct book *b)
{
	struct account_link l = { .kind = STR("sign-in"),
				  .address = STR("anna@uni.example"),
				  .data = STR("{}"),
				  .life = 3600 },
			    got = { 0 };
	str token = STR_NONE;
	CHECK(ok(account_link_new(a, b, &l, &token)) && token.n == 20);
	CHECK(ok(account_link_see(a, b, STR("sign-in"), token, &got)));
	CHECK(str_eq(got.address, l.address) && got.life > 3500);
	CHECK(account_link_use(a, b, STR("join"), token, &got).kind == ERR_NOTFOUND);
	CHECK(ok(account_link_use(a, b, STR("sign-in"), token, &got)));
	CHECK(account_link_use(a, b, STR("sign-in"), token, &got).kind == ERR_NOTFOUND);
	CHECK(account_link_see(a, b, STR("sign-in"), token, &got).kind == ERR_NOTFOUND);
	CHECK(ok(account_link_new(a, b, &l, &token)));
	days_later(1);
	CHECK(account_link_use(a, b, STR("sign-in"), token, &got).kind == ERR_NOTFOUND);
	days_later(0);
}

/* --- rights --- */

static void standing(struct arena *a, struct book *b)
{
	int64_t domain, list, other, address = 0, member = 0;
	int64_t ida = person(b, "ida@uni.example", true);
	struct address_row row;
	struct viewer v = { 0 };
	CHECK(ok(domain_add(b, STR("lists.example"), &domain)));
	CHECK(ok(list_create(b, STR("dev@lists.example"), 1000, &list)));
	CHECK(ok(list_create(b, STR("ops@lists.example"), 1000, &other)));
	CHECK(ok(address_find(b, a, STR("ida@uni.example"), &row)));
	CHECK(ok(account_viewer(a, b, 0, list, &v)) && v.here == WHO_GUEST && !v.person);
	CHECK(ok(account_viewer(a, b, ida, list, &v)) && v.here == WHO_SIGNED_IN);
	CHECK(ok(member_add(b, list, row.id, 1000, &member)));
	CHECK(ok(account_viewer(a, b, ida, list, &v)) && v.here == WHO_MEMBER);
	CHECK(ok(account_viewer(a, b, ida, other, &v)) && v.here == WHO_SIGNED_IN);
	CHECK(ok(role_add(b, list, row.id, STR("moderator"))));
	CHECK(ok(account_viewer(a, b, ida, list, &v)) && v.here == WHO_MODERATOR);
	CHECK(ok(role_add(b, list, row.id, STR("owner"))));
	CHECK(ok(account_viewer(a, b, ida, list, &v)) && v.here == WHO_OWNER);
	CHECK(account_viewer(a, b, 9999, list, &v).kind == ERR_NOTFOUND);

	/* Who owns the domain is more on each of its lists, and nothing elsewhere. */
	int64_t foreign, third;
	CHECK(ok(domain_add(b, STR("other.example"), &foreign)));
	CHECK(ok(list_create(b, STR("dev@other.example"), 1000, &third)));
	CHECK(ok(domain_owner_add(b, domain, row.id)));
	CHECK(ok(account_viewer(a, b, ida, list, &v)) && v.here == WHO_DOMAIN_OWNER);
	CHECK(ok(account_viewer(a, b, ida, other, &v)) && v.here == WHO_DOMAIN_OWNER);
	CHECK(ok(account_viewer(a, b, ida, third, &v)) && v.here == WHO_SIGNED_IN);
	CHECK(ok(address_verify(b, row.id, 0)));
	CHECK(ok(account_viewer(a, b, ida, other, &v)) && v.here == WHO_SIGNED_IN);
	CHECK(ok(address_verify(b, row.id, 1000)));
	CHECK(ok(domain_owner_remove(b, domain, row.id)));
	CHECK(domain_owner_remove(b, domain, row.id).kind == ERR_NOTFOUND);
	CHECK(ok(account_viewer(a, b, ida, other, &v)) && v.here == WHO_SIGNED_IN);

	/* Another's address, named but never shown to be hers, opens nothing. */
	CHECK(ok(address_add(b, ida, STR("boss@uni.example"), STR("boss@uni.example"),
			     &address)));
	CHECK(ok(member_add(b, other, address, 1000, &member)));
	CHECK(ok(account_viewer(a, b, ida, other, &v)) && v.here == WHO_SIGNED_IN);
}

static void rights(void)
{
	static const struct right_list open = { WHO_GUEST, WHO_GUEST, WHO_MEMBER },
				       closed = { WHO_MEMBER, WHO_MEMBER, WHO_OWNER },
				       shut = { WHO_NOBODY, WHO_NOBODY, WHO_NOBODY };
	static const struct {
		enum right right;
		const struct right_list *list;
		const char *
			may; /* guest signed-in member moderator owner domain owner admin */
	} cases[] = {
		{ RIGHT_archive_read, &open, "yyyyyyy" },
		{ RIGHT_archive_read, &closed, "nnyyyyy" },
		{ RIGHT_archive_read, &shut, "nnnnnnn" },
		{ RIGHT_archive_read, NULL, "nnnnnny" },
		{ RIGHT_roster_see, &open, "nnyyyyy" },
		{ RIGHT_roster_see, &closed, "nnnyyyy" },
		{ RIGHT_held_decide, &open, "nnnyyyy" },
		{ RIGHT_settings_set, &open, "nnnnyyy" },
		{ RIGHT_list_create, NULL, "nnnnnny" },
		{ RIGHT_list_create, &open, "nnnnnyy" },
		{ RIGHT_list_remove, &open, "nnnnnyy" },
		{ RIGHT_site_set, &open, "nnnnnny" },
		{ RIGHT_account_set, NULL, "nyyyyyy" },
		{ RIGHT_membership_set, &open, "nnyyyyy" },
		/* what somebody is on a list counts nowhere else */
		{ RIGHT_settings_set, NULL, "nnnnnny" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		for (enum who who = WHO_GUEST; who <= WHO_ADMIN; who++) {
			struct viewer v = { .person = who != WHO_GUEST,
					    .admin = who == WHO_ADMIN,
					    .here = who == WHO_ADMIN ? WHO_SIGNED_IN
								     : who };
			bool want = cases[i].may[who] == 'y';
			CHECK(right_may(&v, cases[i].right, cases[i].list) == want);
		}
	CHECK(!strcmp(right_name(RIGHT_archive_read), "archive_read"));
	CHECK(*right_text(RIGHT_join) && !strcmp(who_name(WHO_OWNER), "owner"));
}

static void throttles(void)
{
	struct throttle *t = throttle_new();
	struct net_addr peer, far;
	CHECK(!net_parse_ip(STR("192.0.2.7"), &peer).kind);
	CHECK(!net_parse_ip(STR("198.51.100.7"), &far).kind);
	for (int i = 0; i < 500; i++) /* who is right may come as often as they like */
		CHECK(throttle_may(t, STR("Anna@uni.example"), &far));
	int tries = 0;
	while (tries < 100 && throttle_may(t, STR("Anna@uni.example"), NULL)) {
		throttle_failed(t, STR("Anna@uni.example"), NULL);
		tries++;
	}
	CHECK(tries == 20);
	CHECK(!throttle_may(t, STR("anna@uni.example"), &peer)); /* whatever its case */
	CHECK(throttle_may(t, STR("bert@uni.example"), &peer));
	for (tries = 0; tries < 100 && throttle_may(t, STR("carl@uni.example"), &peer);
	     tries++)
		throttle_failed(t, STR("carl@uni.example"), &peer);
	CHECK(tries == 12);
	CHECK(!throttle_may(t, STR("bert@uni.example"), &peer));
	CHECK(throttle_may(t, STR("bert@uni.example"), &far));
	CHECK(throttle_may(t, STR("carl@uni.example"), &far)); /* not shut out by one */
	CHECK(throttle_may(t, STR("bert@uni.example"), NULL));
	CHECK(!throttle_may(t, STR("\"anna\"@UNI.example"), &far)); /* however spelled */
	CHECK(throttle_may(t, STR_NONE, &far) && !throttle_may(t, STR_NONE, &peer));
	throttle_free(t);
	throttle_free(NULL);
}

int main(void)
{
	ARENA(a);
	str data = folder_make(a);
	clock_open(a, data);
	days_later(0);
	struct book *b = fresh_book(a, data, BOOK_LISTS);
	passwords(a);
	a_flood_waits_or_goes(a);
	addresses(a, b);
	signing_in(a, b);
	tokens(a, b);
	scram_users(a, b);
	sessions(a, b);
	links(a, b);
	standing(a, b);
	rights();
	throttles();
	book_close(b);
	folder_remove(a, data);
	close(clock_fd);
	return check_done();
}
