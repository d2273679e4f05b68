#include "lists/office.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/rand.h"
#include "store/lists/audit.h"
#include "store/lists/revision.h"

#include <unistd.h>

static str mac_path(struct arena *a, const struct conf *conf)
{
	return conf_path(a, conf, STR("keys/mac.key"));
}

err office_mac_from(str content, struct mac_key *mac)
{
	if (content.n != sizeof mac->bytes)
		return FAIL(ERR_SYNTAX,
			    "keys/mac.key must hold 32 octets; restore it from a backup, "
			    "or links and return paths that are out will not be known");
	memcpy(mac->bytes, content.p, sizeof mac->bytes);
	return OK;
}

err office_make_mac(struct arena *a, const struct conf *conf)
{
	struct mac_key mac;
	const char *path = arena_z(a, mac_path(a, conf));
	if (!access(path, F_OK))
		return OK;
	rand_bytes(&mac, sizeof mac);
	return file_write(a, path, 0600,
			  (str){ (const char *)mac.bytes, sizeof mac.bytes });
}

static err open_books(struct arena *a, enum office_mode mode, struct office *o)
{
	str data = o->conf->site_data;
	enum book_mode m = mode == OFFICE_WRITE ? BOOK_WRITE : BOOK_READ;
	TRY(book_open(a, data, BOOK_LISTS, m, &o->lists));
	TRY(book_open(a, data, BOOK_OUTBOUND, m, &o->outbound));
	TRY(book_open(a, data, BOOK_ARCHIVE, m, &o->archive));
	if (mode == OFFICE_WRITE)
		TRY(book_open(a, data, BOOK_INBOUND, m, &o->inbound));
	return OK;
}

static err open_all(struct arena *a, enum office_mode mode, const struct mac_key *mac,
		    struct office *o)
{
	if (mac) {
		o->mac = *mac;
	} else {
		str content;
		TRY(file_read(a, arena_z(a, mac_path(a, o->conf)), 4096, &content));
		TRY(office_mac_from(content, &o->mac));
	}
	TRY(open_books(a, mode, o));
	TRY(revision_get(o->lists, &o->addresses_revision));
	return addressbook_load(o->lists, o->conf, &o->mac, &o->addresses);
}

err office_open(struct arena *a, const struct conf *conf, enum office_mode mode,
		const struct mac_key *mac, struct office *o)
{
	struct office fresh = { .conf = conf };
	err e = open_all(a, mode, mac, &fresh);
	if (e.kind) {
		office_close(&fresh);
		return e.kind == ERR_NOTFOUND
			       ? err_in(a, e.kind,
					"%s; make a data folder with postern init", e.msg)
			       : e;
	}
	*o = fresh;
	return OK;
}

void office_close(struct office *o)
{
	addressbook_drop(o->addresses);
	book_close(o->lists);
	book_close(o->inbound);
	book_close(o->outbound);
	book_close(o->archive);
	*o = (struct office){ 0 };
}

err office_refresh(struct office *o)
{
	int64_t revision;
	struct addressbook *fresh;
	TRY(revision_get(o->lists, &revision));
	if (revision == o->addresses_revision)
		return OK;
	TRY(addressbook_load(o->lists, o->conf, &o->mac, &fresh));
	addressbook_drop(o->addresses);
	o->addresses = fresh;
	o->addresses_revision = revision;
	return OK;
}

err office_audit(struct office *o, const struct actor *who, int64_t list, str what,
		 str detail)
{
	struct audit_row row = { .at = clock_now(),
				 .person = who->person,
				 .actor = who->name,
				 .list = list,
				 .what = what,
				 .detail = detail };
	return audit_add(o->lists, &row);
}

str list_url(struct arena *a, const struct office *o, const struct list_entry *l)
{
	/* Another domain's list of the same name is named in full (DESIGN.md, Addresses). */
	str own = arena_cat(a, l->name, STR("@"), domain_ascii(a, o->conf->site_domain));
	bool is_own = str_eq(own, l->address) || !addressbook_list(o->addresses, own);
	return arena_cat(a, o->conf->site_url, STR("/lists/"),
			 is_own ? l->name : l->address);
}

str list_subaddress(struct arena *a, const struct list_entry *l, str suffix)
{
	return arena_cat(a, l->name, STR("-"), suffix, STR("@"), l->domain);
}
