#include "send/turns.h"

#include "base/map.h"
#include "base/mem.h"

#include <stdlib.h>

/* "17/info@lists.example" is what came as 17 and left by that alias, or from that
 * account. */
static str name_of(const struct outbound_message *m)
{
	str inbound, name;
	if (m->list.n)
		return m->list;
	bool named = str_eq(m->kind, STR("submission")) || str_eq(m->kind, STR("forward"))
		     || str_eq(m->kind, STR("rewritten"));
	return named && str_cut(m->source, '/', &inbound, &name) ? name : m->kind;
}

uint64_t turns_flow(const struct outbound_message *m)
{
	return map_hash(name_of(m));
}

struct flow *turns_of(const struct turns *t, uint64_t flow)
{
	if (t->last && t->last->id == flow)
		return t->last;
	for (struct flow *f = t->first; f; f = f->next)
		if (f->id == flow)
			return f;
	return NULL;
}

struct turn *turns_find(const struct turns *t, uint64_t flow, int64_t message)
{
	struct flow *f = turns_of(t, flow);
	if (!f)
		return NULL;
	if (f->last->message == message)
		return f->last;
	for (struct turn *x = f->first; x; x = x->next)
		if (x->message == message)
			return x;
	return NULL;
}

struct turn *turns_first(const struct turns *t)
{
	return t->first ? t->first->first : NULL;
}

static void append_flow(struct turns *t, struct flow *f)
{
	f->next = NULL;
	*(t->last ? &t->last->next : &t->first) = f;
	t->last = f;
}

static void remove_flow(struct turns *t, struct flow *f)
{
	struct flow *before = NULL;
	for (struct flow *x = t->first; x != f; x = x->next)
		before = x;
	*(before ? &before->next : &t->first) = f->next;
	if (t->last == f)
		t->last = before;
}

static void append(struct flow *f, struct turn *x)
{
	x->next = NULL;
	x->flow = f;
	*(f->last ? &f->last->next : &f->first) = x;
	f->last = x;
}

static void unlink_turn(struct flow *f, struct turn *turn)
{
	struct turn *before = NULL;
	for (struct turn *x = f->first; x != turn; x = x->next)
		before = x;
	*(before ? &before->next : &f->first) = turn->next;
	if (f->last == turn)
		f->last = before;
}

void turns_add(struct turns *t, struct turn *turn, uint64_t flow)
{
	struct flow *f = turns_of(t, flow);
	if (!f) {
		f = mem_zero(sizeof *f);
		f->id = flow;
		append_flow(t, f);
	}
	append(f, turn);
	f->turns++;
}

static void pass_flow(struct turns *t)
{
	struct flow *f = t->first;
	if (f == t->last)
		return;
	remove_flow(t, f);
	append_flow(t, f);
}

void turns_pass(struct turns *t)
{
	struct flow *f = t->first;
	struct turn *x = f->first;
	if (x != f->last) {
		unlink_turn(f, x);
		append(f, x);
	}
	pass_flow(t);
}

void turns_leave(struct turns *t, struct turn *turn)
{
	struct flow *f = turn->flow;
	bool first = turns_first(t) == turn;
	unlink_turn(f, turn);
	turn->flow = NULL;
	if (--f->turns) {
		if (first)
			pass_flow(t);
		return;
	}
	remove_flow(t, f);
	free(f);
}

void turns_free(struct turns *t)
{
	struct turn *x;
	while ((x = turns_first(t))) {
		turns_leave(t, x);
		free(x);
	}
}
