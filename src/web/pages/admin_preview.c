/* /lists/NAME/admin/preview: the copy that members get, under the settings as they are. */
#include "web/pages/forms.h"

#include "base/language.h"
#include "base/said.h"
#include "lists/preview.h"

static err add_copy(struct request *q, enum preview_kind kind,
		    struct page_preview_copies *row)
{
	struct worker *w = worker_of(q);
	struct preview x;
	TRY(preview_make(&w->books, q->arena, w->list, kind, &x));
	*row = (struct page_preview_copies){
		.id = arena_printf(q->arena, "copy-%d", (int)kind + 1),
		.strict = kind == PREVIEW_STRICT,
		.before = str_trim(x.before),
		.header = str_trim(x.header),
		.text = x.text,
		.author = said_in(q->arena, language_now(), x.author),
		.words = said_in(q->arena, language_now(), x.words),
	};
	return OK;
}

void preview_page(struct request *q, struct response *r)
{
	struct page_preview_copies rows[PREVIEW_KINDS];
	struct page_preview p = {
		.frame = list_frame(q, S_("What members get")),
		.list = worker_of(q)->list->name,
		.tabs = admin_tabs(q, "settings"),
		.settings = arena_cat(q->arena, list_path(q), STR("/admin/settings")),
		.copies = rows,
		.copies_count = PREVIEW_KINDS,
	};
	for (int kind = 0; kind < PREVIEW_KINDS; kind++)
		if (page_failed(q, r, add_copy(q, (enum preview_kind)kind, &rows[kind])))
			return;
	ANSWER(q, r, preview, &p);
}
