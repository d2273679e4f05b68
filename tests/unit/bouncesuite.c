/* Real bounces as their collectors have read them, and other projects' messages, most
 * of which are none. */
#include "base/file.h"
#include "mail/bounce.h"
#include "tests/check.h"

#include <ftw.h>
#include <jansson.h>
#include <stdlib.h>

/* Where the collectors' own table has not the address that failed. */
static const struct correction {
	const char *file, *listed, *right;
} corrections[] = {
	/* an X.400 name cut at its first space; the Internet address that it carries,
	 * dda:SMTP=, is the one that the mail went to */
	{ "microsoft_01.txt", "c=US;a=", "userx@example.COM" },
	{ "microsoft_04.txt", "c=US;a=", "userx@example.COM" },
};

enum { FAMILIES_MAX = 40 };

struct tally {
	str family;
	size_t listed, right, wrong;
};

static struct tally *tally_of(struct tally *t, size_t *count, str family)
{
	for (size_t i = 0; i < *count; i++)
		if (str_eq(t[i].family, family))
			return &t[i];
	CHECK(*count < FAMILIES_MAX);
	*count -= *count == FAMILIES_MAX;
	t[*count] = (struct tally){ .family = family };
	return &t[(*count)++];
}

static str corrected(const char *file, str address)
{
	for (size_t i = 0; i < sizeof corrections / sizeof *corrections; i++)
		if (!strcmp(corrections[i].file, file)
		    && str_eq(address, str_from(corrections[i].listed)))
			return str_from(corrections[i].right);
	return address;
}

static bool is_listed(const char *file, const json_t *list, str address)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		str one = str_from(json_string_value(json_array_get(list, i)));
		if (str_eq(corrected(file, one), address))
			return true;
	}
	return false;
}

static void count_file(const char *file, const json_t *list, const struct bounce *b,
		       bool permanent, struct tally *t)
{
	t->listed += json_array_size(list);
	for (size_t i = 0; i < b->count; i++) {
		const struct bounce_failure *f = &b->failures[i];
		if (f->permanent != permanent)
			continue;
		bool right = is_listed(file, list, f->address);
		t->right += right;
		t->wrong += !right;
		if (!right)
			fprintf(stderr, "%s: %s says %.*s\n", file, b->format,
				STR_F(f->address));
	}
}

static void print_tally(const struct tally *t)
{
	printf("suite: bounces %.*s: %zu of %zu recognised, %zu missed, %zu wrong\n",
	       STR_F(t->family), t->right, t->listed, t->listed - t->right, t->wrong);
	CHECK(t->right == t->listed && !t->wrong);
}

/* As it comes over the wire: the collections are kept with LF. */
static str with_crlf(struct arena *a, str m)
{
	char *out = arena_alloc(a, 2 * m.n);
	size_t n = 0;
	for (size_t i = 0; i < m.n; i++) {
		if (m.p[i] == '\n' && (!i || m.p[i - 1] != '\r'))
			out[n++] = '\r';
		out[n++] = m.p[i];
	}
	return (str){ out, n };
}

static bool same(const struct bounce *x, const struct bounce *y)
{
	if (x->count != y->count || !str_eq(x->message_id, y->message_id))
		return false;
	for (size_t i = 0; i < x->count; i++)
		if (!str_eq(x->failures[i].address, y->failures[i].address)
		    || !str_eq(x->failures[i].diagnostic, y->failures[i].diagnostic)
		    || x->failures[i].class != y->failures[i].class)
			return false;
	return true;
}

/* Real bounces: each address that the collectors' tables name, no other. */
static void collected(struct arena *a)
{
	const char *data = getenv("POSTERN_DATA_SHARED"), *name;
	str folder = arena_cat(a, str_from(data ? data : "../shared/data"),
			       STR("/bounce/"));
	json_t *want = json_load_file(
		arena_z(a, arena_cat(a, folder, STR("expected.json"))), 0, NULL);
	json_t *entry;
	struct tally families[FAMILIES_MAX], permanent = { .family = STR("permanent") };
	struct tally temporary = { .family = STR("temporary") };
	size_t count = 0, files = 0, silent = 0, ids = 0;
	size_t classes_of[BOUNCE_NETWORK + 1] = { 0 };
	if (!want) {
		printf("skipped: no %.*s\n", STR_F(folder));
		return;
	}
	json_object_foreach(want, name, entry)
	{
		str m, family = STR_NONE, number;
		str path = arena_cat(a, folder, STR("msgs/"), str_from(name));
		struct bounce b, wire;
		CHECK(!file_read(a, arena_z(a, path), 1 << 24, &m).kind
		      && !bounce_read(a, m, &b).kind
		      && !bounce_read(a, with_crlf(a, m), &wire).kind && same(&b, &wire)
		      && str_cut(str_from(name), '_', &family, &number));
		struct tally *t = tally_of(families, &count, family), before = *t;
		json_t *gone = json_object_get(entry, "permanent");
		json_t *late = json_object_get(entry, "temporary");
		count_file(name, gone, &b, true, t);
		count_file(name, late, &b, false, t);
		count_file(name, gone, &b, true, &permanent);
		count_file(name, late, &b, false, &temporary);
		if (t->right - before.right < t->listed - before.listed)
			fprintf(stderr, "%s: missed\n", name);
		files++;
		silent += !b.count;
		ids += b.message_id.n > 0;
		for (size_t i = 0; i < b.count; i++)
			classes_of[b.failures[i].class]++;
	}
	for (size_t i = 0; i < count; i++)
		print_tally(&families[i]);
	print_tally(&permanent);
	print_tally(&temporary);
	printf("suite: bounces: %zu files, %zu of them name nobody, %zu bear the "
	       "Message-ID\n",
	       files, silent, ids);
	printf("suite: bounces by class:");
	for (size_t i = 0; i <= BOUNCE_NETWORK; i++)
		printf(" %s %zu", bounce_class_word((enum bounce_class)i), classes_of[i]);
	puts("");
	json_decref(want);
}

/* The reports among other projects' messages; whom they name. */
static const struct other {
	const char *file;
	size_t failures;
} others[] = {
	{ "msg_16.txt", 1 },
	{ "msg_43.txt", 11 },
	{ "multi_address_bounce1.eml", 5 },
	{ "multi_address_bounce2.eml", 5 },
	{ "multipart_report_multiple_status.eml", 1 },
	{ "raw_email_with_mimepart_without_content_type.eml", 1 },
	{ "report_422.eml", 1 },
	{ "report_530.eml", 1 },
};

enum { OTHERS = sizeof others / sizeof *others };

static size_t files_right, files_wrong, others_found;

static const struct other *find_other(const char *file)
{
	for (size_t i = 0; i < OTHERS; i++)
		if (!strcmp(others[i].file, file))
			return &others[i];
	return NULL;
}

static int read_file(const char *path, const struct stat *s, int type, struct FTW *at)
{
	ARENA(a);
	str m;
	struct bounce b;
	(void)s;
	if (type == FTW_D || type == FTW_SL)
		return 0;
	bool read = type == FTW_F && !file_read(a, path, 1 << 24, &m).kind
		    && !bounce_read(a, m, &b).kind;
	CHECK(read);
	if (!read) {
		fprintf(stderr, "%s: cannot be read\n", path);
		return 0;
	}
	const struct other *other = find_other(path + at->base);
	bool right = b.count == (other ? other->failures : 0);
	others_found += other != NULL;
	files_right += right;
	files_wrong += !right;
	if (!right)
		fprintf(stderr, "%s: %zu failures\n", path, b.count);
	return 0;
}

/* Mail of persons and programs: no failure but in those that are reports. */
static void mixed(struct arena *a)
{
	static const char *const folders[] = { "/mime/python", "/mime/ruby-mail" };
	const char *data = getenv("POSTERN_DATA_SHARED");
	bool whole = true;
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		str path = arena_cat(a, str_from(data ? data : "../shared/data"),
				     str_from(folders[i]));
		if (nftw(arena_z(a, path), read_file, 16, FTW_PHYS)) {
			printf("skipped: no %.*s\n", STR_F(path));
			whole = false;
		}
	}
	printf("suite: bounces among other mail: %zu files, %zu wrong\n",
	       files_right + files_wrong, files_wrong);
	CHECK(!files_wrong && (!whole || others_found == OTHERS));
}

int main(void)
{
	ARENA(a);
	collected(a);
	mixed(a);
	return check_done();
}
