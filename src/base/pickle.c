#include "base/pickle_inside.h"

static const char cut_off[] = "a pickle that is cut off";

err pickle_take(struct machine *m, size_t n, str *bytes)
{
	if (n > m->rest.n)
		return FAIL(ERR_SYNTAX, cut_off);
	*bytes = str_first(m->rest, n);
	m->rest = str_skip(m->rest, n);
	return OK;
}

err pickle_line(struct machine *m, str *line)
{
	return str_cut(m->rest, '\n', line, &m->rest) ? OK : FAIL(ERR_SYNTAX, cut_off);
}

err pickle_little(struct machine *m, size_t n, uint64_t *number)
{
	str bytes;
	uint64_t x = 0;
	TRY(pickle_take(m, n, &bytes));
	for (size_t i = n; i-- > 0;)
		x = x << 8 | (unsigned char)bytes.p[i];
	*number = x;
	return OK;
}

/* Room for one more of pointers in an array that grows. */
static void grow(struct arena *a, struct pickle ***items, size_t used, size_t *room)
{
	if (used < *room)
		return;
	*room = *room ? 2 * *room : 4;
	struct pickle **wider = arena_alloc(a, *room * sizeof(struct pickle *));
	if (used)
		memcpy(wider, *items, used * sizeof(struct pickle *));
	*items = wider;
}

err pickle_push_again(struct machine *m, struct pickle *value)
{
	if (m->height == PICKLE_STACK)
		return FAIL(ERR_LIMIT, "a pickle with too much that is unfinished");
	grow(m->a, &m->stack, m->height, &m->stack_room);
	m->stack[m->height++] = value;
	return OK;
}

err pickle_push(struct machine *m, struct pickle value)
{
	if (m->values++ == PICKLE_VALUES)
		return FAIL(ERR_LIMIT, "a pickle with too many values");
	struct pickle *p = arena_alloc(m->a, sizeof *p);
	*p = value;
	if (value.type == PICKLE_BYTES || value.type == PICKLE_TEXT)
		p->weight = value.text.n;
	return pickle_push_again(m, p);
}

/* How low the stack may get: to what was begun last. */
static size_t ground(const struct machine *m)
{
	return m->mark_count ? m->marks[m->mark_count - 1] : 0;
}

err pickle_pop(struct machine *m, struct pickle **value)
{
	if (m->height == ground(m))
		return PICKLE_BROKEN;
	*value = m->stack[--m->height];
	return OK;
}

err pickle_top(struct machine *m, struct pickle **value)
{
	if (m->height == ground(m))
		return PICKLE_BROKEN;
	*value = m->stack[m->height - 1];
	return OK;
}

err pickle_pop_marked(struct machine *m, struct pickle ***items, size_t *n)
{
	if (!m->mark_count)
		return PICKLE_BROKEN;
	size_t at = m->marks[--m->mark_count];
	*items = m->stack + at;
	*n = m->height - at;
	m->height = at;
	return OK;
}

err pickle_bear(struct machine *m, struct pickle *to, const struct pickle *what)
{
	to->weight += what->weight;
	m->borne += what->weight;
	return m->borne <= PICKLE_WEIGHT ? OK
					 : FAIL(ERR_LIMIT, "a pickle that says too much");
}

static err add_items(struct machine *m, struct pickle *to, struct pickle **items,
		     size_t n)
{
	if (to->type
	    == PICKLE_OBJECT) /* of a class that is a list, too: not ours to know */
		return OK;
	m->places += n;
	if (m->places > PICKLE_PLACES)
		return FAIL(ERR_LIMIT, "a pickle with too much in its lists");
	size_t room = to->room;
	for (size_t i = 0; i < n; i++) {
		TRY(pickle_bear(m, to, items[i]));
		grow(m->a, &to->items, to->count, &room);
		to->items[to->count++] = items[i];
	}
	to->room = (uint32_t)room;
	return OK;
}

err pickle_push_items(struct machine *m, enum pickle_type type, str text,
		      struct pickle **items, size_t n)
{
	struct pickle made = { .type = PICKLE_TUPLE };
	if (type == PICKLE_DICT && n % 2)
		return PICKLE_BROKEN;
	TRY(add_items(m, &made, items,
		      n)); /* before the push, which may overwrite them */
	made.type = type;
	if (type == PICKLE_OBJECT)
		made.text = text;
	return pickle_push(m, made);
}

static err op_mark(struct machine *m, unsigned char op)
{
	(void)op;
	if (m->mark_count == PICKLE_MARKS)
		return FAIL(ERR_LIMIT, "a pickle that is too deep");
	m->marks[m->mark_count++] = m->height;
	return OK;
}

/* ] and EMPTY_SET: a list; } a dict; ) a tuple. */
static err op_empty(struct machine *m, unsigned char op)
{
	return pickle_push_items(m,
				 op == '}'   ? PICKLE_DICT
				 : op == ')' ? PICKLE_TUPLE
					     : PICKLE_LIST,
				 STR(""), NULL, 0);
}

static err op_marked(struct machine *m, unsigned char op)
{
	struct pickle **items;
	size_t n;
	TRY(pickle_pop_marked(m, &items, &n));
	return pickle_push_items(m,
				 op == 'd'   ? PICKLE_DICT
				 : op == 't' ? PICKLE_TUPLE
					     : PICKLE_LIST,
				 STR(""), items, n);
}

/* TUPLE1 to TUPLE3: of the topmost ones. */
static err op_tuple(struct machine *m, unsigned char op)
{
	size_t n = op - 0x84U;
	if (m->height - ground(m) < n)
		return PICKLE_BROKEN;
	m->height -= n;
	return pickle_push_items(m, PICKLE_TUPLE, STR(""), m->stack + m->height, n);
}

/* a, e, ADDITEMS: to a list; s, u: pairs to a dict. */
static err op_add(struct machine *m, unsigned char op)
{
	struct pickle **items, *to;
	size_t n = op == 'a' ? 1 : 2;
	bool pairs = op == 's' || op == 'u';
	if (op == 'e' || op == 'u' || op == 0x90) {
		TRY(pickle_pop_marked(m, &items, &n));
	} else {
		if (m->height - ground(m) < n)
			return PICKLE_BROKEN;
		m->height -= n;
		items = m->stack + m->height;
	}
	TRY(pickle_top(m, &to));
	if (to->type != PICKLE_OBJECT && to->type != (pairs ? PICKLE_DICT : PICKLE_LIST))
		return PICKLE_BROKEN;
	return pairs && n % 2 ? PICKLE_BROKEN : add_items(m, to, items, n);
}

static err op_pop(struct machine *m, unsigned char op)
{
	struct pickle *gone, **all;
	size_t n;
	return op == '1' ? pickle_pop_marked(m, &all, &n) : pickle_pop(m, &gone);
}

static err op_dup(struct machine *m, unsigned char op)
{
	struct pickle *p;
	(void)op;
	TRY(pickle_top(m, &p));
	return pickle_push_again(m, p);
}

/* ---- numbered values */

static err memo_index(struct machine *m, bool text, size_t octets, uint64_t *index)
{
	str line;
	if (!text)
		return pickle_little(m, octets, index);
	TRY(pickle_line(m, &line));
	return str_u64(line, index) ? OK : PICKLE_BROKEN;
}

static err memo_set(struct machine *m, uint64_t i)
{
	struct pickle *p;
	TRY(pickle_top(m, &p));
	if (i >= PICKLE_MEMO)
		return FAIL(ERR_LIMIT, "a pickle with too many numbered values");
	if (i >= m->memo_room) {
		size_t room = m->memo_room ? m->memo_room : 64;
		while (room <= i)
			room *= 2;
		struct pickle **wider = arena_zero(m->a, room * sizeof(struct pickle *));
		if (m->memo_room)
			memcpy(wider, m->memo, m->memo_room * sizeof(struct pickle *));
		m->memo = wider;
		m->memo_room = room;
	}
	m->memo_count += !m->memo[i];
	m->memo[i] = p;
	return OK;
}

static err op_put(struct machine *m, unsigned char op)
{
	uint64_t i;
	TRY(memo_index(m, op == 'p', op == 'q' ? 1 : 4, &i));
	return memo_set(m, i);
}

/* MEMOIZE: its number is how many there are. */
static err op_memoize(struct machine *m, unsigned char op)
{
	(void)op;
	return memo_set(m, m->memo_count);
}

static err op_get(struct machine *m, unsigned char op)
{
	uint64_t i;
	TRY(memo_index(m, op == 'g', op == 'h' ? 1 : 4, &i));
	if (i >= m->memo_room || !m->memo[i])
		return PICKLE_BROKEN;
	return pickle_push_again(m, m->memo[i]);
}

/* ---- the machine */

static err op_proto(struct machine *m, unsigned char op)
{
	uint64_t version;
	(void)op;
	TRY(pickle_little(m, 1, &version));
	return version <= 5 ? OK : FAIL(ERR_SYNTAX, "a pickle of a protocol over 5");
}

/* How much follows in one piece: whoever has all of it at hand need not know. */
static err op_frame(struct machine *m, unsigned char op)
{
	str length;
	(void)op;
	return pickle_take(m, 8, &length);
}

static err op_stop(struct machine *m, unsigned char op)
{
	(void)op;
	m->stopped = true;
	return OK;
}

static err op_elsewhere(struct machine *m, unsigned char op)
{
	(void)m;
	(void)op;
	return FAIL(ERR_SYNTAX, "a pickle that refers to what is not in the file");
}

static err step(struct machine *m, unsigned char op)
{
	static err (*const ops[256])(struct machine *, unsigned char) = {
		['('] = op_mark,       [']'] = op_empty,      ['}'] = op_empty,
		[')'] = op_empty,      ['l'] = op_marked,     ['d'] = op_marked,
		['t'] = op_marked,     [0x85] = op_tuple,     [0x86] = op_tuple,
		[0x87] = op_tuple,     ['a'] = op_add,        ['e'] = op_add,
		['s'] = op_add,        ['u'] = op_add,        ['0'] = op_pop,
		['1'] = op_pop,        ['2'] = op_dup,        ['p'] = op_put,
		['q'] = op_put,        ['r'] = op_put,        ['g'] = op_get,
		['h'] = op_get,        ['j'] = op_get,        [0x80] = op_proto,
		['.'] = op_stop,       ['P'] = op_elsewhere,  ['Q'] = op_elsewhere,
		[0x82] = op_elsewhere, [0x83] = op_elsewhere, [0x84] = op_elsewhere,
		[0x8F] = op_empty,     [0x90] = op_add,       [0x91] = op_marked,
		[0x94] = op_memoize,   [0x95] = op_frame,     [0x97] = op_elsewhere,
	};
	bool known;
	if (ops[op])
		return ops[op](m, op);
	TRY(pickle_scalar(m, op, &known));
	if (!known)
		TRY(pickle_object(m, op, &known));
	return known ? OK : FAIL(ERR_SYNTAX, "no pickle, or a damaged one");
}

err pickle_read(struct arena *a, str *bytes, const struct pickle **value)
{
	struct machine *m = arena_zero(a, sizeof *m);
	struct pickle *p;
	str op;
	m->a = a;
	m->rest = *bytes;
	grow(a, &m->stack, 0, &m->stack_room);
	while (!m->stopped) {
		TRY(pickle_take(m, 1, &op));
		TRY(step(m, (unsigned char)*op.p));
	}
	TRY(pickle_pop(m, &p));
	*bytes = m->rest;
	*value = p;
	return OK;
}
