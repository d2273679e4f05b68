#include "cli/args.h"

#include "base/log.h"
#include "roles/role.h"

#include <unistd.h>

static const char *find_conf(void)
{
	return access("postern.conf", R_OK) && !access("/etc/postern/postern.conf", R_OK)
		       ? "/etc/postern/postern.conf"
		       : "postern.conf";
}

int main(int argc, char **argv)
{
	struct cli c = { .program = argv[0] };
	bool run;
	/* As the supervisor starts it; role ls and its kin name no role. */
	if (argc == 3 && str_eq(str_from(argv[1]), STR("role"))
	    && role_from(argv[2]) != ROLE_COUNT)
		role_run(role_bodies, argv[2]);
	log_open("command", LOG_WARN, false);
	c.a = arena_new();
	int code = args_parse(&c, argc, argv, &run);
	if (run) {
		if (!c.conf_path)
			c.conf_path = find_conf();
		code = c.command->run(&c);
	}
	cli_end(&c);
	arena_free(c.a);
	return code;
}
