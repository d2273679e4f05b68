#include "lists/proof.h"

enum { SPF = 1 << 0, DMARC = 1 << 1, DMARC_ANY = 1 << 2 };

static const unsigned refuses[MEANS_KINDS] = {
	[MEANS_REQUEST] = SPF | DMARC | DMARC_ANY,
	[MEANS_JOIN] = SPF | DMARC | DMARC_ANY,
	[MEANS_LEAVE] = SPF | DMARC,
	[MEANS_CONFIRM] = SPF | DMARC,
	[MEANS_OWNER] = DMARC,
	[MEANS_ALIAS] = DMARC,
	[MEANS_SRS] = 0, /* the last one: the table's length */
};

const char *proof_refusal(const struct trust_said *said, enum meaning_kind what)
{
	unsigned asked = refuses[what];
	if (!asked || said->account || said->local)
		return NULL;
	if (asked & DMARC && said->dmarc_reject)
		return "the author's domain asks that mail is refused which it does not "
		       "stand behind (DMARC)";
	if (asked & DMARC_ANY && said->dmarc_fail)
		return "the author's domain does not stand behind it (DMARC): join on "
		       "the "
		       "list's web page instead";
	if (asked & SPF && said->spf_fail && !said->aligned)
		return "the return path's domain says that this server does not send its "
		       "mail (SPF)";
	return NULL;
}

static bool is_authors(struct arena *a, const struct proof_mail *m)
{
	struct trust_author author;
	str local, domain;
	trust_author(a, m->header, &author);
	return author.domain.n && str_cut_last(m->reverse_path, '@', &local, &domain)
	       && str_eq(domain_ascii(a, author.domain), domain_ascii(a, domain));
}

bool proof_of_path(struct arena *a, const struct proof_mail *m)
{
	struct trust_said said = trust_said(m->trust);
	if (!m->reverse_path.n)
		return false;
	return m->account > 0 || said.local || said.spf
	       || (said.aligned && is_authors(a, m));
}
