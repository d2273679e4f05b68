#include "store/lists/revision.h"

err revision_get(struct book *b, int64_t *revision)
{
	bool found;
	*revision = 0;
	return book_number(b, revision, &found, "SELECT n FROM revision WHERE n > ?1",
			   SQL_I(0));
}
