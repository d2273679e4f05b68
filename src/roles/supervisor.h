/* roles/supervisor.h: what the parts of `postern serve` share: the configuration in
 * force (setup), the processes (children.c) and how one is started (spawn.c). */
#pragma once

#include "roles/listen.h"

enum { CHILDREN_MAX = 64 };

/* A configuration that was found good, with its sockets. */
struct setup {
	struct arena *a;
	const char *path; /* absolute */
	str text;
	struct conf conf;
	struct listen_set listening;
};

enum stage {
	STAGE_FREE,
	STAGE_CURRENT, /* the role's process */
	STAGE_NEXT,    /* started by a reload, not ready yet */
	STAGE_OLD,     /* draining, or told to stop */
};

struct child {
	enum stage stage;
	enum role_id role;
	pid_t pid;
	int control; /* our end; -1 once the role has closed its own */
	bool ready;
	int64_t born, kill_at; /* clock_mono_ms */
};

struct super {
	role_main *const *bodies;
	const char *const *sets;
	size_t set_count;
	struct setup *setup;
	int pairs[ROLE_COUNT][ROLE_COUNT]; /* [i][j]: the end that role i has of its
					    * socketpair with j; -1: none */
	struct child children[CHILDREN_MAX];
	struct {
		bool wanted;
		int64_t backoff;  /* the wait before the last start, ms */
		int64_t start_at; /* when it is due, while it has no process */
	} roles[ROLE_COUNT];
	bool stopping, announced;
};

/* The wait before a role that died starts again: 100 ms, then twice the last, up to
 * 30 s; a role that had lived for a minute begins anew. */
int64_t backoff_next(int64_t last, int64_t lived);

/* The socketpairs of rights.def. They outlive every role, so what one hands to
 * another that is just starting waits in them. */
MUST_USE err spawn_pairs(struct arena *a, struct super *s);

/* Starts a process for a role. ERR_IO: says what the system refused. */
MUST_USE err spawn(struct arena *a, const struct super *s, enum role_id id, pid_t *pid,
		   int *control);

/* Which roles the setup wants: a body, a socket where it takes connections, an engine
 * where it asks engines. */
void children_want(struct super *s);
void children_start_due(struct super *s); /* processes for wanted roles without one */
bool children_replace(struct super *s);   /* a reload. False: too many still drain */
/* Its control socket is readable. */
void children_heard(struct super *s, struct child *c);
void children_reap(struct super *s);     /* after SIGCHLD */
void children_kill_due(struct super *s); /* whoever overran its time */
void children_stop(struct super *s);     /* SIGTERM to all; SIGKILL at the second call */
bool children_empty(const struct super *s);
/* Every wanted role is ready, none is next. */
bool children_settled(const struct super *s);
int64_t children_deadline(const struct super *s); /* when something is due by itself */
