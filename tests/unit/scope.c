#include "account/scope.h"

#include "base/buf.h"
#include "tests/check.h"

static const struct {
	const char *text, *back; /* NULL: refused */
} texts[] = {
	{ "all", "all" },
	{ "read", "read" },
	{ " read,members:17  moderate ", "read members:17 moderate" },
	{ "", NULL },
	{ " , ", NULL },
	{ "write", NULL },
	{ "READ", NULL },
	{ "read:", NULL },
	{ "read:0", NULL },
	{ "read:-1", NULL },
	{ "read:dev", NULL },
	{ ":17", NULL },
	{ "all all", "all all" },
};

static const struct {
	const char *scopes;
	int64_t list;
	enum right right;
	bool may;
} cases[] = {
	{ "all", 0, RIGHT_site_set, true },
	{ "all", 5, RIGHT_roles_set, true },
	{ "read", 5, RIGHT_members_see, true },
	{ "read", 0, RIGHT_site_see, true },
	{ "read", 5, RIGHT_members_set, false },
	{ "read", 0, RIGHT_account_set, false },
	{ "read", 5, RIGHT_post_write, false },
	{ "read:5", 5, RIGHT_archive_read, true },
	{ "read:5", 6, RIGHT_list_see, false },
	{ "read:5", 0, RIGHT_site_see, false },
	{ "members", 5, RIGHT_members_set, true },
	{ "members", 5, RIGHT_settings_see, false },
	{ "members:5 settings:6", 6, RIGHT_settings_set, true },
	{ "members:5 settings:6", 6, RIGHT_members_set, false },
	{ "moderate", 5, RIGHT_held_decide, true },
	{ "moderate", 5, RIGHT_roles_set, false },
	{ "settings", 5, RIGHT_roles_set, false },
	{ "all:5", 5, RIGHT_roles_set, true },
	{ "all:5", 6, RIGHT_list_see, false },
	{ "all:5", 0, RIGHT_list_create, false },
};

int main(void)
{
	ARENA(a);
	struct scopes s;
	BUF(many);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		err e = scopes_read(a, str_from(texts[i].text), &s);
		CHECK(texts[i].back ? !e.kind : e.kind == ERR_SYNTAX);
		if (texts[i].back)
			CHECK(str_eq(scopes_text(a, &s, NULL, NULL),
				     str_from(texts[i].back)));
	}
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		CHECK(!scopes_read(a, str_from(cases[i].scopes), &s).kind);
		uint64_t denied = scopes_denied(&s, cases[i].list);
		CHECK((denied >> cases[i].right & 1) == !cases[i].may);
		struct viewer v = { .person = 1, .admin = true, .denied = denied };
		struct right_list of = { 0 };
		CHECK(right_may(&v, cases[i].right, &of) == cases[i].may);
	}
	CHECK(!scopes_read(a, STR("all:5"), &s).kind && !scopes_are_all(&s));
	CHECK(!scopes_read(a, STR("read all"), &s).kind && scopes_are_all(&s));
	CHECK(str_eq(scopes_granting(a, RIGHT_members_set), STR("members all")));
	CHECK(str_eq(scopes_granting(a, RIGHT_site_set), STR("all")));
	for (size_t i = 0; i <= SCOPES_MOST; i++)
		buf_add(&many, STR("read "));
	CHECK(scopes_read(a, buf_str(&many), &s).kind == ERR_SYNTAX);
	return check_done();
}
