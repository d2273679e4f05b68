/* Whatever a server answers in the place of Mailman 3's REST API: a list is read or refused,
 * and all that is read of it is UTF-8. The input: answers, each the beginning of a path, LF,
 * a body, and an octet 0x1e; the first that fits and was not given yet is given. "!404" in
 * the place of a body is an error of that number. */
#include "fuzz.h"

#include "base/utf8.h"
#include "lists/import/mailman3_inside.h"
#include "lists/import/mailman3_rest.h"

enum { ANSWERS = 64 };

struct script {
	str path[ANSWERS], body[ANSWERS];
	bool given[ANSWERS];
	size_t count, asked;
};

static err error_of(str body)
{
	if (str_eq(body, STR("!404")))
		return FAIL(ERR_NOTFOUND, "404");
	if (str_eq(body, STR("!413")))
		return FAIL(ERR_LIMIT, "too large");
	return str_starts(body, STR("!")) ? FAIL(ERR_TEMP, "no answer") : OK;
}

static err get(void *with, struct arena *a, str path, size_t most, str *body)
{
	struct script *s = with;
	must(str_starts(path, STR("/")) && !str_find(path, STR("/../")).n
	     && !str_find(path, STR("/./")).n && !str_ends(path, STR("/..")));
	if (++s->asked > 2000)
		return FAIL(ERR_TEMP, "enough");
	for (size_t i = 0; i < s->count; i++) {
		if (s->given[i] || !str_starts(path, s->path[i]) || s->body[i].n > most)
			continue;
		s->given[i] = true;
		TRY(error_of(s->body[i]));
		*body = arena_copy(a, s->body[i]);
		return OK;
	}
	*body = STR("{\"start\": 0, \"total_size\": 0}");
	return OK;
}

static void read_script(str input, struct script *s)
{
	str answer, rest = input;
	while (s->count < ANSWERS && str_cut(rest, 0x1e, &answer, &rest))
		if (str_cut(answer, '\n', &s->path[s->count], &s->body[s->count]))
			s->count++;
}

static void check_lines(const struct rest_lines *l)
{
	for (size_t i = 0; i < l->count; i++)
		must(utf8_valid(l->line[i].text));
}

static bool likes_fit(const struct mailman3_likes *l)
{
	return l->mode < 5 && l->status < 6 && utf8_valid(l->language);
}

static void check_read(struct arena *a, const struct rest_read *r)
{
	check_lines(&r->filters);
	check_lines(&r->aliases);
	check_lines(&r->strangers);
	check_lines(&r->bans);
	for (size_t i = 0; i < r->value_count; i++) {
		struct pickle p = mailman3_pickle(a, &r->value[i]);
		must(p.type != PICKLE_OBJECT);
	}
	for (size_t i = 0; i < r->members; i++)
		must(utf8_valid(r->member[i].email) && utf8_valid(r->member[i].name)
		     && likes_fit(&r->member[i].own)
		     && likes_fit(&r->member[i].of_address)
		     && likes_fit(&r->member[i].of_user));
	for (size_t i = 0; i < r->held_count; i++)
		must(utf8_valid(r->held[i].text)
		     && (!r->held[i].why || !r->held[i].text.n));
	for (size_t i = 0; i < r->pended_count; i++)
		for (size_t k = 0; k < r->pended[i].count; k++)
			(void)mailman3_json_text(a, r->pended[i].pairs[k].value);
}

static void check_site(const struct mailman3_site *site)
{
	for (size_t i = 0; i < site->domains; i++) {
		const struct mailman3_domain *d = &site->domain[i];
		must(d->name.n && utf8_valid(d->description) && utf8_valid(d->alias));
		for (size_t k = 0; k < d->owners; k++)
			must(d->owner[k].text.n && utf8_valid(d->owner[k].text));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA(a);
	struct script s = { 0 };
	struct mailman3_list *list;
	struct mailman3_site site;
	struct rest_read read;
	size_t count;
	str version;
	read_script((str){ (const char *)data, n }, &s);
	const struct rest_service service = { .get = get, .with = &s };
	struct rest r = { .service = &service, .a = a };
	if (!rest_version(&r, a, &version).kind)
		must(str_starts(version, STR("GNU Mailman 3.")));
	if (!rest_site(&r, a, &site).kind)
		check_site(&site);
	if (!rest_lists(&r, a, &list, &count).kind)
		for (size_t i = 0; i < count && i < 3; i++)
			if (!rest_read(&r, a, &list[i], &read).kind)
				check_read(a, &read);
	rest_close(&r);
	return 0;
}
