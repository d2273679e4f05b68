/* postern user sessions, totp-off: the browsers in which somebody is signed in, and what they
 * sign in with beside a password. */
#include "account/device.h"
#include "base/enc.h"
#include "cli/cmd_user.h"
#include "lists/persons.h"
#include "mail/date.h"
#include "store/lists/session.h"

enum { SHOWN = 12 }; /* digits of the hash that names one */

static str id_of(struct cli *c, const struct session_row *s)
{
	return str_first(enc_hex(c->a, s->hash), SHOWN);
}

static int show(struct cli *c, struct books *books, int64_t person)
{
	struct session_row *s;
	size_t n;
	CLI_TRY(c, session_list(books->lists, c->a, person, &s, &n));
	struct table *t = table_new(c, "id browser client since seen");
	for (size_t i = 0; i < n; i++)
		table_row(t, (str[]){ id_of(c, &s[i]), device_words(c->a, s[i].agent),
				      s[i].client, date_minute(c->a, s[i].created_at),
				      date_minute(c->a, s[i].seen_at) });
	table_print(t);
	return CLI_OK;
}

static err end_one(struct cli *c, struct books *books, int64_t person, str id)
{
	struct session_row *s;
	size_t n;
	TRY(session_list(books->lists, c->a, person, &s, &n));
	for (size_t i = 0; i < n; i++)
		if (str_eq(id_of(c, &s[i]), id))
			return person_end_session(books, c->a, person, s[i].hash,
						  &cli_actor);
	return err_in(c->a, ERR_NOTFOUND,
		      "--id %.*s: no such browser is signed in; see postern user "
		      "sessions %s",
		      STR_F(id), c->args[0]);
}

int cli_user_sessions(struct cli *c)
{
	struct books *books;
	struct person_row p;
	const char *id = cli_option(c, "id");
	bool ends = cli_option(c, "end");
	if (id && !ends)
		return cli_fail(c, FAIL(ERR_SYNTAX, "--id goes with --end"));
	CLI_TRY(c, cli_person(c, &books, &p));
	if (!ends)
		return show(c, books, p.id);
	CLI_TRY(c, id ? end_one(c, books, p.id, str_from(id))
		      : person_sign_out(books, c->a, p.id, &cli_actor));
	return CLI_OK;
}

int cli_user_totp_off(struct cli *c)
{
	struct books *books;
	struct person_row p;
	CLI_TRY(c, cli_person(c, &books, &p));
	CLI_TRY(c, person_totp_off(books, c->a, p.id, &cli_actor));
	return CLI_OK;
}
