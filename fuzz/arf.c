/* A feedback report has a type, or nothing of it is read. */
#include "fuzz.h"

#include "base/utf8.h"
#include "mail/arf.h"

static void values_hold(const struct arf_values *v)
{
	must(v->count <= 100);
	for (size_t i = 0; i < v->count; i++)
		must(v->values[i].n && utf8_valid(v->values[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA(a);
	struct arf r;
	str message = { (const char *)data, n };
	if (arf_read(a, message, &r).kind)
		return 0;
	must(r.type.n ? r.incidents > 0 : !r.fields.count && !r.message_id.n);
	must(utf8_valid(r.original_mail_from) && !str_has(r.source_ip, ' '));
	values_hold(&r.original_rcpt_to);
	values_hold(&r.reported_domain);
	values_hold(&r.reported_uri);
	values_hold(&r.authentication_results);
	for (size_t i = 0; i < r.message_id.n; i++)
		must(!str_has(STR(" \t\r\n"), r.message_id.p[i]));
	return 0;
}
