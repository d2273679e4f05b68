#include "lists/import/mailman2_inside.h"

err move_archive(struct moving *x)
{
	str folder = arena_cat(x->a, STR("archives/private/"), x->name, STR(".mbox"));
	str file = moving_path(x, arena_z(x->a, folder),
			       arena_cat(x->a, x->name, STR(".mbox")));
	return moving_mbox(x, file, arena_cat(x->a, STR("/pipermail/"), x->name),
			   STR(""));
}

void move_leftovers(struct moving *x)
{
	str bytes, folder = moving_path(x, "lists", x->name);
	if (moving_map(x, arena_cat(x->a, folder, STR("/digest.mbox")), &bytes).kind
	    || !bytes.n)
		return;
	import_report_note(
		x->report,
		"%zu posts wait there for the next digest; members find them in the "
		"archive",
		moving_count_messages(bytes));
	moving_unmap(bytes);
}
