/* store/lists/list.h: which lists there are. What a list is like stands in
 * setting.h. */
#pragma once

#include "store/store.h"

struct list_row {
	int64_t id, domain;
	str name;        /* local part, lower case */
	str domain_name; /* lower case */
	str address;     /* name@domain */
	int64_t created_at;
	str origin;  /* address that names its arrivals, whatever it is called now */
	str list_id; /* RFC 2919: "dev.lists.example" */
};

/* Creates name@domain and sets *id. ERR_NOTFOUND: not a domain of ours.
 * ERR_DENIED: there is such a list, the address is an alias, or
 * another list had it (former.h). ERR_SYNTAX: no @, nothing before it. */
MUST_USE err list_create(struct book *b, str address, int64_t now, int64_t *id);

/* Also by an address that it had. ERR_NOTFOUND: no such list. Addresses are compared
 * without ASCII case. */
MUST_USE err list_by_address(struct book *b, struct arena *a, str address,
			     struct list_row *l);
MUST_USE err list_get(struct book *b, struct arena *a, int64_t id, struct list_row *l);

/* In order of domain and name; domain 0: of all. */
MUST_USE err list_all(struct book *b, struct arena *a, int64_t domain,
		      struct list_row **l, size_t *count);

/* The list is name@domain from now on, and what it was stays an address of it. new_id:
 * its List-Id becomes that of the new name, too; else it stays. ERR_DENIED: the address
 * is a list's, an alias, or was another list's. ERR_NOTFOUND: no such list, or not a
 * domain of ours. ERR_SYNTAX: as list_create. */
MUST_USE err list_rename(struct book *b, struct arena *a, int64_t id, str address,
			 bool new_id, int64_t now);

/* An address that it had means it no more. A List-Id of that name goes with it, since
 * another list may have the name then. ERR_NOTFOUND: no list had it. */
MUST_USE err list_forget(struct book *b, struct arena *a, str address);

/* The list goes with its settings, members, roles, held posts, requests, tokens,
 * rules, bans and templates. The audit stays. ERR_NOTFOUND: no such list. */
MUST_USE err list_remove(struct book *b, int64_t id);
