/* lists/books.h: what every act on a list needs at hand: the books, the keys,
 * the configuration. The role post has one with everything open for writing; a
 * command opens one for its own time; web has one that only reads.
 *
 *     struct books books;
 *     TRY(books_open(a, conf, BOOKS_WRITE, NULL, &books));
 *     TRY(member_admit(&books, a, list, &who, ...));
 *     books_close(&books);
 */
#pragma once

#include "base/conf.h"
#include "lists/addressbook.h"
#include "lists/settings.h"

enum books_mode { BOOKS_READ, BOOKS_WRITE };

struct books {
	const struct conf *conf;
	struct book *lists, *inbound, *outbound, *archive;
	struct mac_key mac;            /* tags of return paths and links */
	struct addressbook *addresses; /* as of addresses_revision of the lists book */
	int64_t addresses_revision;
	void (*copies_made)(void *ctx); /* many, and more will come; NULL: nobody waits */
	void *ctx;
};

/* Opens the books (inbound for WRITE only) and reads the addresses. mac: the key
 * that the role was handed; NULL: it is read from [trust] keys.
 * ERR_NOTFOUND: no data folder there; the text says how to make one. */
MUST_USE err books_open(struct arena *a, const struct conf *conf, enum books_mode mode,
			const struct mac_key *mac, struct books *books);
void books_close(struct books *books);

/* Reads the address book again if the lists book changed since. Whatever was found
 * in the old one is gone: called between two pieces of work, never inside one. */
MUST_USE err books_refresh(struct books *books);

/* mac.key in the folder of [trust] keys, made once at init; 32 random octets. */
MUST_USE err books_make_mac(struct arena *a, const struct conf *conf);
MUST_USE err books_mac_from(str content, struct mac_key *mac);

/* Who acts, for the audit and for rights: a person on the web or by mail, or
 * the program itself. */
struct actor {
	int64_t person; /* 0: none */
	str name;       /* an address, or "command", "expiry", "link" */
	str via;        /* page, link, mail, command, API; "": the program by itself */
};

/* Writes an audit row; inside the caller's transaction where one is open. */
MUST_USE err books_audit(struct books *books, const struct actor *who, int64_t list,
			 str what, str detail);

/* URLs and addresses of a list. */
str list_url_path(struct arena *a, const struct books *books,
		  const struct list_entry *l); /* /lists/dev */
/* What its links begin with: web_page_url, or [site] url. Nothing that only one person
 * may have, a token, goes behind it: the list's owners have chosen whose name it is. */
str list_site(const struct books *books, const struct list_entry *l);
str list_url(struct arena *a, const struct books *books,
	     const struct list_entry *l); /* …/lists/dev */
/* The same at [site] url, for a link with a token. */
str list_token_url(struct arena *a, const struct books *books,
		   const struct list_entry *l);
/* The one it had at first: for what names it to programs for good, as in feeds. */
str list_first_url(struct arena *a, const struct books *books,
		   const struct list_entry *l);
str list_subaddress(struct arena *a, const struct list_entry *l,
		    str suffix); /* dev-owner@… */
