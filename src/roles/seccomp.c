#include "roles/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>
#ifdef __x86_64__
#include <asm/prctl.h>
#endif

/* set by the configuration, not by the row */
enum { NET_DIAL_UNIX = 1 << 8, NET_ENGINES_TCP = 1 << 9 };

/* Linux 6.5; they give descriptors of processes that are not ours */
#ifndef SO_PASSPIDFD
enum { SO_PASSPIDFD = 76, SO_PEERPIDFD = 77 };
#endif

enum { RULES = 3 };

/* A role as such, as a bit beside those of NET_. */
#define ONLY_BIT(id) (1u << (16 + (id)))
#define ONLY(name)   ONLY_BIT(ROLE_##name)
_Static_assert(ROLE_COUNT <= 16, "each role has a bit");

struct call {
	int number;
	const char *name;
	unsigned needs;
	unsigned count; /* of rules; all have to fit */
	struct scmp_arg_cmp rules[RULES];
	bool self; /* the rule's value is this process's id */
};

#define IS(n, value)     1, { { (n), SCMP_CMP_EQ, (value), 0 } }, false
#define IS_NOT(n, value) 1, { { (n), SCMP_CMP_NE, (value), 0 } }, false
#define IS_BUT(n, value, but) \
	2, { { (n), SCMP_CMP_EQ, (value), 0 }, { (n) + 1, SCMP_CMP_NE, (but), 0 } }, false
#define IS_SELF(n)           1, { { (n), SCMP_CMP_EQ, 0, 0 } }, true
#define BITS(n, mask, value) 1, { { (n), SCMP_CMP_MASKED_EQ, (mask), (value) } }, false
#define IS_TCP(family)                                                               \
	3,                                                                           \
		{ { 0, SCMP_CMP_EQ, (family), 0 },                                   \
		  { 1, SCMP_CMP_MASKED_EQ, ~(scmp_datum_t)TYPE_FLAGS, SOCK_STREAM }, \
		  { 2, SCMP_CMP_EQ, 0, 0 } },                                        \
		false

enum { TYPE_FLAGS = SOCK_CLOEXEC | SOCK_NONBLOCK };

enum {
	NAMESPACES = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC
		     | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET,
};

static const struct call calls[] = {
#define CALL(name, needs)         { SCMP_SYS(name), #name, (needs), 0, { { 0 } }, false },
#define CALL_IF(name, needs, ...) { SCMP_SYS(name), #name, (needs), __VA_ARGS__ },
#include "roles/syscalls.def"
};

/* Answered as by a kernel that does not have them, so that glibc takes the
 * older call, whose arguments a filter can see. */
static const int unknown[] = { SCMP_SYS(clone3), SCMP_SYS(openat2) };

/* At a path, or at an address. */
static bool has_engine(const struct conf *conf, bool path)
{
	for (struct engine_at at = { 0 }; conf_engine_next(conf, &at);)
		if (str_starts(at.where, STR("/")) == path)
			return true;
	return false;
}

bool sandbox_dials_unix(const struct rights *r, const struct conf *conf)
{
	if (r->network & NET_ENGINES && has_engine(conf, true))
		return true;
	for (size_t i = 0; r->network & NET_DIAL && i < conf->route_count; i++)
		if (str_istarts(conf->routes[i].hop, STR("lmtp:/"))
		    && !str_istarts(conf->routes[i].hop, STR("lmtp://")))
			return true;
	return false;
}

static int add_call(scmp_filter_ctx filter, const struct call *c)
{
	struct scmp_arg_cmp rules[RULES];
	memcpy(rules, c->rules, sizeof rules);
	if (c->self)
		rules[0].datum_a = (scmp_datum_t)getpid();
	return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, c->number, c->count, rules);
}

static err fill(struct arena *a, scmp_filter_ctx filter, unsigned network)
{
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
		int code = 0;
		if (!calls[i].needs || calls[i].needs & network)
			code = add_call(filter, &calls[i]);
		if (code)
			return err_in(a, ERR_IO, "seccomp takes no rule for %s: %s",
				      calls[i].name, strerror(-code));
	}
	for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
		if (seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), unknown[i], 0))
			return FAIL(ERR_IO, "seccomp takes no rule for clone3");
	/* The filter as a tree: some twenty comparisons become five. */
	if (seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2))
		return FAIL(ERR_IO, "libseccomp is older than 2.5");
	int code = seccomp_load(filter);
	if (code)
		return err_in(a, ERR_IO, "the kernel takes no seccomp filter: %s",
			      strerror(-code));
	return OK;
}

err seccomp_enter(struct arena *a, const struct rights *r, const struct conf *conf)
{
	unsigned network = r->network | ONLY_BIT(r - rights);
	if (sandbox_dials_unix(r, conf))
		network |= NET_DIAL_UNIX;
	if (network & NET_ENGINES && has_engine(conf, false))
		network |= NET_ENGINES_TCP;
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	if (!filter)
		return FAIL(ERR_IO, "seccomp gives no filter");
	err e = fill(a, filter, network);
	seccomp_release(filter);
	return e;
}
