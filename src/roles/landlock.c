/* Landlock without a library. The constants stand here because the kernel headers
 * of Debian 12 know only the first two versions, while the running kernel may be
 * newer; linux/landlock.h says the same. */
#include "roles/sandbox.h"

#include "base/file.h"
#include "base/log.h"
#include "base/url.h"
#include "wall/paper.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { CREATE_RULESET = 444, ADD_RULE = 445, RESTRICT_SELF = 446 };
enum { RULE_PATH_BENEATH = 1, RULE_NET_PORT = 2 };
enum { RULESET_VERSION = 1 };

enum {
	FS_EXECUTE = 1 << 0,
	FS_WRITE_FILE = 1 << 1,
	FS_READ_FILE = 1 << 2,
	FS_READ_DIR = 1 << 3,
	FS_REMOVE_DIR = 1 << 4,
	FS_REMOVE_FILE = 1 << 5,
	FS_MAKE_DIR = 1 << 7,
	FS_MAKE_REG = 1 << 8,
	FS_REFER = 1 << 13,
	FS_TRUNCATE = 1 << 14,
	NET_BIND_TCP = 1 << 0,
	NET_CONNECT_TCP = 1 << 1,
	SCOPE_ALL = 3, /* abstract Unix sockets and signals */
};

enum {
	READ = FS_READ_FILE | FS_READ_DIR,
	FILE_ONLY = FS_EXECUTE | FS_WRITE_FILE | FS_READ_FILE | FS_TRUNCATE,
	/* Files are made without a name and get one when they are whole. */
	UPLOADS = READ | FS_WRITE_FILE | FS_REMOVE_FILE | FS_MAKE_REG | FS_REFER
		  | FS_TRUNCATE,
	/* SQLite cuts its -shm and -wal with ftruncate; large bodies are files
	 * that are renamed into place. */
	WRITE = READ | FS_WRITE_FILE | FS_REMOVE_FILE | FS_REMOVE_DIR | FS_MAKE_DIR
		| FS_MAKE_REG | FS_REFER | FS_TRUNCATE,
};

struct ruleset_attr {
	uint64_t fs, net, scoped;
};

struct path_attr {
	uint64_t access;
	int32_t fd;
} __attribute__((packed));

struct port_attr {
	uint64_t access, port;
};

/* What each version handles, and what is missing before it. */
static const struct {
	struct ruleset_attr handles;
	size_t size; /* of ruleset_attr, as that version knows it */
	const char *missing;
} versions[] = {
	{ { 0, 0, 0 },
	  0,
	  "files and folders, TCP ports, abstract sockets (no Landlock)" },
	{ { 0x1fff, 0, 0 },
	  8,
	  "moving files between folders, TCP ports, abstract sockets" },
	{ { 0x3fff, 0, 0 }, 8, "TCP ports, abstract sockets" },
	{ { 0x7fff, 0, 0 }, 8, "TCP ports, abstract sockets" },
	{ { 0x7fff, 3, 0 }, 16, "abstract sockets" },
	{ { 0xffff, 3, 0 }, 16, "abstract sockets" },
	{ { 0xffff, 3, SCOPE_ALL }, 24, "" },
};

enum { NEWEST = sizeof versions / sizeof *versions - 1 };

/* What libraries read by themselves: name service, authorities, trust anchor,
 * character sets, time zones, the number of processors. */
static const char *const system_paths[] = {
	"/etc/resolv.conf",
	"/etc/hosts",
	"/etc/host.conf",
	"/etc/nsswitch.conf",
	"/etc/gai.conf",
	"/etc/services",
	"/etc/localtime",
	"/etc/ld.so.cache",
	"/etc/ssl/openssl.cnf",
	"/etc/ssl/certs",
	"/usr/share/ca-certificates",
	"/usr/local/share/ca-certificates",
	"/usr/share/dns",
	"/usr/share/publicsuffix",
	"/usr/share/zoneinfo",
	"/usr/share/locale",
	"/usr/lib",
	"/usr/lib64",
	"/lib",
	"/lib64",
	"/usr/local/lib",
	"/sys/devices/system/cpu",
	"/proc/self",
	"/proc/meminfo",
	"/proc/cpuinfo",
	"/proc/sys/vm/overcommit_memory",
	"/dev/urandom",
	"/dev/null",
};

struct rules {
	struct arena *a;
	int fd;
	struct ruleset_attr handles;
};

int sandbox_landlock(void)
{
	long version = syscall(CREATE_RULESET, NULL, 0, RULESET_VERSION);
	return version < 0 ? 0 : (int)version;
}

const char *sandbox_missing(int landlock)
{
	return versions[landlock > NEWEST ? NEWEST : landlock].missing;
}

/* A rule over one file or all that is below a folder. What does not exist needs
 * no rule. */
static err allow_path(struct rules *r, const char *path, uint64_t access)
{
	struct stat st;
	FD_AUTO fd = open(path, O_PATH | O_CLOEXEC);
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR || errno == EACCES))
		return OK;
	if (fd < 0 || fstat(fd, &st))
		return err_in(r->a, ERR_IO, "cannot open %s to make a rule for it: %s",
			      path, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		access &= FILE_ONLY;
	struct path_attr attr = { access & r->handles.fs, fd };
	if (syscall(ADD_RULE, r->fd, RULE_PATH_BENEATH, &attr, 0))
		return err_in(r->a, ERR_IO, "Landlock takes no rule for %s: %s", path,
			      strerror(errno));
	return OK;
}

static err allow_system(struct rules *r)
{
	for (size_t i = 0; i < sizeof system_paths / sizeof *system_paths; i++)
		TRY(allow_path(r, system_paths[i], READ));
	return allow_path(r, "/dev/null", FS_READ_FILE | FS_WRITE_FILE);
}

static err allow_books(struct rules *r, const struct rights *row, str data)
{
	for (unsigned kind = 0; kind < BOOK_KINDS; kind++) {
		unsigned bit = 1u << kind;
		if (!((row->reads | row->writes) & bit))
			continue;
		str folder = book_folder(r->a, data, (enum book_kind)kind);
		TRY(allow_path(r, arena_z(r->a, folder),
			       row->writes & bit ? (uint64_t)WRITE : READ));
	}
	return OK;
}

static err allow_site(struct rules *r, const struct conf *conf)
{
	const char *site;
	TRY(sandbox_site(r->a, conf, &site));
	str rest = conf->web_uploads, word;
	if (!site)
		return OK;
	TRY(allow_path(r, site, READ));
	while (conf_word(&rest, &word)) {
		const char *folder;
		TRY(sandbox_uploads(r->a, site, word, &folder));
		TRY(allow_path(r, folder, UPLOADS));
	}
	return OK;
}

/* pdftotext, what starts it, and its tables of characters; libraries are read by all. */
static err allow_program(struct rules *r)
{
	static const char *const loaders[] = { "/lib64/ld-linux-x86-64.so.2",
					       "/lib/ld-linux-aarch64.so.1",
					       "/lib/ld-linux-riscv64-lp64d.so.1" };
	const char *program = paper_program_file(r->a);
	if (!program)
		return OK;
	TRY(allow_path(r, program, FS_EXECUTE | FS_READ_FILE));
	for (size_t i = 0; i < sizeof loaders / sizeof *loaders; i++)
		TRY(allow_path(r, loaders[i], FS_EXECUTE | FS_READ_FILE));
	return allow_path(r, "/usr/share/poppler", READ);
}

static err allow_port(struct rules *r, str port)
{
	uint64_t number;
	if (!str_u64(port, &number) || number == 0 || number > 65535)
		return OK; /* whoever dials it says what is wrong with it */
	struct port_attr attr = { NET_CONNECT_TCP, number };
	if (!r->handles.net || !syscall(ADD_RULE, r->fd, RULE_NET_PORT, &attr, 0))
		return OK;
	return err_in(r->a, ERR_IO, "Landlock takes no rule for port %d: %s", (int)number,
		      strerror(errno));
}

/* The port at the end of host:port; otherwise the standard one. */
static str port_of(str address, str standard)
{
	str host, port;
	bool has = str_cut_last(address, ':', &host, &port) && port.n
		   && chr_is_digit(port.p[0]);
	return has ? port : standard;
}

static err allow_engines(struct rules *r, const struct conf *conf)
{
	for (struct engine_at at = { 0 }; conf_engine_next(conf, &at);)
		if (!str_starts(at.where, STR("/")))
			TRY(allow_port(r, port_of(at.where, STR(""))));
	return OK;
}

static err allow_web_servers(struct rules *r, const struct conf *conf)
{
	str rest = conf->fetch_templates, word;
	TRY(allow_port(r, arena_printf(r->a, "%lld", (long long)conf->fetch_port)));
	for (size_t i = 0; i < conf->oidc_count; i++) {
		struct url issuer;
		TRY(url_read(conf->oidc[i].issuer, &issuer));
		TRY(allow_port(r, arena_printf(r->a, "%u", (unsigned)issuer.port)));
	}
	while (conf_word(&rest, &word)) {
		struct url place;
		TRY(url_read(word, &place));
		TRY(allow_port(r, arena_printf(r->a, "%u", (unsigned)place.port)));
	}
	return OK;
}

static err allow_ports(struct rules *r, const struct rights *row, const struct conf *conf)
{
	if (row->network & (NET_DNS | NET_DIAL))
		TRY(allow_port(r, port_of(conf->dns_server, STR("53"))));
	if (row->network & NET_HTTPS)
		TRY(allow_web_servers(r, conf));
	if (row->network & NET_ENGINES)
		TRY(allow_engines(r, conf));
	if (!(row->network & NET_DIAL))
		return OK;
	TRY(allow_port(r, arena_printf(r->a, "%lld", (long long)conf->send_mx_port)));
	if (str_has(conf->send_relay, ':') || str_has(conf->send_relay, '.'))
		TRY(allow_port(r, port_of(conf->send_relay, STR("25"))));
	for (size_t i = 0; i < conf->route_count; i++) {
		str hop = conf->routes[i].hop;
		bool lmtp = str_istarts(hop, STR("lmtp:"));
		TRY(allow_port(r, port_of(hop, lmtp ? STR("24") : STR("25"))));
	}
	return OK;
}

static err allow_all(struct rules *r, const struct rights *row, const struct conf *conf)
{
	TRY(allow_system(r));
	TRY(allow_books(r, row, conf->site_data));
	if (row->folders & FOLDER_SITE)
		TRY(allow_site(r, conf));
	if (row->folders & FOLDER_PROGRAM)
		TRY(allow_program(r));
	if (row->network & (NET_DNS | NET_DIAL) && conf->dns_trust_anchor.n) {
		str anchor = conf_path(r->a, conf, conf->dns_trust_anchor);
		TRY(allow_path(r, arena_z(r->a, anchor), FS_READ_FILE));
	}
	TRY(allow_ports(r, row, conf));
	if (syscall(RESTRICT_SELF, r->fd, 0))
		return err_in(r->a, ERR_IO, "Landlock cannot be entered: %s",
			      strerror(errno));
	return OK;
}

err landlock_enter(struct arena *a, const struct rights *row, const struct conf *conf,
		   int version)
{
	if (version == 0)
		return OK; /* the supervisor has said what is missing */
	version = version > NEWEST ? NEWEST : version;
	struct rules r = { .a = a, .handles = versions[version].handles };
	FD_AUTO fd = (int)syscall(CREATE_RULESET, &r.handles, versions[version].size, 0);
	if (fd < 0)
		return err_in(a, ERR_IO, "Landlock gives no rule set: %s",
			      strerror(errno));
	r.fd = fd;
	return allow_all(&r, row, conf);
}
