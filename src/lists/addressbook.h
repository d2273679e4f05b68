/* lists/addressbook.h: what every address of our domains means, in memory.
 * smtpd answers RCPT from it without a query; post sorts arrivals by it. A
 * snapshot never changes; a new one replaces it when the lists book did.
 *
 *     struct addressbook *book;
 *     TRY(addressbook_load(lists, conf, &mac, &book));
 *     struct meaning m = addressbook_find(book, a, &address);
 *     if (m.what == MEANS_POST) ... m.list->name
 *     addressbook_drop(book);
 */
#pragma once

#include "base/conf.h"
#include "base/err.h"
#include "base/mac.h"
#include "mail/address.h"
#include "store/store.h"

/* SUBADDRESS(what, suffix, behind): LIST, suffix, and what may stand behind it. DESIGN.md
 * "Addresses"; list names never end in one. OLD_SUBADDRESS: of another list manager, as it
 * stands in mail of before a move, in which a list's name may end: the list comes first.
 * What comes back to Mailman 2's -admin is a bounce, and what people write there goes to
 * the owners; "+" is mlmmj's, -editor Sympa's, and an address behind -subscribe- ezmlm's:
 * who is to be a member. */
#define SUBADDRESSES                                                \
	SUBADDRESS(MEANS_REQUEST, "-request", BEHIND_EXTRA)         \
	SUBADDRESS(MEANS_JOIN, "-join", BEHIND_EXTRA)               \
	SUBADDRESS(MEANS_JOIN, "-subscribe", BEHIND_EXTRA)          \
	SUBADDRESS(MEANS_LEAVE, "-leave", BEHIND_EXTRA)             \
	SUBADDRESS(MEANS_LEAVE, "-unsubscribe", BEHIND_EXTRA)       \
	SUBADDRESS(MEANS_OWNER, "-owner", BEHIND_EXTRA)             \
	SUBADDRESS(MEANS_CONFIRM, "-confirm", BEHIND_TOKEN)         \
	SUBADDRESS(MEANS_BOUNCE, "-bounces", BEHIND_TOKEN)          \
	OLD_SUBADDRESS(MEANS_BOUNCE, "-admin", BEHIND_NOTHING)      \
	OLD_SUBADDRESS(MEANS_JOIN, "+subscribe", BEHIND_NOTHING)    \
	OLD_SUBADDRESS(MEANS_LEAVE, "+unsubscribe", BEHIND_NOTHING) \
	OLD_SUBADDRESS(MEANS_OWNER, "+owner", BEHIND_NOTHING)       \
	OLD_SUBADDRESS(MEANS_REQUEST, "+help", BEHIND_NOTHING)      \
	OLD_SUBADDRESS(MEANS_REQUEST, "-help", BEHIND_NOTHING)      \
	OLD_SUBADDRESS(MEANS_OWNER, "-editor", BEHIND_NOTHING)      \
	OLD_SUBADDRESS(MEANS_BOUNCE, "+bounces-", BEHIND_ANY)       \
	OLD_SUBADDRESS(MEANS_BOUNCE, "-return-", BEHIND_ANY)        \
	OLD_SUBADDRESS(MEANS_JOIN, "-subscribe-", BEHIND_ADDRESS)   \
	OLD_SUBADDRESS(MEANS_LEAVE, "-unsubscribe-", BEHIND_ADDRESS)

enum subaddress_behind {
	BEHIND_NOTHING,
	BEHIND_EXTRA,  /* "+digest", which Mailman 3 lets pass: ignored */
	BEHIND_TOKEN,  /* "+" and a token */
	BEHIND_ANY,    /* what another's program made of it: ignored */
	BEHIND_ADDRESS /* "anna=uni.example" */
};

enum meaning_kind {
	MEANS_FOREIGN, /* not one of our domains */
	MEANS_NOBODY,  /* our domain, no such address */
	MEANS_POST,    /* LIST@ */
	MEANS_REQUEST,
	MEANS_JOIN,
	MEANS_LEAVE,
	MEANS_OWNER,
	MEANS_CONFIRM,
	MEANS_BOUNCE,   /* a return path; member is whom it is about */
	MEANS_BAD_PATH, /* a return path whose tag is wrong */
	MEANS_ALIAS,    /* forwarded to persons */
	MEANS_ADMIN,    /* postmaster@, abuse@, listmaster@: the site's administrator */
	MEANS_SRS,      /* a forwarded mail's return path, on its way back */
	MEANS_KINDS
};

struct list_entry {
	int64_t id;
	str name, domain;     /* "dev", "lists.example" */
	str address;          /* "dev@lists.example" */
	int64_t max_size;     /* octets; 0: as the server */
	bool answers_owner;   /* mail to its owners is answered (lists/autorespond.h) */
	bool publishes_owner; /* and goes to its members (owner_pipeline) */
	str web_page_url;     /* what links to its pages begin with; or empty */
	str origin;           /* names its arrivals, whatever it is called (sort.c) */
	str list_id;          /* RFC 2919: "dev.lists.example" */
	str *former;          /* addresses that it had and that go on meaning it */
	size_t former_count;
	str alias_domain; /* its name is the list's there, too; or empty */
};

/* Whether the address is the list's, by its domain or the domain's alias, or was. */
bool list_is_called(const struct list_entry *l, str address);

struct alias_entry {
	int64_t id;
	str address;
	str *targets;
	size_t count;
};

struct meaning {
	enum meaning_kind what;
	const struct list_entry *list;
	const struct alias_entry *alias;
	str token; /* MEANS_CONFIRM; MEANS_JOIN, MEANS_LEAVE: the address behind it */
	int64_t member; /* MEANS_BOUNCE; 0 for the bare -bounces address */
	bool probe;     /* MEANS_BOUNCE: of a probe, not of a copy */
};

struct addressbook;

/* Reads the lists book. mac: checks return paths. The snapshot owns its
 * memory; texts of a meaning live as long as it does. */
MUST_USE err addressbook_load(struct book *lists, const struct conf *conf,
			      const struct mac_key *mac, struct addressbook **out);

struct addressbook *addressbook_keep(struct addressbook *b); /* one more user */
void addressbook_drop(struct addressbook *b);                /* the last one frees it */

struct meaning addressbook_find(const struct addressbook *b, struct arena *a,
				const struct address *x);
bool addressbook_is_ours(const struct addressbook *b, str domain);
/* By its address, by that at its domain's alias, else by one that it had. */
const struct list_entry *addressbook_list(const struct addressbook *b, str address);
const struct list_entry *addressbook_list_by_id(const struct addressbook *b, int64_t id);

/* By its List-Id, or by that of a name which it has or had; NULL: none. */
const struct list_entry *addressbook_list_by_list_id(const struct addressbook *b, str id);

/* All lists, in order of their address. */
void addressbook_lists(const struct addressbook *b, struct arena *a,
		       const struct list_entry ***out, size_t *count);

/* Whether a word may be a list's name: 1 to 32 of a-z 0-9 . _ -, beginning with
 * a letter or digit, not ending in a sub-address's suffix, and no role address.
 * ERR_SYNTAX: says which rule it breaks. */
MUST_USE err list_name_check(struct arena *a, str name);
