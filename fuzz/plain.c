/* Files of mlmmj, ezmlm, Sympa and of our own export: each value becomes some text or none,
 * and every reader comes to an end. */
#include "fuzz.h"

#include "lists/import/own.h"
#include "lists/import/plain.h"

static void each_setting(struct arena *a, str text)
{
	size_t n;
	const struct plain *rows = plain_rows(&n);
	for (size_t i = 0; i < n; i++) {
		struct made m = plain_value(a, &rows[i], text);
		must(m.left_out || m.text.n <= text.n + 100);
		must(plain_find(rows[i].manager, rows[i].name) != NULL);
	}
}

static void each_address(str file)
{
	str address;
	size_t left = file.n;
	while (ezmlm_address(&file, &address)) {
		must(address.n && !memchr(address.p, 0, address.n));
		must(file.n < left);
		left = file.n;
	}
	must(!file.n);
}

static void each_paragraph(str file)
{
	struct sympa_paragraph p;
	while (sympa_paragraph(&file, &p)) {
		must(p.count && p.count <= sizeof p.lines / sizeof *p.lines);
		must(p.lines[0].name.n && !str_has(p.lines[0].value, '\n'));
		(void)sympa_value(&p, "email");
	}
	must(!file.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA(a);
	str text = { (const char *)data, n }, rest = text, key, value;
	each_setting(a, text);
	each_address(text);
	each_paragraph(text);
	while (own_setting(a, &rest, &key, &value))
		must(key.n + value.n < n && !str_find(key, STR(" = ")).n);
	return 0;
}
