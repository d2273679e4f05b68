/* store/archive/post.h: posts, one row each.
 *
 *     struct archive_post p;
 *     TRY(archive_post_by_number(b, a, list, 17, &p, &found));
 *
 * What is read lives in the caller's arena. */
#pragma once

#include "store/store.h"

enum archive_flag {
	ARCHIVE_REPLY = 1 << 0,   /* the subject starts with Re: or its kin */
	ARCHIVE_GUESSED = 1 << 1, /* its parent is a guess from the subject */
	ARCHIVE_PATCH = 1 << 2,   /* holds a diff */
	ARCHIVE_HTML = 1 << 3,    /* has an HTML part */
	ARCHIVE_NO_DATE = 1 << 4, /* date is when it arrived; its own could not be used */
	ARCHIVE_BIDI = 1 << 5,    /* the subject turns the writing direction */
	ARCHIVE_GONE =
		1 << 6, /* a tombstone: an owner took it out of sight, or purged it */
	ARCHIVE_CUT = 1 << 7, /* an owner took something out of it: no signature holds */
	ARCHIVE_PLACED = 1 << 8, /* an owner put it where it stands in its thread */
	/* what the message itself does not say */
	ARCHIVE_OWNERS = ARCHIVE_GONE | ARCHIVE_CUT | ARCHIVE_PLACED,
};

struct archive_post {
	int64_t id, list, number;
	str source;
	str message_id;              /* without < > */
	int64_t thread, parent;      /* ids; parent 0: none known */
	int64_t date;                /* seconds */
	int offset;                  /* minutes, the author's */
	int64_t received_at;         /* seconds */
	str from_name, from_address; /* "Anna Meyer", "anna@uni.example" */
	str subject;
	int64_t subject_key, digest;
	int64_t size, lead; /* octets */
	int64_t attachments;
	unsigned flags;
	str charset; /* assumed where the message declares none, as the index has its words */
};

struct archive_posts {
	struct archive_post *list;
	size_t count;
};

/* Adds p; its id is filled in. ERR_DENIED: the source or number is there already. */
MUST_USE err archive_post_add(struct book *b, struct archive_post *p);

/* The next number of the list, taken; the list's version moves with it. */
MUST_USE err archive_number_take(struct book *b, int64_t list, int64_t *number,
				 int64_t *version);

/* The number taken last and the version of the list's archive; both 0 where it
 * is empty. */
MUST_USE err archive_newest(struct book *b, int64_t list, int64_t *number,
			    int64_t *version);
MUST_USE err archive_touch(struct book *b, int64_t list,
			   int64_t *version); /* it changed */

MUST_USE err archive_post_by_source(struct book *b, str source, int64_t *number,
				    bool *found);
MUST_USE err archive_post_by_id(struct book *b, struct arena *a, int64_t id,
				struct archive_post *p, bool *found);
MUST_USE err archive_post_by_number(struct book *b, struct arena *a, int64_t list,
				    int64_t number, struct archive_post *p, bool *found);
/* On one list, the first that bore it; list 0: on every list, one row each post. */
MUST_USE err archive_posts_by_message_id(struct book *b, struct arena *a, int64_t list,
					 str message_id, struct archive_posts *out);
MUST_USE err archive_posts_of_thread(struct book *b, struct arena *a, int64_t thread,
				     struct archive_posts *out); /* in no order */

/* What the message says of author, subject and size, as p has it, and the charset it was read
 * in; p->id names the row. The thread stays. */
MUST_USE err archive_post_rewrite(struct book *b, const struct archive_post *p);

/* The flags and the subject's hash, which post_rewrite leaves as they are. */
MUST_USE err archive_post_mark(struct book *b, const struct archive_post *p);

/* Dates in [from, until), oldest first, from behind (after_date, after_id), both 0 to
 * begin; what came before since left out; at most limit. */
MUST_USE err archive_posts_between(struct book *b, struct arena *a, int64_t list,
				   int64_t from, int64_t until, int64_t since,
				   int64_t after_date, int64_t after_id, size_t limit,
				   struct archive_posts *out);

/* What of a thread came since then; first: by date. */
struct archive_thread_part {
	struct archive_post first;
	int64_t posts, authors;
};
MUST_USE err archive_thread_since(struct book *b, struct arena *a, int64_t thread,
				  int64_t since, struct archive_thread_part *part);
/* Numbers above `after`, in their order; at most limit. */
MUST_USE err archive_posts_after(struct book *b, struct arena *a, int64_t list,
				 int64_t after, size_t limit, struct archive_posts *out);
/* The same by id, of one list or (list 0) of all. */
MUST_USE err archive_posts_by_id_after(struct book *b, struct arena *a, int64_t list,
				       int64_t after, size_t limit,
				       struct archive_posts *out);
/* The newest of all lists with a smaller id, newest first. */
MUST_USE err archive_posts_by_id_before(struct book *b, struct arena *a, int64_t before,
					size_t limit, struct archive_posts *out);
/* At most `limit`, from the whole of the list at even steps of their numbers, newest first. */
MUST_USE err archive_posts_spread(struct book *b, struct arena *a, int64_t list,
				  size_t limit, struct archive_posts *out);
/* Numbers below `before`, newest first; before 0: from the newest on. */
MUST_USE err archive_posts_newest(struct book *b, struct arena *a, int64_t list,
				  int64_t before, size_t limit,
				  struct archive_posts *out);
/* The numbers beside this one; 0 where there is none. */
MUST_USE err archive_post_neighbours(struct book *b, int64_t list, int64_t number,
				     int64_t *before, int64_t *after);

/* Where a post stands: what threading needs of it. */
struct archive_place {
	int64_t id, thread, parent, date;
	unsigned flags;
};
MUST_USE err archive_post_place(struct book *b, const struct archive_place *x);
MUST_USE err archive_place_of(struct book *b, int64_t id, struct archive_place *place);
MUST_USE err archive_places_of_thread(struct book *b, struct arena *a, int64_t thread,
				      struct archive_place **places, size_t *count);
/* The first post of the list that bore the id. Posts not yet placed (thread 0, while
 * threads are built anew) are not seen here and below. */
MUST_USE err archive_post_placed_by_id(struct book *b, int64_t list, str message_id,
				       struct archive_place *place, bool *found);
/* The post that a "Re:" without references most likely answers: the latest before p
 * that is no reply itself, else the earliest of the replies; not older than since. */
MUST_USE err archive_post_same_subject(struct book *b, const struct archive_post *p,
				       int64_t since, struct archive_place *place,
				       bool *found);
/* Replies with p's subject, dated from p to until, whose parent is unknown or a guess. */
MUST_USE err archive_posts_guessing(struct book *b, struct arena *a,
				    const struct archive_post *p, int64_t until,
				    struct archive_posts *out);
MUST_USE err archive_post_author_in_thread(struct book *b, int64_t thread, str address,
					   bool *found);

/* For the other tables that select posts: reads what ARCHIVE_POST names, of "post p". */
void archive_post_read(struct rows *r, struct arena *a, void *row);
#define ARCHIVE_POST                                                           \
	"p.id, p.list, p.number, p.source, p.message_id, p.thread, p.parent, " \
	"p.date, p.\"offset\", p.received_at, p.from_name, p.from_address, "   \
	"p.subject, p.subject_key, p.digest, p.size, p.lead, p.attachments, "  \
	"p.flags, p.charset"

struct archive_month {
	int year, month; /* 2026, 1 to 12 */
	int64_t posts;
};
MUST_USE err archive_month_count(struct book *b, int64_t list, int64_t date, int by);
MUST_USE err archive_months(struct book *b, struct arena *a, int64_t list,
			    struct archive_month **months,
			    size_t *count); /* newest first */
