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

/* Whether its person showed of late who they are (account/session.h). Who finds a browser
 * open must not keep the account: what would outlast the session, as a password, a token or
 * an address that signs in, is for those who have. */
bool account_is_proven(struct request *q);

/* The same; false: the answer is the page that asks for it, and leads back to `to`. */
bool account_proven(struct request *q, struct response *r, str to);

/* A change of how one signs in: a transaction of the lists book. Ended with the change's error
 * or, where there is none, with the order by which post writes audit and letter (word: of
 * lists/told.def), which wakes post.
 *
 *     TRY(account_change_begin(q));
 *     return account_change_end(q, token_remove(b, person, id), "token-gone", name); */
MUST_USE err account_change_begin(struct request *q);
MUST_USE err account_change_end(struct request *q, err e, const char *word, str detail);

/* All that is kept about somebody, and what they wrote: to be saved. */
void account_answer_data(struct request *q, struct response *r, int64_t person);
void account_answer_posts(struct request *q, struct response *r, int64_t person);
