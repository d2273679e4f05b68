/* The modules of a QR code; its octets are qr_bits.c. */
#include "web/qr_inside.h"

#include "base/buf.h"

#include <stdlib.h>
#include <string.h>

/* ---- patterns that are always there */

static void put(struct qr *q, int x, int y, bool dark)
{
	if (x < 0 || y < 0 || x >= q->side || y >= q->side)
		return;
	q->dark[y][x] = dark;
	q->fixed[y][x] = 1;
}

/* With the light border around it. */
static void put_finder(struct qr *q, int cx, int cy)
{
	for (int dy = -4; dy <= 4; dy++)
		for (int dx = -4; dx <= 4; dx++) {
			int far = abs(dx) > abs(dy) ? abs(dx) : abs(dy);
			put(q, cx + dx, cy + dy, far != 2 && far != 4);
		}
}

static void put_alignment(struct qr *q, int cx, int cy)
{
	for (int dy = -2; dy <= 2; dy++)
		for (int dx = -2; dx <= 2; dx++)
			put(q, cx + dx, cy + dy,
			    (abs(dx) > abs(dy) ? abs(dx) : abs(dy)) != 1);
}

static void put_alignments(struct qr *q)
{
	int count = q->version / 7 + 2, at[8] = { 6 }, last = q->side - 7;
	int step = (q->version * 4 + count * 2 + 1) / (count * 2 - 2) * 2;
	if (q->version == 1)
		return;
	for (int i = 1; i < count; i++)
		at[i] = last - step * (count - 1 - i);
	for (int i = 0; i < count; i++)
		for (int k = 0; k < count; k++)
			if (!((!i && !k) || (!i && k == count - 1)
			      || (i == count - 1 && !k)))
				put_alignment(q, at[i], at[k]);
}

/* 15 bits: level M, the mask, and BCH(15, 5). */
static void put_format(struct qr *q)
{
	enum { M = 0, GENERATOR = 0x537, XOR = 0x5412 };
	int data = M << 3 | q->mask, rest = data;
	for (int i = 0; i < 10; i++)
		rest = rest << 1 ^ (rest >> 9) * GENERATOR;
	int bits = (data << 10 | rest) ^ XOR;
	for (int i = 0; i < 15; i++) {
		bool dark = bits >> i & 1;
		int near = i < 6 ? i : i + 1; /* over the timing pattern */
		if (i < 8)
			put(q, 8, near, dark);
		else
			put(q, i == 8 ? 7 : 14 - i, 8, dark);
		if (i < 8)
			put(q, q->side - 1 - i, 8, dark);
		else
			put(q, 8, q->side - 15 + i, dark);
	}
	put(q, 8, q->side - 8, true);
}

/* From version 7 on: six bits and BCH(18, 6), twice. */
static void put_version(struct qr *q)
{
	enum { GENERATOR = 0x1f25 };
	int rest = q->version;
	if (q->version < 7)
		return;
	for (int i = 0; i < 12; i++)
		rest = rest << 1 ^ (rest >> 11) * GENERATOR;
	int bits = q->version << 12 | rest;
	for (int i = 0; i < 18; i++) {
		int a = q->side - 11 + i % 3, b = i / 3;
		put(q, a, b, bits >> i & 1);
		put(q, b, a, bits >> i & 1);
	}
}

static void put_patterns(struct qr *q)
{
	for (int i = 0; i < q->side; i++) {
		put(q, 6, i, !(i & 1));
		put(q, i, 6, !(i & 1));
	}
	put_finder(q, 3, 3);
	put_finder(q, q->side - 4, 3);
	put_finder(q, 3, q->side - 4);
	put_alignments(q);
	put_format(q);
	put_version(q);
}

/* ---- data, in pairs of columns, up and down by turns */

static void put_octets(struct qr *q, const unsigned char *octets, size_t n)
{
	size_t i = 0;
	for (int right = q->side - 1; right >= 1; right -= 2) {
		if (right == 6)
			right = 5;
		for (int v = 0; v < q->side; v++)
			for (int k = 0; k < 2; k++) {
				bool up = !((right + 1) & 2);
				int x = right - k, y = up ? q->side - 1 - v : v;
				if (q->fixed[y][x] || i >= n * 8)
					continue;
				q->dark[y][x] = octets[i / 8] >> (7 - i % 8) & 1;
				i++;
			}
	}
}

bool qr_mask(int mask, int x, int y)
{
	switch (mask) {
	case 0:
		return !((x + y) % 2);
	case 1:
		return !(y % 2);
	case 2:
		return !(x % 3);
	case 3:
		return !((x + y) % 3);
	case 4:
		return !((x / 3 + y / 2) % 2);
	case 5:
		return !(x * y % 2 + x * y % 3);
	case 6:
		return !((x * y % 2 + x * y % 3) % 2);
	default:
		return !(((x + y) % 2 + x * y % 3) % 2);
	}
}

static void flip(struct qr *q)
{
	for (int y = 0; y < q->side; y++)
		for (int x = 0; x < q->side; x++)
			if (!q->fixed[y][x])
				q->dark[y][x] ^= qr_mask(q->mask, x, y);
}

/* ---- how hard it is to read: ISO/IEC 18004 section 7.8.3 */

static int module(const struct qr *q, bool across, int line, int i)
{
	return across ? q->dark[line][i] : q->dark[i][line];
}

/* Runs of five and more of one colour, and what looks like a finder. */
static int line_penalty(const struct qr *q, bool across, int line)
{
	enum {
		FINDER = 0x05d,
		LIGHT_BEFORE = 0x05d,
		LIGHT_AFTER = 0x5d0,
		ELEVEN = 0x7ff
	};
	int sum = 0, run = 0, last = -1, window = 0;
	for (int i = 0; i < q->side; i++) {
		int dark = module(q, across, line, i);
		run = dark == last ? run + 1 : 1;
		last = dark;
		sum += run == 5 ? 3 : run > 5 ? 1 : 0;
		window = (window << 1 | dark) & ELEVEN;
		if (i >= 10 && (window == LIGHT_BEFORE || window == LIGHT_AFTER))
			sum += 40;
	}
	return sum;
}

static int penalty(const struct qr *q)
{
	int sum = 0, dark = 0, all = q->side * q->side;
	for (int i = 0; i < q->side; i++)
		sum += line_penalty(q, true, i) + line_penalty(q, false, i);
	for (int y = 0; y < q->side; y++)
		for (int x = 0; x < q->side; x++) {
			int c = q->dark[y][x];
			dark += c;
			if (x && y && c == q->dark[y][x - 1] && c == q->dark[y - 1][x]
			    && c == q->dark[y - 1][x - 1])
				sum += 3;
		}
	return sum + abs(dark * 20 - all * 10) / all * 10;
}

static void choose_mask(struct qr *q)
{
	int best = 0, least = 0;
	for (int m = 0; m < 8; m++) {
		q->mask = m;
		put_format(q);
		flip(q);
		int p = penalty(q);
		if (!m || p < least) {
			best = m;
			least = p;
		}
		flip(q);
	}
	q->mask = best;
	put_format(q);
	flip(q);
}

bool qr_make(str text, struct qr *q)
{
	unsigned char octets[QR_OCTETS];
	size_t n;
	memset(q, 0, sizeof *q);
	if (!qr_octets(text, &q->version, octets, &n))
		return false;
	q->side = 17 + 4 * q->version;
	put_patterns(q);
	put_octets(q, octets, n);
	choose_mask(q);
	return true;
}

/* ---- the picture: each row's dark runs are one path */

struct html qr_svg(struct arena *a, const struct qr *q)
{
	enum { MARGIN = 4 };
	int whole = q->side + 2 * MARGIN;
	BUF(out);
	buf_addf(&out,
		 "<svg viewBox=\"0 0 %d %d\" aria-hidden=\"true\" "
		 "shape-rendering=\"crispEdges\"><path fill=\"#fff\" "
		 "d=\"M0 0h%dv%dH0z\"/><path fill=\"#000\" d=\"",
		 whole, whole, whole, whole);
	for (int y = 0; y < q->side; y++)
		for (int x = 0; x < q->side; x++) {
			int from = x;
			while (x < q->side && q->dark[y][x])
				x++;
			if (x > from)
				buf_addf(&out, "M%d %dh%dv1h-%dz", from + MARGIN,
					 y + MARGIN, x - from, x - from);
		}
	buf_add(&out, STR("\"/></svg>"));
	return (struct html){ arena_copy(a, buf_str(&out)) };
}
