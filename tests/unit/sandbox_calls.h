/* The system calls that tests/unit/sandbox.c tries in each role, one function each,
 * and who may make them. */
#pragma once

#include "base/conf.h"
#include "base/file.h"
#include "roles/rights.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* Beside the NET_ bits: the configuration routes to one; it is the role web, or wall. */
enum { DIALS_UNIX = 1 << 8, IS_WEB = 1 << 9, IS_WALL = 1 << 10 };

static struct {
	char data[64], path[128]; /* DATA, and room for a name below it */
	struct conf conf;
	int abi;
	int listener, mail, other, dns, https, engine,
		udp; /* sockets of the test's own */
	unsigned mail_port, other_port, dns_port, https_port, engine_port, udp_port;
	pid_t parent;
	char abstract[32];
} t;

static const char *at(const char *name)
{
	snprintf(t.path, sizeof t.path, "%s/%s", t.data, name);
	return t.path;
}

/* --- What is tried. Each gives 0 or the errno it met. */

static int result(long code)
{
	return code < 0 ? errno : 0;
}

static int closing(int fd)
{
	int code = result(fd);
	if (fd >= 0)
		close(fd);
	return code;
}

static int try_connect(int family, const void *to, socklen_t n)
{
	FD_AUTO s = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return s < 0 ? errno : result(connect(s, to, n));
}

static int connect_port(unsigned port)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	return try_connect(AF_INET, &to, sizeof to);
}

static int connect_abstract(void)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	memcpy(un.sun_path + 1, t.abstract, strlen(t.abstract));
	return try_connect(AF_UNIX, &un,
			   (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1
				       + strlen(t.abstract)));
}

static int choose_processor(void)
{
	cpu_set_t now;
	if (sched_getaffinity(0, sizeof now, &now))
		return errno;
	return sched_setaffinity(0, sizeof now, &now) ? errno : 0;
}

static int bind_port(int type)
{
	struct sockaddr_in any = { .sin_family = AF_INET,
				   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	FD_AUTO s = socket(AF_INET, type | SOCK_CLOEXEC, 0);
	return s < 0 ? errno : result(bind(s, (struct sockaddr *)&any, sizeof any));
}

#define TRY_IT(name, expression)     \
	static int name(void)        \
	{                            \
		return (expression); \
	}
#define CALL(...) result(syscall(__VA_ARGS__))

TRY_IT(dial_mail, connect_port(t.mail_port))
TRY_IT(dial_other, connect_port(t.other_port))
TRY_IT(dial_engine, connect_port(t.engine_port))
TRY_IT(dial_dns, connect_port(t.dns_port))
TRY_IT(dial_https, connect_port(t.https_port))
TRY_IT(bind_tcp, bind_port(SOCK_STREAM))
TRY_IT(bind_udp, bind_port(SOCK_DGRAM))
TRY_IT(socket_inet, closing(socket(AF_INET, SOCK_DGRAM, 0)))
TRY_IT(socket_inet6, closing(socket(AF_INET6, SOCK_DGRAM, 0)))
TRY_IT(socket_unix, closing(socket(AF_UNIX, SOCK_STREAM, 0)))
TRY_IT(socket_netlink, closing(socket(AF_NETLINK, SOCK_RAW, 0)))
TRY_IT(socket_packet, closing(socket(AF_PACKET, SOCK_RAW, 0)))
TRY_IT(socket_alg, closing(socket(38 /* AF_ALG */, SOCK_SEQPACKET, 0)))
TRY_IT(listen_again, result(listen(t.listener, 1)))
TRY_IT(accept_one, closing(accept4(t.listener, NULL, NULL, SOCK_CLOEXEC)))

static int pair(void)
{
	int s[2];
	int code = result(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, s));
	if (!code) {
		close(s[0]);
		close(s[1]);
	}
	return code;
}

/* A process that came to be is a failure even where it could do nothing. */
static int become_two(long pid)
{
	int code = result(pid);
	if (pid == 0)
		_exit(0);
	if (pid > 0)
		waitpid((pid_t)pid, NULL, 0);
	return code;
}

/* Whom one has started, by the descriptor that came with it. */
static int end_child(void)
{
	int fd = -1;
	long pid = syscall(SYS_clone, CLONE_PIDFD | SIGCHLD, NULL, &fd, NULL, NULL);
	if (pid < 0)
		return errno;
	while (pid == 0)
		sched_yield();
	int code = result(syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0));
	waitpid((pid_t)pid, NULL, 0);
	close(fd);
	return code;
}

/* Who made a socketpair is whoever started us. */
static int peer_descriptor(void)
{
	int value = -1, s[2];
	socklen_t n = sizeof value;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, s))
		return errno;
	int code = result(
		getsockopt(s[0], SOL_SOCKET, 77 /* SO_PEERPIDFD */, &value, &n));
	close(s[0]);
	close(s[1]);
	return code;
}

static int pass_descriptors(void)
{
	int s[2], on = 1;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, s))
		return errno;
	int code = result(
		setsockopt(s[0], SOL_SOCKET, 76 /* SO_PASSPIDFD */, &on, sizeof on));
	close(s[0]);
	close(s[1]);
	return code;
}

static int exec_it(void)
{
	char *argv[] = { "true", NULL };
	execve("/bin/true", argv, environ);
	return errno;
}

static int exec_at(void)
{
	char *argv[] = { "true", NULL };
	return CALL(SYS_execveat, AT_FDCWD, "/bin/true", argv, environ, 0);
}

static int clone_three(void)
{
	struct clone_args args = { .exit_signal = SIGCHLD };
	return become_two(syscall(SYS_clone3, &args, sizeof args));
}

static int read_parent(void)
{
	char byte;
	struct iovec local = { &byte, 1 }, remote = { &t, 1 };
	return result(process_vm_readv(t.parent, &local, 1, &remote, 1, 0));
}

static int set_limit(void)
{
	struct rlimit core = { 0, 0 };
	return result(setrlimit(RLIMIT_CORE, &core));
}

static int map(int protection)
{
	void *p = mmap(NULL, 4096, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return errno;
	munmap(p, 4096);
	return 0;
}

static int make_executable(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		       -1, 0);
	int code = result(mprotect(p, 4096, PROT_READ | PROT_WRITE | PROT_EXEC));
	munmap(p, 4096);
	return code;
}

TRY_IT(fork_it, become_two(syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL)))
TRY_IT(trace_me, result(ptrace(PTRACE_TRACEME, 0, NULL, NULL)))
TRY_IT(trace_parent, result(ptrace(PTRACE_ATTACH, t.parent, NULL, NULL)))
TRY_IT(kill_parent, result(kill(t.parent, 0)))
TRY_IT(tgkill_parent, CALL(SYS_tgkill, t.parent, t.parent, 0))
TRY_IT(tgkill_self, CALL(SYS_tgkill, getpid(), getpid(), 0))
TRY_IT(queue_signal, CALL(SYS_rt_sigqueueinfo, t.parent, 0, NULL))
TRY_IT(pid_descriptor, closing((int)syscall(SYS_pidfd_open, t.parent, 0)))
TRY_IT(chmod_own, result(chmod(at("outbound/file"), 0777)))
TRY_IT(fchmodat_own, result(fchmodat(AT_FDCWD, at("outbound/file"), 0777, 0)))
TRY_IT(fchmod_any, result(fchmod(0, 0777)))
TRY_IT(chown_own, result(chown(at("outbound/file"), 1, 1)))
TRY_IT(cut, result(truncate(at("outbound/file"), 0)))
TRY_IT(open_cutting, closing(open(at("outbound/file"), O_WRONLY | O_TRUNC)))
TRY_IT(creat_it, closing((int)syscall(SYS_creat, at("outbound/file"), 0600)))
TRY_IT(set_xattr, CALL(SYS_setxattr, at("outbound/file"), "user.x", "y", 1, 0))
TRY_IT(make_node, result(mknod(at("outbound/node"), S_IFIFO | 0600, 0)))
TRY_IT(make_link, result(symlink("/etc", at("outbound/link"))))
TRY_IT(uring, closing((int)syscall(SYS_io_uring_setup, 1, NULL)))
TRY_IT(uring_enter, CALL(SYS_io_uring_enter, 0, 0, 0, 0, NULL, 0))
TRY_IT(bpf, CALL(SYS_bpf, 0, NULL, 0))
TRY_IT(keys, CALL(SYS_keyctl, 0, -3, 0, 0, 0))
TRY_IT(mount_it, CALL(SYS_mount, "none", "/", "tmpfs", 0, NULL))
TRY_IT(chroot_it, result(chroot("/")))
TRY_IT(unshare_it, result(unshare(CLONE_NEWUSER)))
TRY_IT(set_namespace, CALL(SYS_setns, 0, 0))
TRY_IT(fault_descriptor, closing((int)syscall(SYS_userfaultfd, 0)))
TRY_IT(performance, closing((int)syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0)))
TRY_IT(personality_it, CALL(SYS_personality, 0x0400000))
TRY_IT(handle, CALL(SYS_open_by_handle_at, 0, NULL, 0))
TRY_IT(become_root, result(setuid(0)))
TRY_IT(set_clock, CALL(SYS_clock_settime, 0, NULL))
TRY_IT(load_module, CALL(SYS_init_module, NULL, 0, ""))
TRY_IT(stuff_terminal, result(ioctl(0, TIOCSTI, "x")))
TRY_IT(new_filter, CALL(SYS_seccomp, 0, 0, NULL))
TRY_IT(undo_privileges, result(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)))
TRY_IT(map_both, map(PROT_WRITE | PROT_EXEC))
TRY_IT(map_plain, map(PROT_READ | PROT_WRITE))

static const struct attempt {
	const char *name;
	int (*try)(void);
	unsigned needs; /* NET_ bits of which a role that may has one; 0: no role may */
	int abi;        /* the Landlock version that refuses it; 0: any kernel does */
} attempts[] = {
	{ "connect to a mail server", dial_mail, NET_DIAL, 4 },
	{ "connect to another port", dial_other, 0, 4 },
	{ "connect to a web server", dial_https, NET_HTTPS, 4 },
	{ "connect to an engine", dial_engine, NET_ENGINES, 4 },
	{ "connect to the name server", dial_dns, NET_DNS | NET_DIAL, 0 },
	{ "connect to an abstract socket", connect_abstract, 0, 6 },
	{ "bind a TCP port", bind_tcp, 0, 4 },
	{ "bind a UDP port", bind_udp, NET_DNS | NET_DIAL | NET_HTTPS, 0 },
	{ "socket AF_INET", socket_inet, NET_DNS | NET_DIAL | NET_HTTPS, 0 },
	{ "socket AF_INET6", socket_inet6, NET_DNS | NET_DIAL | NET_HTTPS, 0 },
	{ "socket AF_UNIX", socket_unix, DIALS_UNIX, 0 },
	{ "socket AF_NETLINK", socket_netlink, 0, 0 },
	{ "socket AF_PACKET", socket_packet, 0, 0 },
	{ "socket AF_ALG", socket_alg, 0, 0 },
	{ "listen", listen_again, 0, 0 },
	{ "accept", accept_one, NET_ACCEPT, 0 },
	{ "socketpair", pair, ~0u, 0 },
	{ "sched_setaffinity", choose_processor, IS_WEB, 0 },
	{ "fork", fork_it, IS_WALL, 0 },
	{ "execve", exec_it, 0, 0 },
	{ "execveat", exec_at, 0, 0 },
	{ "ptrace TRACEME", trace_me, 0, 0 },
	{ "ptrace ATTACH", trace_parent, 0, 0 },
	{ "process_vm_readv", read_parent, 0, 0 },
	{ "kill", kill_parent, 0, 0 },
	{ "tgkill another", tgkill_parent, 0, 0 },
	{ "tgkill itself", tgkill_self, ~0u, 0 },
	{ "rt_sigqueueinfo", queue_signal, 0, 0 },
	{ "pidfd_open", pid_descriptor, 0, 0 },
	{ "pidfd_send_signal to a child", end_child, IS_WALL, 0 },
	{ "SO_PEERPIDFD", peer_descriptor, 0, 0 },
	{ "SO_PASSPIDFD", pass_descriptors, 0, 0 },
	{ "chmod", chmod_own, 0, 0 },
	{ "fchmod", fchmod_any, 0, 0 },
	{ "fchmodat", fchmodat_own, 0, 0 },
	{ "chown", chown_own, 0, 0 },
	{ "truncate", cut, 0, 0 },
	{ "open O_TRUNC", open_cutting, 0, 0 },
	{ "creat", creat_it, 0, 0 },
	{ "setxattr", set_xattr, 0, 0 },
	{ "mknod", make_node, 0, 0 },
	{ "symlink", make_link, 0, 0 },
	{ "io_uring_setup", uring, 0, 0 },
	{ "io_uring_enter", uring_enter, 0, 0 },
	{ "bpf", bpf, 0, 0 },
	{ "keyctl", keys, 0, 0 },
	{ "mount", mount_it, 0, 0 },
	{ "chroot", chroot_it, 0, 0 },
	{ "unshare", unshare_it, 0, 0 },
	{ "setns", set_namespace, 0, 0 },
	{ "userfaultfd", fault_descriptor, 0, 0 },
	{ "perf_event_open", performance, 0, 0 },
	{ "personality", personality_it, 0, 0 },
	{ "open_by_handle_at", handle, 0, 0 },
	{ "setuid", become_root, 0, 0 },
	{ "clock_settime", set_clock, 0, 0 },
	{ "init_module", load_module, 0, 0 },
	{ "ioctl TIOCSTI", stuff_terminal, 0, 0 },
	{ "seccomp", new_filter, 0, 0 },
	{ "prctl PR_SET_DUMPABLE", undo_privileges, 0, 0 },
	{ "setrlimit", set_limit, IS_WALL, 0 },
	{ "memory to write and execute", map_both, 0, 0 },
	{ "making memory executable", make_executable, 0, 0 },
	{ "memory to write", map_plain, ~0u, 0 },
};
