/* Whatever comes, a message of which files became links has the parts that it had, less
 * those, and a text at its end; each part that stays has its bytes. The first octet says
 * which files the archive knows, and how large they may be. */
#include "fuzz.h"

#include "lists/links.h"
#include "mail/mime.h"

#include <sodium.h>

static struct archive_attachments files_of(struct arena *a, const struct mime *m,
					   unsigned how)
{
	struct archive_attachments x = { arena_zero(a, (m->count + 1) * sizeof *x.list),
					 0 };
	for (size_t i = 0; i < m->count; i++) {
		struct archive_attachment *f = &x.list[x.count];
		str bytes = mime_bytes(a, &m->parts[i]);
		unsigned char *hash = arena_alloc(a, crypto_hash_sha256_BYTES);
		if (m->parts[i].multipart || (i % 3 == 2 && how & 1))
			continue;
		crypto_hash_sha256(hash, (const unsigned char *)(bytes.n ? bytes.p : ""),
				   bytes.n);
		*f = (struct archive_attachment){
			.n = (int64_t)i,
			.filename = how & 2 ? m->parts[i].filename : STR(""),
			.sniffed = STR("a/b"),
			.size = (int64_t)bytes.n << (how & 4 ? 20 : 0),
			.sha256 = { (char *)hash, crypto_hash_sha256_BYTES },
		};
		x.count++;
	}
	return x;
}

/* Each part of the new one but its root and its last was in the old one, in this order. */
static void check_parts(struct arena *a, const struct mime *before,
			const struct mime *after)
{
	size_t i = 1;
	for (size_t k = 1; k + 1 < after->count; k++, i++) {
		while (i < before->count
		       && !(before->parts[i].multipart == after->parts[k].multipart
			    && str_eq(before->parts[i].type, after->parts[k].type)
			    && (after->parts[k].multipart
				|| str_eq(mime_bytes(a, &before->parts[i]),
					  mime_bytes(a, &after->parts[k])))))
			i++;
		must(i < before->count);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA(a);
	struct mime before, after;
	struct linked l;
	if (n < 1)
		return 0;
	unsigned how = data[0];
	str message = { (const char *)data + 1, n - 1 };
	if (mime_parse(a, message, &before).kind)
		return 0;
	struct archive_attachments files = files_of(a, &before, how);
	must(!links_make(a, message, &files, how & 8 ? 100 : 4,
			 STR("https://lists.example/lists/dev/17"), &l)
		      .kind);
	must(l.count || l.message.p == message.p);
	if (!l.count)
		return 0;
	must(!mime_parse(a, l.message, &after).kind);
	must(!(after.flags & ~before.flags));
	must(after.count > 1 && after.count <= before.count + 1 - l.count);
	must(str_eq(after.parts[after.count - 1].type, STR("text/plain")));
	check_parts(a, &before, &after);
	return 0;
}
