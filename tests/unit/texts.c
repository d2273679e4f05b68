/* Texts of Mailman's letters become ours, by the table texts.def. */
#include "lists/import/texts.h"

#include "lists/notice.h"
#include "lists/settings.h"
#include "tests/check.h"

#include <string.h>

/* Each file once; what it becomes is there. Its end is a name that the notice has. */
static void test_rows(void)
{
	size_t n;
	const struct text_row *rows = text_rows(&n);
	CHECK(n > 40);
	for (size_t i = 0; i < n; i++) {
		ARENA(a);
		const struct notice_row *notice = rows[i].notice ? notice_row_find(
							  str_from(rows[i].notice))
								 : NULL;
		CHECK(text_row_find(rows[i].manager, str_from(rows[i].file)) == &rows[i]);
		CHECK((rows[i].notice != NULL) + (rows[i].setting != NULL)
			      + (rows[i].why != NULL)
		      == 1);
		CHECK(!rows[i].notice || notice);
		CHECK(!notice || !rows[i].end[0]
		      || str_find(notice_names(a, notice), str_from(rows[i].end)).n);
	}
	CHECK(!text_row_find("mailman2", STR("list:user:notice:welcome")));
	CHECK(text_row_find("mailman2", STR("listinfo.html"))->why != NULL);
}

static const struct {
	const char *manager, *file, *text, *ours;
	size_t left_off;
} cases[] = {
	{ "mailman2", "postheld", "%(listname)s, %(subject)s:\n\n%(reason)s\n",
	  "{list}, {subject}:\n\n{reason}\n", 0 },
	/* a paragraph without a value goes, and what leads up to it */
	{ "mailman2", "subscribeack",
	  "%(real_name)s@%(host_name)s\n%(welcome)s\n\nIt is:\n\n  %(password)s\n\nBye\n",
	  "{list}@lists.example\nHi!\n\nBye\n", 1 },
	{ "mailman2", "verify", "A%(remote)s for %(email)s\n\n  confirm %(cookie)s\n",
	  "A for {address}\n\n  confirm {token}\n\n    {link}\n", 0 },
	{ "mailman2", "postheld", "%(subject)s\n\n%(cookie)s\n", "{subject}\n", 1 },
	{ "mailman3", "list:user:action:invite", "$short_listname: confirm $token",
	  "{list}: confirm {token}\n\n    {link}\n", 0 },
	{ "mailman2", "verify", "%(confirmurl)s by %(listadmin)s", /* it has its link */
	  "{link} by {owner_address}\n", 0 },
	{ "mailman2", "disabled", "On again: %(confirmurl)s\n",
	  "On again: {list_url}/me\n\n    {left}\n", 0 },
	{ "mailman2", "postack", "100%% of %(subject)s, %(odd",
	  "100% of {subject}, %(odd\n", 0 },
	{ "mailman2", "postheld", "%(num)d there\n\n%(subject)s", "{subject}\n", 1 },
	{ "mailman2", "postheld", "", "\n", 0 },
	{ "mailman3", "list:user:notice:welcome",
	  "To ${listname}: $$5, $display_name of $domain\n\nsee $site_email\n",
	  "To {list_address}: $5, {list} of lists.example\n", 1 },
	{ "mailman3", "list:admin:action:post", "$sender_email on $subject: $reasons\n",
	  "{author} on {subject}: {reason}\n\n    {link}\n", 0 },
	{ "mailman3", "list:user:notice:probe", "$sender_email, $1 and $ {x}",
	  "{address}, $1 and $ {x}\n", 0 },
};

static void test_texts(void)
{
	ARENA(a);
	const struct text_values v = { .domain = STR("lists.example"),
				       .welcome = STR("Hi!") };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		size_t left_off;
		const struct text_row *row = text_row_find(cases[i].manager,
							   str_from(cases[i].file));
		str ours = text_ours(a, row, &v, str_from(cases[i].text), &left_off);
		bool same = str_eq(ours, str_from(cases[i].ours))
			    && left_off == cases[i].left_off;
		if (!same)
			fprintf(stderr, "%s: %zu left off: %.*s\n", cases[i].file,
				left_off, STR_F(ours));
		CHECK(same);
	}
}

int main(void)
{
	test_rows();
	test_texts();
	return check_done();
}
