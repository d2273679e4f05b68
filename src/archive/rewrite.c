#include "archive/rewrite.h"

#include "archive/prepare.h"
#include "store/archive/author.h"
#include "store/archive/inside.h"
#include "store/archive/thread.h"

/* Each under the number that it had, so that links go on leading to it. */
static err write_files(struct book *b, int64_t post, struct archive_attachments *files)
{
	TRY(archive_attachments_forget(b, post));
	for (size_t i = 0; i < files->count; i++) {
		files->list[i].post = post;
		TRY(archive_attachment_add(b, &files->list[i]));
	}
	return OK;
}

/* The index forgets a post only if it is told the words that it was given. */
static err write_words(struct book *b, int64_t post, const struct archive_words *old,
		       const struct archive_words *new, bool gone)
{
	bool found;
	TRY(archive_words_have(b, post, &found));
	if (found)
		TRY(archive_words_remove(b, post, old));
	return gone ? OK : archive_words_add(b, post, new);
}

err archive_rewrite(struct book *b, struct arena *a, const struct archive_post *p,
		    str was, str now, unsigned flags)
{
	bool gone = flags & ARCHIVE_GONE;
	unsigned kept = ARCHIVE_OWNERS | ARCHIVE_GUESSED | (gone ? ARCHIVE_REPLY : 0U);
	struct archive_packer *packer;
	struct prepared old, new;
	int64_t version;
	str inside;
	TRY(archive_packer_kept(b, p->list, &packer));
	TRY(archive_prepare_as(a, p, was, NULL, &old));
	TRY(archive_prepare_as(a, p, now, packer, &new));
	TRY(archive_inside_read(b, a, p->id, &inside));
	archive_words_inside(a, &old.words, inside);
	TRY(archive_inside_put(b, p->id, STR("")));
	TRY(archive_unread_done(b, p->id));
	TRY(write_words(b, p->id, &old.words, &new.words, gone));
	TRY(archive_blob_replace(b, p->id, &new.packed));
	new.post.id = p->id;
	new.post.flags = (new.post.flags & ~kept) | (flags & kept);
	if (gone) { /* answers that name no message find their thread by it */
		new.post.subject_key = p->subject_key;
		new.post.from_name = STR("");
	}
	TRY(archive_post_rewrite(b, &new.post));
	if (gone)
		TRY(archive_author_unname(b, p));
	TRY(archive_post_mark(b, &new.post));
	TRY(write_files(b, p->id, &new.attachments));
	TRY(archive_touch(b, p->list, &version));
	return archive_thread_recount(b, p->thread, version);
}
