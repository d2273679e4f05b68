/* lists/import/report.h: what an import did with each thing it found, for people and
 * as JSON. All texts are copied.
 *
 *     struct import_report r = { .a = a };
 *     struct import_report_list *l = import_report_list(&r, STR("dev@lists.example"));
 *     import_report_attribute(l, REPORT_KEPT, "info", STR("info = …"), STR(""));
 *     import_report_count(l, "members", 120, 120);
 */
#pragma once

#include "base/buf.h"

enum import_report_class {
	REPORT_KEPT,
	REPORT_CHANGED,
	REPORT_IMPOSSIBLE,
	REPORT_CLASSES
};

struct import_report_attribute {
	enum import_report_class class;
	str name, here, why;
};

/* A list that a setting names and that was not there when it was written. */
struct import_report_named {
	const char *setting;
	str line, address;
};

struct import_report_count {
	const char *what;
	int64_t there, here;
};

/* What a list has here and had not there: setting = value, until it is set to `off`. */
struct import_report_new {
	str setting, value, off, words;
};

struct import_report_list {
	struct arena *a;
	str address, failed; /* failed: why nothing of it was taken; or empty */
	struct import_report_attribute *attributes;
	size_t attribute_count, attribute_room;
	struct import_report_new *news;
	size_t new_count, new_room;
	struct import_report_named *named;
	size_t named_count, named_room;
	struct import_report_count counts[16];
	size_t count_count;
	str *notes;
	size_t note_count, note_room;
	size_t written; /* changes in our books */
	bool is_new;
};

struct import_report {
	struct arena *a;
	bool dry;       /* nothing was written */
	int64_t newest; /* person before it; ids of others are greater */
	struct import_report_list **lists;
	size_t count, room;
};

struct import_report_list *import_report_list(struct import_report *r, str address);
void import_report_attribute(struct import_report_list *l, enum import_report_class class,
			     str name, str here, str why);
void import_report_new(struct import_report_list *l, const struct import_report_new *n);
void import_report_named(struct import_report_list *l,
			 const struct import_report_named *n);
void import_report_count(struct import_report_list *l, const char *what, int64_t there,
			 int64_t here);
void import_report_note(struct import_report_list *l, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

const char *import_report_class_word(enum import_report_class class); /* "changed" */
size_t import_report_of_class(const struct import_report_list *l,
			      enum import_report_class class);

str import_report_line(struct arena *a, const struct import_report *r,
		       const struct import_report_list *l); /* a list in a few words */
str import_report_text(struct arena *a, const struct import_report *r);
str import_report_json(struct arena *a, const struct import_report *r);
