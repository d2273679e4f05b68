/* postern init: a data folder from nothing: configuration, keys, books, the
 * administrator. Run again, it completes what is missing and keeps what is there. */
#include "account/account.h"
#include "base/clock.h"
#include "base/file.h"
#include "cli/cli.h"
#include "lists/confirm.h"
#include "net/tls.h"
#include "store/lists/address.h"
#include "store/lists/domain.h"
#include "store/lists/person.h"
#include "trust/keyring.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { LINK_SPAN = 7 * 86400 };

static const struct actor BY = { .name = { "init", 4 } };

struct setup {
	struct cli *c;
	str dir, domain, hostname, conf_file;
	struct address admin;
	bool again; /* there was a configuration */
};

static err read_options(struct setup *x)
{
	struct cli *c = x->c;
	const char *dir = cli_option(c, "dir"), *domain = cli_option(c, "domain"),
		   *admin = cli_option(c, "admin");
	const char *hostname = cli_option(c, "hostname");
	x->dir = str_from(dir);
	x->domain = domain_ascii(c->a, str_from(domain));
	x->hostname = hostname ? domain_ascii(c->a, str_from(hostname))
			       : arena_cat(c->a, STR("mail."), x->domain);
	if (!domain_valid(x->domain) || !domain_valid(x->hostname))
		return err_in(
			c->a, ERR_SYNTAX,
			"%s: a domain is a name with a dot, such as lists.example.org",
			domain);
	x->conf_file = arena_cat(c->a, x->dir, STR("/postern.conf"));
	err e = address_parse(c->a, str_from(admin), &x->admin);
	if (e.kind)
		return err_in(c->a, e.kind, "--admin %s: %s", admin, e.msg);
	if (!str_eq(domain_ascii(c->a, x->admin.domain), x->domain))
		return OK;
	/* postmaster@ and abuse@ are forwarded to the administrator. */
	str local = arena_lower(c->a, x->admin.local);
	if (str_eq(local, STR("postmaster")) || str_eq(local, STR("abuse")))
		return err_in(c->a, ERR_SYNTAX,
			      "%s: its mail is forwarded to --admin, so name a mailbox "
			      "that is read",
			      admin);
	return OK;
}

/* Whether an earlier --set of that section had its keys written down already. */
static bool is_written(const struct cli *c, size_t before, str section)
{
	str name, value, of, key;
	for (size_t i = 0; i < before; i++)
		if (str_cut(str_from(c->overrides[i]), '=', &name, &value)
		    && str_cut(name, '.', &of, &key) && str_eq(of, section))
			return true;
	return str_eq(section, STR("site"));
}

static void add_keys(struct buf *out, const struct cli *c, str section)
{
	str name, value, of, key;
	for (size_t i = 0; i < c->override_count; i++)
		if (str_cut(str_from(c->overrides[i]), '=', &name, &value)
		    && str_cut(name, '.', &of, &key) && str_eq(of, section))
			buf_cat(out, key, STR(" = "), value, STR("\n"));
}

static bool sets(const struct cli *c, const char *key)
{
	bool yes = false;
	for (size_t i = 0; i < c->override_count; i++)
		yes = yes || str_starts(str_from(c->overrides[i]), str_from(key));
	return yes;
}

/* People here live by the clock that the machine is set to. */
static void add_timezone(struct buf *out, const struct cli *c)
{
	str name = sets(c, "site.timezone=") ? STR("") : zone_of_machine(c->a);
	if (name.n)
		buf_cat(out, STR("timezone = "), name, STR("\n"));
}

/* What --set said is written down, each section once, so that later calls need not say
 * it again. */
static str conf_text(struct setup *x)
{
	struct arena *a = x->c->a;
	BUF(out);
	buf_cat(&out,
		STR("; Postern's configuration. Every key: "
		    "postern.conf(5).\n[site]\ndomain = "),
		x->domain, STR("\nhostname = "), x->hostname, STR("\nadmin = "),
		address_text(a, &x->admin), STR("\n"));
	if (!sets(x->c, "site.url=") && !sets(x->c, "web.url="))
		buf_cat(&out, STR("url = https://"), x->hostname, STR("\n"));
	add_timezone(&out, x->c);
	add_keys(&out, x->c, STR("site"));
	for (size_t i = 0; i < x->c->override_count; i++) {
		str name, value, section, key;
		if (!str_cut(str_from(x->c->overrides[i]), '=', &name, &value)
		    || !str_cut(name, '.', &section, &key)
		    || is_written(x->c, i, section))
			continue;
		buf_cat(&out, STR("\n["), section, STR("]\n"));
		add_keys(&out, x->c, section);
	}
	return arena_copy(a, buf_str(&out));
}

static bool there(struct arena *a, str path)
{
	return !access(arena_z(a, path), F_OK);
}

/* What the configuration will say, before anything is written: of a file that is
 * there, else of the one that will be. What --set says is read by itself first, so
 * that an error names it and not a line of a file that nobody has seen. */
static err read_conf(struct setup *x, struct conf *conf)
{
	struct cli *c = x->c;
	const char *path = arena_z(c->a, x->conf_file);
	if (there(c->a, x->conf_file))
		return conf_load(c->a, path, c->overrides, c->override_count, conf);
	TRY(conf_parse(c->a, path, STR(""), c->overrides, c->override_count, conf));
	return conf_parse(c->a, path, conf_text(x), NULL, 0, conf);
}

/* A folder with those above it. */
static err make_folder(struct arena *a, str path, unsigned mode)
{
	for (size_t i = 1; i < path.n; i++)
		if (path.p[i] == '/' && !there(a, str_first(path, i)))
			TRY(file_mkdir(a, arena_z(a, str_first(path, i)), 0755));
	return file_mkdir(a, arena_z(a, path), mode);
}

/* The folder of a key, where it is not the one of [trust] keys. */
static err make_folder_of(struct arena *a, const struct conf *conf, str file)
{
	str folder, name;
	if (!str_cut_last(conf_path(a, conf, file), '/', &folder, &name)
	    || there(a, folder))
		return OK;
	return make_folder(a, folder, 0700);
}

static err make_folders(struct setup *x, const struct conf *conf)
{
	struct arena *a = x->c->a;
	str keys = conf_path(a, conf, conf->trust_keys);
	str run = arena_cat(a, conf->site_data, STR("/run"));
	TRY(make_folder(a, x->dir, 0755));
	TRY(make_folder(a, conf->site_data, 0755));
	TRY(make_folder(a, keys, 0700));
	TRY(make_folder_of(a, conf, conf->tls_certificate));
	TRY(make_folder_of(a, conf, conf->tls_key));
	return make_folder(a, run, 0755);
}

static err write_new(struct arena *a, str path, unsigned mode, str content)
{
	return there(a, path) ? OK : file_write(a, arena_z(a, path), mode, content);
}

static err make_tls(struct setup *x, const struct conf *conf)
{
	struct arena *a = x->c->a;
	str chain, key, at = conf_path(a, conf, conf->tls_certificate);
	if (there(a, at))
		return OK;
	TRY(tls_self_signed(a, x->hostname, &chain, &key));
	TRY(write_new(a, conf_path(a, conf, conf->tls_key), 0600, key));
	return write_new(a, at, 0644, chain);
}

/* What signs and seals; its records are printed. */
static err make_signing_keys(struct setup *x, const struct conf *conf, str *records)
{
	struct arena *a = x->c->a;
	struct keyring ring;
	str selector;
	TRY(cli_selector(x->c, &selector));
	str folder = conf_path(a, conf, conf->trust_keys);
	TRY(keyring_make(a, folder, selector));
	TRY(keyring_read(a, folder, selector, &ring));
	*records = keyring_records(a, &ring, x->domain);
	keyring_free(&ring);
	return OK;
}

static err make_books(struct setup *x, const struct conf *conf)
{
	for (int i = 0; i < BOOK_KINDS; i++)
		TRY(book_create(x->c->a, conf->site_data, (enum book_kind)i));
	return OK;
}

static err make_admin(struct setup *x, struct books *books, str *token)
{
	struct arena *a = x->c->a;
	struct address_row row;
	struct person_row p;
	int64_t id;
	str key = address_key(a, &x->admin);
	TRY(domain_add(books->lists, x->domain, &id));
	TRY(address_ensure(books->lists, a, key, address_text(a, &x->admin), STR(""),
			   clock_now(), &row));
	TRY(address_verify(books->lists, row.id, clock_now()));
	TRY(person_get(books->lists, a, row.person, &p));
	p.admin = true;
	TRY(person_change(books->lists, &p));
	TRY(books_audit(books, &BY, 0, STR("site made"), key));
	return confirm_make(books, a, CONFIRM_SIGN_IN, NULL, key, STR("{}"), LINK_SPAN,
			    token);
}

static void print_records(struct setup *x, str records)
{
	printf("\nDNS records to publish (A and AAAA of %.*s are this machine's "
	       "addresses):\n\n",
	       STR_F(x->hostname));
	printf("%.*s. IN MX 10 %.*s.\n", STR_F(x->domain), STR_F(x->hostname));
	printf("%.*s. IN TXT \"v=spf1 mx -all\"\n", STR_F(x->domain));
	printf("%.*s. IN TXT \"v=spf1 a -all\"\n", STR_F(x->hostname));
	printf("%.*s", STR_F(records));
	printf("_dmarc.%.*s. IN TXT \"v=DMARC1; p=quarantine; "
	       "rua=mailto:postmaster@%.*s\"\n",
	       STR_F(x->domain), STR_F(x->domain));
	printf("_smtp._tls.%.*s. IN TXT \"v=TLSRPTv1; rua=mailto:postmaster@%.*s\"\n",
	       STR_F(x->domain), STR_F(x->domain));
	puts("\nand a PTR record of each of its addresses that names it.");
}

/* The link leads to https, which by default nobody serves. */
static void print_pages(const struct conf *conf)
{
	if (conf->web_listen_tls.n || !str_starts(conf->site_url, STR("https:")))
		return;
	printf("\nIts pages are served at %.*s, without TLS. For the link to work put a "
	       "proxy with\nTLS in front, or add to postern.conf, with the certificate "
	       "of [tls]:\n\n    [web]\n    listen_tls = 0.0.0.0:443, [::]:443\n",
	       STR_F(conf->web_listen));
}

static err set_up(struct setup *x, str *records, str *token)
{
	struct cli *c = x->c;
	const struct conf *conf;
	struct conf planned;
	struct books *books;
	x->again = there(c->a, x->conf_file);
	TRY(read_conf(x, &planned));
	TRY(make_folders(x, &planned));
	TRY(write_new(c->a, x->conf_file, 0644, conf_text(x)));
	c->conf_path = arena_z(c->a, x->conf_file);
	TRY(cli_conf(c, &conf));
	TRY(make_tls(x, conf));
	TRY(make_signing_keys(x, conf, records));
	TRY(books_make_mac(c->a, conf));
	TRY(make_books(x, conf));
	TRY(cli_books(c, BOOKS_WRITE, &books));
	return make_admin(x, books, token);
}

int cli_init(struct cli *c)
{
	struct setup x = { .c = c };
	str records, token;
	if (!cli_option(c, "dir") || !cli_option(c, "domain") || !cli_option(c, "admin"))
		return cli_usage("init needs --dir DIR --domain DOMAIN --admin ADDRESS");
	CLI_TRY(c, read_options(&x));
	CLI_TRY(c, set_up(&x, &records, &token));
	printf("%s %.*s. Start the server, as root where its ports are below 1024:\n\n"
	       "    postern -c %.*s serve\n\n",
	       x.again ? "Nothing is missing now in" : "Made", STR_F(x.dir),
	       STR_F(x.conf_file));
	printf("Sign in as %.*s with this link, good once and for seven days:\n\n    "
	       "%.*s/confirm/%.*s\n",
	       STR_F(address_text(c->a, &x.admin)), STR_F(c->conf.site_url),
	       STR_F(token));
	print_pages(&c->conf);
	print_records(&x, records);
	return CLI_OK;
}
