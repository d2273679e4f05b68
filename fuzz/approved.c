/* Whatever comes, a post that says Approved is read by nobody with that word, and is a post. */
#include "fuzz.h"

#include "lists/approved.h"
#include "lists/token_setting.h"

#define TOKEN "robots-own-word-17"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA(a);
	struct post p;
	struct address path = { 0 };
	str message = { (const char *)data, n }, stored;
	if (post_parse(a, &(struct mail_in){ .text = message, .reverse_path = &path }, &p)
		    .kind
	    || token_setting_check(a, STR("approved_token"), STR(TOKEN), &stored).kind)
		return 0;
	p.settings.approved_token = stored;
	if (approved_judge(a, &p).kind)
		return 0;
	must(p.said || str_eq(p.message, message));
	if (!p.approved)
		return 0;
	must(p.approved != APPROVED_RIGHT || !str_find(p.message, STR(TOKEN)).n);
	must(str_ends(p.message, p.header.body));
	return 0;
}
