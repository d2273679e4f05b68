/* The DMARC aggregate reports that were collected, beside what another program reads in
 * them. */
#include "mail/report_dmarc.h"

#include "base/buf.h"
#include "base/file.h"
#include "mail/arf.h"
#include "tests/check.h"

#include <dirent.h>
#include <jansson.h>
#include <stdlib.h>
#include <sys/stat.h>

static str shared(struct arena *a)
{
	const char *data = getenv("POSTERN_DATA_SHARED");
	return arena_cat(a, str_from(data ? data : "../shared/data"),
			 STR("/dmarc-reports/reports/"));
}

/* "TrustedForwarder" and "trusted_forwarder" are one; so are "r" and "Relaxed", and
 * what is unspecified is empty. */
static bool same_word(struct arena *a, const json_t *want, str got)
{
	static const char *const words[][2] = { { "unspecified", "" },
						{ "relaxed", "r" },
						{ "strict", "s" },
						{ "mailfrom", "mfrom" } };
	BUF(plain);
	str w = arena_lower(a, str_from(json_string_value(want)));
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_eq(w, str_from(words[i][0])))
			w = str_from(words[i][1]);
	for (size_t i = 0; i < got.n; i++)
		if (got.p[i] != '_')
			buf_add(&plain, (str){ got.p + i, 1 });
	bool same = str_eq(w, arena_lower(a, buf_str(&plain)));
	if (!same)
		fprintf(stderr, "  %.*s, wanted %.*s\n", STR_F(got), STR_F(w));
	return same;
}

static json_t *at(const json_t *j, const char *path)
{
	char name[64];
	while (*path) {
		size_t n = strcspn(path, "/");
		snprintf(name, sizeof name, "%.*s", (int)n, path);
		j = json_object_get(j, name);
		path += n + (path[n] == '/');
	}
	return (json_t *)(uintptr_t)j;
}

static bool same_auths(struct arena *a, const struct dmarc_report_record *r,
		       const json_t *want, const char *method)
{
	size_t n = 0;
	bool same = true;
	for (size_t i = 0; i < r->auth_count; i++) {
		const struct dmarc_auth *x = &r->auths[i];
		if (!str_eq(x->method, str_from(method)))
			continue;
		const json_t *w = json_array_get(want, n++);
		same = same && same_word(a, at(w, "domain"), x->domain)
		       && same_word(a, at(w, "result"), x->result)
		       && same_word(a, at(w, "selector"), x->selector)
		       && same_word(a, at(w, "scope"), x->scope)
		       && same_word(a, at(w, "human_result"), x->human_result);
	}
	return same && n == json_array_size(want);
}

static bool same_record(struct arena *a, const struct dmarc_report_record *r,
			const json_t *w)
{
	const json_t *row = at(w, "row"), *who = at(w, "identifiers");
	const json_t *reasons = at(row, "policy_evaluated/reason");
	bool same = r->count == json_integer_value(at(row, "count"))
		    && r->reason_count == json_array_size(reasons);
	/* What RFC 9990 no longer knows it calls other. */
	for (size_t i = 0; same && i < r->reason_count; i++)
		same = str_eq(r->reasons[i].type, STR("sampled_out"))
		       || same_word(a, at(json_array_get(reasons, i), "type_"),
				    r->reasons[i].type);
	return same && same_word(a, at(row, "source_ip"), r->source_ip)
	       && same_word(a, at(row, "policy_evaluated/disposition"), r->disposition)
	       && same_word(a, at(row, "policy_evaluated/dkim"), r->dkim)
	       && same_word(a, at(row, "policy_evaluated/spf"), r->spf)
	       && same_word(a, at(who, "header_from"), r->header_from)
	       && same_word(a, at(who, "envelope_from"), r->envelope_from)
	       && same_word(a, at(who, "envelope_to"), r->envelope_to)
	       && same_auths(a, r, at(w, "auth_results/dkim"), "dkim")
	       && same_auths(a, r, at(w, "auth_results/spf"), "spf");
}

static bool same_text(const json_t *want, str got)
{
	return str_eq(str_from(json_string_value(want)), got);
}

static bool same_report(struct arena *a, const struct dmarc_report *r, const json_t *w)
{
	const json_t *meta = at(w, "report_metadata"), *p = at(w, "policy_published");
	const json_t *records = at(w, "record");
	bool same = same_text(at(meta, "org_name"), r->org_name)
		    && same_text(at(meta, "email"), r->email)
		    && same_text(at(meta, "extra_contact_info"), r->extra_contact)
		    && same_text(at(meta, "report_id"), r->report_id)
		    && same_text(at(meta, "generator"), r->generator)
		    && r->begin == json_integer_value(at(meta, "date_range/begin"))
		    && r->end == json_integer_value(at(meta, "date_range/end"))
		    && r->error_count == json_array_size(at(meta, "error"))
		    && same_word(a, at(p, "domain"), r->domain)
		    && same_word(a, at(p, "adkim"), r->adkim)
		    && same_word(a, at(p, "aspf"), r->aspf)
		    && same_word(a, at(p, "p"), r->p) && same_word(a, at(p, "sp"), r->sp)
		    && same_word(a, at(p, "np"), r->np)
		    && same_word(a, at(p, "discovery_method"), r->discovery)
		    && same_text(at(p, "fo"), r->fo)
		    && json_is_true(at(p, "testing")) == str_eq(r->testing, STR("y"))
		    && r->count == json_array_size(records);
	for (size_t i = 0; same && i < r->count; i++)
		same = same_record(a, &r->records[i], json_array_get(records, i));
	return same;
}

struct tally {
	size_t files, read, compared, none, refused, failures;
	int64_t messages;
};

/* NAME.json beside NAME.xml or NAME.eml is what another program made of it. */
static json_t *expected(struct arena *a, str path)
{
	str stem = str_first(path, path.n - 4);
	return json_load_file(arena_z(a, arena_cat(a, stem, STR(".json"))), 0, NULL);
}

static void one_file(struct tally *t, str path)
{
	ARENA(a);
	str bytes;
	struct dmarc_report r;
	if (str_ends(path, STR(".json")))
		return;
	CHECK(!file_read(a, arena_z(a, path), 1 << 24, &bytes).kind);
	err e = dmarc_report_read(a, bytes, &r);
	t->files++;
	t->read += !e.kind;
	t->none += e.kind == ERR_NOTFOUND;
	struct arf failure;
	if (e.kind == ERR_NOTFOUND && !arf_read(a, bytes, &failure).kind
	    && str_eq(failure.type, STR("auth-failure"))) {
		CHECK(failure.source_ip.n && failure.reported_domain.count);
		t->failures++;
	}
	t->refused += e.kind && e.kind != ERR_NOTFOUND;
	if (e.kind && e.kind != ERR_NOTFOUND)
		printf("  refused: %.*s: %s\n", STR_F(path), e.msg);
	for (size_t i = 0; !e.kind && i < r.count; i++)
		t->messages += r.records[i].count;
	json_t *want = str_find(path, STR("dmarc-feedback/")).n ? expected(a, path)
								: NULL;
	if (!want)
		return;
	bool same = !e.kind && same_report(a, &r, want);
	if (!same)
		fprintf(stderr, "%.*s: not as expected\n", STR_F(path));
	CHECK(same);
	t->compared++;
	json_decref(want);
}

static void folder(struct tally *t, str path)
{
	ARENA(a);
	struct stat s;
	DIR *d = opendir(arena_z(a, path));
	for (struct dirent *x; d && (x = readdir(d));) {
		str at_ = arena_cat(a, path, str_from(x->d_name));
		if (x->d_name[0] == '.' || stat(arena_z(a, at_), &s))
			continue;
		if (S_ISDIR(s.st_mode))
			folder(t, arena_cat(a, at_, STR("/")));
		else
			one_file(t, at_);
	}
	if (d)
		closedir(d);
}

static void collected(struct arena *a)
{
	struct tally t = { 0 };
	str path = shared(a);
	folder(&t, path);
	if (!t.files) {
		printf("skipped: no %.*s\n", STR_F(path));
		return;
	}
	printf("suite: DMARC reports: %zu files, %zu aggregate reports read (%lld "
	       "messages), %zu of %zu as another program reads them, %zu bear none (%zu "
	       "of "
	       "these are failure reports), %zu refused\n",
	       t.files, t.read, (long long)t.messages, t.compared, t.compared, t.none,
	       t.failures, t.refused);
	CHECK(t.failures >= 3 && t.compared == 10 && t.read >= 38 && t.refused <= 1);
}

int main(void)
{
	ARENA(a);
	collected(a);
	return check_done();
}
