/* lists/office.h: what every act on a list needs at hand: the books, the keys,
 * the configuration. The role post has one with everything open for writing; a
 * command opens one for its own time; web has one that only reads.
 *
 *     struct office o;
 *     TRY(office_open(a, conf, OFFICE_WRITE, &o));
 *     TRY(member_join(&o, a, list, address, ...));
 *     office_close(&o);
 */
#pragma once

#include "base/conf.h"
#include "lists/addressbook.h"
#include "lists/settings.h"

enum office_mode { OFFICE_READ, OFFICE_WRITE };

struct office {
	const struct conf *conf;
	struct book       *lists, *inbound, *outbound, *archive;
	struct mac_key     path_key;  /* return paths and SRS */
	struct mac_key     link_key;  /* personal leave links */
	struct addressbook *addresses;
	int64_t            addresses_version; /* of the lists book it was read from */
};

/* Opens the books and reads the keys. inbound is opened for WRITE only.
 * ERR_NOTFOUND: no data folder there; the text says how to make one. */
MUST_USE err office_open(struct arena *a, const struct conf *conf, enum office_mode mode,
                         struct office *o);
void         office_close(struct office *o);

/* Reads the address book again if the lists book changed since. */
MUST_USE err office_refresh(struct office *o);

/* The keys of DATA/keys: made once, at init. */
MUST_USE err office_make_keys(struct arena *a, const struct conf *conf);
MUST_USE err office_key(struct arena *a, const struct conf *conf, const char *name,
                        struct mac_key *key);

/* Who acts, for the audit and for rights: a person on the web or by mail, or
 * the program itself. */
struct actor {
	int64_t person;  /* 0: none */
	str     name;    /* an address, or "command", "expiry", "link" */
};

/* Writes an audit row; inside the caller's transaction where one is open. */
MUST_USE err office_audit(struct office *o, const struct actor *who, int64_t list, str what,
                          str detail);

/* URLs and addresses of a list. */
str list_url(struct arena *a, const struct office *o, const struct list_entry *l); /* …/lists/dev */
str list_subaddress(struct arena *a, const struct list_entry *l, str suffix);      /* dev-owner@… */
