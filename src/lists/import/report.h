/* lists/import/report.h: what an import did with each thing it found, for people and
 * as JSON. All texts are copied.
 *
 *     struct report r = { .a = a };
 *     struct report_list *l = report_list(&r, STR("dev@lists.example"));
 *     report_attribute(l, REPORT_KEPT, "info", STR("info = …"), STR(""));
 *     report_count(l, "members", 120, 120);
 */
#pragma once

#include "base/buf.h"

enum report_class {
	REPORT_KEPT,
	REPORT_CHANGED,
	REPORT_NO_PLACE,
	REPORT_IMPOSSIBLE,
	REPORT_CLASSES
};

struct report_attribute {
	enum report_class class;
	str name, here, why;
};

struct report_count {
	const char *what;
	int64_t there, here;
};

struct report_list {
	struct arena *a;
	str address, failed; /* failed: why nothing of it was taken; or empty */
	struct report_attribute *attributes;
	size_t attribute_count, attribute_room;
	struct report_count counts[16];
	size_t count_count;
	str *notes;
	size_t note_count, note_room;
	size_t written; /* changes in our books */
	bool is_new;
};

struct report {
	struct arena *a;
	bool dry; /* nothing was written */
	struct report_list **lists;
	size_t count, room;
};

struct report_list *report_list(struct report *r, str address);
void report_attribute(struct report_list *l, enum report_class class, str name, str here,
		      str why);
void report_count(struct report_list *l, const char *what, int64_t there, int64_t here);
void report_note(struct report_list *l, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

const char *report_class_word(enum report_class class); /* "no place yet" */
size_t report_of_class(const struct report_list *l, enum report_class class);

str report_line(struct arena *a, const struct report *r,
		const struct report_list *l); /* a list in a few words */
str report_text(struct arena *a, const struct report *r);
str report_json(struct arena *a, const struct report *r);
