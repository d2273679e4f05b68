/* web/site/gate.h: who a rule speaks of, for the site: the person at a request. */
#pragma once

#include "web/site/site.h"

err file_rule_holds(struct request *q, const struct rule *rule, bool *yes);
void file_link_find(struct request *q);
bool file_link_charge(struct request *q, const struct range_set *s, int64_t size);
struct sent_watch *file_watch(struct request *q, str path, str tag,
			      const struct stat *st);
