#include "trust/suffix.h"

#include "mail/address.h"
#include "trust/name.h"

#include <libpsl.h>

const struct suffix_list *suffix_known(void)
{
	return (const struct suffix_list *)psl_builtin();
}

err suffix_load(struct arena *a, const char *path, struct suffix_list **list)
{
	psl_ctx_t *psl = psl_load_file(path);
	if (!psl)
		return err_in(a, ERR_IO, "%s cannot be read as a public suffix list",
			      path);
	*list = (struct suffix_list *)psl;
	return OK;
}

void suffix_free(struct suffix_list *list)
{
	psl_free((psl_ctx_t *)list);
}

str suffix_org(struct arena *a, const struct suffix_list *list, str domain)
{
	str name = domain_ascii(a, domain);
	if (!list || !name_fits(name))
		return STR_NONE;
	const char *z = arena_z(a, name);
	/* It points into z. */
	return str_from(psl_registrable_domain((const psl_ctx_t *)list, z));
}

str suffix_registrant(struct arena *a, str domain)
{
	str name = domain_ascii(a, domain);
	str org = suffix_org(a, suffix_known(), name);
	return org.n ? org : name;
}

bool suffix_same_registrant(struct arena *a, str one, str other)
{
	return one.n && other.n
	       && str_eq(suffix_registrant(a, one), suffix_registrant(a, other));
}
