/* The octets of a QR code: the text, filled up, in blocks that each bear a Reed-Solomon code. */
#include "web/qr_inside.h"

#include <string.h>

/* Of level M, by version (ISO/IEC 18004 table 9). */
static const unsigned char CORRECTING[QR_VERSIONS + 1] = { 0,  10, 16, 26, 18, 24, 16,
							   18, 22, 22, 26, 30, 22, 22,
							   24, 24, 28, 28, 26, 26, 26 };
static const unsigned char BLOCKS[QR_VERSIONS + 1] = { 0, 1,  1,  1,  2,  2,  4,
						       4, 4,  5,  5,  5,  8,  9,
						       9, 10, 10, 11, 13, 14, 16 };

/* All octets that a version has room for: its modules less its patterns. */
static int capacity(int version)
{
	int bits = (16 * version + 128) * version + 64;
	if (version >= 2) {
		int rows = version / 7 + 2;
		bits -= (25 * rows - 10) * rows - 55;
	}
	if (version >= 7)
		bits -= 36;
	return bits / 8;
}

static int room(int version)
{
	return capacity(version) - CORRECTING[version] * BLOCKS[version];
}

/* ---- the field of 256 elements modulo x^8 + x^4 + x^3 + x^2 + 1 */

static unsigned char times(unsigned char x, unsigned char y)
{
	unsigned z = 0;
	for (int i = 7; i >= 0; i--) {
		z = z << 1 ^ (z >> 7) * 0x11d;
		z ^= (unsigned)(y >> i & 1) * x;
	}
	return (unsigned char)z;
}

/* The generator's coefficients, its highest, which is 1, left out. */
static void generator(int degree, unsigned char *g)
{
	unsigned char root = 1;
	memset(g, 0, (size_t)degree);
	g[degree - 1] = 1;
	for (int i = 0; i < degree; i++) {
		for (int k = 0; k < degree; k++) {
			g[k] = times(g[k], root);
			if (k + 1 < degree)
				g[k] ^= g[k + 1];
		}
		root = times(root, 2);
	}
}

static void correct(const unsigned char *data, int n, int degree, unsigned char *rest)
{
	unsigned char g[32];
	generator(degree, g);
	memset(rest, 0, (size_t)degree);
	for (int i = 0; i < n; i++) {
		unsigned char factor = data[i] ^ rest[0];
		memmove(rest, rest + 1, (size_t)degree - 1);
		rest[degree - 1] = 0;
		for (int k = 0; k < degree; k++)
			rest[k] ^= times(g[k], factor);
	}
}

/* ---- the octets of the text */

struct bits {
	unsigned char *at;
	int n;
};

static void add(struct bits *b, unsigned value, int width)
{
	for (int i = width - 1; i >= 0; i--, b->n++)
		b->at[b->n / 8] |= (unsigned char)((value >> i & 1) << (7 - b->n % 8));
}

static void fill(str text, int version, unsigned char *data)
{
	enum { OCTETS_MODE = 4 };
	int most = room(version);
	struct bits b = { data, 0 };
	memset(data, 0, (size_t)most);
	add(&b, OCTETS_MODE, 4);
	add(&b, (unsigned)text.n, version < 10 ? 8 : 16);
	for (size_t i = 0; i < text.n; i++)
		add(&b, (unsigned char)text.p[i], 8);
	add(&b, 0, most * 8 - b.n < 4 ? most * 8 - b.n : 4);
	b.n = (b.n + 7) / 8 * 8;
	for (unsigned pad = 0xec; b.n < most * 8; pad ^= 0xec ^ 0x11)
		add(&b, pad, 8);
}

/* The first of each block, the second of each …: a spot on the picture hurts all a little.
 * Short blocks have one octet of data less. */
static size_t interleave(const unsigned char *data, int version, unsigned char *out)
{
	int blocks = BLOCKS[version], degree = CORRECTING[version], most = room(version);
	int least = most / blocks, longer = most % blocks;
	unsigned char rest[32];
	size_t n = 0;
	for (int i = 0; i <= least; i++)
		for (int b = 0; b < blocks; b++) {
			int longs = b > blocks - longer ? b - (blocks - longer) : 0;
			if (i < least || b >= blocks - longer)
				out[n++] = data[b * least + longs + i];
		}
	for (int b = 0; b < blocks; b++) {
		int longs = b > blocks - longer ? b - (blocks - longer) : 0;
		correct(data + b * least + longs, least + (b >= blocks - longer), degree,
			rest);
		for (int i = 0; i < degree; i++)
			out[n + (size_t)(i * blocks + b)] = rest[i];
	}
	return n + (size_t)(blocks * degree);
}

bool qr_octets(str text, int *version, unsigned char out[static QR_OCTETS], size_t *n)
{
	unsigned char data[QR_OCTETS];
	int v = 1;
	while (v <= QR_VERSIONS && room(v) < (int)text.n + (v < 10 ? 2 : 3))
		v++;
	if (text.n > QR_TEXT || v > QR_VERSIONS)
		return false;
	fill(text, v, data);
	*version = v;
	*n = interleave(data, v, out);
	return true;
}
