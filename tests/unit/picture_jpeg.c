/* What of a JPEG stays: each segment that may stand in one, and what stands in none. */
#include "archive/picture.h"

#include "tests/check.h"

#define FRAME "\xff\xc0\0\xb\x8\0\x20\0\x40\1\1\x11\0" /* 64 times 32 */
#define SCAN  "\xff\xda\0\x8\1\1\0\0\x3f\0"
#define DATA                \
	"ab\xff\0c\xff\xd0" \
	"d"
#define JFIF "\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0"
/* little-endian, an entry before the one that counts */
#define EXIF(way)                                                                        \
	"\xff\xe1\0\x2e"                                                                 \
	"Exif\0\0II*\0\x8\0\0\0\2\0\xf\1\2\0\4\0\0\0ABCD\x12\1\3\0\1\0\0\0" way "\0\0\0" \
	"\0\0\0\0"
#define TURNED(way)      \
	"\xff\xe1\0\x22" \
	"Exif\0\0MM\0*\0\0\0\x8\0\1\1\x12\0\3\0\0\0\1\0" way "\0\0\0\0\0\0"
#define ADOBE           \
	"\xff\xee\0\xe" \
	"Adobe\0d\x80\0\0\0\2"
#define COMMENT "\xff\xfe\0\x1b<script>alert(1)</script>"
#define END     "\xff\xd9"
#define DQT(first)             \
	"\xff\xdb\0\x43" first \
	"0123456789012345678901234567890123456789012345678901234567890123"
#define DHT(first) "\xff\xc4\0\x14" first "\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0z"

struct jpeg {
	const char *in;
	size_t n;
	const char *out; /* NULL: refused */
	size_t out_n;
	int64_t width, height;
};
#define GOOD(in, out, width, height)                                                 \
	{                                                                            \
		"\xff\xd8" in, sizeof in + 1, "\xff\xd8" out, sizeof out + 1, width, \
			height                                                       \
	}
#define BAD(in)                                             \
	{                                                   \
		"\xff\xd8" in, sizeof in + 1, NULL, 0, 0, 0 \
	}

static const struct jpeg jpegs[] = {
	GOOD(FRAME SCAN DATA END "behind", FRAME SCAN DATA END, 64, 32),
	GOOD(JFIF COMMENT FRAME COMMENT SCAN DATA END, JFIF FRAME SCAN DATA END, 64, 32),
	GOOD(JFIF JFIF FRAME "\xff" SCAN DATA END, JFIF FRAME SCAN DATA END, 64, 32),
	GOOD(EXIF("\1") FRAME SCAN DATA END, FRAME SCAN DATA END, 64, 32),
	GOOD(EXIF("\3") FRAME SCAN DATA END, TURNED("\3") FRAME SCAN DATA END, 64, 32),
	GOOD(EXIF("\6") FRAME SCAN DATA END, TURNED("\6") FRAME SCAN DATA END, 32, 64),
	GOOD(EXIF("\x9") FRAME SCAN DATA END, FRAME SCAN DATA END, 64, 32),
	GOOD(TURNED("\x8") EXIF("\2") FRAME SCAN DATA END,
	     TURNED("\x8") FRAME SCAN DATA END, 32, 64),
	GOOD("\xff\xe1\0\x9"
	     "Exif\0\0X" FRAME SCAN DATA END,
	     FRAME SCAN DATA END, 64, 32),
	GOOD("\xff\xe1\0\x10"
	     "Exif\0\0MM\0*\xff\xff\xff\xff" FRAME SCAN DATA END,
	     FRAME SCAN DATA END, 64, 32),
	GOOD(ADOBE FRAME SCAN DATA END,
	     "\xff\xee\0\xe"
	     "Adobe\0d\0\0\0\0\2" FRAME SCAN DATA END,
	     64, 32),
	GOOD(DQT("\1") DHT("\x10") "\xff\xdd\0\4\0\1" FRAME SCAN DATA END,
	     DQT("\1") DHT("\x10") "\xff\xdd\0\4\0\1" FRAME SCAN DATA END, 64, 32),
	GOOD(FRAME SCAN DATA SCAN DATA END, FRAME SCAN DATA SCAN DATA END, 64, 32),
	BAD(FRAME SCAN DATA),
	BAD(FRAME SCAN END),
	BAD(FRAME END),
	BAD(FRAME FRAME SCAN DATA END),
	BAD(SCAN DATA END),
	BAD(END),
	BAD("<script>"),
	BAD("\xff\xc3\0\xb\x8\0\x20\0\x40\1\1\x11\0" SCAN DATA END), /* lossless */
	BAD("\xff\xc9\0\xb\x8\0\x20\0\x40\1\1\x11\0" SCAN DATA END), /* arithmetic */
	BAD("\xff\xc0\0\xb\xc\0\x20\0\x40\1\1\x11\0" SCAN DATA END), /* 12 bits */
	BAD("\xff\xc0\0\xb\x8\0\0\0\x40\1\1\x11\0" SCAN DATA
		    END), /* height comes later */
	BAD("\xff\xc0\0\xb\x8\xff\xff\xff\xff\1\1\x11\0" SCAN DATA END),
	BAD("\xff\xc0\0\xb\x8\0\x20\0\x40\2\1\x11\0" SCAN DATA END), /* two components */
	BAD("\xff\xc0\0\xe\x8\0\x20\0\x40\1\1\x11\0xxx" SCAN DATA END),
	BAD(FRAME "\xff\xda\0\x9\1\1\0\0\x3f\0x" DATA END),
	BAD(FRAME "\xff\xda\0\x8\2\1\0\0\x3f\0" DATA END),
	BAD(DQT("\4") FRAME SCAN DATA END),
	BAD("\xff\xdb\0\5\0<s" FRAME SCAN DATA END),
	BAD(DHT("\x20") FRAME SCAN DATA END),
	BAD("\xff\xc4\0\5\0<s" FRAME SCAN DATA END),
	BAD("\xff\xc4\0\x15\0\3\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0zz" FRAME SCAN DATA END),
	BAD("\xff\xdd\0\5\0\1x" FRAME SCAN DATA END),
	BAD("\xff\xfe\0\1" FRAME SCAN DATA END),
	BAD("\xff\xfe\xff\xff" FRAME SCAN DATA END),
	BAD(FRAME SCAN DATA "\xff"),
	BAD("\xff\xff"),
};

static void segments(void)
{
	for (size_t i = 0; i < sizeof jpegs / sizeof *jpegs; i++) {
		const struct jpeg *x = &jpegs[i];
		struct picture p;
		BUF(out);
		bool good = picture_filter((str){ x->in, x->n }, &p, &out);
		CHECK(good == (x->out != NULL));
		CHECK(str_eq(buf_str(&out), (str){ x->out ? x->out : "", x->out_n }));
		if (good)
			CHECK(p.width == x->width && p.height == x->height);
	}
}

static void many_scans(void)
{
	for (int scans = 64; scans < 66; scans++) {
		struct picture p;
		BUF(b);
		buf_add(&b, STR("\xff\xd8" FRAME));
		for (int i = 0; i < scans; i++)
			buf_add(&b, STR(SCAN DATA));
		buf_add(&b, STR(END));
		CHECK(picture_filter(buf_str(&b), &p, NULL) == (scans == 64));
	}
}

int main(void)
{
	segments();
	many_scans();
	return check_done();
}
