#include "base/gzip.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { LEVEL = 6, WINDOW_GZIP = 15 + 16, MEMORY = 8, ROOM = 65536 };

str gzip_pack(struct arena *a, str bytes)
{
	z_stream z = { 0 };
	if (deflateInit2(&z, LEVEL, Z_DEFLATED, WINDOW_GZIP, MEMORY, Z_DEFAULT_STRATEGY)
	    != Z_OK)
		mem_exhausted();
	size_t room = deflateBound(&z, bytes.n);
	char *to = arena_alloc(a, room);
	z.next_in = (unsigned char *)(uintptr_t)bytes.p;
	z.avail_in = (unsigned)bytes.n;
	z.next_out = (unsigned char *)to;
	z.avail_out = (unsigned)room;
	deflate(&z, Z_FINISH); /* deflateBound's room is always enough */
	size_t n = room - z.avail_out;
	deflateEnd(&z);
	return (str){ to, n };
}

err gzip_unpack(struct arena *a, str packed, size_t limit, str *bytes)
{
	z_stream z = { 0 };
	int code = Z_OK;
	size_t grown = ROOM + packed.n * (size_t)GZIP_RATIO;
	BUF(out);
	limit = limit < grown ? limit : grown;
	if (inflateInit2(&z, WINDOW_GZIP) != Z_OK)
		mem_exhausted();
	z.next_in = (unsigned char *)(uintptr_t)packed.p;
	z.avail_in = (unsigned)packed.n;
	while (code == Z_OK && out.n <= limit) {
		z.next_out = (unsigned char *)buf_room(&out, ROOM);
		z.avail_out = ROOM;
		code = inflate(&z, Z_NO_FLUSH);
		out.n += ROOM - z.avail_out;
		if (code == Z_OK && z.avail_out) /* it wants more than there is */
			code = Z_BUF_ERROR;
	}
	inflateEnd(&z);
	if (out.n > limit)
		return FAIL(ERR_LIMIT, "more comes out of the gzip data than is taken");
	if (code != Z_STREAM_END)
		return FAIL(ERR_SYNTAX, "no whole gzip data");
	*bytes = arena_copy(a, buf_str(&out));
	return OK;
}

static err unpack_to(struct arena *a, gzFile z, int to, size_t limit)
{
	char out[ROOM];
	int n;
	while ((n = gzread(z, out, sizeof out)) > 0) {
		if ((size_t)n > limit)
			return FAIL(ERR_LIMIT,
				    "more comes out of the gzip data than is taken");
		TRY(file_write_all(a, to, (str){ out, (size_t)n }));
		limit -= (size_t)n;
	}
	return n < 0 || gzdirect(z) ? FAIL(ERR_SYNTAX, "no whole gzip data") : OK;
}

err gzip_unpack_file(struct arena *a, int from, int to, size_t limit)
{
	struct stat s;
	int fd = fstat(from, &s) ? -1 : dup(from);
	gzFile z = fd < 0 ? NULL : gzdopen(fd, "rb");
	if (!z) {
		fd_close(&fd);
		return err_in(a, ERR_IO, "%s", strerror(errno));
	}
	size_t grown = ROOM + (size_t)s.st_size * (size_t)GZIP_RATIO;
	err e = unpack_to(a, z, to, limit < grown ? limit : grown);
	int code = gzclose_r(z); /* Z_BUF_ERROR: the end was missing */
	return e.kind ? e : code == Z_OK ? OK : FAIL(ERR_SYNTAX, "no whole gzip data");
}
