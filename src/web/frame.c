#include "web/frame.h"

#include "base/said.h"
#include "web/router.h"

static bool stands_at(const struct request *q, const char *first)
{
	return q->segment_count ? str_eq(q->segments[0], str_from(first)) : !*first;
}

struct page_frame frame_of(const struct request *q, str title)
{
	static const struct {
		const char *label, *href, *first;
	} entries[] = {
		{ N_("Project"), "/", "" },
		{ N_("Lists"), "/lists/", "lists" },
	};
	enum { ENTRIES = sizeof entries / sizeof *entries };
	const struct frame_site *site = &q->router->site;
	struct page_frame_nav *nav = arena_alloc(q->arena, ENTRIES * sizeof *nav);
	size_t count = 0;
	for (size_t i = site->root ? 0 : 1; i < ENTRIES; i++)
		nav[count++] = (struct page_frame_nav){
			.label = S_(entries[i].label),
			.href = str_from(entries[i].href),
			.current = stands_at(q, entries[i].first),
		};
	return (struct page_frame){
		.lang = str_from(language_row(language_now())->tag),
		.title = title,
		.site_name = site->name,
		.nav = nav,
		.nav_count = count,
		.zone = q->session && q->session->timezone.n ? q->session->timezone
							     : site->zone,
		.me = q->session ? q->session->name : STR_NONE,
	};
}

struct words {
	int status;
	const char *title, *text;
};

static const struct words *words_for(int status)
{
	static const struct words rows[] = {
		{ 400, N_("This request cannot be read"),
		  N_("Something in the address or in what was sent is not as it should "
		     "be.") },
		{ 401, N_("Please sign in"),
		  N_("This page is for people who are signed in.") },
		{ 403, N_("Not for you"),
		  N_("You are signed in, but this is for others: members, owners or "
		     "administrators.") },
		{ 404, N_("There is nothing here"),
		  N_("The address is wrong, or what stood here is gone, or it is not for "
		     "you to know.") },
		{ 405, N_("Not in this way"),
		  N_("What stands here can be asked for, but not with this method.") },
		{ 410, N_("It was taken away"), N_("What stood here was removed.") },
		{ 413, N_("Too large"),
		  N_("What was sent is larger than is accepted here.") },
		{ 429, N_("Too often"), N_("Please wait a while, then try again.") },
		{ 500, N_("A fault of ours"),
		  N_("The page could not be made. The administrator finds the reason in "
		     "the log.") },
		{ 503, N_("Not now"),
		  N_("The server cannot answer at the moment. Please try "
		     "again in a minute.") },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].status == status)
			return &rows[i];
	if (status == 501 || status == 505)
		return words_for(405);
	return status > 500 ? words_for(500) : words_for(400);
}

/* A guest is told the same of what is not there and of what is for others, and that
 * to sign in may help. */
static bool sign_in_helps(const struct request *q, int status)
{
	bool hides = stands_at(q, "lists") || stands_at(q, "mid");
	return q->method == GET
	       && (status == 401 || (status == 404 && !q->session && hides));
}

static const struct words *words_at(const struct request *q, int status)
{
	static const struct words guest = { 404, N_("There is nothing here for guests"),
					    N_("The address is wrong, or what stood here "
					       "is gone, or it is for members. "
					       "If you are one, sign in and see.") };
	return status == 404 && sign_in_helps(q, status) ? &guest : words_for(status);
}

str login_path(const struct request *q)
{
	BUF(to);
	buf_add(&to, STR("/login?to="));
	esc_part(&to, q->path);
	if (q->query_text.n)
		esc_part(&to, arena_cat(q->arena, STR("?"), q->query_text));
	return arena_copy(q->arena, buf_str(&to));
}

/* RFC 9110 section 15.5.2, RFC 6750 section 3. */
static str challenge(const struct request *q)
{
	if (q->lacks.n)
		return arena_cat(q->arena,
				 STR("Bearer error=\"insufficient_scope\", scope=\""),
				 q->lacks, STR("\""));
	return str_istarts(request_header(q, "authorization"), STR("bearer "))
		       ? STR("Bearer error=\"invalid_token\"")
		       : STR("Bearer");
}

void error_page(const struct request *q, struct response *r, int status, str detail)
{
	const struct words *w = words_at(q, status);
	bool sign_in = sign_in_helps(q, status);
	r->status = status;
	buf_clear(&r->body);
	r->type = STR_NONE;
	if (status == 401 || (status == 403 && q->lacks.n))
		response_header(r, STR("WWW-Authenticate"), challenge(q));
	ANSWER(q, r, error,
	       (&(struct page_error){
		       .frame = frame_of(q, S_(w->title)),
		       .status = status,
		       .title = S_(w->title),
		       .text = detail.n ? said_in(q->arena, language_now(), detail)
					: S_(w->text),
		       .next = sign_in ? login_path(q) : STR("/lists/"),
		       .next_label = sign_in ? S_("Sign in") : S_("To the lists"),
	       }));
}
