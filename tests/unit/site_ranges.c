/* Octets of a file: ranges, answers of several parts, streams. */
#include "site_root.h"

#include "web/range.h"

static void ranges(void)
{
	static const struct {
		const char *header;
		int status;
		int64_t from, count;
	} cases[] = {
		{ "bytes=0-3", 206, 0, 4 },
		{ "bytes=2-", 206, 2, 8 },
		{ "bytes=-3", 206, 7, 3 },
		{ "bytes=-300", 206, 0, 10 },
		{ "bytes=9-9", 206, 9, 1 },
		{ "bytes=5-500", 206, 5, 5 },
		{ "bytes=10-", 416, 0, 0 },
		{ "bytes=-0", 416, 0, 0 },
		{ "bytes=10-20", 416, 0, 0 },
		{ "bytes=3-2", 0, 0, 0 },
		{ "bytes=0-1,3-4", 206, 0, 5 },
		{ "bytes=", 0, 0, 0 },
		{ "bytes=-", 0, 0, 0 },
		{ "bytes=a-b", 0, 0, 0 },
		{ "bytes=--1", 0, 0, 0 },
		{ "lines=0-3", 0, 0, 0 },
		{ "bytes=0--3", 0, 0, 0 },
		{ "bytes=99999999999999999999-", 0, 0, 0 },
		{ "bytes=20-,3-4", 206, 3, 2 },
		{ "bytes=20-,30-40", 416, 0, 0 },
		{ "bytes=0-,0-,0-", 0, 0, 0 },
		{ "bytes=0-1,", 0, 0, 0 },
		{ "bytes= 0-3 , 2-5", 206, 0, 6 },
		{ "bytes=-1,0-0", 206, 0, 10 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ARENA(a);
		struct request q;
		struct response r;
		struct range_set s;
		int status = range_parse(str_from(cases[i].header), 10, &s);
		int64_t from = cases[i].from, count = cases[i].count;
		if (status != cases[i].status)
			fprintf(stderr, "%s: %d\n", cases[i].header, status);
		CHECK(status == cases[i].status);
		CHECK(status != 206
		      || (s.count == 1 && s.rows[0].from == from
			  && s.rows[0].count == count));
		ask(a, "/docs/a%20b.txt", "range", cases[i].header, &q, &r);
		CHECK(r.status == (status ? status : 200));
		if (status == 206)
			CHECK(str_eq(buf_str(&r.body),
				     str_first(str_skip(STR("0123456789"), (size_t)from),
					       (size_t)count)));
		done(&r);
	}
	struct range_set s;
	CHECK(range_parse(STR("bytes=0-0"), 0, &s) == 416);
}

static void many_ranges(void)
{
	BUF(list);
	struct range_set s;
	CHECK(range_parse(STR("bytes=1000-1099,0-99,500-599"), 2000, &s) == 206);
	CHECK(s.count == 3 && s.rows[0].from == 1000 && s.rows[1].from == 0);
	/* one that closes the gap between two makes all three one */
	CHECK(range_parse(STR("bytes=0-99,400-499,90-410"), 2000, &s) == 206);
	CHECK(s.count == 1 && s.rows[0].from == 0 && s.rows[0].count == 500);
	for (int i = 0; i < 40; i++)
		buf_addf(&list, "%s%d-%d", i ? "," : "bytes=", i * 1000, i * 1000 + 1);
	CHECK(range_parse(buf_str(&list), 1000000, &s)
	      == 0); /* more than anybody needs */
	CHECK(range_parse(STR("bytes=0-9223372036854775807,1-9223372036854775807"),
			  INT64_MAX, &s)
	      == 0);
}

/* A body of several parts, as RFC 9110 section 14.6 has it. */
static void several_parts(void)
{
	ARENA(a);
	BUF(all);
	struct request q;
	struct response r;
	ask(a, "/big.bin", "range", "bytes=0-6,70000-70006", &q, &r);
	str type = r.type, boundary = str_skip(str_find(type, STR("=")), 1);
	CHECK(r.status == 206
	      && str_starts(type, STR("multipart/byteranges; boundary=")));
	CHECK(boundary.n == 32 && !header(&r, "Content-Range").n);
	str wanted = arena_cat(
		a, STR("--"), boundary,
		STR("\r\nContent-Type: application/octet-stream\r\n"
		    "Content-Range: bytes 0-6/490000\r\n\r\n000000\n\r\n--"),
		boundary,
		STR("\r\nContent-Type: application/octet-stream\r\n"
		    "Content-Range: bytes 70000-70006/490000\r\n\r\n010000\n\r\n--"),
		boundary, STR("--\r\n"));
	CHECK(str_eq(buf_str(&r.body), wanted));
	done(&r);

	ask(a, "/big.bin", "range", "bytes=0-99999,200000-", &q, &r);
	CHECK(r.status == 206 && r.stream);
	if (!r.stream)
		return;
	enum stream_state state;
	do
		state = r.stream->more(r.stream, &all);
	while (state == STREAM_MORE);
	CHECK(state == STREAM_END && (int64_t)all.n == r.stream->length);
	done(&r);

	/* of a HEAD no range is made (RFC 9110 section 14.2) */
	struct pair range = { .name = STR("range"), .value = STR("bytes=0-3") };
	q = (struct request){ .arena = a, .method = GET, .head = true };
	CHECK(!request_split_path(a, STR("/docs/a%20b.txt"), &q).kind);
	q.headers = (struct pairs){ &range, 1 };
	r = (struct response){ .arena = a, .status = 200 };
	site_page(site, &q, &r);
	CHECK(r.status == 200);
	done(&r);
}

/* Octets of a file are named, not read, where the server can send them so. */
static void pieces_of_a_file(void)
{
	ARENA(a);
	BUF(none);
	struct request q;
	struct response r;
	ask(a, "/big.bin", "range", "bytes=7-400006", &q, &r);
	CHECK(r.status == 206 && r.stream);
	r.stream->takes_file = true;
	CHECK(r.stream->more(r.stream, &none) == STREAM_END && !none.n);
	CHECK(r.stream->file_at == 7 && r.stream->file_count == 400000);
	done(&r);
}

static void large_files_are_streamed(void)
{
	ARENA(a);
	BUF(all);
	struct request q;
	struct response r;
	ask(a, "/big.bin", "range", "bytes=7-", &q, &r);
	CHECK(r.status == 206 && r.stream && r.stream->length == 490000 - 7);
	CHECK(str_eq(header(&r, "Content-Range"), STR("bytes 7-489999/490000")));
	while (r.stream->more(r.stream, &all) == STREAM_MORE)
		;
	CHECK(all.n == 490000 - 7 && str_starts(buf_str(&all), STR("000001\n")));
	CHECK(str_ends(buf_str(&all), STR("069999\n")));
	done(&r);

	/* cut short while it is read: broken off, not padded */
	ask(a, "/big.bin", NULL, NULL, &q, &r);
	str path = arena_cat(a, str_from(root), STR("/big.bin"));
	CHECK(truncate(arena_z(a, path), 1000) == 0);
	enum stream_state s = STREAM_MORE;
	while (s == STREAM_MORE)
		s = r.stream->more(r.stream, &all);
	CHECK(s == STREAM_FAILED);
	done(&r);
}

int main(void)
{
	ARENA(a);
	build();
	CHECK(!site_open(a, root, &site).kind);
	ranges();
	many_ranges();
	several_parts();
	pieces_of_a_file();
	large_files_are_streamed();
	end(a);
	return check_done();
}
