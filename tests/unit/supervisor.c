/* postern serve with small bodies of the test's own: this program is server, role and
 * test in one. */
#include "supervisor_served.h"

static void test_backoff(void)
{
	static const struct {
		int64_t last, lived, next;
	} cases[] = {
		{ 0, 0, 100 },         { 100, 5, 200 },      { 200, 59999, 400 },
		{ 12800, 10, 25600 },  { 25600, 10, 30000 }, { 30000, 10, 30000 },
		{ 30000, 60000, 100 }, { 400, 600000, 100 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		CHECK(backoff_next(cases[i].last, cases[i].lived) == cases[i].next);
}

static void test_hand_over(void)
{
	char first[32];
	start();
	snprintf(first, sizeof first, "%s", ask("pid"));
	CHECK(atoi(first) > 1 && atoi(first) != (int)t.server);
	CHECK(!strcmp(ask("lang"), "en"));
	CHECK(!strcmp(ask("tls"), "CHAIN+KEY"));
	CHECK(!strcmp(ask("key mac.key"), "MAC"));
	CHECK(!strcmp(ask("key sign.pem"), "")); /* send's, not smtpd's */
	CHECK(!strcmp(ask("ring"), "rang"));
	CHECK(!strncmp(ask("ask"), "send ", 5));
	/* 3 control, 4 the drain's eventfd where the manifest was, then sessions;
	 * 9 10 11 13 the other roles, 32 33 listening; nothing else */
	str open = str_from(ask("descriptors"));
	CHECK(str_starts(open, STR("0 1 2 3 4 "))
	      && str_ends(open, STR(" 9 10 11 13 32 33 ")));
	CHECK(told("WATCHDOG=1"));
	CHECK(logged("event=role-ready name=send"));
}

static void test_restart(void)
{
	pid_t send = atoi(ask("ask") + 5), smtpd = atoi(ask("pid"));
	int64_t began = clock_mono_ms();
	CHECK(!strcmp(ask("die"), ""));
	CHECK(logged("status=7"));
	pid_t next = atoi(ask("pid")); /* waits in the socket until it is accepted */
	CHECK(next > 1 && next != smtpd);
	CHECK(clock_mono_ms() - began >= 100);
	CHECK(atoi(ask("ask") + 5) == send);
	kill(next, SIGKILL);
	CHECK(logged("again_ms=200"));
	CHECK(atoi(ask("pid")) > 1);
	CHECK(!strcmp(ask("ring"), "rang"));
}

static void test_second_server(void)
{
	int status = -1;
	char holder[64];
	pid_t second = start_server(-1);
	CHECK(ended(second, &status) && WIFEXITED(status) && WEXITSTATUS(status) == 1);
	snprintf(holder, sizeof holder, "a server (process %d) runs on", (int)t.server);
	CHECK(logged(holder));
	CHECK(atoi(ask("pid")) > 1);
}

/* Two processes of send have never worked at one time. */
static bool worked_alone(void)
{
	str text, line;
	int working = 0, most = 0, begun = 0;
	if (file_read(t.a, t.log, 1 << 20, &text).kind)
		return false;
	while (str_line(&text, &line)) {
		bool begins = str_find(line, STR("event=test-begins")).n != 0;
		begun += begins;
		working += begins;
		working -= str_find(line, STR("event=test-ends")).n != 0;
		most = working > most ? working : most;
	}
	return begun > 1 && most == 1;
}

/* A session from before the reload goes on, and nobody is refused meanwhile. */
static void test_reload(void)
{
	FD_AUTO old = dial();
	pid_t before = atoi(say(old, "pid"));
	int asked = 0, answered = 0;
	write_conf("lang = de\n");
	kill(t.server, SIGHUP);
	int64_t until = clock_mono_ms() + 15000;
	bool changed = false;
	while (!changed && clock_mono_ms() < until) {
		const char *lang = ask("lang");
		asked++;
		answered += lang[0] != 0;
		changed = !strcmp(lang, "de");
	}
	CHECK(changed && asked == answered);
	CHECK(told("RELOADING=1\nMONOTONIC_USEC="));
	CHECK(told("READY=1"));
	CHECK(!strcmp(say(old, "lang"), "en") && atoi(say(old, "pid")) == before);
	CHECK(atoi(ask("pid")) != before);
	CHECK(!strcmp(ask("ring"), "rang") && !strncmp(ask("ask"), "send ", 5));
	CHECK(alive(before));
	close(old);
	old = -1;
	CHECK(gone(before, 10));
	CHECK(worked_alone());
}

/* What is wrong is told and changes nothing, not even after a role's death. */
static void test_bad_reload(void)
{
	pid_t before = atoi(ask("pid"));
	write_conf("nonsense = 1\n");
	kill(t.server, SIGHUP);
	CHECK(logged("event=reload-refused"));
	CHECK(logged("has no key"));
	CHECK(told("READY=1"));
	CHECK(atoi(ask("pid")) == before);
	kill(before, SIGKILL);
	CHECK(!strcmp(ask("lang"), "de"));
	CHECK(atoi(ask("pid")) != before);
	before = atoi(ask("pid"));
	write_conf("lang = broken\n"); /* read well, but its process does not start */
	kill(t.server, SIGHUP);
	CHECK(logged("event=role-reload-failed"));
	CHECK(atoi(ask("pid")) == before && !strcmp(ask("lang"), "de"));
	write_conf("");
	kill(t.server, SIGHUP);
	CHECK(gone(before, 10));
	CHECK(!strcmp(ask("lang"), "en"));
}

static void test_drain(void)
{
	FD_AUTO open = dial();
	int status = -1;
	pid_t smtpd = atoi(say(open, "pid"));
	kill(t.server, SIGTERM);
	CHECK(told("STOPPING=1"));
	CHECK(logged("event=role-ended name=send"));
	CHECK(atoi(say(open, "pid")) == smtpd);
	CHECK(waitpid(t.server, &status, WNOHANG) == 0);
	close(open);
	open = -1;
	CHECK(ended(t.server, &status) && WIFEXITED(status) && WEXITSTATUS(status) == 0);
	CHECK(dial() < 0);
	CHECK(!alive(smtpd));
}

static void test_stop_at_once(void)
{
	int status = -1;
	start();
	FD_AUTO open = dial();
	pid_t smtpd = atoi(say(open, "pid"));
	int64_t began = clock_mono_ms();
	kill(t.server, SIGINT);
	CHECK(told("STOPPING=1"));
	kill(t.server, SIGINT);
	CHECK(ended(t.server, &status) && clock_mono_ms() - began < 10000);
	CHECK(!alive(smtpd));
}

/* kill -9 of the supervisor: its roles go, though a session is open, and the next
 * server has their port at once. */
static void test_orphans(void)
{
	int status = -1;
	start();
	FD_AUTO open = dial();
	pid_t smtpd = atoi(say(open, "pid")), send = atoi(say(open, "ask") + 5);
	kill(t.server, SIGKILL);
	CHECK(ended(t.server, &status));
	t.server = start_server(-1);
	CHECK(told("READY=1"));
	CHECK(atoi(ask("pid")) > 1 && atoi(ask("pid")) != smtpd);
	CHECK(!strncmp(ask("ask"), "send ", 5));
	CHECK(worked_alone());
	CHECK(gone(smtpd, 10) && gone(send, 10));
	stop();
}

static void test_activation(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof in;
	int status = -1;
	FD_AUTO s = socket(AF_INET, SOCK_STREAM, 0);
	CHECK(!bind(s, (struct sockaddr *)&in, n) && !listen(s, 16)
	      && !getsockname(s, (struct sockaddr *)&in, &n));
	unsigned configured = t.port;
	fresh_log();
	t.server = start_server(s);
	CHECK(told("READY=1"));
	CHECK(dial() < 0); /* systemd's takes precedence over the configuration's */
	t.port = ntohs(in.sin_port);
	pid_t before = atoi(ask("pid"));
	CHECK(before > 1);
	kill(t.server, SIGHUP);
	CHECK(gone(before, 10));
	CHECK(atoi(ask("pid")) > 1);
	kill(t.server, SIGKILL); /* not even then is systemd's socket shut */
	CHECK(ended(t.server, &status));
	usleep(100000);
	int waiting = dial();
	CHECK(waiting >= 0);
	fd_close(&waiting);
	t.port = configured;
}

/* Whoever overruns its time is killed. */
static void test_overrun(void)
{
	struct super *s = calloc(1, sizeof *s);
	pid_t pid = fork();
	if (pid == 0) {
		signal(SIGTERM, SIG_IGN);
		for (;;)
			pause();
	}
	s->bodies = bodies;
	s->stopping = true;
	s->children[3] = (struct child){ .stage = STAGE_OLD,
					 .role = ROLE_send,
					 .pid = pid,
					 .control = -1,
					 .ready = true,
					 .kill_at = clock_mono_ms() + 50 };
	children_kill_due(s);
	CHECK(alive(pid) && children_deadline(s) == s->children[3].kill_at);
	usleep(60000);
	children_kill_due(s);
	for (int i = 0; i < 400 && !children_empty(s); i++) {
		children_reap(s);
		usleep(10000);
	}
	CHECK(children_empty(s) && !alive(pid));
	free(s);
}

static void test_manifest(void)
{
	BUF(b);
	int fd = -1;
	pid_t supervisor = 0;
	struct role r = { .a = t.a };
	manifest_add(&b, MANIFEST_SUPERVISOR, STR_NONE, STR("4711"));
	manifest_add(&b, MANIFEST_CONF, STR("/x/postern.conf"),
		     STR("[site]\nlang = fr\n"));
	manifest_add(&b, MANIFEST_SET, STR_NONE, STR("site.domain=a.example"));
	manifest_add(&b, MANIFEST_LISTENER, STR("web-tls"), STR("activated"));
	manifest_add(&b, MANIFEST_KEY, STR("k"), STR("v"));
	CHECK(!manifest_seal(t.a, &b, &fd).kind);
	CHECK(write(fd, "x", 1) < 0 && ftruncate(fd, 0) < 0);
	lseek(fd, 0, SEEK_SET);
	CHECK(!manifest_read(&r, fd, &supervisor).kind);
	close(fd);
	CHECK(supervisor == 4711 && str_eq(r.conf->site_lang, STR("fr"))
	      && str_eq(r.conf->site_domain, STR("a.example"))
	      && str_eq(r.conf->site_data, STR("/x/.")));
	CHECK(r.listener_count == 1 && r.listeners[0].kind == LISTEN_WEB_TLS
	      && r.listeners[0].activated && r.listeners[0].fd == FD_LISTEN);
	CHECK(str_eq(role_key(&r, STR("k")), STR("v")) && !role_key(&r, STR("q")).n);
	b.n -= 1;
	CHECK(!manifest_seal(t.a, &b, &fd).kind);
	lseek(fd, 0, SEEK_SET);
	CHECK(manifest_read(&(struct role){ .a = t.a }, fd, &supervisor).kind
	      == ERR_SYNTAX);
	close(fd);
}

static void set_up(void)
{
	static const struct {
		const char *name, *content;
	} keys[] = { { "tls.pem", "CHAIN" },
		     { "tls.key", "KEY" },
		     { "mac.key", "MAC" },
		     { "sign.pem", "SIGN" } };
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	t.a = arena_new();
	snprintf(t.dir, sizeof t.dir, "/tmp/postern-serve-XXXXXX");
	CHECK(mkdtemp(t.dir) != NULL);
	snprintf(t.log, sizeof t.log, "%s/log", t.dir);
	snprintf(t.conf, sizeof t.conf, "%s/postern.conf", t.dir);
	snprintf(t.notify, sizeof t.notify, "%s/notify", t.dir);
	CHECK(!file_mkdir(t.a,
			  arena_z(t.a, arena_cat(t.a, str_from(t.dir), STR("/keys"))),
			  0700)
		       .kind);
	for (size_t i = 0; i < 4; i++) {
		str path = arena_printf(t.a, "%s/keys/%s", t.dir, keys[i].name);
		CHECK(!file_write(t.a, arena_z(t.a, path), 0600,
				  str_from(keys[i].content))
			       .kind);
	}
	memcpy(un.sun_path, t.notify, strlen(t.notify));
	t.told = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	CHECK(!bind(t.told, (struct sockaddr *)&un, sizeof un));
	t.port = free_port();
	write_conf("");
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "role"))
		role_run(bodies, argv[2]);
	if (argc == 3 && !strcmp(argv[1], "serve"))
		return serve(bodies, argv[2], NULL, 0);
	signal(SIGPIPE, SIG_IGN);
	set_up();
	test_backoff();
	test_manifest();
	test_overrun();
	test_hand_over();
	test_restart();
	test_second_server();
	test_reload();
	test_bad_reload();
	test_drain();
	test_stop_at_once();
	test_orphans();
	test_activation();
	fresh_log();
	str remove = arena_printf(t.a, "rm -rf %s", t.dir);
	CHECK(system(arena_z(t.a, remove)) == 0);
	arena_free(t.a);
	return check_done();
}
