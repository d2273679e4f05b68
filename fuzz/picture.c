/* A picture that was filtered is one that the filter leaves as it is, of the same size. */
#include "fuzz.h"

#include "archive/picture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	enum { ADDED = 64 };
	str bytes = { (const char *)data, n };
	struct picture p, looked, again;
	BUF(out);
	BUF(twice);
	bool is = picture_filter(bytes, &p, &out);
	must(is == picture_filter(bytes, &looked, NULL));
	if (!is) {
		must(!out.n);
		return 0;
	}
	must(looked.width == p.width && looked.height == p.height && p.width > 0
	     && p.height > 0 && p.width * p.height <= PICTURE_PIXELS);
	must(out.n <= n + ADDED);
	must(picture_filter(buf_str(&out), &again, &twice)
	     && str_eq(buf_str(&out), buf_str(&twice)));
	must(again.width == p.width && again.height == p.height);
	return 0;
}
