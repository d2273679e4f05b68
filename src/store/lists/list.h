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
};

/* Creates name@domain and sets *id. ERR_NOTFOUND: not a domain of ours.
 * ERR_DENIED: there is such a list. ERR_SYNTAX: no @, nothing before it. */
MUST_USE err list_create(struct book *b, str address, int64_t now, int64_t *id);

/* ERR_NOTFOUND: no such list. Addresses are compared without ASCII case. */
MUST_USE err list_by_address(struct book *b, struct arena *a, str address,
			     struct list_row *l);
MUST_USE err list_get(struct book *b, struct arena *a, int64_t id, struct list_row *l);

/* In order of domain and name; domain 0: of all. */
MUST_USE err list_all(struct book *b, struct arena *a, int64_t domain,
		      struct list_row **l, size_t *count);

/* The local part changes. ERR_DENIED: that name is taken. ERR_NOTFOUND: no such list. */
MUST_USE err list_rename(struct book *b, int64_t id, str name);

/* The list goes with its settings, members, roles, held posts, requests, tokens,
 * rules, bans and templates. The audit stays. ERR_NOTFOUND: no such list. */
MUST_USE err list_remove(struct book *b, int64_t id);
