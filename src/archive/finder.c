#include "archive/finder.h"

/* A state is a beginning of a word, 0 the empty one. Octets that stand in no word are all
 * of class 0 and lead there. */
struct finder {
	const str *words;
	size_t classes, count;
	unsigned char class[256];
	uint32_t *next;    /* [state * classes + class] */
	uint32_t *word;    /* that ends in the state, + 1; or 0 */
	uint32_t *shorter; /* the next state whose word ends here too, or 0 */
};

static uint32_t *next_of(const struct finder *f, uint32_t state, size_t class)
{
	return &f->next[state * f->classes + class];
}

static size_t class_of(const struct finder *f, char c)
{
	return f->class[(unsigned char)chr_lower(c)];
}

/* *states: how many there can be. */
static void sort_octets(struct finder *f, size_t count, size_t *states)
{
	bool used[256] = { false };
	*states = 1;
	for (size_t i = 0; i < count; *states += f->words[i++].n)
		for (size_t k = 0; k < f->words[i].n; k++)
			used[(unsigned char)chr_lower(f->words[i].p[k])] = true;
	f->classes = 1;
	used[0] = false; /* a word with NUL is found nowhere, so the classes fit */
	for (size_t c = 0; c < sizeof used; c++)
		if (used[c])
			f->class[c] = (unsigned char)f->classes++;
}

static void add_word(struct finder *f, size_t i)
{
	uint32_t state = 0;
	for (size_t k = 0; k < f->words[i].n; k++) {
		size_t class = class_of(f, f->words[i].p[k]);
		if (!class)
			return;
		uint32_t *next = next_of(f, state, class);
		if (!*next)
			*next = (uint32_t)f->count++;
		state = *next;
	}
	if (state)
		f->word[state] = (uint32_t)i + 1;
}

/* Where no word goes on, the longest end of what was read that begins one goes on. By
 * length: what a state falls back to is shorter, so done. */
static void link_states(struct finder *f, struct arena *a)
{
	uint32_t *queue = arena_zero(a, f->count * sizeof *queue);
	uint32_t *back = arena_zero(a, f->count * sizeof *back);
	size_t n = 1;
	for (size_t i = 0; i < n; i++) {
		uint32_t state = queue[i];
		for (size_t c = 0; c < f->classes; c++) {
			uint32_t *next = next_of(f, state, c);
			uint32_t other = state ? *next_of(f, back[state], c) : 0;
			if (!*next) {
				*next = other;
				continue;
			}
			back[*next] = other;
			f->shorter[*next] = f->word[other] ? other : f->shorter[other];
			queue[n++] = *next;
		}
	}
}

const struct finder *finder_new(struct arena *a, const str *words, size_t count)
{
	struct finder *f = arena_zero(a, sizeof *f);
	size_t states;
	f->words = words;
	f->count = 1;
	sort_octets(f, count, &states);
	f->next = arena_zero(a, states * f->classes * sizeof *f->next);
	f->word = arena_zero(a, states * sizeof *f->word);
	f->shorter = arena_zero(a, states * sizeof *f->shorter);
	for (size_t i = 0; i < count; i++)
		add_word(f, i);
	link_states(f, a);
	return f;
}

void finder_walk(const struct finder *f, str text, finder_found *found, void *ctx)
{
	uint32_t state = 0;
	for (size_t i = 0; i < text.n; i++) {
		state = *next_of(f, state, class_of(f, text.p[i]));
		uint32_t at = f->word[state] ? state : f->shorter[state];
		for (; at; at = f->shorter[at]) {
			size_t word = f->word[at] - 1;
			found(ctx, i + 1 - f->words[word].n, word);
		}
	}
}
