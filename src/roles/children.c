#include "roles/supervisor.h"

#include "base/clock.h"
#include "base/log.h"
#include "wall/paper.h"

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	BACKOFF_FIRST_MS = 100,
	BACKOFF_MAX_MS = 30000,
	BACKOFF_FORGET_MS = 60000,
	STOP_MS = 20000, /* after SIGTERM */
	STEP_ASIDE_MS =
		600000,  /* after a reload: a session's own time-outs are shorter */
	NEXT_MS = 60000, /* for a successor to be ready */
};

int64_t backoff_next(int64_t last, int64_t lived)
{
	if (last == 0 || lived >= BACKOFF_FORGET_MS)
		return BACKOFF_FIRST_MS;
	return last * 2 < BACKOFF_MAX_MS ? last * 2 : BACKOFF_MAX_MS;
}

/* for (struct child *c = NULL; (c = next(s, c));) visits all processes. */
static struct child *next(const struct super *s, struct child *after)
{
	struct child *all = (struct child *)s->children;
	for (struct child *c = after ? after + 1 : all; c < all + CHILDREN_MAX; c++)
		if (c->stage != STAGE_FREE)
			return c;
	return NULL;
}

static struct child *find(struct super *s, enum role_id id, enum stage stage)
{
	for (size_t i = 0; i < CHILDREN_MAX; i++)
		if (s->children[i].stage == stage
		    && (stage == STAGE_FREE || s->children[i].role == id))
			return &s->children[i];
	return NULL;
}

static bool has_listener(const struct setup *setup, enum role_id id)
{
	for (size_t i = 0; i < setup->listening.count; i++)
		if (listen_role(setup->listening.at[i].kind) == id)
			return true;
	return false;
}

static bool has_program(void)
{
	ARENA(a);
	return paper_program_file(a) != NULL;
}

/* Who has nobody to talk to is not started. */
static bool has_work(const struct setup *setup, enum role_id id)
{
	if (rights[id].network & NET_ENGINES)
		return conf_engine_next(&setup->conf, &(struct engine_at){ 0 })
		       || has_program();
	return !(rights[id].network & NET_ACCEPT) || has_listener(setup, id);
}

void children_want(struct super *s)
{
	for (unsigned i = 0; i < ROLE_COUNT; i++)
		s->roles[i].wanted = s->bodies[i] && has_work(s->setup, (enum role_id)i);
}

static void delay(struct super *s, enum role_id id, int64_t lived)
{
	s->roles[id].backoff = backoff_next(s->roles[id].backoff, lived);
	s->roles[id].start_at = clock_mono_ms() + s->roles[id].backoff;
}

static void start(struct super *s, enum role_id id, enum stage stage)
{
	ARENA(a);
	struct child *c = find(s, id, STAGE_FREE);
	struct child fresh = { .stage = stage, .role = id, .born = clock_mono_ms() };
	err e = c ? spawn(a, s, id, &fresh.pid, &fresh.control)
		  : FAIL(ERR_LIMIT, "too many processes are still draining");
	if (e.kind) {
		delay(s, id, 0);
		log_error("role-start-failed", KZ("name", rights[id].name), KE(e),
			  KN("again_ms", s->roles[id].backoff));
		return;
	}
	fresh.kill_at = stage == STAGE_NEXT ? fresh.born + NEXT_MS : INT64_MAX;
	*c = fresh;
	log_info("role-started", KZ("name", rights[id].name), KN("pid", c->pid));
}

void children_start_due(struct super *s)
{
	int64_t now = clock_mono_ms();
	for (unsigned i = 0; i < ROLE_COUNT && !s->stopping; i++)
		if (s->roles[i].wanted && s->roles[i].start_at <= now
		    && !find(s, (enum role_id)i, STAGE_CURRENT))
			start(s, (enum role_id)i, STAGE_CURRENT);
}

/* A process that does not serve yet has nothing to drain. */
static void retire(struct child *c, int number, int64_t ms)
{
	c->stage = STAGE_OLD;
	c->kill_at = clock_mono_ms() + ms;
	kill(c->pid, c->ready ? number : SIGTERM);
}

/* For a newer process. Whoever works alone must not keep it waiting. */
static void step_aside(struct child *c)
{
	if (role_works_alone(c->role))
		retire(c, SIGTERM, STOP_MS);
	else
		retire(c, SIGUSR1, STEP_ASIDE_MS);
}

bool children_replace(struct super *s)
{
	size_t room = 0;
	for (size_t i = 0; i < CHILDREN_MAX; i++)
		room += s->children[i].stage == STAGE_FREE;
	if (room < ROLE_COUNT)
		return false;
	children_want(s);
	for (unsigned i = 0; i < ROLE_COUNT; i++) {
		struct child *heir = find(s, (enum role_id)i, STAGE_NEXT);
		struct child *now = find(s, (enum role_id)i, STAGE_CURRENT);
		if (heir)
			retire(heir, SIGTERM, STOP_MS);
		if (now && !s->roles[i].wanted)
			step_aside(now);
		else if (now && now->ready)
			start(s, (enum role_id)i, STAGE_NEXT);
		else if (now)
			retire(now, SIGTERM, STOP_MS);
		s->roles[i].start_at = s->roles[i].backoff = 0;
	}
	return true;
}

static void become_ready(struct super *s, struct child *c)
{
	struct child *now = find(s, c->role, STAGE_CURRENT);
	c->ready = true;
	log_info("role-ready", KZ("name", rights[c->role].name), KN("pid", c->pid),
		 KN("after_ms", clock_mono_ms() - c->born));
	if (c->stage != STAGE_NEXT)
		return;
	if (now)
		step_aside(now);
	c->stage = STAGE_CURRENT;
	c->kill_at = INT64_MAX;
}

void children_heard(struct super *s, struct child *c)
{
	char byte;
	ssize_t n = recv(c->control, &byte, 1, MSG_DONTWAIT);
	if (n == 1 && byte == 'R' && !c->ready)
		become_ready(s, c);
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
		close(c->control);
		c->control = -1;
	}
}

static void log_death(const struct child *c, int status, int64_t again)
{
	const char *name = rights[c->role].name;
	int64_t lived = clock_mono_ms() - c->born;
	if (WIFSIGNALED(status))
		log_error("role-died", KZ("name", name), KN("pid", c->pid),
			  KZ("signal", strsignal(WTERMSIG(status))),
			  KN("lived_ms", lived), KN("again_ms", again));
	else
		log_error("role-died", KZ("name", name), KN("pid", c->pid),
			  KN("status", WEXITSTATUS(status)), KN("lived_ms", lived),
			  KN("again_ms", again));
}

static void buried(struct super *s, struct child *c, int status)
{
	enum role_id id = c->role;
	bool clean = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	if (c->stage == STAGE_CURRENT && !s->stopping) {
		delay(s, id, clock_mono_ms() - c->born);
		log_death(c, status, s->roles[id].backoff);
	} else if (c->stage == STAGE_NEXT) {
		log_death(c, status, 0);
		log_error("role-reload-failed", KZ("name", rights[id].name),
			  KZ("do", "its old process goes on with the old configuration; "
				   "mend what the line before says and reload again"));
	} else if (clean || !c->ready) {
		log_info("role-ended", KZ("name", rights[id].name), KN("pid", c->pid));
	} else {
		log_death(c, status, 0);
	}
	if (c->control >= 0)
		close(c->control);
	bool was_current = c->stage == STAGE_CURRENT;
	*c = (struct child){ .stage = STAGE_FREE };
	struct child *heir = find(s, id, STAGE_NEXT);
	if (was_current && heir) {
		heir->stage = STAGE_CURRENT;
		heir->kill_at = INT64_MAX;
	}
}

void children_reap(struct super *s)
{
	int status;
	pid_t pid;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (struct child *c = NULL; (c = next(s, c));)
			if (c->pid == pid) {
				if (c->control >= 0 && !c->ready)
					children_heard(s, c); /* ready and gone at once */
				buried(s, c, status);
				break;
			}
}

void children_kill_due(struct super *s)
{
	int64_t now = clock_mono_ms();
	for (struct child *c = NULL; (c = next(s, c));)
		if (c->kill_at <= now) {
			log_warn("role-killed", KZ("name", rights[c->role].name),
				 KN("pid", c->pid), KN("after_ms", now - c->born),
				 KZ("why", c->stage == STAGE_NEXT
						   ? "it was not ready in time"
						   : "it did not finish in time"));
			kill(c->pid, SIGKILL);
			c->kill_at = INT64_MAX;
		}
}

void children_stop(struct super *s)
{
	for (struct child *c = NULL; (c = next(s, c));) {
		if (s->stopping)
			kill(c->pid, SIGKILL);
		else
			retire(c, SIGTERM, STOP_MS);
	}
	s->stopping = true;
}

bool children_empty(const struct super *s)
{
	return next(s, NULL) == NULL;
}

bool children_settled(const struct super *s)
{
	bool ready[ROLE_COUNT] = { false };
	for (struct child *c = NULL; (c = next(s, c));) {
		if (c->stage == STAGE_NEXT)
			return false;
		if (c->stage == STAGE_CURRENT)
			ready[c->role] = c->ready;
	}
	for (unsigned i = 0; i < ROLE_COUNT; i++)
		if (s->roles[i].wanted && !ready[i])
			return false;
	return true;
}

int64_t children_deadline(const struct super *s)
{
	int64_t at = INT64_MAX;
	for (struct child *c = NULL; (c = next(s, c));)
		at = c->kill_at < at ? c->kill_at : at;
	for (unsigned i = 0; i < ROLE_COUNT && !s->stopping; i++)
		if (s->roles[i].wanted && s->roles[i].start_at < at
		    && !find((struct super *)s, (enum role_id)i, STAGE_CURRENT))
			at = s->roles[i].start_at;
	return at;
}
