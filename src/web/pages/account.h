/* web/pages/account.h: the account's page, for those of its forms that went wrong. */
#pragma once

#include "web/pages/forms.h"

struct account_faults { /* beside which field what was wrong; NULL: nothing */
	const char *address, *password, *token;
};

void account_show(struct request *q, struct response *r, const struct page_note *note,
		  const struct account_faults *faults);

/* The same, where a form was wrong. */
void account_wrong(struct request *q, struct response *r, int status,
		   struct account_faults faults);

/* False: a program with a token, which is answered. */
bool account_in_browser(struct request *q, struct response *r);

/* The tokens on the page. */
MUST_USE err account_add_tokens(struct request *q, struct page_account *p);

/* Was the browser signed in within the last ten minutes? */
bool account_is_fresh(struct request *q);

/* What else a form says that would outlast the session, as a password, a token or an
 * address that signs in. */
#define ACCOUNT_NOT_FRESH                                                              \
	"sign in anew, by a mailed link, and do this within ten minutes: who finds a " \
	"browser open must not keep the account"

/* All that is kept about somebody, and what they wrote: to be saved. */
void account_answer_data(struct request *q, struct response *r, int64_t person);
void account_answer_posts(struct request *q, struct response *r, int64_t person);
