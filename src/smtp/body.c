#include "smtp/body.h"

#include "base/file.h"
#include "base/log.h"
#include "smtp/serve.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

void smtp_body_start(struct smtp_body *b)
{
	*b = (struct smtp_body){ .fd = -1 };
}

static void flush(struct smtp_body *b)
{
	ARENA(a);
	err e = file_write_all(a, b->fd, buf_str(&b->memory));
	if (e.kind) {
		log_error("body-not-written", KE(e),
			  KZ("do", "free space in the data folder"));
		b->failed = true;
	}
	buf_clear(&b->memory);
}

void smtp_body_add(struct smtp_body *b, struct smtp_session *s, str text)
{
	if (b->failed)
		return;
	b->size += (int64_t)text.n;
	buf_add(&b->memory, text);
	if (b->memory.n <= SMTP_BODY_MEMORY)
		return;
	if (b->fd < 0 && s->conf->policy->body_file)
		b->fd = s->conf->policy->body_file(s->ctx, s);
	if (b->fd >= 0)
		flush(b);
	else
		b->failed = true;
	if (b->failed)
		buf_free(&b->memory);
}

void smtp_body_forget(struct smtp_body *b)
{
	buf_free(&b->memory);
	b->size = 0;
}

bool smtp_body_finish(struct smtp_body *b, str *text)
{
	if (b->fd >= 0 && !b->failed && b->memory.n)
		flush(b);
	if (b->failed)
		return false;
	if (b->fd < 0) {
		*text = buf_str(&b->memory);
		return true;
	}
	void *p = mmap(NULL, (size_t)b->size, PROT_READ, MAP_PRIVATE, b->fd, 0);
	if (p == MAP_FAILED) {
		log_error("body-not-mapped", KN("errno", errno), KN("size", b->size),
			  KZ("do", "see whether memory is short"));
		return false;
	}
	b->map = p;
	*text = (str){ p, (size_t)b->size };
	return true;
}

void smtp_body_free(struct smtp_body *b)
{
	if (b->map)
		munmap(b->map, (size_t)b->size);
	if (b->fd >= 0)
		close(b->fd);
	buf_free(&b->memory);
	smtp_body_start(b);
}
