/* postern keys …: the keys that sign our mail, and how one pair follows another: make,
 * publish, use, and a week later retire. */
#include "base/clock.h"
#include "base/file.h"
#include "cli/cli.h"
#include "net/resolver.h"
#include "store/lists/domain.h"
#include "trust/keyring.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { DNS_MS = 10000, SELECTOR_FILE_MAX = 1024, NUMBER_MAX = 10000 };

static err folder_of(struct cli *c, str *folder)
{
	const struct conf *conf;
	TRY(cli_conf(c, &conf));
	*folder = conf_path(c->a, conf, conf->trust_keys);
	return OK;
}

static const char *chosen_path(struct cli *c, str folder)
{
	return arena_z(c->a, arena_cat(c->a, folder, STR("/selector")));
}

err cli_selector(struct cli *c, str *selector)
{
	str folder, chosen = STR("");
	TRY(folder_of(c, &folder));
	err e = file_read(c->a, chosen_path(c, folder), SELECTOR_FILE_MAX, &chosen);
	if (e.kind && e.kind != ERR_NOTFOUND)
		return e;
	*selector = keyring_selector(c->conf.trust_selector, chosen);
	return OK;
}

int cli_say_records(struct cli *c)
{
	str selector;
	CLI_TRY(c, cli_selector(c, &selector));
	printf("The domain is new here: its MX record must name %.*s.\n"
	       "It needs records of our keys, too: postern keys make %.*s\n",
	       STR_F(c->conf.site_hostname), STR_F(selector));
	return CLI_OK;
}

static err domains_of(struct cli *c, struct domain_row **d, size_t *n)
{
	struct books *books;
	TRY(cli_books(c, BOOKS_READ, &books));
	return domain_all(books->lists, c->a, d, n);
}

static bool is_there(struct cli *c, str folder, str selector, size_t index)
{
	str path = arena_cat(c->a, folder, STR("/"), keyring_file(c->a, selector, index));
	return !access(arena_z(c->a, path), F_OK);
}

static err argument(struct cli *c, str *selector)
{
	*selector = str_from(c->args[0]);
	return keyring_name_ok(*selector)
		       ? OK
		       : err_in(c->a, ERR_SYNTAX,
				"\"%s\": a selector is of small letters, digits and -, "
				"and does not end in -ed",
				c->args[0]);
}

/* What DNS says of a key at one of our domains: OK, ERR_NOTFOUND, or that it does not
 * say. */
typedef err asked_fn(struct cli *c, const struct signer *s, str domain, err published,
		     void *ctx);

/* Of each key at each domain, until one is answered with an error. */
static err ask_each(struct cli *c, struct resolver *r, const struct keyring *ring,
		    asked_fn *asked, void *ctx)
{
	struct domain_row *d;
	size_t n;
	TRY(domains_of(c, &d, &n));
	int64_t deadline = clock_mono_ms() + DNS_MS;
	for (size_t i = 0; i < ring->count; i++)
		for (size_t k = 0; k < n; k++) {
			const struct signer *s = &ring->signers[i];
			TRY(asked(c, s, d[k].name,
				  keyring_published(c->a, r, deadline, s, d[k].name),
				  ctx));
		}
	return OK;
}

/* --- ls */

struct listing {
	struct table *t;
	str selector, current;
};

static err list_key(struct cli *c, const struct signer *s, str domain, err published,
		    void *ctx)
{
	const struct listing *x = ctx;
	(void)c;
	if (published.kind && published.kind != ERR_NOTFOUND)
		fprintf(stderr, "postern: %s\n", published.msg);
	table_row(x->t,
		  (str[]){ x->selector, str_from(sign_alg_text(sign_key_alg(s->key))),
			   str_eq(x->selector, x->current) ? STR("yes") : STR("no"),
			   s->selector, domain,
			   !published.kind                  ? STR("yes")
			   : published.kind == ERR_NOTFOUND ? STR("no")
							    : STR("unknown") });
	return OK;
}

static err list_selector(struct cli *c, struct table *t, struct resolver *r, str folder,
			 str selector)
{
	struct keyring ring;
	struct listing x = { .t = t, .selector = selector };
	TRY(cli_selector(c, &x.current));
	TRY(keyring_read(c->a, folder, selector, &ring));
	err e = ask_each(c, r, &ring, list_key, &x);
	keyring_free(&ring);
	return e;
}

/* "x" of a file x.pem that is a key of the selector x; else empty. */
static str selector_in(struct cli *c, str folder, str file)
{
	struct keyring ring;
	if (!str_ends(file, STR(".pem")))
		return STR("");
	str name = str_first(file, file.n - 4);
	if (str_ends(name, STR("-ed")))
		name.n -= is_there(c, folder, str_first(name, name.n - 3), 0) ? name.n
									      : 3;
	if (!keyring_name_ok(name) || keyring_read(c->a, folder, name, &ring).kind)
		return STR("");
	keyring_free(&ring);
	return arena_copy(c->a, name);
}

int cli_keys_ls(struct cli *c)
{
	struct resolver *r;
	struct dirent **files;
	str folder;
	err e = OK;
	CLI_TRY(c, folder_of(c, &folder));
	CLI_TRY(c, resolver_new(c->a, c->conf.dns_server, c->conf.dns_trust_anchor, &r));
	struct table *t = table_new(c,
				    "selector algorithm signs record domain published");
	int n = scandir(arena_z(c->a, folder), &files, NULL, alphasort);
	if (n < 0)
		return cli_fail(c, err_in(c->a, ERR_IO, "%.*s: %s", STR_F(folder),
					  strerror(errno)));
	for (int i = 0; i < n; i++) {
		str selector = selector_in(c, folder, str_from(files[i]->d_name));
		if (selector.n && !e.kind)
			e = list_selector(c, t, r, folder, selector);
		free(files[i]);
	}
	free(files);
	resolver_free(r);
	CLI_TRY(c, e);
	table_print(t);
	return CLI_OK;
}

/* --- make */

/* "s2" after "s", "s3" after "s2": the first that is not there. */
static err next_selector(struct cli *c, str folder, str *selector)
{
	str base;
	TRY(cli_selector(c, &base));
	while (base.n > 1 && chr_is_digit(base.p[base.n - 1]))
		base.n--;
	for (int i = 2; i < NUMBER_MAX; i++) {
		str name = arena_printf(c->a, "%.*s%d", STR_F(base), i);
		if (is_there(c, folder, name, 0) || is_there(c, folder, name, 1))
			continue;
		*selector = name;
		return OK;
	}
	return FAIL(ERR_LIMIT, "no number is free; name the selector");
}

static err print_records(struct cli *c, str folder, str selector)
{
	struct keyring ring;
	struct domain_row *d;
	size_t n;
	TRY(domains_of(c, &d, &n));
	TRY(keyring_read(c->a, folder, selector, &ring));
	for (size_t i = 0; i < n; i++)
		printf("%.*s", STR_F(keyring_records(c->a, &ring, d[i].name)));
	keyring_free(&ring);
	return OK;
}

int cli_keys_make(struct cli *c)
{
	str folder, selector, current;
	CLI_TRY(c, folder_of(c, &folder));
	CLI_TRY(c, cli_selector(c, &current));
	if (c->arg_count)
		CLI_TRY(c, argument(c, &selector));
	else
		CLI_TRY(c, next_selector(c, folder, &selector));
	CLI_TRY(c, keyring_make(c->a, folder, selector));
	CLI_TRY(c, print_records(c, folder, selector));
	if (str_eq(selector, current)) /* an old installation gets its second key */
		fputs("Publish these records, then reload the server (SIGHUP).\n",
		      stderr);
	else
		fprintf(stderr, "Publish these records, then: postern keys use %.*s\n",
			STR_F(selector));
	return CLI_OK;
}

/* --- use */

static err must_be_published(struct cli *c, const struct signer *s, str domain,
			     err published, void *ctx)
{
	(void)s, (void)domain, (void)ctx;
	return published.kind ? err_in(c->a, published.kind,
				       "%s; publish what postern keys make %s prints, "
				       "wait until the name servers give it, or say "
				       "--force",
				       published.msg, c->args[0])
			      : OK;
}

static err all_published(struct cli *c, const struct keyring *ring)
{
	struct resolver *r;
	TRY(resolver_new(c->a, c->conf.dns_server, c->conf.dns_trust_anchor, &r));
	err e = ask_each(c, r, ring, must_be_published, NULL);
	resolver_free(r);
	return e;
}

static err may_use(struct cli *c, str folder, str selector)
{
	struct keyring ring;
	if (c->conf.trust_selector.n && !str_eq(c->conf.trust_selector, selector))
		return err_in(c->a, ERR_DENIED,
			      "%s says [trust] selector = %.*s; take that line out first",
			      c->conf_path, STR_F(c->conf.trust_selector));
	TRY(keyring_read(c->a, folder, selector, &ring));
	err e = cli_option(c, "force") ? OK : all_published(c, &ring);
	keyring_free(&ring);
	return e;
}

int cli_keys_use(struct cli *c)
{
	str folder, selector, before;
	CLI_TRY(c, folder_of(c, &folder));
	CLI_TRY(c, argument(c, &selector));
	CLI_TRY(c, cli_selector(c, &before));
	CLI_TRY(c, may_use(c, folder, selector));
	CLI_TRY(c, file_write(c->a, chosen_path(c, folder), 0600,
			      arena_cat(c->a, selector, STR("\n"))));
	printf("Mail is signed by %.*s when the server has read its keys again "
	       "(SIGHUP).\n",
	       STR_F(selector));
	if (!str_eq(before, selector))
		printf("Leave the records of %.*s in DNS for a week, then: postern keys "
		       "retire %.*s\n",
		       STR_F(before), STR_F(before));
	return CLI_OK;
}

/* --- retire */

int cli_keys_retire(struct cli *c)
{
	str folder, selector, current;
	CLI_TRY(c, folder_of(c, &folder));
	CLI_TRY(c, argument(c, &selector));
	CLI_TRY(c, cli_selector(c, &current));
	if (str_eq(selector, current))
		return cli_fail(c, err_in(c->a, ERR_DENIED,
					  "%s signs; postern keys use another one first",
					  c->args[0]));
	fputs("Records that may leave DNS:\n", stderr);
	CLI_TRY(c, print_records(c, folder, selector));
	for (size_t i = 0; i < KEYRING_MAX; i++) {
		str file = keyring_file(c->a, selector, i);
		const char *path = arena_z(c->a, arena_cat(c->a, folder, STR("/"), file));
		if (unlink(path) && errno != ENOENT)
			return cli_fail(
				c, err_in(c->a, ERR_IO, "%s: %s", path, strerror(errno)));
	}
	return CLI_OK;
}
