/* lists/export.h: a list as plain files, for whoever goes elsewhere, and for `postern import
 * postern` (lists/import/own.h), which makes the same list of them:
 *
 *     DIR/settings.txt   KEY = VALUE; further lines of a value begin with a tab
 *     DIR/members.csv    address, name, language, options
 *     DIR/coming.csv     who is to be a member: address, name, first day, last day
 *     DIR/nonmembers.csv address, action
 *     DIR/roles.csv      role, address
 *     DIR/bans.csv       pattern, reason
 *     DIR/rules.csv      header, pattern, action
 *     DIR/templates/NAME.txt, or NAME.LANGUAGE.txt
 *     DIR/archive.mbox   mboxrd
 *
 * Settings that have their usual value stand there as comments. Passwords, tokens, scores of
 * bounces, posts that wait and what was written in the audit stay here. */
#pragma once

#include "lists/books.h"

/* The words of members.csv, in its order. */
#define EXPORT_MEMBERS                                                               \
	"address,name,language,delivery,off_by,action,own_posts,copies,acknowledge," \
	"hidden,joined,why,topics,other_topics,until,own_language,form,follows,chosen"
enum { EXPORT_MEMBER_FIELDS = 19 };

struct export_counts {
	int64_t members, waiting;
};

/* folder is made; files of these names in it are replaced. ERR_IO. */
MUST_USE err list_export(struct books *books, struct arena *a,
			 const struct list_entry *list, const char *folder,
			 struct export_counts *counts);
