/* What the server says of itself, and what Mailman has that it has not. */
#include "web/api/api_inside.h"

#include "base/rand.h"
#include "lists/steer.h"
#include "store/outbound/queue.h"

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

/* ---- queues: Mailman's are folders, and their files are messages. What has come in is
 * judged at once, in a book that this role does not read; what goes out waits here. */

static err add_files(struct api *x, json_t *files)
{
	int64_t *ids;
	size_t n;
	TRY(queue_messages(x->w->books.outbound, x->a, 0, API_ALL, &ids, &n));
	for (size_t i = 0; i < n; i++)
		json_array_append_new(
			files, api_str(steer_text(x->a, &(struct queue_filter){
								.message = ids[i] })));
	return OK;
}

static err queue_json(struct api *x, str name, json_t **object)
{
	json_t *files = json_array(), *o;
	err e = str_eq(name, STR("out")) ? add_files(x, files) : OK;
	if (e.kind) {
		json_decref(files);
		return e;
	}
	*object = o = json_object();
	json_object_set_new(o, "name", api_str(name));
	json_object_set_new(o, "directory", json_string(""));
	json_object_set_new(o, "count", json_integer((json_int_t)json_array_size(files)));
	json_object_set_new(o, "files", files);
	api_link(x, o, arena_cat(x->a, STR("/queues/"), name));
	return OK;
}

void api_queues(struct api *x)
{
	json_t *in, *out, *object = json_object(), *all = json_array();
	err e = queue_json(x, STR("in"), &in);
	if (!e.kind)
		json_array_append_new(all, in);
	if (!e.kind)
		e = queue_json(x, STR("out"), &out);
	if (!e.kind) {
		json_array_append_new(all, out);
		api_link(x, object, STR("/queues"));
		api_entries(x, all, 0, 2, object);
		return;
	}
	json_decref(all);
	json_decref(object);
	api_fail_err(x, e);
}

/* False: there is none of that name, which is answered. */
static bool is_queue(struct api *x, str name)
{
	bool yes = str_eq(name, STR("in")) || str_eq(name, STR("out"));
	if (!yes)
		api_fail(x, 404, arena_cat(x->a, STR("No such queue: "), name));
	return yes;
}

void api_queue(struct api *x)
{
	json_t *object;
	str name = request_arg(x->q, "queue");
	if (is_queue(x, name) && !api_failed(x, queue_json(x, name, &object)))
		api_json(x, object);
}

static err find_waiting(struct api *x, str queue, str file, struct queue_filter *what)
{
	struct queue_row *rows;
	size_t n = 0;
	err e = steer_read(x->a, file, what);
	if (!e.kind && str_eq(queue, STR("out")) && what->message && !what->id)
		TRY(queue_list(x->w->books.outbound, x->a, what, 0, 1, &rows, &n));
	return n ? OK : FAIL(ERR_NOTFOUND, "There is no such file in this queue.");
}

/* What of the message waits goes, as `postern queue rm` has it. */
void api_queue_file_delete(struct api *x)
{
	struct queue_filter what;
	struct ordered done;
	str queue = request_arg(x->q, "queue");
	if (!is_queue(x, queue)
	    || api_failed(x, find_waiting(x, queue, request_arg(x->q, "file"), &what)))
		return;
	json_t *args = json_object();
	json_object_set_new(args, "do", json_string("remove"));
	json_object_set_new(args, "what", api_str(steer_text(x->a, &what)));
	json_object_set_new(args, "reason", json_string("removed through the API"));
	if (api_order(x, "queue", args, &done))
		api_done(x);
}

/* Mailman notes every id that it gave, to give none twice, and so has some that are nobody's
 * any more. Here they are the numbers of rows, which are not given twice either. */
void api_orphans(struct api *x)
{
	if (x->q->method == DELETE)
		api_done(x);
	else
		api_slice(x, json_array());
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
