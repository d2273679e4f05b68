/* /persons: everybody whom the server knows, for those who run it; adding somebody. */
#include "web/pages/person.h"

#include "base/enc.h"
#include "base/language.h"
#include "base/said.h"
#include "web/pages/page.h"

enum { PAGE_ROWS = 50 };

/* The page before or after the person of that number. */
static str page_link(struct request *q, const char *way, int64_t id)
{
	return arena_printf(
		q->arena, "/persons?%s=%lld&q=%.*s", way, (long long)id,
		STR_F(enc_percent(q->arena, str_trim(request_query(q, "q")))));
}

static err fill_row(struct request *q, int64_t person, struct page_persons_persons *row)
{
	struct whose x;
	int64_t roles;
	TRY(person_whose(q, person, &x));
	*row = (struct page_persons_persons){
		.id = person,
		.path = x.path,
		.address = x.own_count ? x.own[0].text : x.title,
		.verified = x.own_count && x.own[0].verified_at,
		.others = person_addresses(q, &x, 1),
		.name = x.who.name,
		.admin = x.who.admin,
		.since = x.who.created_at,
	};
	return person_counts(q, &x, &row->memberships, &roles);
}

static int64_t cursor(const struct request *q, const char *way)
{
	int64_t id;
	return str_i64(request_query(q, way), &id) && id > 0 ? id : 0;
}

static err add_rows(struct request *q, struct page_persons *p)
{
	struct person_some some;
	struct person_want want = { .search = p->q,
				    .after = cursor(q, "after"),
				    .before = cursor(q, "before") };
	TRY(person_page(worker_of(q)->books.lists, q->arena, &want, PAGE_ROWS, &some));
	struct page_persons_persons *rows = arena_zero(q->arena,
						       (some.count + 1) * sizeof *rows);
	for (size_t i = 0; i < some.count; i++)
		TRY(fill_row(q, some.rows[i].id, &rows[i]));
	p->persons = rows;
	p->persons_count = some.count;
	if (some.count && some.earlier)
		p->previous = page_link(q, "before", some.rows[0].id);
	if (some.count && some.later)
		p->next = page_link(q, "after", some.rows[some.count - 1].id);
	return OK;
}

static void show(struct request *q, struct response *r, struct page_persons *p)
{
	p->frame = account_frame(q, S_("Persons"));
	p->csrf = csrf_of(q);
	p->q = str_trim(request_query(q, "q"));
	if (!page_failed(q, r, add_rows(q, p)))
		ANSWER(q, r, persons, p);
}

void persons_page(struct request *q, struct response *r)
{
	show(q, r, &(struct page_persons){ .note = note_of(q) });
}

void persons_post(struct request *q, struct response *r)
{
	struct ordered x;
	struct page_persons p = { .address = field(q, "address"),
				  .name = field(q, "name") };
	json_t *args = json_object();
	json_object_set_new(args, "address", json_of(p.address));
	json_object_set_new(args, "name", json_of(p.name));
	if (order_and_wait(q, "person_add", args, &x)) {
		int64_t id = json_integer_value(json_object_get(x.result, "person"));
		response_redirect(r, 303,
				  arena_printf(q->arena, "/persons/%lld?done=%lld",
					       (long long)id, (long long)x.order));
		return;
	}
	r->status = x.result ? 400 : 503;
	p.address_error = said_in(q->arena, language_now(), x.why);
	show(q, r, &p);
}
