/* Whatever a list has for topics and whatever comes as a post, what it fits are names of
 * topics, and what settings take they read. Before the first NUL stands the setting. */
#include "fuzz.h"

#include "lists/topics.h"

static void check_setting(struct arena *a, str setting)
{
	struct topics t = topics_read(a, setting);
	must(t.count <= 50);
	for (size_t i = 0; i < t.count; i++)
		must(t.all[i].name.n && t.all[i].pattern.n);
	if (topics_check(a, setting).kind)
		return;
	for (size_t i = 0; i < t.count; i++)
		must(t.all[i].name.n <= TOPIC_NAME_MAX);
}

static void check_fits(const struct topics *t, str fits)
{
	str name, rest = fits;
	must(!fits.n || fits.p[0] == '\n');
	while (str_line(&rest, &name)) {
		bool known = !name.n;
		for (size_t i = 0; i < t->count; i++)
			known = known || str_eq(t->all[i].name, name);
		must(known);
		must(!name.n || topics_has(fits, name));
	}
	if (fits.n > 1)
		must(topics_want(t, fits, false, fits));
	must(topics_want(t, STR(""), false, fits));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA(a);
	struct post p;
	struct address path = { 0 };
	struct list_entry list = { .address = STR("dev@lists.example") };
	str setting, message;
	if (!str_cut((str){ (const char *)data, n }, '\0', &setting, &message))
		return 0;
	check_setting(a, setting);
	str choice = topics_choice(a, setting);
	must(str_eq(topics_choice(a, choice), choice));
	if (setting.n > 400 /* of patterns, for the time they take */
	    || post_parse(a, &(struct mail_in){ .text = message, .reverse_path = &path },
			  &p)
		       .kind)
		return 0;
	p.list = &list;
	p.settings.topics = setting;
	p.settings.topics_enabled = true;
	p.settings.topics_bodylines_limit = 5;
	struct topics t = topics_read(a, setting);
	str fits = topics_of_post(a, &p);
	check_fits(&t, fits);
	topics_shown(a, fits);
	return 0;
}
