/* tests/unit/rules_asked.h: a list with members and an owner, and what its rules say of a
 * table of posts. */
#pragma once

#include "books.h"

#include "lists/rules.h"

#define DEV        "dev@lists.example"
#define HEAD(from) "From: " from "\r\nTo: " DEV "\r\nSubject: hello\r\n"

static const char ANNA[] = "anna@uni.example", PROOF[] = "{\"aligned\":true}",
		  NONE[] = "{\"aligned\":false}";

struct ask {
	const char *what; /* for the reader of a failure */
	const char *message, *reverse_path, *trust;
	int64_t account;
	enum verdict verdict;
	const char *rule;
};

static inline bool judge(struct books_test *t, const struct ask *x, struct judgement *j)
{
	struct post p;
	struct address path = { 0 };
	if (*x->reverse_path)
		path = books_box(t, x->reverse_path).address;
	err e = post_read(t->books.lists, t->a, books_entry(t, DEV),
			  &(struct mail_in){ .source = STR("9/" DEV),
					     .text = str_from(x->message),
					     .reverse_path = &path,
					     .account = x->account,
					     .trust = str_from(x->trust) },
			  &p);
	if (!e.kind)
		e = rules_judge(t->books.lists, t->a, &p, j);
	return ok(e);
}

static inline void run(struct books_test *t, const struct ask *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct judgement j = { 0 };
		bool fits = judge(t, &cases[i], &j) && j.verdict == cases[i].verdict
			    && !strcmp(j.rule, cases[i].rule);
		if (!fits)
			fprintf(stderr, "  %s: %s by %s\n", cases[i].what,
				verdict_word(j.verdict), j.rule);
		CHECK(fits);
	}
}

#define RUN(t, cases) run((t), (cases), sizeof(cases) / sizeof *(cases))

/* anna and bob are members, olga owns it. */
static inline struct books_test rules_make(struct arena *a)
{
	struct books_test t = books_make(a);
	const struct list_entry *dev = books_list(&t, DEV);
	books_member(&t, dev, ANNA);
	books_member(&t, dev, "bob@lab.example");
	books_role(&t, dev, "olga@uni.example", "owner");
	BOOKS_MUST(&t, books_refresh(&t.books));
	return t;
}
