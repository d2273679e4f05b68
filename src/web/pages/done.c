/* /done/WORD: a page that says what was done, for those who need not be signed in. */
#include "web/pages/forms.h"

#include "base/language.h"
#include "base/enc.h"

static const struct {
	const char *word, *title, *text;
} rows[] = {
#define DONE(word, title, text) { word, title, text },
#include "web/pages/done.def"
#undef DONE
};

void done_page(struct request *q, struct response *r)
{
	str word = request_arg(q, "word"), list = request_query(q, "list");
	str next = list.n ? arena_cat(q->arena, STR("/lists/"),
				      enc_percent(q->arena, list), STR("/"))
			  : STR("/lists/");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (!str_eq(word, str_from(rows[i].word)))
			continue;
		str title = S_(rows[i].title);
		ANSWER(q, r, done,
		       (&(struct page_done){
			       .frame = frame_of(q, title),
			       .title = title,
			       .text = S_(rows[i].text),
			       .next = next,
			       .next_label = list.n ? S_("To the list")
						    : S_("To the lists") }));
		return;
	}
	r->status = 404;
}
