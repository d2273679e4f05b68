/* Lists whose members shall not know who writes. What may stay is named here, since nobody
 * can name all that mail programs and servers put into a header about their user. */
#include "lists/steps_inside.h"

#include "mail/header.h"

static bool may_stay(str name)
{
	static const char *const names[] = {
		"To",         "Cc",           "Subject",
		"Date",       "Message-ID",   "In-Reply-To",
		"References", "MIME-Version", "Auto-Submitted",
		"Keywords",   "X-BeenThere",
	};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_ieq(name, str_from(names[i])))
			return true;
	return str_istarts(name, STR("Content-"));
}

err step_anonymous(struct books *books, struct arena *a, struct outgoing *out)
{
	const struct post *p = out->post;
	const struct header *h = &p->header;
	struct mailbox list;
	(void)books;
	if (!p->settings.anonymous_list)
		return OK;
	for (size_t i = 0; i < h->count; i++)
		if (!may_stay(h->fields[i].name))
			step_drop(out, h->fields[i].name);
	TRY(step_list_box(a, p, step_list_name(p), &list));
	buf_add(&out->append, header_fold(a, STR("From"), mailbox_text(a, &list)));
	return OK;
}

err steps_anonymous(struct books *books, struct arena *a, const struct post *p,
		    str *message)
{
	struct outgoing out = { .post = p, .a = a };
	err e = step_anonymous(books, a, &out);
	if (!e.kind)
		*message = arena_cat(a, steps_header(a, &out), STR("\r\n"),
				     p->header.body);
	buf_free(&out.append);
	return e;
}
