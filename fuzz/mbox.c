/* Every file ends; what is written as mboxrd is read back as it was. */
#include "fuzz.h"

#include "mail/mbox.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA(a);
	struct mbox m, again;
	struct mbox_message one, back;
	mbox_open(&m, (str){ (const char *)data, n });
	while (mbox_next(&m, a, &one)) {
		must(m.number <= n && one.offset < n);
		must(str_ends(one.bytes, STR("\r\n")) || !one.bytes.n);
		if (str_find(one.bytes, STR("\r\r\n"))
			    .n) /* LF files can't tell it from CRLF */
			continue;
		str file = mbox_write(a, one.bytes, STR("a@b.example"), 1795493529);
		mbox_open(&again, file);
		must(mbox_next(&again, a, &back) && str_eq(back.bytes, one.bytes));
		must(!mbox_next(&again, a, &back));
	}
	return 0;
}
