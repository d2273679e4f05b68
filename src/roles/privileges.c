#include "roles/sandbox.h"

#include <errno.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static err failed(struct arena *a, const char *what)
{
	return err_in(a, ERR_IO, "cannot %s: %s", what, strerror(errno));
}

/* The bounding set first: it takes a capability to empty it. */
static err drop_capabilities(struct arena *a)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct none[2] = { { 0 }, { 0 } };
	for (unsigned long cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
		if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) && errno != EPERM)
			return failed(a, "empty the bounding set");
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) && errno != EINVAL)
		return failed(a, "clear the ambient capabilities");
	if (syscall(SYS_capset, &head, none))
		return failed(a, "drop the capabilities");
	return OK;
}

err privileges_drop(struct arena *a)
{
	struct rlimit none = { 0, 0 };
	TRY(drop_capabilities(a));
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return failed(a, "give up new privileges");
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) || setrlimit(RLIMIT_CORE, &none))
		return failed(a, "forbid core dumps");
	return OK;
}
