#include "mail/convert.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/utf8.h"

#include <errno.h>
#include <iconv.h>
#include <pthread.h>
#include <stdlib.h>

enum { KEPT = 8, NAME_OCTETS = 40 };

struct kept {
	struct slot {
		char name[NAME_OCTETS];
		iconv_t cd; /* (iconv_t)-1: iconv has no such charset */
	} slots[KEPT];
	size_t used, next;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;

static void forget(void *p)
{
	struct kept *k = p;
	for (size_t i = 0; i < k->used; i++)
		if (k->slots[i].cd != (iconv_t)-1)
			iconv_close(k->slots[i].cd);
	free(k);
}

static void make_key(void)
{
	if (pthread_key_create(&key, forget))
		mem_exhausted();
}

/* Only what a charset's name is made of: iconv_open takes file names and
 * conversion options in it. */
static bool name_safe(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!chr_is_alpha(s.p[i]) && !chr_is_digit(s.p[i])
		    && !memchr("-_.:+", s.p[i], 5))
			return false;
	return s.n && s.n < NAME_OCTETS;
}

static iconv_t descriptor(str charset)
{
	pthread_once(&once, make_key);
	struct kept *k = pthread_getspecific(key);
	if (!k) {
		k = mem_zero(sizeof *k);
		pthread_setspecific(key, k);
	}
	if (!name_safe(charset))
		return (iconv_t)-1;
	for (size_t i = 0; i < k->used; i++)
		if (str_ieq(str_from(k->slots[i].name), charset))
			return k->slots[i].cd;

	struct slot *s = &k->slots[k->next];
	if (k->used == KEPT && s->cd != (iconv_t)-1)
		iconv_close(s->cd);
	k->used += k->used < KEPT;
	k->next = (k->next + 1) % KEPT;
	memcpy(s->name, charset.p, charset.n);
	s->name[charset.n] = '\0';
	s->cd = iconv_open("UTF-8", s->name);
	return s->cd;
}

bool convert_knows(str charset)
{
	return descriptor(charset) != (iconv_t)-1;
}

size_t convert(struct arena *a, str bytes, str charset, str *out)
{
	iconv_t cd = descriptor(charset);
	BUF(b);
	char *in = (char *)bytes.p;
	size_t left = bytes.n, wrong = 0;
	if (cd == (iconv_t)-1) {
		*out = utf8_scrub(a, bytes);
		return bytes.n;
	}
	iconv(cd, NULL, NULL, NULL, NULL);
	for (bool flushing = false; !flushing;) {
		flushing = !left;
		size_t room = left + left / 2 + 64, before = room;
		char *to = buf_room(&b, room);
		size_t rc = iconv(cd, flushing ? NULL : &in, &left, &to, &room);
		b.n += before - room;
		if (rc != (size_t)-1 || errno == E2BIG)
			continue;
		buf_add(&b, STR("\xEF\xBF\xBD"));
		wrong++;
		size_t skip = errno == EINVAL ? left
					      : 1; /* EINVAL: cut short at the end */
		in += skip < left ? skip : left;
		left -= skip < left ? skip : left;
	}
	*out = arena_copy(a, buf_str(&b));
	return wrong;
}
