#include "web/site/logged.h"

#include "base/csv.h"
#include "mail/date.h"

#include <time.h>

bool logged_month(str text, int64_t *from, int64_t *until)
{
	str year, month;
	int64_t y, m;
	if (text.n != 7 || !str_cut(text, '-', &year, &month) || !str_i64(year, &y)
	    || !str_i64(month, &m) || y < 1970 || y > 9999 || m < 1 || m > 12)
		return false;
	struct tm t = { .tm_year = (int)y - 1900, .tm_mon = (int)m - 1, .tm_mday = 1 };
	*from = timegm(&t);
	t = (struct tm){ .tm_year = (int)y - 1900, .tm_mon = (int)m, .tm_mday = 1 };
	*until = timegm(&t);
	return true;
}

void logged_csv(struct arena *a, struct buf *out, const struct download_row *x)
{
	const str cells[] = {
		date_minute(a, x->d.at),
		x->name,
		x->address,
		x->d.network,
		x->d.how,
		x->d.path,
		arena_number(a, x->d.size),
		date_minute(a, x->d.changed_at),
		x->sha256,
		x->d.tag,
		arena_number(a, x->d.first),
		arena_number(a, x->d.octets),
		x->d.complete ? STR("yes") : STR("no"),
		x->licence,
		x->accepted_at ? date_minute(a, x->accepted_at) : STR(""),
		x->accepted_by,
		x->accepted_as,
		x->institution,
	};
	for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
		buf_cat(out, i ? STR(",") : STR(""), csv_quoted(a, cells[i]));
	buf_add(out, STR("\r\n"));
}
