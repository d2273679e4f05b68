#include "archive/render_inside.h"

#include "base/utf8.h"

static bool is_url_octet(unsigned char c)
{
	return c > 0x20 && c != 0x7f && c != '<' && c != '>' && c != '"' && c != '`';
}

/* Blanks, quotes and brackets of other scripts end an address, too. */
static bool ends_url(uint32_t c)
{
	return c == 0xfffd || c < 0xa1 || c == 0xab || c == 0xbb
	       || (c >= 0x2000 && c <= 0x206f) || (c >= 0x3000 && c <= 0x303f)
	       || c == 0x061c || c >= 0xe000;
}

static size_t url_octets(str s)
{
	str rest = s;
	while (rest.n) {
		unsigned char c = (unsigned char)rest.p[0];
		if (c < 0x80) {
			if (!is_url_octet(c))
				break;
			rest = str_skip(rest, 1);
			continue;
		}
		str before = rest;
		if (ends_url(utf8_next(&rest))) {
			rest = before;
			break;
		}
	}
	return s.n - rest.n;
}

/* A full stop or closing bracket that belongs to the sentence, not to the address. */
static size_t without_tail(str url)
{
	static const str tail = { ".,;:!?'*_", 9 };
	int open = 0, square = 0;
	for (size_t i = 0; i < url.n; i++) {
		open += url.p[i] == '(' ? 1 : url.p[i] == ')' ? -1 : 0;
		square += url.p[i] == '[' ? 1 : url.p[i] == ']' ? -1 : 0;
	}
	while (url.n) {
		char c = url.p[url.n - 1];
		if (c == ')' && open < 0)
			open++;
		else if (c == ']' && square < 0)
			square++;
		else if (!str_has(tail, c))
			break;
		url.n--;
	}
	return url.n;
}

void render_add_url(struct buf *b, str url)
{
	for (size_t i = 0; i < url.n; i++) {
		unsigned char c = (unsigned char)url.p[i];
		if (c >= 0x80)
			buf_addf(b, "%%%02X", c);
		else
			html_add_attr(b, (str){ url.p + i, 1 });
	}
}

bool render_may_lead(str url, bool hide)
{
	bool web = str_istarts(url, STR("https://")) || str_istarts(url, STR("http://"));
	bool mail = !hide && str_istarts(url, STR("mailto:"));
	return (web || mail) && url_octets(url) == url.n;
}

static void add_head(struct buf *b, struct html scheme, str url)
{
	html_add(b, HTML("<a href=\""));
	html_add(b, scheme);
	render_add_url(b, url);
	html_add(b, HTML("\" rel=\"nofollow ugc\">"));
}

bool render_add_href(struct buf *b, str url, bool hide)
{
	if (!render_may_lead(url, hide))
		return false;
	add_head(b, HTML(""), url);
	return true;
}

static void add_link(struct buf *b, struct html scheme, str url, str text)
{
	add_head(b, scheme, url);
	html_add_text(b, text);
	html_add(b, HTML("</a>"));
}

/* An address of the web whose scheme ends at text[colon]; where it starts and how
 * long it is. */
static bool find_url(str text, size_t run, size_t colon, bool hide, size_t *start,
		     size_t *octets)
{
	static const struct {
		str scheme, then;
	} rows[] = { { STR("https"), STR("//") },
		     { STR("http"), STR("//") },
		     { STR("mailto"), STR("") } };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		size_t n = rows[i].scheme.n;
		if (colon < run + n || (hide && !rows[i].then.n))
			continue;
		str scheme = { text.p + colon - n, n };
		bool inside_word = colon > run + n && chr_is_alpha(text.p[colon - n - 1]);
		str rest = str_skip(text, colon + 1);
		if (inside_word || !str_ieq(scheme, rows[i].scheme)
		    || !str_starts(rest, rows[i].then))
			continue;
		*start = colon - n;
		str url = str_skip(text, *start);
		*octets = without_tail(str_first(url, url_octets(url)));
		return *octets > n + 1 + rows[i].then.n;
	}
	return false;
}

static bool is_local_octet(unsigned char c)
{
	return chr_is_alpha((char)c) || chr_is_digit((char)c) || c >= 0x80
	       || (c && strchr("._%+-=&'*!#$/?^{|}~", c));
}

static bool is_domain_octet(unsigned char c)
{
	return chr_is_alpha((char)c) || chr_is_digit((char)c) || c >= 0x80 || c == '-'
	       || c == '.';
}

/* The domain of an address whose @ stands at text[at]: [at + 1, *end), or false. */
static bool find_domain(str text, size_t run, size_t at, size_t *end)
{
	if (at == run || !is_local_octet((unsigned char)text.p[at - 1]))
		return false;
	size_t n = at + 1;
	bool dot = false;
	for (; n < text.n && is_domain_octet((unsigned char)text.p[n]); n++)
		dot |= text.p[n] == '.' && n > at + 1;
	while (n > at + 1 && (text.p[n - 1] == '.' || text.p[n - 1] == '-'))
		n--;
	*end = n;
	return dot && n > at + 1;
}

static size_t next_of(str text, size_t from, char c)
{
	const char *p = from < text.n ? memchr(text.p + from, c, text.n - from) : NULL;
	return p ? (size_t)(p - text.p) : text.n;
}

/* ---- DOIs (ISO 26324): "doi:10.1107/S0108768", "DOI 10.1000/182", or alone */

static bool is_alnum(char c)
{
	return chr_is_alpha(c) || chr_is_digit(c);
}

static bool is_called_doi(str before)
{
	while (before.n
	       && (chr_is_space(before.p[before.n - 1]) || before.p[before.n - 1] == ':'))
		before.n--;
	return before.n >= 3 && str_ieq(str_skip(before, before.n - 3), STR("doi"))
	       && (before.n == 3 || !is_alnum(before.p[before.n - 4]));
}

enum { DOI_MOST = 256 }; /* a line of nothing but their beginnings is looked at once */

/* How long a DOI is that begins at text[at]; 0: none does. One that is not called so has a
 * letter behind its slash, which no date and no network has. */
static size_t doi_octets(str text, size_t at)
{
	static const str tied = { ".-/_@%=", 7 };
	str s = str_skip(text, at);
	size_t n = 3;
	bool letter = false;
	if (at && (is_alnum(text.p[at - 1]) || str_has(tied, text.p[at - 1])))
		return 0;
	while (n < s.n && chr_is_digit(s.p[n]))
		n++;
	if (n < 7 || n > 12 || n == s.n || s.p[n] != '/')
		return 0;
	s = str_first(s, DOI_MOST);
	size_t all = without_tail(str_first(s, url_octets(s)));
	for (size_t i = n + 1; i < all; i++)
		letter |= chr_is_alpha(s.p[i]);
	return all > n + 1 && (letter || is_called_doi(str_first(text, at))) ? all : 0;
}

static size_t next_doi(str text, size_t from, size_t *octets)
{
	str at = str_skip(text, from);
	for (; (at = str_find(at, STR("10."))).n; at = str_skip(at, 3))
		if ((*octets = doi_octets(text, text.n - at.n)))
			return text.n - at.n;
	return text.n;
}

static void add_doi(struct buf *b, str doi)
{
	BUF(path);
	for (size_t i = 0; i < doi.n; i++)
		if (str_has((str){ "#?%", 3 }, doi.p[i]))
			buf_addf(&path, "%%%02X", doi.p[i]);
		else
			buf_add_char(&path, doi.p[i]);
	add_link(b, HTML("https://doi.org/"), buf_str(&path), doi);
}

/* ---- */

/* Octets before text[at], an @, that are a mailbox's name as most are; 0: it is another. */
static size_t local_octets(str text, size_t run, size_t at)
{
	size_t n = 0;
	static const str also = { "._+-=", 5 };
	while (at - n > run
	       && (is_alnum(text.p[at - n - 1]) || str_has(also, text.p[at - n - 1])))
		n++;
	bool more = at - n > run && is_local_octet((unsigned char)text.p[at - n - 1]);
	return more ? 0 : n;
}

/* The address around text[at]. One of a program (git@host:path) is no mailbox. */
static void add_mailbox(struct buf *b, str text, size_t run, size_t at, size_t end)
{
	size_t local = local_octets(text, run, at);
	bool path = end + 1 < text.n && text.p[end] == ':'
		    && !chr_is_space(text.p[end + 1]);
	str address = { text.p + at - local, end - at + local };
	if (!local || path) {
		html_add_text(b, (str){ text.p + at, end - at });
		return;
	}
	b->n -= local; /* one octet each, as they are written */
	add_link(b, HTML("mailto:"), address, address);
}

void render_add_linked(struct buf *b, str text, bool hide)
{
	size_t run = 0, start, octets,
	       length = 0; /* what stands before run is written for good */
	size_t doi = next_doi(text, 0, &length);
	for (size_t at = 0; at < text.n;) {
		at += html_add_before(b, (str){ text.p + at, doi - at }, true);
		if (at == text.n)
			return;
		if (at == doi) {
			add_doi(b, (str){ text.p + at, length });
			run = at = at + length;
		} else if (text.p[at] == ':'
			   && find_url(text, run, at, hide, &start, &octets)) {
			b->n -= at - start; /* its scheme: letters, one octet each */
			str url = { text.p + start, octets };
			add_link(b, HTML(""), url, url);
			run = at = start + octets;
		} else if (text.p[at] == '@' && find_domain(text, run, at, &octets)) {
			if (hide)
				html_add(b, HTML("@…"));
			else
				add_mailbox(b, text, run, at, octets);
			run = at = octets;
		} else {
			buf_add_char(b, text.p[at++]);
		}
		if (at > doi || (at == run && at >= doi))
			doi = next_doi(text, at, &length);
	}
}

struct html render_line(struct arena *a, str text, bool hide_addresses)
{
	BUF(b);
	render_add_linked(&b, text, hide_addresses);
	return html_take(a, &b);
}

bool render_next_address(str text, size_t *at, size_t *end)
{
	for (size_t run = *at, i = next_of(text, run, '@'); i < text.n;
	     i = next_of(text, i + 1, '@'))
		if (find_domain(text, run, i, end)) {
			*at = i;
			return true;
		}
	return false;
}

str render_hide(struct arena *a, str text)
{
	return render_hide_as(a, text, STR("…"));
}

str render_hide_as(struct arena *a, str text, str domain)
{
	BUF(b);
	size_t run = 0, end;
	for (size_t at = 0; render_next_address(text, &at, &end); at = run = end)
		buf_cat(&b, (str){ text.p + run, at + 1 - run }, domain);
	buf_add(&b, str_skip(text, run));
	return arena_copy(a, buf_str(&b));
}

str render_hidden(struct arena *a, str address)
{
	str local, domain;
	if (!str_cut_last(address, '@', &local, &domain))
		return address;
	return arena_cat(a, local, STR("@…"));
}

/* The first letter of each of the first and last word of a name. */
str render_initials(struct arena *a, str name, str address)
{
	str letters[2] = { STR_NONE, STR_NONE };
	size_t count = 0;
	str rest = name.n ? name : address;
	for (bool start = true; rest.n;) {
		str before = rest;
		uint32_t c = utf8_next(&rest);
		bool letter = c >= 0x80 ? !ends_url(c)
					: chr_is_alpha((char)c) || (c >= '0' && c <= '9');
		if (letter && start) {
			letters[count] = str_first(before, before.n - rest.n);
			count = 1;
		}
		if (!name.n && c == '@')
			break;
		start = c == ' ' || c == '.' || c == '-' || (!letter && c != '\'');
	}
	if (!letters[0].n)
		return STR("?");
	str both = arena_cat(a, letters[0], letters[1]);
	char *upper = arena_z(a, both);
	for (size_t i = 0; i < both.n; i++)
		if (upper[i] >= 'a' && upper[i] <= 'z')
			upper[i] = (char)(upper[i] - 32);
	return (str){ upper, both.n };
}
