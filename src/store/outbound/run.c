/* An entry: the member's distance from the one before, then recipient and detail: how many
 * octets at the front and at the back are as before, how many stand between, and those.
 * Numbers are LEB128. */
#include "store/outbound/run.h"

/* Only what is never looked for by an index of its own. */
static bool is_alike(const struct ledger_entry *x, const struct ledger_entry *y)
{
	return str_eq(x->what, STR("delivered")) && str_eq(x->what, y->what)
	       && x->message > 0 && x->message == y->message && x->inbound == y->inbound
	       && x->at == y->at && !y->class.n && !y->status.n && !y->report;
}

size_t run_length(const struct ledger_entry *e, size_t count)
{
	size_t n = 0;
	while (n < count && is_alike(&e[0], &e[n]))
		n++;
	return n ? n : 1;
}

/* --- packing --- */

static void add_number(struct buf *b, uint64_t n)
{
	for (; n > 127; n >>= 7)
		buf_add_char(b, (char)(n & 127) | (char)-128);
	buf_add_char(b, (char)n);
}

static size_t same_front(str x, str y)
{
	size_t most = x.n < y.n ? x.n : y.n, n = 0;
	while (n < most && x.p[n] == y.p[n])
		n++;
	return n;
}

static size_t same_back(str x, str y)
{
	size_t most = x.n < y.n ? x.n : y.n, n = 0;
	while (n < most && x.p[x.n - 1 - n] == y.p[y.n - 1 - n])
		n++;
	return n;
}

static void add_text(struct buf *b, str before, str text)
{
	size_t front = same_front(before, text);
	size_t back = same_back(str_skip(before, front), str_skip(text, front));
	str between = str_first(str_skip(text, front), text.n - front - back);
	add_number(b, front);
	add_number(b, back);
	add_number(b, between.n);
	buf_add(b, between);
}

void run_pack(struct buf *bytes, const struct ledger_entry *e, size_t count)
{
	struct ledger_entry before = { 0 };
	for (size_t i = 0; i < count; i++) {
		uint64_t away = (uint64_t)e[i].member - (uint64_t)before.member;
		add_number(bytes, away << 1 ^ -(away >> 63)); /* small also below 0 */
		add_text(bytes, before.recipient, e[i].recipient);
		add_text(bytes, before.detail, e[i].detail);
		before = e[i];
	}
}

/* --- unpacking --- */

static bool take_number(str *s, uint64_t *n)
{
	uint64_t value = 0;
	for (unsigned shift = 0; shift < 64 && s->n; shift += 7) {
		unsigned char c = (unsigned char)s->p[0];
		*s = str_skip(*s, 1);
		value |= (uint64_t)(c & 127) << shift;
		if (c < 128) {
			*n = value;
			return true;
		}
	}
	return false;
}

static bool take_text(str *s, struct buf *text)
{
	uint64_t front, back, between;
	if (!take_number(s, &front) || !take_number(s, &back) || !take_number(s, &between)
	    || front > text->n || back > text->n - front || between > s->n)
		return false;
	buf_room(text, between);
	memmove(text->p + front + between, text->p + text->n - back, back);
	if (between)
		memcpy(text->p + front, s->p, between);
	text->n = front + between + back;
	*s = str_skip(*s, between);
	return true;
}

static bool take_entry(struct run *x)
{
	uint64_t n;
	if (!take_number(&x->rest, &n) || !take_text(&x->rest, &x->recipient)
	    || !take_text(&x->rest, &x->detail))
		return false;
	x->member = (int64_t)((uint64_t)x->member + (n >> 1 ^ -(n & 1)));
	return true;
}

void run_open(struct run *x, const struct ledger_entry *row, int64_t entries, str bytes)
{
	x->row = *row;
	x->left = entries;
	x->packed = entries != 1;
	x->damaged = entries < 1;
	x->rest = bytes;
	x->member = 0;
	buf_clear(&x->recipient);
	buf_clear(&x->detail);
}

bool run_next(struct run *x, struct ledger_entry *e)
{
	if (x->left < 1 || x->damaged)
		return false;
	if (x->packed && !take_entry(x)) {
		x->damaged = true;
		return false;
	}
	x->left--;
	x->damaged = !x->left && x->rest.n;
	*e = x->row;
	if (!x->packed)
		return true;
	e->id -= x->left;
	e->recipient = buf_str(&x->recipient);
	e->member = x->member;
	e->detail = buf_str(&x->detail);
	return true;
}

err run_fault(const struct run *x)
{
	return x->damaged ? FAIL(ERR_IO, "a row of the outbound book's table event is "
					 "damaged: restore a backup of the book")
			  : OK;
}

void run_free(struct run *x)
{
	buf_free(&x->recipient);
	buf_free(&x->detail);
}
