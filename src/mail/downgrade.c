#include "mail/downgrade.h"

#include "base/buf.h"
#include "mail/address.h"
#include "mail/lex.h"

typedef bool write_fn(struct arena *a, const struct field *f, str *out);

static bool write_text(struct arena *a, const struct field *f, str *out)
{
	*out = header_encode(a, f->name, header_text(a, f));
	return true;
}

static bool write_addresses(struct arena *a, const struct field *f, str *out)
{
	struct mailbox *list;
	size_t n;
	BUF(value);
	if (address_list(a, f->value, &list, &n).kind || !n)
		return false;
	for (size_t i = 0; i < n; i++) {
		list[i].address.domain = domain_ascii(a, list[i].address.domain);
		if (!address_is_ascii(&list[i].address))
			return false;
		buf_cat(&value, i ? STR(", ") : STR(""), mailbox_text(a, &list[i]));
	}
	*out = header_fold(a, f->name, buf_str(&value));
	return lex_ascii(*out);
}

static const struct {
	const char *name;
	write_fn *write;
} writers[] = {
	{ "From", write_addresses },
	{ "Sender", write_addresses },
	{ "Reply-To", write_addresses },
	{ "To", write_addresses },
	{ "Cc", write_addresses },
	{ "Resent-From", write_addresses },
	{ "Resent-To", write_addresses },
	{ "Resent-Cc", write_addresses },
	{ "Subject", write_text },
	{ "Comments", write_text },
	{ "Keywords", write_text },
	{ "Organization", write_text },
	{ "User-Agent", write_text },
	{ "Thread-Topic", write_text },
	{ "Content-Description", write_text },
};

static bool write_field(struct arena *a, const struct field *f, str *out)
{
	for (size_t i = 0; i < sizeof writers / sizeof *writers; i++)
		if (str_ieq(f->name, str_from(writers[i].name)))
			return writers[i].write(a, f, out);
	return str_istarts(f->name, STR("X-")) && lex_ascii(f->name)
	       && write_text(a, f, out);
}

bool header_downgrade(struct arena *a, const struct header *h, str *out)
{
	BUF(b);
	for (size_t i = 0; i < h->count; i++) {
		const struct field *f = &h->fields[i];
		str plain = f->raw;
		if (!lex_ascii(f->raw) && !write_field(a, f, &plain))
			return false;
		buf_add(&b, plain);
	}
	*out = arena_copy(a, buf_str(&b));
	return true;
}
