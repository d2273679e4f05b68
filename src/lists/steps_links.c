/* Large files become links. The archive keeps the post as it came, with a list of its files
 * and their hashes; what is left out of the copies is read there, by whoever may read the
 * archive. */
#include "lists/steps_inside.h"

#include "lists/links.h"
#include "lists/notice.h"
#include "store/archive/post.h"

static bool any_is_large(const struct archive_attachments *files, int64_t most)
{
	for (size_t i = 0; i < files->count; i++)
		if (files->list[i].size > most)
			return true;
	return false;
}

err step_links(struct books *books, struct arena *a, struct outgoing *out)
{
	const struct post *p = out->post;
	int64_t most = p->settings.attachment_link_size * 1024;
	struct archive_attachments files;
	struct archive_post kept;
	struct linked l;
	bool found;
	enum language language;
	if (!most || !out->number)
		return OK;
	TRY(archive_post_by_number(books->archive, a, p->list->id, out->number, &kept,
				   &found));
	if (!found || !kept.attachments)
		return OK;
	TRY(archive_attachments_of_post(books->archive, a, kept.id, &files));
	if (!any_is_large(&files, most) || step_rests_on_signature(books, a, out))
		return OK;
	str url = arena_printf(a, "%.*s/%lld", STR_F(list_url(a, books, p->list)),
			       (long long)out->number);
	TRY(notice_language(books, a, p->list, STR(""), &language));
	enum language before = language_use(language);
	err e = links_make(a, p->message, &files, most, url, &l);
	language_use(before);
	TRY(e);
	if (!l.count)
		return OK;
	out->links = (int64_t)l.count;
	struct post *with = arena_alloc(a, sizeof *with);
	*with = *p;
	with->message = l.message;
	TRY(header_scan(a, with->message, &with->header));
	out->bare = out->bare ? out->bare : p;
	out->post = with;
	return OK;
}
