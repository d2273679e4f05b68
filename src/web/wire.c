#include "web/wire.h"

/* ---- where the head ends */

ssize_t wire_head_end(str bytes, size_t *scanned)
{
	for (size_t i = *scanned; i < bytes.n; i++) {
		char c = bytes.p[i];
		if (c == '\0' || (c == '\n' && (!i || bytes.p[i - 1] != '\r')))
			return -1;
		if (c == '\r' && i + 1 < bytes.n && bytes.p[i + 1] != '\n')
			return -1;
		if (c == '\n' && i >= 3 && bytes.p[i - 2] == '\n')
			return (ssize_t)i + 1;
	}
	/* a CR at the end is looked at again, with what follows it */
	*scanned = bytes.n - (bytes.n && bytes.p[bytes.n - 1] == '\r');
	return 0;
}

/* ---- the head */

struct refusal {
	int status;
	const char *why;
};

static const struct refusal fine = { 0, NULL };

/* RFC 9110 section 5.6.2 */
static bool is_token(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!chr_is_alpha(s.p[i]) && !chr_is_digit(s.p[i])
		    && (!s.p[i] || !strchr("!#$%&'*+-.^_`|~", s.p[i])))
			return false;
	return s.n > 0;
}

static struct refusal read_method(str word, enum method *method)
{
	static const struct {
		const char *word;
		enum method method;
	} rows[] = { { "GET", GET }, { "HEAD", HEAD },   { "POST", POST },
		     { "PUT", PUT }, { "PATCH", PATCH }, { "DELETE", DELETE } };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (str_eq(word, str_from(rows[i].word))) {
			*method = rows[i].method;
			return fine;
		}
	}
	if (is_token(word))
		return (struct refusal){ 501, "this method is not known here" };
	return (struct refusal){ 400, "the request begins with no method" };
}

static bool is_target_octet(char c)
{
	return c > 0x20 && c < 0x7F && c != '#' && c != '"' && c != '<' && c != '>'
	       && c != '\\' && c != '^' && c != '`' && c != '{' && c != '|' && c != '}';
}

/* RFC 9112 section 3.2. Of an absolute URL the authority is dropped: we build
 * no link from it, and Host is not believed either. Octets of 128 and above are
 * let through raw, as some clients send them in a path. */
static struct refusal read_target(str target, struct wire_head *head)
{
	static const struct refusal bad = { 400, "the request's target is no path" };
	if (str_istarts(target, STR("http://")) || str_istarts(target, STR("https://"))) {
		str after = str_skip(str_find(target, STR("//")), 2), slash;
		slash = str_find(after, STR("/"));
		target = slash.n ? slash : STR("/");
	}
	if (!target.n || target.p[0] != '/')
		return bad;
	for (size_t i = 0; i < target.n; i++)
		if (!is_target_octet(target.p[i]) && (unsigned char)target.p[i] < 0x80)
			return bad;
	head->path = target;
	str_cut(target, '?', &head->path, &head->query);
	return fine;
}

static struct refusal read_request_line(str line, struct wire_head *head)
{
	str method, target, rest, version;
	if (!str_cut(line, ' ', &method, &rest) || !str_cut(rest, ' ', &target, &version))
		return (struct refusal){ 400, "the first line is not METHOD PATH "
					      "VERSION" };
	if (str_eq(version, STR("HTTP/1.0")))
		head->http10 = true;
	else if (!str_starts(version, STR("HTTP/")))
		return (struct refusal){ 400, "the first line names no HTTP version" };
	else if (!str_eq(version, STR("HTTP/1.1")))
		return (struct refusal){ 505, "only HTTP/1.1 and HTTP/1.0 are spoken" };
	struct refusal r = read_method(method, &head->method);
	return r.status ? r : read_target(target, head);
}

/* Spaces and tabs alone are white space in a header (RFC 9110 section 5.6.3); a
 * VT that one of us trims and the other does not hides a coding. */
static str trim_blanks(str s)
{
	while (s.n && (s.p[0] == ' ' || s.p[0] == '\t'))
		s = str_skip(s, 1);
	while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	return s;
}

/* RFC 9112 section 5: no white space before the colon, no folded lines. */
static struct refusal read_field(str line, struct pair *field)
{
	if (!str_cut(line, ':', &field->name, &field->value) || !is_token(field->name))
		return (struct refusal){ 400, "a header line is not NAME: VALUE" };
	field->value = trim_blanks(field->value);
	field->filename = STR_NONE;
	for (size_t i = 0; i < field->value.n; i++) {
		unsigned char c = (unsigned char)field->value.p[i];
		if ((c < 0x20 && c != '\t') || c == 0x7F)
			return (struct refusal){ 400, "a header holds a control "
						      "character" };
	}
	return fine;
}

static struct refusal read_fields(struct arena *a, str lines, struct wire_head *head)
{
	struct pair *rows = arena_alloc(a, WIRE_FIELDS_MAX * sizeof *rows);
	size_t count = 0;
	str line;
	while (str_line(&lines, &line) && line.n) {
		if (count == WIRE_FIELDS_MAX)
			return (struct refusal){ 431, "too many header lines" };
		struct refusal r = read_field(line, &rows[count++]);
		if (r.status)
			return r;
	}
	head->fields = (struct pairs){ rows, count };
	return fine;
}

/* How often a header is there; its last value. */
static size_t find_all(const struct wire_head *head, const char *name, str *value)
{
	size_t found = 0;
	*value = STR_NONE;
	for (size_t i = 0; i < head->fields.count; i++) {
		if (str_ieq(head->fields.rows[i].name, str_from(name))) {
			*value = head->fields.rows[i].value;
			found++;
		}
	}
	return found;
}

/* RFC 9112 section 6.3. Two lengths, a length beside a coding, or a coding
 * other than chunked are how requests are smuggled past a proxy. */
static struct refusal read_framing(struct wire_head *head)
{
	str length, coding;
	size_t lengths = find_all(head, "content-length", &length);
	size_t codings = find_all(head, "transfer-encoding", &coding);
	uint64_t n = 0;
	if (lengths > 1 || (lengths && !str_u64(length, &n)))
		return (struct refusal){ 400, "Content-Length is not one number" };
	if (lengths && codings)
		return (struct refusal){ 400, "Content-Length beside "
					      "Transfer-Encoding" };
	if (codings > 1 || (codings && !str_ieq(coding, STR("chunked")))
	    || (codings && head->http10))
		return (struct refusal){ 400, "of the transfer codings only chunked is "
					      "known, once, in HTTP/1.1" };
	head->chunked = codings;
	head->length = n > INT64_MAX ? INT64_MAX : (int64_t)n;
	return fine;
}

static bool names_word(str list, str word)
{
	while (list.n) {
		str item, rest = STR_NONE;
		if (!str_cut(list, ',', &item, &rest))
			item = list;
		if (str_ieq(trim_blanks(item), word))
			return true;
		list = rest;
	}
	return false;
}

static struct refusal read_rules(struct wire_head *head)
{
	str host, connection, expect;
	size_t hosts = find_all(head, "host", &host);
	/* RFC 9112 section 3.2: a message without Host, or with two, is refused */
	if (hosts > 1 || (!hosts && !head->http10))
		return (struct refusal){ 400, "there is not one Host header" };
	find_all(head, "connection", &connection);
	head->keep = head->http10 ? names_word(connection, STR("keep-alive"))
				  : !names_word(connection, STR("close"));
	if (find_all(head, "expect", &expect) && !head->http10) {
		if (!str_ieq(expect, STR("100-continue")))
			return (struct refusal){ 417, "only 100-continue can be "
						      "expected" };
		head->expects = true;
	}
	return fine;
}

int wire_head_parse(struct arena *a, str bytes, struct wire_head *head, const char **why)
{
	str line = STR_NONE;
	*head = (struct wire_head){ .method = GET, .path = STR("/") };
	/* RFC 9112 section 2.2: blank lines before a request are skipped */
	while (str_starts(bytes, STR("\r\n")))
		bytes = str_skip(bytes, 2);
	str_line(&bytes, &line);
	struct refusal r = read_request_line(line, head);
	if (!r.status)
		r = read_fields(a, bytes, head);
	if (!r.status)
		r = read_framing(head);
	if (!r.status)
		r = read_rules(head);
	if (r.status)
		head->keep = false;
	*why = r.why;
	return r.status;
}

/* ---- a chunked body */

/* Takes a line that ends in CRLF off *bytes. 1, 0: not all there, -1: broken. */
static int take_line(str *bytes, str *line)
{
	const char *lf = bytes->n ? memchr(bytes->p, '\n', bytes->n) : NULL;
	if (!lf)
		return bytes->n > WIRE_CHUNK_LINE_MAX ? -1 : 0;
	size_t n = (size_t)(lf - bytes->p);
	if (n == 0 || n > WIRE_CHUNK_LINE_MAX || lf[-1] != '\r')
		return -1;
	*line = str_first(*bytes, n - 1);
	*bytes = str_skip(*bytes, n + 1);
	for (size_t i = 0; i < line->n; i++)
		if ((unsigned char)line->p[i] < 0x20 && line->p[i] != '\t')
			return -1;
	return 1;
}

/* chunk-size [ chunk-ext ]: at most 8 hexadecimal digits; what follows a ; is
 * ignored as section 7.1.1 demands. */
static bool read_chunk_size(str line, int64_t *size)
{
	str digits = line, extension;
	str_cut(line, ';', &digits, &extension);
	int64_t n = 0;
	if (!digits.n || digits.n > 8)
		return false;
	for (size_t i = 0; i < digits.n; i++) {
		char c = chr_lower(digits.p[i]);
		if (!chr_is_digit(c) && !(c >= 'a' && c <= 'f'))
			return false;
		n = n * 16 + (chr_is_digit(c) ? c - '0' : c - 'a' + 10);
	}
	*size = n;
	return true;
}

static enum chunk_result take_size(struct wire_chunks *c, str *bytes)
{
	str line;
	int got = take_line(bytes, &line);
	if (got <= 0)
		return got ? CHUNKS_BROKEN : CHUNKS_MORE;
	if (!read_chunk_size(line, &c->left))
		return CHUNKS_BROKEN;
	c->state = c->left ? CHUNK_DATA : CHUNK_TRAILER;
	return CHUNKS_DONE;
}

static enum chunk_result take_data(struct wire_chunks *c, str *bytes, size_t max,
				   struct buf *body)
{
	if ((size_t)c->left > max - body->n)
		return CHUNKS_TOO_LARGE;
	str piece = str_first(*bytes, (size_t)c->left);
	buf_add(body, piece);
	*bytes = str_skip(*bytes, piece.n);
	c->left -= (int64_t)piece.n;
	if (c->left)
		return CHUNKS_MORE;
	c->state = CHUNK_DATA_END;
	return CHUNKS_DONE;
}

static enum chunk_result take_data_end(struct wire_chunks *c, str *bytes)
{
	if (!str_starts(STR("\r\n"), str_first(*bytes, 2)))
		return CHUNKS_BROKEN;
	if (bytes->n < 2)
		return CHUNKS_MORE;
	*bytes = str_skip(*bytes, 2);
	c->state = CHUNK_SIZE;
	return CHUNKS_DONE;
}

/* Trailer fields are read past: none has a meaning here. */
static enum chunk_result take_trailer(struct wire_chunks *c, str *bytes, bool *end)
{
	str line;
	int got = take_line(bytes, &line);
	if (got <= 0)
		return got ? CHUNKS_BROKEN : CHUNKS_MORE;
	c->trailer += line.n;
	*end = line.n == 0;
	return c->trailer > WIRE_CHUNK_LINE_MAX * 4 ? CHUNKS_BROKEN : CHUNKS_DONE;
}

enum chunk_result wire_chunks_take(struct wire_chunks *c, str *bytes, size_t max,
				   struct buf *body)
{
	bool end = false;
	while (!end) {
		enum chunk_result r = CHUNKS_BROKEN;
		if (c->state == CHUNK_SIZE)
			r = take_size(c, bytes);
		else if (c->state == CHUNK_DATA)
			r = take_data(c, bytes, max, body);
		else if (c->state == CHUNK_DATA_END)
			r = take_data_end(c, bytes);
		else
			r = take_trailer(c, bytes, &end);
		if (r != CHUNKS_DONE)
			return r;
	}
	return CHUNKS_DONE;
}
