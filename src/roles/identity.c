#include "roles/sandbox.h"

#include "base/file.h"
#include "base/log.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct passwd *user_of(enum role_id id)
{
	char name[64];
	snprintf(name, sizeof name, "postern-%s", rights[id].name);
	return getpwnam(name);
}

bool identity_known(void)
{
	for (unsigned id = 0; id < ROLE_COUNT; id++)
		if (!user_of((enum role_id)id))
			return false;
	return getgrnam("postern") != NULL;
}

static err become(struct arena *a, uid_t uid, gid_t gid)
{
	if (setgroups(0, NULL) || setresgid(gid, gid, gid) || setresuid(uid, uid, uid))
		return err_in(a, ERR_IO, "cannot become user %u, group %u: %s", uid, gid,
			      strerror(errno));
	return OK;
}

err identity_drop(struct arena *a, enum role_id id, str data)
{
	struct stat st;
	umask(0007); /* the group's other roles share the books */
	if (geteuid() != 0)
		return OK;
	if (identity_known())
		return become(a, user_of(id)->pw_uid, getgrnam("postern")->gr_gid);
	if (stat(arena_z(a, data), &st))
		return err_in(a, ERR_IO, "%.*s: %s", STR_F(data), strerror(errno));
	return become(a, st.st_uid, st.st_gid);
}

/* root and the group; mode says what the group may. */
static err own(struct arena *a, int at, const char *name, gid_t gid, mode_t mode)
{
	FD_AUTO fd = openat(at, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 && (errno == ENOENT || errno == ELOOP || errno == ENXIO))
		return OK;
	if (fd < 0 || fchown(fd, (uid_t)-1, gid) || fchmod(fd, mode))
		return err_in(a, ERR_IO, "cannot give %s to the group postern: %s", name,
			      strerror(errno));
	return OK;
}

static err own_below(struct arena *a, int at, const char *folder, gid_t gid, int depth)
{
	err e = own(a, at, folder, gid, S_ISGID | 0770);
	int fd = openat(at, folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir)
		return e;
	for (struct dirent *d; !e.kind && (d = readdir(dir));) {
		if (!strcmp(d->d_name, ".") || !strcmp(d->d_name, ".."))
			continue;
		if (d->d_type == DT_DIR && depth > 0)
			e = own_below(a, fd, d->d_name, gid, depth - 1);
		else if (d->d_type == DT_REG)
			e = own(a, fd, d->d_name, gid, 0660);
	}
	closedir(dir);
	return e;
}

err identity_own(struct arena *a, str data)
{
	enum { DEPTH = 3 };
	if (geteuid() != 0 || !identity_known())
		return OK;
	gid_t gid = getgrnam("postern")->gr_gid;
	const char *path = arena_z(a, data);
	TRY(own(a, AT_FDCWD, path, gid, 0750));
	for (unsigned kind = 0; kind < BOOK_KINDS; kind++) {
		struct stat st;
		const char *folder = arena_z(a,
					     book_folder(a, data, (enum book_kind)kind));
		if (!stat(folder, &st) && st.st_gid != gid)
			TRY(own_below(a, AT_FDCWD, folder, gid, DEPTH));
	}
	const char *run = arena_z(a, arena_cat(a, data, STR("/run")));
	return own(a, AT_FDCWD, run, gid, S_ISGID | 0750); /* the door is the group's */
}
