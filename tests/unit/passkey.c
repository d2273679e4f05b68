/* account/passkey.h: keys that are kept, and signing in with them. */
#include "account/passkey.h"
#include "authenticator.h"
#include "store_folder.h"

#include "store/lists/passkey.h"
#include "store/lists/person.h"

static const struct mac_key key = { "0123456789abcdef0123456789abcde" };

static struct passkey_answer answer(struct arena *a, const struct device *d,
				    const char *type, str challenge, str user)
{
	str client = client_of(a, type, "https://lists.example", challenge);
	bool makes = !strcmp(type, "create");
	str data = data_of(a, d, SITE.id, makes);
	str said = makes ? object_of(a, d, data, client, false) : data;
	return (struct passkey_answer){
		.id = enc_base64url(a, str_from(d->id)),
		.client = enc_base64url(a, client),
		.data = enc_base64url(a, said),
		.signature = enc_base64url(a, makes ? STR("")
						    : signed_by(a, d, data, client)),
		.user = enc_base64url(a, user),
	};
}

static void keeping(struct arena *a, struct book *b)
{
	int64_t anna = 0, ben = 0;
	struct device *d = &devices[0];
	struct passkey_signed who;
	struct passkey_answer x;
	str of = STR("add one"), c = passkey_challenge(a, &key, of);
	CHECK(ok(person_add(b, STR("Anna"), 1000, &anna)));
	CHECK(ok(person_add(b, STR("Ben"), 1000, &ben)));
	x = answer(a, d, "create", c, STR(""));
	CHECK(passkey_add_new(a, b, &SITE, &key, STR("add two"), anna, STR("k"), &x).kind
	      == ERR_DENIED);
	CHECK(passkey_add_new(a, b, &SITE, &key, of, anna, STR(""), &x).kind
	      == ERR_SYNTAX);
	CHECK(passkey_add_new(a, b, &SITE, &key, of, anna, STR("a\nb"), &x).kind
	      == ERR_SYNTAX);
	CHECK(ok(passkey_add_new(a, b, &SITE, &key, of, anna, STR("k"), &x)));
	CHECK(passkey_add_new(a, b, &SITE, &key, of, anna, STR("k"), &x).kind
	      == ERR_DENIED);
	x = answer(a, d, "create", passkey_challenge(a, &key, of), STR(""));
	CHECK(passkey_add_new(a, b, &SITE, &key, of, ben, STR("k"), &x).kind
	      == ERR_DENIED);

	str handle = passkey_handle(a, &key, anna), in = STR("sign-in");
	d->counter++;
	x = answer(a, d, "get", passkey_challenge(a, &key, in), handle);
	CHECK(ok(passkey_sign(a, b, &SITE, &key, in, 0, &x, &who)) && who.person == anna
	      && who.verified && str_eq(who.name, STR("k")));
	CHECK(passkey_sign(a, b, &SITE, &key, in, 0, &x, &who).kind == ERR_DENIED
	      && !who.person); /* again */
	x = answer(a, d, "get", passkey_challenge(a, &key, in), handle);
	CHECK(passkey_sign(a, b, &SITE, &key, in, 0, &x, &who).kind == ERR_DENIED
	      && who.back); /* the counter stands still */
	d->counter++;
	x = answer(a, d, "get", passkey_challenge(a, &key, in), STR("")); /* no handle */
	CHECK(ok(passkey_sign(a, b, &SITE, &key, in, anna, &x, &who)));
	d->counter++;
	x = answer(a, d, "get", passkey_challenge(a, &key, in),
		   passkey_handle(a, &key, ben));
	CHECK(passkey_sign(a, b, &SITE, &key, in, 0, &x, &who).kind == ERR_DENIED);
	x = answer(a, d, "get", passkey_challenge(a, &key, in), handle);
	CHECK(passkey_sign(a, b, &SITE, &key, in, ben, &x, &who).kind == ERR_DENIED);
	x = answer(a, &devices[1], "get", passkey_challenge(a, &key, in), STR(""));
	CHECK(passkey_sign(a, b, &SITE, &key, in, 0, &x, &who).kind == ERR_DENIED);
	x.id = enc_base64url(a, str_from(d->id)); /* another key's signature */
	x = (struct passkey_answer){ x.id, x.client, x.data, x.signature, x.user };
	CHECK(passkey_sign(a, b, &SITE, &key, in, 0, &x, &who).kind == ERR_DENIED);
	x = answer(a, d, "create", passkey_challenge(a, &key, in), handle);
	CHECK(passkey_sign(a, b, &SITE, &key, in, 0, &x, &who).kind == ERR_DENIED);
	x = answer(a, d, "get", STR("a challenge of their own"), handle);
	CHECK(passkey_sign(a, b, &SITE, &key, in, 0, &x, &who).kind == ERR_DENIED);
	x.data = STR("!");
	CHECK(passkey_sign(a, b, &SITE, &key, in, 0, &x, &who).kind == ERR_SYNTAX);
	for (size_t i = 1; i < 3; i++) { /* several of a person */
		x = answer(a, &devices[i], "create", passkey_challenge(a, &key, of),
			   STR(""));
		CHECK(ok(passkey_add_new(a, b, &SITE, &key, of, anna, STR("m"), &x)));
		devices[i].counter += devices[i].counter > 0;
		x = answer(a, &devices[i], "get", passkey_challenge(a, &key, in), handle);
		CHECK(ok(passkey_sign(a, b, &SITE, &key, in, 0, &x, &who))
		      && who.verified == (i == 1));
	}
	x = answer(a, &devices[2], "get", passkey_challenge(a, &key, in), handle);
	CHECK(ok(passkey_sign(a, b, &SITE, &key, in, 0, &x,
			      &who))); /* it does not count */
}

int main(void)
{
	ARENA(a);
	str data = folder_make(a);
	struct book *b = fresh_book(a, data, BOOK_LISTS);
	make_keys();
	keeping(a, b);
	free_keys();
	book_close(b);
	folder_remove(a, data);
	return check_done();
}
