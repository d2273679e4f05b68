/* What the server says of itself, and what Mailman has that it has not. */
#include "web/api/api_inside.h"

#include "base/rand.h"

void api_versions(struct api *x)
{
	json_t *object = json_object();
	json_object_set_new(object, "mailman_version",
			    json_string("Postern " POSTERN_VERSION
					" (speaks the REST API of GNU Mailman 3)"));
	json_object_set_new(object, "api_version", json_string("3.1"));
	json_object_set_new(object, "python_version", json_string("none"));
	api_link(x, object, STR("/system/versions"));
	api_json(x, object);
}

void api_pipelines(struct api *x)
{
	api_json(x, json_pack("{s:[s]}", "pipelines", "default-posting-pipeline"));
}

void api_chains(struct api *x)
{
	api_json(x, json_pack("{s:[s,s,s,s,s]}", "chains", "accept",
			      "default-posting-chain", "discard", "hold", "reject"));
}

/* Two sections of Mailman's have a meaning here. */
void api_configuration(struct api *x)
{
	json_t *object = json_pack("{s:[s,s]}", "sections", "mailman", "webservice");
	api_link(x, object, STR("/system/configuration"));
	api_json(x, object);
}

void api_configuration_section(struct api *x)
{
	const struct conf *conf = x->w->books.conf;
	str section = request_arg(x->q, "section");
	json_t *object = json_object();
	if (str_eq(section, STR("mailman"))) {
		json_object_set_new(object, "default_language", api_str(conf->site_lang));
		json_object_set_new(object, "site_owner", api_str(conf->site_admin));
		json_object_set_new(object, "listname_chars", json_string("[-_.0-9a-z]"));
		json_object_set_new(object, "pending_request_life", json_string("3d"));
	} else if (str_eq(section, STR("webservice"))) {
		json_object_set_new(object, "api_version", json_string("3.1"));
		json_object_set_new(object, "hostname", api_str(conf->site_hostname));
	} else {
		json_decref(object);
		api_fail(x, 404, STR("There is no such section."));
		return;
	}
	api_link(x, object, arena_cat(x->a, STR("/system/configuration/"), section));
	api_json(x, object);
}

/* ---- queues: Mailman's are folders. Here what waits stands at /queue. */

static json_t *queue_json(struct api *x, str name)
{
	json_t *object = json_object();
	json_object_set_new(object, "name", api_str(name));
	json_object_set_new(object, "directory", json_string(""));
	json_object_set_new(object, "count", json_integer(0));
	json_object_set_new(object, "files", json_array());
	api_link(x, object, arena_cat(x->a, STR("/queues/"), name));
	return object;
}

void api_queues(struct api *x)
{
	json_t *all = json_array(), *object = json_object();
	json_array_append_new(all, queue_json(x, STR("in")));
	json_array_append_new(all, queue_json(x, STR("out")));
	api_link(x, object, STR("/queues"));
	api_entries(x, all, 0, 2, object);
}

void api_queue(struct api *x)
{
	str name = request_arg(x->q, "queue");
	if (str_eq(name, STR("in")) || str_eq(name, STR("out")))
		api_json(x, queue_json(x, name));
	else
		api_fail(x, 404, arena_cat(x->a, STR("No such queue: "), name));
}

/* Lines end in CRLF on the way. */
static str with_crlf(struct api *x, str text)
{
	BUF(out);
	str line;
	while (str_line(&text, &line))
		buf_cat(&out, line, STR("\r\n"));
	return arena_copy(x->a, buf_str(&out));
}

/* As `postern post` does: the list's rules judge it. */
void api_queue_inject(struct api *x)
{
	str says;
	const struct list_entry *list = api_find_list(x, api_field(x, "list_id"));
	if (!list) {
		api_fail(x, 400, STR("No such list"));
		return;
	}
	str text = with_crlf(x, api_field(x, "text"));
	if (!api_failed(x, web_inject(x->q, list->address, text, &says)))
		api_created(x, arena_cat(x->a, STR("/queues/in/"), rand_token(x->a, 15)));
}

void api_nothing(struct api *x)
{
	api_slice(x, json_array());
}
