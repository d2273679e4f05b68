/* Classes and objects: names, never called. */
#include "base/pickle_inside.h"
#include "base/utf8.h"

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
	TRY(pickle_pop(m, &member));
	TRY(pickle_pop(m, &module));
	if (module->type != PICKLE_TEXT || member->type != PICKLE_TEXT)
		return PICKLE_BROKEN;
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
	TRY(pickle_pop_marked(m, &items, &n));
	return pickle_push_items(m, PICKLE_OBJECT, name, items, n);
}

static err op_obj(struct machine *m, unsigned char op)
{
	struct pickle **items;
	size_t n;
	(void)op;
	TRY(pickle_pop_marked(m, &items, &n));
	if (!n || items[0]->type != PICKLE_NAME)
		return PICKLE_BROKEN;
	return pickle_push_items(m, PICKLE_OBJECT, items[0]->text, items + 1, n - 1);
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
		return pickle_push_items(m, PICKLE_OBJECT, x[0]->text, NULL, 0);
	if (str_eq(function, STR("_codecs.encode")) && n && x[0]->type == PICKLE_TEXT)
		octets.text = latin1(m->a, x[0]->text);
	else if (n || !str_ends(function, STR("__.bytes")))
		octets.type = PICKLE_OBJECT;
	if (octets.type == PICKLE_BYTES)
		return pickle_push(m, octets);
	return (str_ends(function, STR(".set")) || str_ends(function, STR(".frozenset")))
			       && n == 1 && x[0]->type == PICKLE_LIST
		       ? pickle_push_again(m, x[0])
		       : pickle_push_items(m, PICKLE_OBJECT, function, x, n);
}

static err op_reduce(struct machine *m, unsigned char op)
{
	struct pickle *with, *name;
	TRY(pickle_pop(m, &with));
	TRY(pickle_pop(m, &name));
	if (name->type != PICKLE_NAME || with->type != PICKLE_TUPLE)
		return PICKLE_BROKEN;
	return op == 'R' ? made_by(m, name->text, with)
			 : pickle_push_items(m, PICKLE_OBJECT, name->text, with->items,
					     with->count);
}

/* With words for its arguments, which nothing here asks for. */
static err op_newobj_ex(struct machine *m, unsigned char op)
{
	struct pickle *words;
	TRY(pickle_pop(m, &words));
	return op_reduce(m, op);
}

static err op_build(struct machine *m, unsigned char op)
{
	struct pickle *state, *object;
	(void)op;
	TRY(pickle_pop(m, &state));
	TRY(pickle_top(m, &object));
	if (object->type != PICKLE_OBJECT)
		return PICKLE_BROKEN;
	object->state = state;
	return pickle_bear(m, object, state);
}

err pickle_object(struct machine *m, unsigned char op, bool *known)
{
	static err (*const ops[256])(struct machine *, unsigned char) = {
		['c'] = op_global,     ['i'] = op_inst,          ['o'] = op_obj,
		['R'] = op_reduce,     [0x81] = op_reduce,       ['b'] = op_build,
		[0x92] = op_newobj_ex, [0x93] = op_stack_global,
	};
	*known = ops[op];
	return ops[op] ? ops[op](m, op) : OK;
}
