/* web/qr.h: what is drawn is read again, by the standard's rules, and every block's code is
 * right. Pictures of all versions were read by zbar, too; one of them stands here. */
#include "tests/check.h"

#include "web/qr.h"

#include <string.h>

static void one_that_zbar_read(void)
{
	static const unsigned rows[21] = {
		0x1fc57f, 0x104e41, 0x175e5d, 0x175f5d, 0x17595d, 0x105e41, 0x1fd57f,
		0x001c00, 0x17c27c, 0x1713e9, 0x0bed6a, 0x05b7fc, 0x165918, 0x001137,
		0x1fca8a, 0x105c3f, 0x175eaa, 0x175bdc, 0x175d44, 0x104bcc, 0x1fd102
	};
	struct qr q;
	CHECK(qr_make(STR("postern"), &q) && q.version == 1 && q.mask == 2);
	for (int y = 0; y < 21; y++) {
		unsigned row = 0;
		for (int x = 0; x < 21; x++)
			row = row << 1 | q.dark[y][x];
		CHECK(row == rows[y]);
	}
}

static bool turns(int mask, int x, int y)
{
	int p = x * y;
	const int zero[] = { (x + y) % 2,
			     y % 2,
			     x % 3,
			     (x + y) % 3,
			     (x / 3 + y / 2) % 2,
			     p % 2 + p % 3,
			     (p % 2 + p % 3) % 2,
			     ((x + y) % 2 + p % 3) % 2 };
	return !zero[mask];
}

/* The octets in the order in which they stand. */
static int octets_of(const struct qr *q, int mask, unsigned char *out)
{
	int n = 0;
	memset(out, 0, 1100);
	for (int c = 0; c < q->side / 2; c++) {
		int right = q->side - 1 - 2 * c;
		if (right <= 6)
			right--;
		for (int v = 0; v < q->side; v++)
			for (int x = right; x > right - 2; x--) {
				int y = c % 2 ? v : q->side - 1 - v;
				if (q->fixed[y][x])
					continue;
				bool bit = q->dark[y][x] != turns(mask, x, y);
				out[n / 8] |= (unsigned char)(bit << (7 - n % 8));
				n++;
			}
	}
	return n / 8;
}

static unsigned char times(unsigned x, unsigned y)
{
	unsigned z = 0;
	for (; y; y >>= 1, x = x << 1 ^ (x & 128 ? 0x11d : 0))
		z ^= y & 1 ? x : 0;
	return (unsigned char)z;
}

/* The polynomial of a block is zero at each root of the generator. */
static bool is_whole(const unsigned char *block, int n, int degree)
{
	unsigned char root = 1;
	for (int i = 0; i < degree; i++, root = times(root, 2)) {
		unsigned char at = 0;
		for (int k = 0; k < n; k++)
			at = times(at, root) ^ block[k];
		if (at)
			return false;
	}
	return true;
}

/* version, blocks, octets of a block that correct, octets of data in a short block, and how many
 * blocks have one more (ISO/IEC 18004 table 9, level M). */
static const struct shape {
	int version, blocks, degree, data, longer;
} shapes[] = {
	{ 1, 1, 10, 16, 0 },  { 2, 1, 16, 28, 0 },   { 5, 2, 24, 43, 0 },
	{ 7, 4, 18, 31, 0 },  { 8, 4, 22, 38, 2 },   { 10, 5, 26, 43, 1 },
	{ 14, 9, 24, 40, 5 }, { 17, 11, 28, 46, 1 }, { 20, 16, 26, 41, 13 },
};

static void read_again(const struct shape *s)
{
	static char text[QR_TEXT + 1];
	static unsigned char all[1100], block[200], data[1100];
	int most = s->blocks * s->data + s->longer - (s->version < 10 ? 2 : 3), at = 0;
	struct qr q;
	for (int i = 0; i < most; i++)
		text[i] = (char)('!' + i * 7 % 90);
	CHECK(qr_make((str){ text, (size_t)most }, &q) && q.version == s->version);
	octets_of(&q, q.mask, all);
	for (int b = 0; b < s->blocks; b++) {
		int longs = s->blocks - s->longer, n = 0;
		for (int i = 0; i < s->data; i++)
			block[n++] = all[i * s->blocks + b];
		if (b >= longs)
			block[n++] = all[s->data * s->blocks + b - longs];
		memcpy(data + at, block, (size_t)n);
		at += n;
		for (int i = 0; i < s->degree; i++)
			block[n++] =
				all[s->data * s->blocks + s->longer + i * s->blocks + b];
		CHECK(is_whole(block, n, s->degree));
		block[n / 2] ^= 1;
		CHECK(!is_whole(block, n, s->degree));
	}
	int head = s->version < 10 ? 12 : 20;
	int length = s->version < 10 ? (data[0] & 15) << 4 | data[1] >> 4
				     : (data[0] & 15) << 12 | data[1] << 4 | data[2] >> 4;
	CHECK(data[0] >> 4 == 4 && length == most);
	for (int i = 0; i < most; i++) {
		int bit = head + 8 * i;
		CHECK((char)(data[bit / 8] << 4 | data[bit / 8 + 1] >> 4) == text[i]);
	}
}

/* A module's corner patterns, and both copies of the format. */
static void patterns(void)
{
	struct qr q;
	CHECK(qr_make(STR("otpauth://totp/lists.example:anna%40uni.example?secret=GEZD"),
		      &q));
	for (int i = 8; i < q.side - 8; i++)
		CHECK(q.dark[6][i] == !(i & 1) && q.dark[i][6] == !(i & 1));
	int first = 0, second = 0;
	for (int i = 0; i < 8; i++)
		first |= q.dark[i < 6 ? i : i + 1][8] << i,
			second |= q.dark[8][q.side - 1 - i] << i;
	for (int i = 8; i < 15; i++)
		first |= q.dark[8][i == 8 ? 7 : 14 - i] << i,
			second |= q.dark[q.side - 15 + i][8] << i;
	CHECK(first == second && ((first ^ 0x5412) >> 10) == q.mask); /* M is 00 */
	CHECK(q.dark[q.side - 8][8]);
}

int main(void)
{
	ARENA(a);
	static char much[QR_TEXT + 1];
	struct qr q;
	memset(much, 'x', sizeof much);
	one_that_zbar_read();
	for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
		read_again(&shapes[i]);
	patterns();
	CHECK(qr_make((str){ much, QR_TEXT }, &q)
	      && !qr_make((str){ much, QR_TEXT + 1 }, &q));
	CHECK(qr_make(STR(""), &q) && q.version == 1);
	struct html svg = qr_svg(a, &q);
	CHECK(str_starts(svg.s, STR("<svg viewBox=\"0 0 29 29\"")));
	CHECK(str_ends(svg.s, STR("z\"/></svg>")));
	return check_done();
}
