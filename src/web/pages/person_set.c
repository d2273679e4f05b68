/* /persons/N: what those who run the server change of somebody, each an order. */
#include "web/pages/person.h"

#include "base/language.h"
#include "base/said.h"
#include "web/pages/account.h"
#include "web/pages/meanwhile.h"

static const struct act {
	const char *word, *order, *key,
		*value; /* NULL: what the field of that name says */
	bool address;   /* of theirs, which the form names */
} acts[] = {
	{ "name", "person_change", "name", NULL, false },
	{ "admin", "person_change", "admin", "yes", false },
	{ "unadmin", "person_change", "admin", "no", false },
	{ "password", "person_change", "password", "", false },
	{ "sign_out", "person_sign_out", "all", "yes", false },
	{ "totp_off", "person_totp_off", "all", "yes", false },
	{ "untoken", "person_untoken", "token", NULL, false },
	{ "add", "person_address", "address", NULL, false },
	{ "verify", "address_proven", "proven", "yes", true },
	{ "unverify", "address_proven", "proven", "no", true },
	{ "prefer", "address_prefer", "prefer", "yes", true },
	{ "unprefer", "address_prefer", "prefer", "no", true },
	{ "drop", "address_drop", "drop", "yes", true },
};

static const struct act *act_of(str word)
{
	for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
		if (str_eq(word, str_from(acts[i].word)))
			return &acts[i];
	return NULL;
}

/* A page that was open may name one that is somebody else's by now. */
static bool is_theirs(const struct whose *x, str address)
{
	for (size_t i = 0; i < x->own_count; i++)
		if (str_eq(x->own[i].text, address))
			return true;
	return false;
}

static void run(struct request *q, struct response *r, const struct whose *x,
		const char *kind, json_t *args)
{
	struct ordered done;
	struct whose now = *x;
	if (order_and_wait(q, kind, args, &done)) {
		response_redirect(r, 303,
				  arena_printf(q->arena, "%.*s?done=%lld", STR_F(x->path),
					       (long long)done.order));
		return;
	}
	bool adds = !strcmp(kind, "person_address");
	r->status = done.result ? 400 : 503;
	person_show(q, r, &now, adds ? NULL : note_bad(q, done.why),
		    &(struct person_faults){ .address = adds ? done.why : STR_NONE });
}

/* ---- preferences: those that the form changed */

struct change {
	json_t *set;
	struct page_note_lines lines[PERSON_PREFERENCES]; /* others changed these */
	size_t lines_count;
};

static err differences(struct request *q, const struct whose *x, struct change *c)
{
	struct person_preference all[PERSON_PREFERENCES];
	TRY(person_preferences(q, x, all));
	for (size_t i = 0; i < PERSON_PREFERENCES; i++) {
		str key = str_from(all[i].key), wanted = field(q, all[i].key);
		enum meanwhile m = meanwhile_of(q, key, all[i].value, wanted);
		if (m == MEANWHILE_MINE)
			json_object_set_new(c->set, all[i].key, json_of(wanted));
		else if (m == MEANWHILE_CLASH)
			c->lines[c->lines_count++].text = arena_cat(
				q->arena, key, STR(": "),
				meanwhile_text(q, "preferences changed", key,
					       all[i].value, wanted));
	}
	return OK;
}

static void refuse(struct request *q, struct response *r, const struct whose *x,
		   const struct change *c)
{
	struct page_note note = {
		.bad = true,
		.text = S_(
			"Nothing was changed, since somebody else has changed the same:"),
		.lines = c->lines,
		.lines_count = c->lines_count,
	};
	r->status = 400;
	person_show(q, r, x, &note, &(struct person_faults){ 0 });
}

static void set_preferences(struct request *q, struct response *r, const struct whose *x)
{
	struct change c = { .set = json_object() };
	bool failed = page_failed(q, r, differences(q, x, &c));
	if (failed || c.lines_count || !json_object_size(c.set)) {
		json_decref(c.set);
		if (!failed && c.lines_count)
			refuse(q, r, x, &c);
		else if (!failed)
			go_said(q, r, x->path, "unchanged", STR(""));
		return;
	}
	json_t *args = json_object();
	json_object_set_new(args, "person", json_integer(x->who.id));
	json_object_set_new(args, "set", c.set);
	run(q, r, x, "preferences_set", args);
}

void one_person_post(struct request *q, struct response *r)
{
	struct whose x;
	str word = field(q, "do");
	const struct act *act = act_of(word);
	if (!person_named(q, r, &x))
		return;
	if (str_eq(word, STR("preferences"))) {
		set_preferences(q, r, &x);
		return;
	}
	if (!act) {
		r->status = 400;
		return;
	}
	if (act->address && !is_theirs(&x, field(q, "address"))) {
		r->status = 400;
		person_show(q, r, &x,
			    note_bad(q, S_("This is no address of theirs any more.")),
			    &(struct person_faults){ 0 });
		return;
	}
	/* who finds an administrator's browser open must not weaken others' accounts */
	if (str_eq(word, STR("totp_off")) && !account_proven(q, r, x.path))
		return;
	json_t *args = json_object();
	json_object_set_new(args, "person", json_integer(x.who.id));
	if (act->address)
		json_object_set_new(args, "address", json_of(field(q, "address")));
	json_object_set_new(args, act->key,
			    act->value ? json_string(act->value)
				       : json_of(field(q, act->key)));
	run(q, r, &x, act->order, args);
}
