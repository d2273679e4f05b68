/* Tag lists: names are never twice, values lie inside the text, and the key
 * and signature readers take whatever list there is. */
#include "fuzz.h"

#include "trust/signature.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA(a);
	str text = { (const char *)data, n };
	struct tag_list list;
	struct signature s;
	struct key_record key;
	unsigned char sum[HASH_SIZE] = { 0 };
	if (tag_parse(a, text, &list).kind)
		return 0;
	for (size_t i = 0; i < list.count; i++) {
		str v = list.tags[i].value;
		must(v.p >= text.p && v.p + v.n <= text.p + text.n);
		must(tag_find(&list, arena_z(a, list.tags[i].name)) == &list.tags[i]);
		must(tag_squeeze(a, v).n <= v.n);
	}
	if (!signature_parse(a, text, &list, CANON_SIMPLE, &s).kind) {
		str blank = tag_blank(a, s.raw, s.b_whole);
		must(blank.n + s.b_whole.n == text.n && s.bh.n == HASH_SIZE);
	}
	if (!key_parse(a, text, &key).kind)
		must(key_check(&key, sum, STR("no signature")).kind);
	return 0;
}
