#include "base/pickle_inside.h"
#include "base/utf8.h"

static const char cut_off[] = "a pickle that is cut off";
static const char broken[] = "a pickle whose parts do not fit together";

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

static err push(struct machine *m, struct pickle *value)
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
	return push(m, p);
}

/* How low the stack may get: to what was begun last. */
static size_t ground(const struct machine *m)
{
	return m->mark_count ? m->marks[m->mark_count - 1] : 0;
}

static err pop(struct machine *m, struct pickle **value)
{
	if (m->height == ground(m))
		return FAIL(ERR_SYNTAX, broken);
	*value = m->stack[--m->height];
	return OK;
}

/* What stands on top when what was begun last has been taken off. */
static err top(struct machine *m, struct pickle **value)
{
	if (m->height == ground(m))
		return FAIL(ERR_SYNTAX, broken);
	*value = m->stack[m->height - 1];
	return OK;
}

/* All behind the last mark; it stays where it is until the next push. */
static err pop_marked(struct machine *m, struct pickle ***items, size_t *n)
{
	if (!m->mark_count)
		return FAIL(ERR_SYNTAX, broken);
	size_t at = m->marks[--m->mark_count];
	*items = m->stack + at;
	*n = m->height - at;
	m->height = at;
	return OK;
}

/* A few octets can put a long text into a list a million times. */
static err bear(struct machine *m, struct pickle *to, const struct pickle *what)
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
		TRY(bear(m, to, items[i]));
		grow(m->a, &to->items, to->count, &room);
		to->items[to->count++] = items[i];
	}
	to->room = (uint32_t)room;
	return OK;
}

/* A container or an object of what is given. */
static err push_items(struct machine *m, enum pickle_type type, str text,
		      struct pickle **items, size_t n)
{
	struct pickle made = { .type = PICKLE_TUPLE };
	if (type == PICKLE_DICT && n % 2)
		return FAIL(ERR_SYNTAX, broken);
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
	return push_items(m,
			  op == '}'   ? PICKLE_DICT
			  : op == ')' ? PICKLE_TUPLE
				      : PICKLE_LIST,
			  STR(""), NULL, 0);
}

static err op_marked(struct machine *m, unsigned char op)
{
	struct pickle **items;
	size_t n;
	TRY(pop_marked(m, &items, &n));
	return push_items(m,
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
		return FAIL(ERR_SYNTAX, broken);
	m->height -= n;
	return push_items(m, PICKLE_TUPLE, STR(""), m->stack + m->height, n);
}

/* a, e, ADDITEMS: to a list; s, u: pairs to a dict. */
static err op_add(struct machine *m, unsigned char op)
{
	struct pickle **items, *to;
	size_t n = op == 'a' ? 1 : 2;
	bool pairs = op == 's' || op == 'u';
	if (op == 'e' || op == 'u' || op == 0x90) {
		TRY(pop_marked(m, &items, &n));
	} else {
		if (m->height - ground(m) < n)
			return FAIL(ERR_SYNTAX, broken);
		m->height -= n;
		items = m->stack + m->height;
	}
	TRY(top(m, &to));
	if (to->type != PICKLE_OBJECT && to->type != (pairs ? PICKLE_DICT : PICKLE_LIST))
		return FAIL(ERR_SYNTAX, broken);
	return pairs && n % 2 ? FAIL(ERR_SYNTAX, broken) : add_items(m, to, items, n);
}

static err op_pop(struct machine *m, unsigned char op)
{
	struct pickle *gone, **all;
	size_t n;
	return op == '1' ? pop_marked(m, &all, &n) : pop(m, &gone);
}

static err op_dup(struct machine *m, unsigned char op)
{
	struct pickle *p;
	(void)op;
	TRY(top(m, &p));
	return push(m, p);
}

/* ---- numbered values */

static err memo_index(struct machine *m, bool text, size_t octets, uint64_t *index)
{
	str line;
	if (!text)
		return pickle_little(m, octets, index);
	TRY(pickle_line(m, &line));
	return str_u64(line, index) ? OK : FAIL(ERR_SYNTAX, broken);
}

static err memo_set(struct machine *m, uint64_t i)
{
	struct pickle *p;
	TRY(top(m, &p));
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
		return FAIL(ERR_SYNTAX, broken);
	return push(m, m->memo[i]);
}

/* ---- classes and objects: names, never called */

static err class_name(struct machine *m, str *name)
{
	str module, member;
	TRY(pickle_line(m, &module));
	TRY(pickle_line(m, &member));
	*name = arena_cat(m->a, module, STR("."), member);
	return OK;
}

static err op_global(struct machine *m, unsigned char op)
{
	str name;
	(void)op;
	TRY(class_name(m, &name));
	return pickle_push(m, (struct pickle){ .type = PICKLE_NAME, .text = name });
}

/* Its two halves are texts on the stack. */
static err op_stack_global(struct machine *m, unsigned char op)
{
	struct pickle *module, *member;
	(void)op;
	TRY(pop(m, &member));
	TRY(pop(m, &module));
	if (module->type != PICKLE_TEXT || member->type != PICKLE_TEXT)
		return FAIL(ERR_SYNTAX, broken);
	return pickle_push(m,
			   (struct pickle){ .type = PICKLE_NAME,
					    .text = arena_cat(m->a, module->text,
							      STR("."), member->text) });
}

static err op_inst(struct machine *m, unsigned char op)
{
	str name;
	struct pickle **items;
	size_t n;
	(void)op;
	TRY(class_name(m, &name));
	TRY(pop_marked(m, &items, &n));
	return push_items(m, PICKLE_OBJECT, name, items, n);
}

static err op_obj(struct machine *m, unsigned char op)
{
	struct pickle **items;
	size_t n;
	(void)op;
	TRY(pop_marked(m, &items, &n));
	if (!n || items[0]->type != PICKLE_NAME)
		return FAIL(ERR_SYNTAX, broken);
	return push_items(m, PICKLE_OBJECT, items[0]->text, items + 1, n - 1);
}

/* Python 3 writes octets as text whose characters they are, to be encoded in Latin-1. */
static str latin1(struct arena *a, str text)
{
	char *out = arena_alloc(a, text.n + 1);
	size_t n = 0;
	while (text.n)
		out[n++] = (char)utf8_next(&text);
	return (str){ out, n };
}

/* What some functions would have made can be said without them. */
static err made_by(struct machine *m, str function, const struct pickle *with)
{
	struct pickle **x = with->items, octets = { .type = PICKLE_BYTES };
	size_t n = with->count;
	if (str_ends(function, STR("._reconstructor")) && n && x[0]->type == PICKLE_NAME)
		return push_items(m, PICKLE_OBJECT, x[0]->text, NULL, 0);
	if (str_eq(function, STR("_codecs.encode")) && n && x[0]->type == PICKLE_TEXT)
		octets.text = latin1(m->a, x[0]->text);
	else if (n || !str_ends(function, STR("__.bytes")))
		octets.type = PICKLE_OBJECT;
	if (octets.type == PICKLE_BYTES)
		return pickle_push(m, octets);
	return (str_ends(function, STR(".set")) || str_ends(function, STR(".frozenset")))
			       && n == 1 && x[0]->type == PICKLE_LIST
		       ? push(m, x[0])
		       : push_items(m, PICKLE_OBJECT, function, x, n);
}

static err op_reduce(struct machine *m, unsigned char op)
{
	struct pickle *with, *name;
	TRY(pop(m, &with));
	TRY(pop(m, &name));
	if (name->type != PICKLE_NAME || with->type != PICKLE_TUPLE)
		return FAIL(ERR_SYNTAX, broken);
	return op == 'R' ? made_by(m, name->text, with)
			 : push_items(m, PICKLE_OBJECT, name->text, with->items,
				      with->count);
}

/* With words for its arguments, which nothing here asks for. */
static err op_newobj_ex(struct machine *m, unsigned char op)
{
	struct pickle *words;
	TRY(pop(m, &words));
	return op_reduce(m, op);
}

static err op_build(struct machine *m, unsigned char op)
{
	struct pickle *state, *object;
	(void)op;
	TRY(pop(m, &state));
	TRY(top(m, &object));
	if (object->type != PICKLE_OBJECT)
		return FAIL(ERR_SYNTAX, broken);
	object->state = state;
	return bear(m, object, state);
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
		['('] = op_mark,       [']'] = op_empty,         ['}'] = op_empty,
		[')'] = op_empty,      ['l'] = op_marked,        ['d'] = op_marked,
		['t'] = op_marked,     [0x85] = op_tuple,        [0x86] = op_tuple,
		[0x87] = op_tuple,     ['a'] = op_add,           ['e'] = op_add,
		['s'] = op_add,        ['u'] = op_add,           ['0'] = op_pop,
		['1'] = op_pop,        ['2'] = op_dup,           ['p'] = op_put,
		['q'] = op_put,        ['r'] = op_put,           ['g'] = op_get,
		['h'] = op_get,        ['j'] = op_get,           ['c'] = op_global,
		['i'] = op_inst,       ['o'] = op_obj,           ['R'] = op_reduce,
		[0x81] = op_reduce,    ['b'] = op_build,         [0x80] = op_proto,
		['.'] = op_stop,       ['P'] = op_elsewhere,     ['Q'] = op_elsewhere,
		[0x82] = op_elsewhere, [0x83] = op_elsewhere,    [0x84] = op_elsewhere,
		[0x8F] = op_empty,     [0x90] = op_add,          [0x91] = op_marked,
		[0x92] = op_newobj_ex, [0x93] = op_stack_global, [0x94] = op_memoize,
		[0x95] = op_frame,     [0x97] = op_elsewhere,
	};
	bool known;
	if (ops[op])
		return ops[op](m, op);
	TRY(pickle_scalar(m, op, &known));
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
	TRY(pop(m, &p));
	*bytes = m->rest;
	*value = p;
	return OK;
}

str pickle_str(const struct pickle *p)
{
	return p && (p->type == PICKLE_BYTES || p->type == PICKLE_TEXT) ? p->text
									: STR_NONE;
}

int64_t pickle_number(const struct pickle *p, int64_t otherwise)
{
	if (p && (p->type == PICKLE_BOOL || p->type == PICKLE_INT))
		return p->number;
	return p && p->type == PICKLE_REAL && p->real > -9e15 && p->real < 9e15
		       ? (int64_t)p->real
		       : otherwise;
}

static const struct pickle *dict_of(const struct pickle *p)
{
	return p && p->type == PICKLE_OBJECT ? p->state : p;
}

const struct pickle *pickle_get(const struct pickle *dict, const char *key)
{
	dict = dict_of(dict);
	if (!dict || dict->type != PICKLE_DICT)
		return NULL;
	for (size_t i = dict->count; i >= 2; i -= 2) { /* what was put in last holds */
		str text = pickle_str(dict->items[i - 2]);
		if (text.p && str_eq(text, str_from(key)))
			return dict->items[i - 1];
	}
	return NULL;
}

void pickle_map(const struct pickle *dict, struct map *m)
{
	dict = dict_of(dict);
	if (!dict || dict->type != PICKLE_DICT)
		return;
	for (size_t i = 0; i + 1 < dict->count; i += 2) {
		str text = pickle_str(dict->items[i]);
		if (text.p)
			map_set(m, text, dict->items[i + 1]);
	}
}
