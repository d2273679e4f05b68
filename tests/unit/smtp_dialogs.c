/* Plays the SMTP dialogues in the shared data through smtp_serve: what the client sends
 * is sent as it is, and each reply must bear the code and the enhanced status that the
 * dialogue expects. The words behind them, and host names, are each server's own. Where
 * ours answers otherwise the row below says what and why. */
#include "smtp_peer.h"

#include "base/file.h"

#include <dirent.h>

static const struct differs {
	const char *file, *theirs, *ours, *why;
} differences[] = {
	{ "auth_multi_dialog", "534", "504 5.5.4",
	  "RFC 4954 section 4: 504 for a mechanism that is not known" },
	{ "auth_not_tls", "503 5.7.10", "502 5.5.1",
	  "there is no AUTH at all on port 25" },
	{ "auth_too_many_failures", "421 4.5.0", "501 5.5.2",
	  "ten errors end a session here, not three" },
	{ "bad_data_dot", "521 5.5.2", "554 5.6.0",
	  "RFC 5321 section 4.3.2: 554 at the end of data; 521 is for hosts that take no "
	  "mail" },
	{ "bad_data_dot_2", "521 5.5.2", "554 5.6.0", "the same" },
	{ "bad_data_dot_on_message_too_big", "521 5.5.2", "552 5.3.4",
	  "both are true of it; its size is named, and the bad dot did not end it" },
	{ "bad_mail_from", "500 5.5.2", "501 5.5.4",
	  "RFC 5321 section 4.2.2: 501 for parameters of a known verb" },
	{ "bad_mail_from", "500", "501 5.1.7", "the same" },
	{ "bad_mail_from", "501 5.1.8", "501 5.1.7",
	  "RFC 3463: X.1.7 is the sender's syntax, X.1.8 a domain that takes no "
	  "replies" },
	{ "bad_rcpt_to", "500 5.5.2", "501 5.5.4", "as for MAIL" },
	{ "bad_rcpt_to", "500", "501 5.1.3", "as for MAIL" },
	{ "bad_rcpt_to", "501 5.1.2", "501 5.1.3",
	  "RFC 3463: X.1.3 is syntax, X.1.2 a domain that does not exist" },
	{ "bad_rcpt_to", "550 5.1.3", "553 5.6.7",
	  "RFC 6531 section 3.5: not ASCII, and no SMTPUTF8 was said" },
	{ "line_too_long", "554", "501 5.5.4",
	  "lines up to 2,048 octets are read; the name is what is too long" },
	{ "unknown_command", "500 5.5.1", "500 5.5.2",
	  "RFC 3463: X.5.2 is a command that is not recognized" },
};

struct play {
	struct arena *a;
	const char *name;
	struct peer *p; /* NULL: no connection */
	struct tls *server, *client;
	int met, different;
};

/* --- what is sent as an expression: 'a' * 3 + ('b' + '\r\n') * 2 --- */

static str expression(struct arena *a, str *s);

static void skip_spaces(str *s)
{
	while (s->n && *s->p == ' ')
		*s = str_skip(*s, 1);
}

static str quoted(struct arena *a, str *s)
{
	BUF(b);
	for (*s = str_skip(*s, 1); s->n && *s->p != '\''; *s = str_skip(*s, 1)) {
		char c = *s->p;
		if (c == '\\') {
			*s = str_skip(*s, 1);
			c = *s->p == 'r' ? '\r' : *s->p == 'n' ? '\n' : *s->p;
		}
		buf_add_char(&b, c);
	}
	*s = str_skip(*s, 1);
	return arena_copy(a, buf_str(&b));
}

static str factor(struct arena *a, str *s)
{
	str value;
	skip_spaces(s);
	if (s->n && *s->p == '(') {
		*s = str_skip(*s, 1);
		value = expression(a, s);
		*s = str_skip(*s, 1);
	} else {
		value = quoted(a, s);
	}
	skip_spaces(s);
	if (!s->n || *s->p != '*')
		return value;
	BUF(b);
	str digits = str_trim(str_skip(*s, 1));
	size_t n = 0;
	while (n < digits.n && chr_is_digit(digits.p[n]))
		n++;
	for (int i = 0, times = atoi(arena_z(a, str_first(digits, n))); i < times; i++)
		buf_add(&b, value);
	*s = str_skip(digits, n);
	return arena_copy(a, buf_str(&b));
}

static str expression(struct arena *a, str *s)
{
	str sum = factor(a, s);
	for (skip_spaces(s); s->n && *s->p == '+'; skip_spaces(s)) {
		*s = str_skip(*s, 1);
		sum = arena_cat(a, sum, factor(a, s));
	}
	return sum;
}

/* --- replies --- */

/* "550 5.1.1" of "550 5.1.1 words", or "550". */
static str code_and_status(str s)
{
	str rest = s, code = STR_NONE, word = STR_NONE;
	str_word(&rest, &code);
	if (!str_word(&rest, &word) || !chr_is_digit(word.p[0]) || !str_has(word, '.'))
		return code;
	return str_first(s, (size_t)(word.p + word.n - s.p));
}

static bool last_line(struct play *v, str *line)
{
	do {
		err e = conn_line(v->p->c, 4096, line);
		if (e.kind)
			return false;
	} while (line->n > 3 && line->p[3] == '-');
	policy_sync();
	return true;
}

static const struct differs *difference(const struct play *v, str wanted)
{
	for (size_t i = 0; i < sizeof differences / sizeof *differences; i++)
		if (!strcmp(differences[i].file, v->name)
		    && str_starts(wanted, str_from(differences[i].theirs)))
			return &differences[i];
	return NULL;
}

static void expect(struct play *v, str wanted)
{
	str line = STR("(closed)\n");
	bool came = v->p && last_line(v, &line);
	bool fits = came && str_starts(line, code_and_status(wanted));
	const struct differs *d = fits ? NULL : difference(v, wanted);
	if (d && came && str_starts(line, str_from(d->ours))) {
		v->different++;
		printf("  %s: %s here, not %s: %s\n", v->name, d->ours, d->theirs,
		       d->why);
		return;
	}
	if (!fits)
		fprintf(stderr, "%s: wanted %.*s, got %.*s", v->name, STR_F(wanted),
			STR_F(line));
	CHECK(fits);
	v->met += fits;
}

static void expect_until(struct play *v, str wanted)
{
	str line;
	bool found = false;
	while (!found && !conn_line(v->p->c, 4096, &line).kind)
		found = str_eq(str_trim(line), wanted);
	CHECK(found);
	v->met += found;
}

/* --- the player --- */

static void hang_up(struct play *v)
{
	if (v->p)
		peer_stop(v->p);
	v->p = NULL;
}

static void dial(struct play *v, bool tls)
{
	hang_up(v);
	v->p = arena_alloc(v->a, sizeof *v->p);
	*v->p = peer_make(tls ? SMTP_SUBMISSIONS : SMTP_MX);
	v->p->tls = v->server;
	peer_start(v->p);
	if (tls)
		CHECK(!conn_tls_connect(v->p->c, v->client,
					&(struct tls_peer){ .name = STR("localhost") })
			       .kind);
}

static void command(struct play *v, str line)
{
	static const struct {
		str mark;
		enum { SEND, RAW, REPLY, UNTIL, TCP, TLS, CLOSE } what;
	} words[] = { { STR("->"), SEND },         { STR("~>"), RAW },
		      { STR("<-"), REPLY },        { STR("<~"), REPLY },
		      { STR("<..."), UNTIL },      { STR("tcp_connect"), TCP },
		      { STR("tls_connect"), TLS }, { STR("close"), CLOSE } };
	str rest = STR_NONE;
	size_t i = 0, count = sizeof words / sizeof *words;
	while (i < count && !str_starts(line, words[i].mark))
		i++;
	CHECK(i < count);
	if (i == count)
		return;
	rest = str_skip(line, words[i].mark.n + 1); /* one space stands behind the mark */
	switch (words[i].what) {
	case SEND:
		CHECK(v->p && peer_send(v->p, arena_cat(v->a, rest, STR("\r\n"))));
		break;
	case RAW:
		CHECK(v->p && peer_send(v->p, expression(v->a, &rest)));
		break;
	case REPLY:
		expect(v, rest);
		break;
	case UNTIL:
		expect_until(v, rest);
		break;
	case TCP:
	case TLS:
		dial(v, words[i].what == TLS);
		break;
	case CLOSE:
		hang_up(v);
	}
}

static void verify(struct play *v, str folder)
{
	str text, want;
	const char *path = arena_z(
		v->a,
		arena_cat(v->a, folder, STR("/"), str_from(v->name), STR(".cmy.verify")));
	if (strcmp(v->name, "data_dot_stuffing")
	    || file_read(v->a, path, 1 << 20, &want).kind)
		return; /* sendmail's belongs to another message than the dialogue sends */
	BUF(b);
	text = v->p->o.text;
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] != '\r')
			buf_add_char(&b, text.p[i]);
	CHECK(str_eq(str_trim(buf_str(&b)), str_trim(want)));
}

static int play_file(struct arena *a, str folder, const char *file, struct tls *server,
		     struct tls *client)
{
	str text, line;
	struct play v = { .a = a, .server = server, .client = client };
	v.name = arena_z(a, str_first(str_from(file), strlen(file) - 4));
	err e = file_read(a, arena_z(a, arena_cat(a, folder, STR("/"), str_from(file))),
			  1 << 20, &text);
	CHECK(!e.kind);
	while (!e.kind && str_line(&text, &line))
		if (str_starts(line, STR("c ")))
			command(&v, str_skip(line, 2));
	verify(&v, folder);
	hang_up(&v);
	printf("%s: %d met, %d otherwise\n", v.name, v.met, v.different);
	CHECK(v.met > 0 || v.different > 0);
	return v.met;
}

int main(void)
{
	ARENA(a);
	const char *shared = getenv("POSTERN_DATA_SHARED");
	str folder = arena_cat(a, str_from(shared ? shared : "../shared/data"),
			       STR("/smtp/chasquid-dialogs"));
	DIR *dir = opendir(arena_z(a, folder));
	struct tls *server, *client;
	str chain, key;
	int files = 0;
	if (!dir) {
		printf("skipped: %.*s is not here\n", STR_F(folder));
		CHECK(true);
		return check_done();
	}
	CHECK(!tls_self_signed(a, STR("localhost"), &chain, &key).kind);
	CHECK(!tls_server(a, chain, key, &server).kind
	      && !tls_client(a, STR(""), &client).kind);
	for (struct dirent *d; (d = readdir(dir));) {
		if (!str_ends(str_from(d->d_name), STR(".cmy")))
			continue;
		play_file(a, folder, d->d_name, server, client);
		files++;
	}
	closedir(dir);
	tls_free(server);
	tls_free(client);
	printf("%d dialogues played\n", files);
	CHECK(files == 17);
	return check_done();
}
