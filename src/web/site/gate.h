/* web/site/gate.h: who a rule speaks of, for the site: the person at a request. */
#pragma once

#include "web/site/site.h"

err file_rule_holds(struct request *q, const struct rule *rule, bool *yes);
