/* web/api/config_inside.h: attributes of a list in Mailman 3: what each is (config.c), and how
 * it is changed (config_set.c). */
#pragma once

#include "lists/owner.h"
#include "web/api/api_inside.h"

enum config_shape { /* how Mailman writes it */
		    SHAPE_PLAIN,
		    SHAPE_DAYS,     /* "7d" */
		    SHAPE_WORDS,    /* a list of texts */
		    SHAPE_NAME,     /* of the list, also where nobody chose one */
		    SHAPE_LANGUAGE, /* the site's, where the list has no other */
};

enum config_shape config_shape(str name);

/* Mailman's "defer" is what "accept" is here. */
bool config_accept_is_defer(const struct setting_def *def);

struct config_fixed { /* a row of config.def */
	const char *name, *value, *reason;
	json_t *(*work)(struct api *x); /* or the value */
};

/* By Mailman's name; NULL: it is none. */
const struct setting_def *config_setting(str name);
const struct config_fixed *config_fixed(str name);

json_t *config_fixed_json(struct api *x, const struct config_fixed *row);

/* What it is now. NULL: Mailman has no such attribute. */
json_t *config_attribute(struct api *x, str name);
void config_no_attribute(struct api *x, str name); /* answers 404 */
