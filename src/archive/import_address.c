#include "archive/import_inside.h"

#include "base/enc.h"
#include "store/archive/post.h"
#include "store/archive/url_alias.h"

#include <openssl/evp.h>
#include <time.h>

enum { SHA1_OCTETS = 20 };

/* /pipermail/dev/2008-May/000630.html, counted from 0 through the file. */
static err keep_pipermail(struct book *b, struct arena *a, const struct import_job *job,
			  const struct import_line *line, const struct archive_post *p)
{
	static const char *const months[] = { "January", "February", "March",
					      "April",   "May",      "June",
					      "July",    "August",   "September",
					      "October", "November", "December" };
	struct tm tm;
	if (!job->pipermail.n || !gmtime_r(&(time_t){ p->date }, &tm))
		return OK;
	str path = arena_cat(a, job->pipermail,
			     arena_printf(a, "/%d-%s/%06zu.html", tm.tm_year + 1900,
					  months[tm.tm_mon], line->n - 1));
	return archive_alias_add(b, path, job->list, p->id);
}

/* Mailman 3's Message-ID-Hash: base32 of the SHA-1 of the id without its brackets. */
static str hash_of(struct arena *a, str message_id)
{
	unsigned char hash[SHA1_OCTETS];
	if (str_starts(message_id, STR("<")) && str_ends(message_id, STR(">")))
		message_id = (str){ message_id.p + 1, message_id.n - 2 };
	if (!EVP_Digest(message_id.n ? message_id.p : "", message_id.n, hash, NULL,
			EVP_sha1(), NULL))
		return STR("");
	str lower = enc_base32(a, (str){ (const char *)hash, sizeof hash });
	char *upper = arena_alloc(a, lower.n + 1);
	for (size_t i = 0; i < lower.n; i++)
		upper[i] = chr_is_alpha(lower.p[i]) ? (char)(lower.p[i] - 32)
						    : lower.p[i];
	return (str){ upper, lower.n };
}

/* …/message/HASH, and …/thread/HASH of who began one. */
static err keep_hyperkitty(struct book *b, struct arena *a, const struct import_job *job,
			   const struct archive_post *p)
{
	if (!job->hyperkitty.n || !p->message_id.n)
		return OK;
	str hash = hash_of(a, p->message_id);
	TRY(archive_alias_add(b, arena_cat(a, job->hyperkitty, STR("/message/"), hash),
			      job->list, p->id));
	return p->parent ? OK
			 : archive_alias_add(
				 b, arena_cat(a, job->hyperkitty, STR("/thread/"), hash),
				 job->list, p->id);
}

err import_keep_address(struct book *b, struct arena *a, const struct import_job *job,
			const struct import_line *line)
{
	struct archive_post p;
	bool found;
	if (!line->number
	    || (!job->pipermail.n && !job->hyperkitty.n && !line->address.n))
		return OK;
	TRY(archive_post_by_number(b, a, job->list, line->number, &p, &found));
	if (!found)
		return OK;
	if (line->address.n)
		TRY(archive_alias_add(b, line->address, job->list, p.id));
	TRY(keep_pipermail(b, a, job, line, &p));
	return keep_hyperkitty(b, a, job, &p);
}
