/* To names who reads the copy, where the list says so. Whom the author wrote to stands in
 * Cc then, and the list, so that an answer to all reaches everybody as before. */
#include "lists/steps_inside.h"

#include "mail/reader.h"

struct people {
	struct arena *a;
	struct buf text;
	struct map known;
};

static void add(struct people *p, const struct mailbox *m)
{
	str key = address_key(p->a, &m->address);
	if (!m->address.domain.n || map_get(&p->known, key))
		return;
	map_set(&p->known, key, p);
	buf_cat(&p->text, p->text.n ? STR(", ") : STR(""), mailbox_text(p->a, m));
}

/* Cc as the steps before have left it. False: it cannot be read whole. */
static bool read_cc(struct arena *a, const struct outgoing *out, struct mailbox **cc,
		    size_t *count)
{
	*count = 0;
	if (!out->cc_taken)
		return step_mailboxes(a, &out->post->header, STR("Cc"), cc, count);
	return !out->cc.n || !address_list(a, out->cc, cc, count).kind;
}

static err name_others(struct arena *a, struct outgoing *out, const struct mailbox *to,
		       size_t to_count, const struct mailbox *cc, size_t cc_count)
{
	const struct post *p = out->post;
	struct people all = { .a = a };
	struct mailbox list;
	TRY(step_list_box(a, p, STR(""), &list));
	if (setting_is(p->settings.reply_goes_to_list, "point_to_list")) /* it has it */
		map_set(&all.known, address_key(a, &list.address), &all);
	for (size_t i = 0; i < to_count; i++)
		add(&all, &to[i]);
	for (size_t i = 0; i < cc_count; i++)
		add(&all, &cc[i]);
	add(&all, &list);
	out->cc = arena_copy(a, buf_str(&all.text));
	buf_free(&all.text);
	map_free(&all.known);
	return OK;
}

/* What cannot be read whole stays as it is. */
err step_reader(struct books *books, struct arena *a, struct outgoing *out)
{
	const struct post *p = out->post;
	struct mailbox *to, *cc;
	size_t to_count, cc_count;
	(void)books;
	if (!setting_is(p->settings.personalize, "full")
	    || !step_mailboxes(a, &p->header, STR("To"), &to, &to_count)
	    || !read_cc(a, out, &cc, &cc_count))
		return OK;
	TRY(name_others(a, out, to, to_count, cc, cc_count));
	step_drop(out, STR("To"));
	step_drop(out, STR("Cc"));
	out->cc_taken = true;
	out->personal = arena_cat(a, out->personal, STR(READER_TO));
	return OK;
}
