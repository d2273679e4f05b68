#include "lists/import/mailman2_inside.h"

err move_archive(struct moving *x)
{
	str folder = arena_cat(x->a, STR("archives/private/"), x->name, STR(".mbox"));
	str file = moving_path(x, arena_z(x->a, folder),
			       arena_cat(x->a, x->name, STR(".mbox")));
	return moving_mbox(x, file, arena_cat(x->a, STR("/pipermail/"), x->name),
			   STR(""));
}

err move_leftovers(struct moving *x)
{
	str folder = moving_path(x, "lists", x->name);
	TRY(moving_digest_posts(x, arena_cat(x->a, folder, STR("/digest.mbox"))));
	return move_last_digests(x);
}
