/* store/lists/person.h: somebody, with one or more addresses. */
#pragma once

#include "store/store.h"

struct person_row {
	int64_t id;
	str name;
	str language; /* "" as the list says */
	str password; /* argon2id string, or "" */
	str scram_salt;
	bool admin;          /* of the whole site */
	bool may_send;       /* mail to other sites */
	int64_t send_budget; /* recipients a day */
	int64_t created_at;
	int64_t preferred; /* the address that stands for them; 0: nobody chose one */
	str timezone;      /* IANA's name of it; "" as the site says */
};

enum { PERSON_BUDGET = 500, PERSON_SALT = 16 };

/* A person without rights, with a random SCRAM salt and the usual budget. */
MUST_USE err person_add(struct book *b, str name, int64_t now, int64_t *id);

/* ERR_NOTFOUND: nobody. */
MUST_USE err person_get(struct book *b, struct arena *a, int64_t id,
			struct person_row *p);

/* Whose address this is, by address_key(), verified or not (address.h tells). */
MUST_USE err person_by_key(struct book *b, struct arena *a, str key,
			   struct person_row *p);

/* Writes name, language, timezone, password and rights as *p has them; id names the row. */
MUST_USE err person_change(struct book *b, const struct person_row *p);

/* Their address of that id stands for them from now on; 0: the first one does. */
MUST_USE err person_prefer(struct book *b, int64_t id, int64_t address);

/* With addresses, memberships, roles, sessions and tokens. */
MUST_USE err person_remove(struct book *b, int64_t id);

/* In order of id, some of them. search: part of the name or of an address, "" all. */
MUST_USE err person_list(struct book *b, struct arena *a, str search, size_t skip,
			 size_t limit, struct person_row **p, size_t *count);
MUST_USE err person_count(struct book *b, str search, int64_t *count);

/* A page out of everybody, in the order in which they came, from an index however far on. */
struct person_want {
	str search;     /* part of the name or of an address; "" all */
	int64_t after;  /* those behind this id; 0: from the first */
	int64_t before; /* the last ones before it, where there is no after */
};
struct person_some {
	struct person_row *rows;
	size_t count;
	bool earlier, later; /* there are others on that side */
};
MUST_USE err person_page(struct book *b, struct arena *a, const struct person_want *want,
			 size_t limit, struct person_some *some);
MUST_USE err person_newest(struct book *b, int64_t *id); /* 0: there is nobody */
MUST_USE err person_admins(struct book *b, struct arena *a, struct person_row **p,
			   size_t *count);
