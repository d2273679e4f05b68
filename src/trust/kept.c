#include "trust/kept.h"

#include "base/utf8.h"

enum { KEPT_ROW_MAX = 8 << 10, KEPT_ALL_MAX = 64 << 10 }; /* octets of text */

struct kept_row {
	str name;
	enum dns_type type;
	struct dns_answer answer;
};

static const char *const words[] = { [DNS_FOUND] = "found",
				     [DNS_NODATA] = "nodata",
				     [DNS_NXDOMAIN] = "nxdomain",
				     [DNS_FAILED] = "failed" };

static struct kept_row *find(const struct kept *k, str name, enum dns_type type)
{
	for (size_t i = 0; i < k->count; i++)
		if (k->rows[i].type == type && str_ieq(k->rows[i].name, name))
			return &k->rows[i];
	return NULL;
}

static void add(struct kept *k, str name, enum dns_type type, struct dns_answer answer)
{
	if (k->count == k->room) {
		struct kept_row *old = k->rows;
		k->room = k->room ? 2 * k->room : 16;
		k->rows = arena_alloc(k->a, k->room * sizeof *k->rows);
		if (k->count)
			memcpy(k->rows, old, k->count * sizeof *old);
	}
	k->rows[k->count++] = (struct kept_row){ arena_copy(k->a, name), type, answer };
}

/* Addresses matter only as a proof that a name exists: DMARC's np. */
static bool worth(str name, enum dns_type type)
{
	return type == DNS_A
	       || (type == DNS_TXT
		   && (str_istarts(name, STR("_dmarc."))
		       || str_ifind(name, STR("._domainkey.")).n));
}

static void ask(struct resolver *r, struct arena *a, str name, enum dns_type type,
		int64_t deadline, struct dns_answer *answer)
{
	struct kept *k = (struct kept *)r;
	struct kept_row *row = find(k, name, type);
	if (!k->below && row) {
		*answer = row->answer;
		return;
	}
	if (!k->below) {
		*answer = (struct dns_answer){ .status = DNS_FAILED,
					       .why = "not asked when the message came" };
		return;
	}
	resolver_ask(k->below, a, name, type, deadline, answer);
	if (!row && worth(name, type))
		add(k, name, type, *answer);
}

void kept_record(struct kept *k, struct arena *a, struct resolver *below)
{
	*k = (struct kept){ .resolver = { ask }, .below = below, .a = a };
}

void kept_text(struct buf *out, struct arena *a, str text)
{
	text = utf8_scrub(a, text);
	if (str_has(text, '\0')) {
		text = arena_copy(a, text);
		for (size_t i = 0; i < text.n; i++)
			if (!text.p[i])
				((char *)text.p)[i] = '?'; /* a reader may stop at it */
	}
	buf_add_quoted(out, text);
}

static void add_row(struct buf *out, const struct kept *k, const struct kept_row *row)
{
	buf_add(out, STR("{\"name\":"));
	kept_text(out, k->a, row->name);
	buf_cat(out, STR(",\"type\":\""), row->type == DNS_A ? STR("A") : STR("TXT"),
		STR("\",\"status\":\""), str_from(words[row->answer.status]),
		STR("\",\"texts\":["));
	for (size_t n = 0; n < row->answer.count && row->type == DNS_TXT; n++) {
		buf_add(out, n ? STR(",") : STR(""));
		kept_text(out, k->a, row->answer.records[n].data);
	}
	buf_add(out, STR("]}"));
}

static bool is_key(const struct kept_row *row)
{
	return str_ifind(row->name, STR("._domainkey.")).n;
}

/* Whoever signs chooses how long his records are: what does not fit counts,
 * when it is judged again, as not answered. So policies come before keys. */
void kept_json(struct buf *out, const struct kept *k)
{
	BUF(row);
	size_t from = out->n;
	buf_add_char(out, '[');
	for (size_t i = 0; i < 2 * k->count; i++) {
		const struct kept_row *r = &k->rows[i % k->count];
		if (is_key(r) != (i >= k->count))
			continue;
		row.n = 0;
		add_row(&row, k, r);
		if (row.n > KEPT_ROW_MAX || out->n - from + row.n > KEPT_ALL_MAX)
			continue;
		buf_add(out, out->n > from + 1 ? STR(",") : STR(""));
		buf_add(out, buf_str(&row));
	}
	buf_add_char(out, ']');
}

static str text_of(struct arena *a, const json_t *text)
{
	return arena_copy(a, (str){ json_string_value(text), json_string_length(text) });
}

static struct dns_answer answer_of(struct arena *a, const json_t *o)
{
	struct dns_answer out = { .status = DNS_FAILED,
				  .why = "no answer when the message came" };
	str status = str_from(json_string_value(json_object_get(o, "status")));
	const json_t *texts = json_object_get(o, "texts");
	for (enum dns_status s = DNS_FOUND; s <= DNS_FAILED; s++)
		if (str_eq(status, str_from(words[s])))
			out.status = s;
	out.count = json_array_size(texts);
	out.records = arena_zero(a, out.count * sizeof *out.records);
	for (size_t i = 0; i < out.count; i++)
		out.records[i].data = text_of(a, json_array_get(texts, i));
	return out;
}

void kept_replay(struct kept *k, struct arena *a, const json_t *json)
{
	size_t i;
	json_t *o;
	*k = (struct kept){ .resolver = { ask }, .a = a };
	json_array_foreach((json_t *)json, i, o)
	{
		str type = str_from(json_string_value(json_object_get(o, "type")));
		json_t *name = json_object_get(o, "name");
		if (json_is_string(name)
		    && (str_eq(type, STR("A")) || str_eq(type, STR("TXT"))))
			add(k, text_of(a, name), str_eq(type, STR("A")) ? DNS_A : DNS_TXT,
			    answer_of(a, o));
	}
}
