#include "lists/import/mailman2_inside.h"

#include <dirent.h>

err move_archive(struct moving *x)
{
	str folder = arena_cat(x->a, STR("archives/private/"), x->name, STR(".mbox"));
	str file = moving_path(x, arena_z(x->a, folder),
			       arena_cat(x->a, x->name, STR(".mbox")));
	return moving_mbox(x, file, arena_cat(x->a, STR("/pipermail/"), x->name),
			   STR(""));
}

/* Texts of mails and pages that the list had for itself, in folders by language. */
static void tell_texts(struct moving *x, str folder, const char *language)
{
	str path = arena_cat(x->a, folder, STR("/"), str_from(language));
	DIR *d = opendir(arena_z(x->a, path));
	for (struct dirent *f; d && (f = readdir(d));)
		if (f->d_name[0] != '.')
			import_report_note(
				x->report,
				"%s/%s is left out: a text of the list's own, with "
				"variables of Mailman's; postern template ls names "
				"ours",
				language, f->d_name);
	if (d)
		closedir(d);
}

err move_leftovers(struct moving *x)
{
	str folder = moving_path(x, "lists", x->name);
	DIR *d = opendir(arena_z(x->a, folder));
	for (struct dirent *f; d && (f = readdir(d));)
		if (f->d_name[0] != '.' && f->d_type == DT_DIR)
			tell_texts(x, folder, f->d_name);
	if (d)
		closedir(d);
	return moving_digest_posts(x, arena_cat(x->a, folder, STR("/digest.mbox")));
}
