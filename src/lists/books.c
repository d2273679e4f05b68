#include "lists/books.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/rand.h"
#include "store/lists/audit.h"
#include "store/lists/revision.h"

#include <unistd.h>

static str mac_path(struct arena *a, const struct conf *conf)
{
	return arena_cat(a, conf_path(a, conf, conf->trust_keys), STR("/mac.key"));
}

err books_mac_from(str content, struct mac_key *mac)
{
	if (content.n != sizeof mac->bytes)
		return FAIL(ERR_SYNTAX,
			    "mac.key in the folder of [trust] keys must hold 32 octets; "
			    "restore it from a backup, "
			    "or links and return paths that are out will not be known");
	memcpy(mac->bytes, content.p, sizeof mac->bytes);
	return OK;
}

err books_make_mac(struct arena *a, const struct conf *conf)
{
	struct mac_key mac;
	const char *path = arena_z(a, mac_path(a, conf));
	if (!access(path, F_OK))
		return OK;
	rand_bytes(&mac, sizeof mac);
	return file_write(a, path, 0600,
			  (str){ (const char *)mac.bytes, sizeof mac.bytes });
}

static err open_books(struct arena *a, enum books_mode mode, struct books *books)
{
	str data = books->conf->site_data;
	enum book_mode m = mode == BOOKS_WRITE ? BOOK_WRITE : BOOK_READ;
	TRY(book_open(a, data, BOOK_LISTS, m, &books->lists));
	TRY(book_open(a, data, BOOK_OUTBOUND, m, &books->outbound));
	TRY(book_open(a, data, BOOK_ARCHIVE, m, &books->archive));
	if (mode == BOOKS_WRITE)
		TRY(book_open(a, data, BOOK_INBOUND, m, &books->inbound));
	return OK;
}

static err open_all(struct arena *a, enum books_mode mode, const struct mac_key *mac,
		    struct books *books)
{
	if (mac) {
		books->mac = *mac;
	} else {
		str content;
		TRY(file_read(a, arena_z(a, mac_path(a, books->conf)), 4096, &content));
		TRY(books_mac_from(content, &books->mac));
	}
	TRY(open_books(a, mode, books));
	TRY(revision_get(books->lists, &books->addresses_revision));
	return addressbook_load(books->lists, books->conf, &books->mac,
				&books->addresses);
}

err books_open(struct arena *a, const struct conf *conf, enum books_mode mode,
	       const struct mac_key *mac, struct books *books)
{
	struct books fresh = { .conf = conf };
	err e = open_all(a, mode, mac, &fresh);
	if (e.kind) {
		books_close(&fresh);
		return e.kind == ERR_NOTFOUND
			       ? err_in(a, e.kind,
					"%s; make a data folder with postern init", e.msg)
			       : e;
	}
	*books = fresh;
	return OK;
}

void books_close(struct books *books)
{
	addressbook_drop(books->addresses);
	book_close(books->lists);
	book_close(books->inbound);
	book_close(books->outbound);
	book_close(books->archive);
	*books = (struct books){ 0 };
}

err books_refresh(struct books *books)
{
	int64_t revision;
	struct addressbook *fresh;
	TRY(revision_get(books->lists, &revision));
	if (revision == books->addresses_revision)
		return OK;
	TRY(addressbook_load(books->lists, books->conf, &books->mac, &fresh));
	addressbook_drop(books->addresses);
	books->addresses = fresh;
	books->addresses_revision = revision;
	return OK;
}

err books_audit(struct books *books, const struct actor *who, int64_t list, str what,
		str detail)
{
	struct audit_row row = { .at = clock_now(),
				 .person = who->person,
				 .actor = who->name,
				 .list = list,
				 .what = what,
				 .detail = detail };
	return audit_add(books->lists, &row);
}

/* Another domain's list of the same name is named in full (DESIGN.md, Addresses). */
static str path_of(struct arena *a, const struct books *books, const struct list_entry *l,
		   str address)
{
	str name, domain;
	if (!str_cut_last(address, '@', &name, &domain))
		name = address;
	str own = arena_cat(a, name, STR("@"), domain_ascii(a, books->conf->site_domain));
	const struct list_entry *found = addressbook_list(books->addresses, own);
	bool is_own = str_eq(own, address) || !found || found == l;
	return arena_cat(a, STR("/lists/"), is_own ? name : address);
}

str list_url_path(struct arena *a, const struct books *books, const struct list_entry *l)
{
	return path_of(a, books, l, l->address);
}

str list_site(const struct books *books, const struct list_entry *l)
{
	return l->web_page_url.n ? l->web_page_url : books->conf->site_url;
}

str list_url(struct arena *a, const struct books *books, const struct list_entry *l)
{
	return arena_cat(a, list_site(books, l), list_url_path(a, books, l));
}

str list_token_url(struct arena *a, const struct books *books, const struct list_entry *l)
{
	return arena_cat(a, books->conf->site_url, list_url_path(a, books, l));
}

str list_first_url(struct arena *a, const struct books *books, const struct list_entry *l)
{
	return arena_cat(a, books->conf->site_url, path_of(a, books, l, l->origin));
}

str list_subaddress(struct arena *a, const struct list_entry *l, str suffix)
{
	return arena_cat(a, l->name, STR("-"), suffix, STR("@"), l->domain);
}
