#include "roles/sandbox.h"

#include "base/clock.h"

#include <errno.h>
#include <iconv.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

/* Loads what is read once and from anywhere: the clock's offset file, the time
 * zone, the list of character set modules. */
static void preload(void)
{
	clock_now();
	tzset();
	iconv_t cd = iconv_open("UTF-8", "ISO-8859-15");
	if (cd != (iconv_t)-1)
		iconv_close(cd);
}

err sandbox_site(struct arena *a, const struct conf *conf, const char **folder)
{
	struct stat st;
	char site[PATH_MAX], data[PATH_MAX];
	*folder = NULL;
	if (!conf->web_root.n)
		return OK;
	const char *path = arena_z(a, conf_path(a, conf, conf->web_root));
	if (!realpath(path, site) || stat(site, &st))
		return err_in(
			a, ERR_SYNTAX,
			"[web] root = %s: %s; make that folder, or leave the key out",
			path, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return err_in(a, ERR_SYNTAX, "[web] root = %s is no folder", path);
	if (!realpath(arena_z(a, conf->site_data), data))
		return err_in(a, ERR_IO, "%.*s: %s", STR_F(conf->site_data),
			      strerror(errno));
	str inner = arena_cat(a, str_from(data), STR("/"));
	str outer = strcmp(site, "/") ? arena_cat(a, str_from(site), STR("/")) : STR("/");
	if (str_starts(inner, outer))
		return err_in(a, ERR_SYNTAX,
			      "[web] root = %s holds the data folder; choose a folder of "
			      "its own, such as %s/site",
			      path, data);
	*folder = arena_z(a, str_from(site));
	return OK;
}

err sandbox_uploads(struct arena *a, const char *site, str word, const char **folder)
{
	struct stat st;
	char found[PATH_MAX];
	const char *path = arena_z(a, arena_cat(a, str_from(site), STR("/"), word));
	if (!str_starts(word, STR("/")) || !realpath(path, found) || stat(found, &st)
	    || !S_ISDIR(st.st_mode))
		return err_in(a, ERR_SYNTAX,
			      "[web] uploads: %.*s is no folder below [web] root; make "
			      "it, or take the word out",
			      STR_F(word));
	str inner = arena_cat(a, str_from(found), STR("/"));
	str outer = strcmp(site, "/") ? arena_cat(a, str_from(site), STR("/")) : STR("/");
	if (!str_starts(inner, outer))
		return err_in(a, ERR_SYNTAX,
			      "[web] uploads: %.*s leads out of [web] root", STR_F(word));
	*folder = arena_z(a, str_from(found));
	return OK;
}

err sandbox_enter(struct arena *a, enum role_id id, const struct conf *conf)
{
	preload();
	TRY(privileges_drop(a));
	TRY(landlock_enter(a, &rights[id], conf, sandbox_landlock()));
	return seccomp_enter(a, &rights[id], conf);
}
