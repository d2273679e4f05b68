/* What Mailman's API tells of a list's digests, and does with them. */
#include "web/api/api_inside.h"

#include "store/lists/digest.h"

void api_digest(struct api *x)
{
	struct digest_state s;
	if (api_failed(x, digest_state_get(x->w->books.lists, x->w->list->id, &s)))
		return;
	json_t *object = json_object();
	json_object_set_new(object, "volume", json_integer(s.volume));
	json_object_set_new(object, "next_digest_number", json_integer(s.issue));
	json_object_set_new(object, "digest_last_sent_at", api_time(s.sent_at));
	api_json(x, object);
}

/* periodic is Mailman's own timer: it sends where the list sends by the hour. */
void api_digest_set(struct api *x)
{
	bool periodic = api_yes(x, "periodic"), send = api_yes(x, "send");
	bool bumps = api_yes(x, "bump");
	struct ordered done;
	if (send && periodic) {
		api_fail(x, 400, STR("send and periodic options are mutually exclusive"));
		return;
	}
	send = send || (periodic && x->w->settings.digest_send_periodic);
	json_t *args = api_list_args(x);
	json_object_set_new(args, "send", json_string(send ? "yes" : ""));
	json_object_set_new(args, "bump", json_string(bumps ? "yes" : ""));
	if (!send && !bumps)
		json_decref(args);
	else if (api_order(x, "digest", args, &done))
		x->r->status = 202;
}
