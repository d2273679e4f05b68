#include "roles/supervisor.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PLAN_MAX = 3 + ROLE_COUNT + LISTENERS_MAX };

struct plan { /* descriptors of ours and the numbers they get in the role */
	struct {
		int from, to;
	} at[PLAN_MAX];
	size_t count;
};

static void plan_add(struct plan *p, int from, int to)
{
	p->at[p->count].from = from;
	p->at[p->count++].to = to;
}

err spawn_pairs(struct arena *a, struct super *s)
{
	for (unsigned i = 0; i < ROLE_COUNT; i++)
		for (unsigned j = 0; j < i; j++) {
			int ends[2] = { -1, -1 };
			if (rights[i].rings & 1u << j
			    && socketpair(AF_UNIX,
					  SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK,
					  0, ends))
				return err_in(a, ERR_IO, "no socketpair: %s",
					      strerror(errno));
			s->pairs[i][j] = ends[0];
			s->pairs[j][i] = ends[1];
		}
	for (unsigned i = 0; i < ROLE_COUNT; i++)
		s->pairs[i][i] = -1;
	return OK;
}

static err write_manifest(struct arena *a, const struct super *s, enum role_id id,
			  int *fd)
{
	BUF(b);
	const struct setup *now = s->setup;
	str pid = arena_printf(a, "%d", (int)getpid());
	manifest_add(&b, MANIFEST_SUPERVISOR, STR_NONE, pid);
	manifest_add(&b, MANIFEST_CONF, str_from(now->path), now->text);
	for (size_t i = 0; i < s->set_count; i++)
		manifest_add(&b, MANIFEST_SET, STR_NONE, str_from(s->sets[i]));
	for (size_t i = 0; i < now->listening.count; i++) {
		const struct listening *l = &now->listening.at[i];
		if (listen_role(l->kind) == id)
			manifest_add(&b, MANIFEST_LISTENER,
				     str_from(listen_kind_name(l->kind)),
				     l->activated ? STR("activated") : STR("own"));
	}
	TRY(manifest_add_keys(a, &b, &now->conf, rights[id].keys));
	return manifest_seal(a, &b, fd);
}

/* In the child. First all go out of the way of the numbers they are to have. */
static void arrange(struct plan *p)
{
	enum { ASIDE = 512 };
	int last = 0;
	for (size_t i = 0; i < p->count; i++)
		p->at[i].from = fcntl(p->at[i].from, F_DUPFD_CLOEXEC, ASIDE);
	close_range(FD_CONTROL, ASIDE - 1, CLOSE_RANGE_CLOEXEC);
	for (size_t i = 0; i < p->count; i++) {
		if (dup2(p->at[i].from, p->at[i].to) < 0)
			_exit(126);
		last = p->at[i].to > last ? p->at[i].to : last;
	}
	close_range((unsigned)last + 1, ~0u, CLOSE_RANGE_CLOEXEC);
}

/* Whoever holds a connection open comes before what can wait a moment. And nobody who
 * wakes takes the processor from somebody at work (SCHED_BATCH): where there is little to
 * do there is a free one, and where there is much, a sixth more mails are taken in the
 * same time. */
static const int niceness[ROLE_COUNT] = { [ROLE_post] = 10 };

static void become(struct plan *p, enum role_id id)
{
	char name[32];
	char *argv[] = { "postern", "role", name, NULL };
	strncpy(name, rights[id].name, sizeof name - 1);
	name[sizeof name - 1] = 0;
	arrange(p);
	setpriority(PRIO_PROCESS, 0, niceness[id]);
	sched_setscheduler(0, SCHED_BATCH, &(struct sched_param){ 0 });
	execve("/proc/self/exe", argv, environ);
	_exit(127);
}

static void make_plan(const struct super *s, enum role_id id, struct plan *p)
{
	int next = FD_LISTEN;
	for (int i = 0; i < ROLE_COUNT; i++)
		if (s->pairs[id][i] >= 0)
			plan_add(p, s->pairs[id][i], FD_WAKE + i);
	for (size_t i = 0; i < s->setup->listening.count; i++)
		if (listen_role(s->setup->listening.at[i].kind) == id)
			plan_add(p, s->setup->listening.at[i].fd, next++);
}

err spawn(struct arena *a, const struct super *s, enum role_id id, pid_t *pid,
	  int *control)
{
	struct plan p = { .count = 0 };
	int ends[2];
	FD_AUTO null = open("/dev/null", O_RDWR | O_CLOEXEC);
	FD_AUTO manifest = -1;
	TRY(write_manifest(a, s, id, &manifest));
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
		return err_in(a, ERR_IO, "no socketpair: %s", strerror(errno));
	lseek(manifest, 0, SEEK_SET);
	plan_add(&p, null, STDIN_FILENO);
	plan_add(&p, ends[1], FD_CONTROL);
	plan_add(&p, manifest, FD_MANIFEST);
	make_plan(s, id, &p);
	pid_t child = fork();
	if (child == 0)
		become(&p, id);
	close(ends[1]);
	if (child < 0) {
		close(ends[0]);
		return err_in(a, ERR_IO, "no new process: %s", strerror(errno));
	}
	*pid = child;
	*control = ends[0];
	return OK;
}
