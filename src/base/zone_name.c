/* Which table a name means. */
#include "base/clock.h"
#include "base/file.h"
#include "base/zone.h"

#include <limits.h>
#include <pthread.h>
#include <unistd.h>

#define FOLDER "/usr/share/zoneinfo"

enum { FILE_MAX = 64 * 1024, NAME_OCTETS = 64 };

/* Nothing above or beside the folder of tables. */
static bool is_zone_name(str name)
{
	if (!name.n || name.n > NAME_OCTETS || name.p[0] == '/' || name.p[0] == '-')
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (!chr_is_alpha(name.p[i]) && !chr_is_digit(name.p[i])
		    && (!strchr("/_+-", name.p[i]) || !name.p[i]))
			return false; /* so that .. is none, either */
	return true;
}

static err not_there(struct arena *a, str name)
{
	if (access(FOLDER, R_OK))
		return err_in(a, ERR_NOTFOUND,
			      "%.*s: there are no tables of time zones in " FOLDER
			      "; install the package tzdata",
			      STR_F(name));
	return err_in(a, ERR_NOTFOUND,
		      "%.*s: no time zone of that name in " FOLDER
		      "; write one such as Europe/Berlin (old names are in the package "
		      "tzdata-legacy)",
		      STR_F(name));
}

err zone_load(struct arena *a, str name, struct zone *zone)
{
	str octets;
	if (!name.n) {
		*zone = zone_utc;
		return OK;
	}
	if (!is_zone_name(name))
		return err_in(a, ERR_SYNTAX,
			      "%.*s: write the name of a time zone such as Europe/Berlin",
			      STR_F(name));
	const char *path = arena_z(a, arena_cat(a, STR(FOLDER "/"), name));
	err e = file_read(a, path, FILE_MAX, &octets);
	if (e.kind)
		return not_there(a, name);
	e = zone_read(a, octets, zone);
	return e.kind ? err_in(a, e.kind, "%s: %s", path, e.msg) : OK;
}

str zone_of_machine(struct arena *a)
{
	struct zone z;
	char target[PATH_MAX];
	str name;
	if (file_read(a, "/etc/timezone", PATH_MAX, &name).kind || !str_trim(name).n) {
		ssize_t n = readlink("/etc/localtime", target, sizeof target);
		name = n < 0 ? STR("") : arena_copy(a, (str){ target, (size_t)n });
		str found = str_find(name, STR("/zoneinfo/"));
		name = found.n ? str_skip(found, strlen("/zoneinfo/")) : STR("");
	}
	name = str_trim(name);
	if (!name.n || zone_load(a, name, &z).kind || zone_is_utc(&z))
		return STR("");
	return name;
}

/* ---- those that people chose */

enum { KEPT = 1000, WRONG = 64, WRONG_MS = 60 * 1000 };

static struct {
	pthread_mutex_t lock;
	struct arena *a; /* as long as the process */
	str names[KEPT];
	struct zone zones[KEPT];
	size_t count;
	/* Names that lead nowhere, as a package brought the table and took it away again: the
	 * last ones, which are not looked for anew for a while. */
	struct wrong {
		char name[NAME_OCTETS];
		size_t n;
		int64_t until;
	} wrong[WRONG];
	size_t next_wrong;
} kept = { .lock = PTHREAD_MUTEX_INITIALIZER };

static struct wrong *find_wrong(str name)
{
	for (size_t i = 0; i < WRONG; i++)
		if (kept.wrong[i].n
		    && str_eq((str){ kept.wrong[i].name, kept.wrong[i].n }, name))
			return &kept.wrong[i];
	return NULL;
}

static void keep_wrong(struct wrong *w, str name)
{
	if (!w)
		w = &kept.wrong[kept.next_wrong++ % WRONG];
	memcpy(w->name, name.p, name.n);
	w->n = name.n;
	w->until = clock_mono_ms() + WRONG_MS;
}

/* What fails leaves nothing behind. */
static bool is_there(str name)
{
	ARENA(a);
	struct zone z;
	return !zone_load(a, name, &z).kind;
}

static const struct zone *find_kept(str name)
{
	size_t i = 0;
	while (i < kept.count && !str_eq(kept.names[i], name))
		i++;
	if (i < kept.count)
		return &kept.zones[i];
	struct wrong *w = find_wrong(name);
	if (i == KEPT || (name.n && !is_zone_name(name))
	    || (w && clock_mono_ms() < w->until))
		return NULL;
	if (!kept.a)
		kept.a = arena_new();
	if (!is_there(name) || zone_load(kept.a, name, &kept.zones[i]).kind) {
		keep_wrong(w, name);
		return NULL;
	}
	kept.names[i] = arena_copy(kept.a, name);
	kept.count++;
	return &kept.zones[i];
}

const struct zone *zones_find(str name)
{
	pthread_mutex_lock(&kept.lock);
	const struct zone *found = find_kept(name);
	pthread_mutex_unlock(&kept.lock);
	return found;
}
