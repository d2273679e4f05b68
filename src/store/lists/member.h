/* store/lists/member.h: who is on which list, and how. Of what a member may choose each row
 * holds what is in effect; whether that is the membership's own choice or comes from its
 * address or its person says own (store/lists/preference.h). */
#pragma once

#include "store/lists/preference.h"

struct member_row {
	int64_t id; /* in return paths */
	int64_t list, address, person;
	str key, text; /* the address */
	str name;      /* the person's, or own_name */
	int64_t verified_at;
	int64_t joined_at; /* seconds */
	str delivery;      /* regular, mime, plain, summary, off */
	str off_by;        /* user, moderator, bounces, or "" */
	str action;        /* accept, defer (the rules about a post decide), hold, reject,
			    * discard; "" as the list says */
	bool own_posts;    /* gets copies of them */
	bool copies;       /* false: none when already in To or Cc */
	bool acknowledge;  /* of a post */
	bool hidden;       /* not in the roster members see */
	str topics; /* "\nrelease\nhardware\n": those that are wanted; "" everything */
	bool other_topics; /* with topics: posts that fit none, too */
	double bounce_score;
	int64_t bounce_at; /* seconds, of the last one counted */
	str bounce_text;
	double bounce_today; /* counted on the day of bounce_at */
	int64_t doubt_at;    /* seconds: first of the refusals that may mean anything */
	int64_t probe_at;    /* seconds: a probe is out since; 0: none is */
	int64_t off_at;   /* seconds: when bounces turned delivery off; 0: they did not */
	int64_t warnings; /* sent since */
	int64_t warned_at; /* seconds */
	int64_t last_day;  /* seconds at 0:00 UTC; 0: the membership has no end */
	str off_why;       /* in words, where delivery is off; or empty */
	unsigned own;      /* PREFERS_…: the membership's own choices */
	unsigned pinned;   /* for member_change: these, though they be as usual */
	str form; /* regular, mime, plain, summary: how posts come, or would if not off */
	str language;     /* of mails about the list, its own; or "" */
	bool follows;     /* the address is the one that the person prefers */
	int64_t moved_at; /* seconds: under this address since; 0: always was */
	str own_name;     /* on this list; "" as the person is called */
};

struct member_choice { /* of who has chosen topics */
	int64_t id;
	str topics;
	bool other_topics;
};

struct member_copy { /* what a fan-out needs of one */
	int64_t id;
	str key, text;
	bool own_posts, copies;
};

/* Whether posts come in digests: as MIME, as plain text or as a summary. */
bool member_reads_digests(str delivery);

/* Adds with the options that its person and address prefer, and sets *id. ERR_DENIED: is one
 * already. */
MUST_USE err member_add(struct book *b, int64_t list, int64_t address, int64_t now,
			int64_t *id);

/* ERR_NOTFOUND: not a member. */
MUST_USE err member_get(struct book *b, struct arena *a, int64_t id,
			struct member_row *m);
MUST_USE err member_find(struct book *b, struct arena *a, int64_t list, str key,
			 struct member_row *m);

/* The person's membership under any of the person's addresses: the regular one
 * first, then the oldest. ERR_NOTFOUND: none. */
MUST_USE err member_of_person(struct book *b, struct arena *a, int64_t list,
			      int64_t person, struct member_row *m);

/* All of them, in that order: who writes from one address and reads at another has two. */
MUST_USE err member_all_of_person(struct book *b, struct arena *a, int64_t list,
				  int64_t person, struct member_row **m, size_t *count);

/* Since when the person is a member, under an address that is shown to be theirs.
 * ERR_NOTFOUND: is none. */
MUST_USE err member_since(struct book *b, int64_t list, int64_t person, int64_t *at);

/* Writes the address's id, all from delivery to other_topics, last_day, off_why, own_name, form,
 * language and follows, as *m has them. What a membership may inherit is its own from now on where it
 * differs from what holds above it, or is pinned; where its bit of own was taken away it is as
 * above again, whatever *m says. delivery comes before form. Where delivery goes on again all
 * bounces of before are forgotten. Where it turns to digests or from them, each post before
 * comes as it would have, each later one in the new way. */
MUST_USE err member_change(struct book *b, const struct member_row *m);

/* Writes delivery, off_by and all from bounce_score to warned_at, as *m has them. */
MUST_USE err member_bounced(struct book *b, const struct member_row *m);
MUST_USE err member_remove(struct book *b, int64_t id);

/* The membership goes on at another address, with what it chose and what it is owed; what
 * came back from the address before counts no more. ERR_DENIED: that one is a member. */
MUST_USE err member_move(struct book *b, int64_t id, int64_t address, int64_t now);

/* One membership becomes part of another on the same list, which keeps its own options. What
 * the one is owed of digests goes to the other, and so do links and reports that name it. */
MUST_USE err member_merge(struct book *b, int64_t id, int64_t into);

/* Of which membership that one has become part. ERR_NOTFOUND: of none. */
MUST_USE err member_merged(struct book *b, int64_t id, int64_t *into);

struct member_followed {
	int64_t list;
	str from, to; /* keys */
	bool merged;  /* the person was a member under that address, too */
};

/* Memberships that are the person's go to the proven address that they prefer; where they
 * prefer none, those under `but` go to their oldest that is proven. Those under an address
 * that is not proven at that moment stay there. but: an address that counts no more, 0: none. */
MUST_USE err member_follow(struct book *b, struct arena *a, int64_t person, int64_t but,
			   int64_t now, struct member_followed **f, size_t *count);

/* The fan-out's cursor: members in order of id after that one who get the post as it
 * comes; limit 1,000 at a time. post: its id among those for digests (store/lists/
 * digest.h): who reads digests since it was collected gets it as it comes, who read them
 * until then does not. 0: no digest will have it, so everybody gets it. */
MUST_USE err member_after(struct book *b, struct arena *a, int64_t list, int64_t post,
			  int64_t after, size_t limit, struct member_copy **m,
			  size_t *count);

/* Names and languages of the list's members with ids from first to last, in that order. */
struct member_reader {
	int64_t id;
	str name, language;
};
MUST_USE err member_readers(struct book *b, struct arena *a, int64_t list, int64_t first,
			    int64_t last, struct member_reader **r, size_t *count);

/* Who on the list has chosen topics, in order of id: those with ids above after, up to
 * upto. */
MUST_USE err member_choices(struct book *b, struct arena *a, int64_t list, int64_t after,
			    int64_t upto, struct member_choice **c, size_t *count);

/* Those of the list with ids above after, up to upto, whose address is a regular member of
 * another list, too; once: only who wants no second copy and gets all that comes there. */
MUST_USE err member_also_on(struct book *b, struct arena *a, int64_t list, int64_t other,
			    bool once, int64_t after, int64_t upto, int64_t **ids,
			    size_t *count);

/* In order of id, all of them; for a snapshot or an export. */
MUST_USE err member_list(struct book *b, struct arena *a, int64_t list, int64_t after,
			 size_t limit, struct member_row **m, size_t *count);

/* On every list. */
MUST_USE err member_by_key(struct book *b, struct arena *a, str key,
			   struct member_row **m, size_t *count);
MUST_USE err member_by_person(struct book *b, struct arena *a, int64_t person,
			      struct member_row **m, size_t *count);

/* Those of every list of whom something came back that is not settled: a score, a doubt, a
 * probe under way, delivery off by bounces. In order of id after that id. */
MUST_USE err member_unsettled(struct book *b, struct arena *a, int64_t after,
			      size_t limit, struct member_row **m, size_t *count);

/* The other members of a list at that domain: whether there are none, and whether each of
 * them is in doubt, asked by a probe or off by bounces. */
MUST_USE err member_doubted_domain(struct book *b, int64_t list, int64_t but, str domain,
				   bool *alone, bool *all);

/* Those of every list whose last day is over, in order of id after that id. */
MUST_USE err member_ended(struct book *b, struct arena *a, int64_t now, int64_t after,
			  size_t limit, struct member_row **m, size_t *count);

/* Those of one list, worst first. */
MUST_USE err member_bouncing(struct book *b, struct arena *a, int64_t list,
			     struct member_row **m, size_t *count);
