/* lists/import/mailman3.h: a whole Mailman 3 into our books: its core's database (SQLite),
 * the folders of messages and templates beside it, and the mbox files that HyperKitty
 * exports; or, in the place of the database, its REST API (mailman3_rest.h). Each list is
 * one transaction of the lists book, then its archive. It may be run again. Passwords are
 * never read.
 *
 *     struct mailman3_place from = { .database = "/var/lib/mailman3/data/mailman.db",
 *             .archives = "/root/export" };
 *     TRY(mailman3_import(books, a, &from, &by, &report));
 */
#pragma once

#include "lists/books.h"
#include "lists/import/report.h"

struct rest_service;

struct mailman3_place {
	const char *database;               /* NULL: */
	const struct rest_service *service; /* its REST API answers instead */
	const char *const *only; /* these lists alone, by address or list_id, and no bans
				  * of the whole site */
	size_t only_count;       /* 0: all lists */
	const char *var;      /* var_dir of its configuration; NULL: the folder above the
			       * database's own; by REST none */
	const char *archives; /* LIST@DOMAIN.mbox, a list each; NULL: none */
};

/* As mailman2_import. ERR_NOTFOUND: it has none of `only`. */
MUST_USE err mailman3_import(struct books *books, struct arena *a,
			     const struct mailman3_place *from, const struct actor *by,
			     struct import_report *r);
