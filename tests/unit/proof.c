/* Whose mail is refused at which address, so that nobody else hears from us. */
#include "lists/proof.h"

#include "tests/check.h"

static const struct {
	const char *trust;
	unsigned refused; /* 1 << enum meaning_kind */
} cases[] = {
	{ "", 0 },
	{ "{\"spf\":\"none\",\"dmarc\":{\"result\":\"none\"}}", 0 },
	{ "{\"spf\":\"fail\"}",
	  1 << MEANS_REQUEST | 1 << MEANS_JOIN | 1 << MEANS_LEAVE | 1 << MEANS_CONFIRM },
	{ "{\"spf\":\"fail\",\"aligned\":true}", 0 },
	/* a letter would go to whoever stands in From */
	{ "{\"dmarc\":{\"result\":\"fail\",\"policy\":\"none\"}}",
	  1 << MEANS_REQUEST | 1 << MEANS_JOIN },
	{ "{\"dmarc\":{\"result\":\"fail\",\"policy\":\"reject\"}}",
	  1 << MEANS_REQUEST | 1 << MEANS_JOIN | 1 << MEANS_LEAVE | 1 << MEANS_CONFIRM
		  | 1 << MEANS_OWNER | 1 << MEANS_ALIAS },
	{ "{\"account\":true,\"dmarc\":{\"result\":\"fail\",\"policy\":\"reject\"}}", 0 },
	{ "{\"local\":true,\"spf\":\"fail\"}", 0 },
};

int main(void)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		for (int what = 0; what < MEANS_KINDS; what++) {
			struct trust_said said = trust_said(str_from(cases[i].trust));
			bool refused = proof_refusal(&said, (enum meaning_kind)what);
			CHECK(refused == (cases[i].refused >> what & 1));
		}
	return check_done();
}
