/* web/escape.h: text on its way into a page. Templates call these; the
 * generator (web/compile) chooses by where the value stands, so a page that
 * prints a value raw cannot be written by accident.
 *
 *     esc_text(out, STR("<b>"));          adds &lt;b&gt;
 *     esc_part(out, STR("a b/c"));        adds a%20b%2Fc
 *
 * Whatever the input, the output is valid UTF-8 without NUL: a wrong byte and
 * a control character that HTML does not allow become U+FFFD. */
#pragma once

#include "archive/html.h" /* struct html: a template prints one raw, and a str never */

void esc_text(struct buf *out, str s);   /* between tags, or in a quoted attribute */
void esc_marked(struct buf *out, str s); /* between tags; characters that change the
					  * direction of text become visible marks */
void esc_part(struct buf *out, str s);   /* one segment or one query value of a URL */
void esc_path(struct buf *out, str s);   /* the same, but / stays */
void esc_json(struct buf *out, str s);   /* a JSON string with its quotes */

/* A whole URL in an attribute: http, https, mailto, or one without a scheme.
 * Any other (javascript:, data:) is replaced by about:invalid. */
void esc_url(struct buf *out, str s);
bool url_is_safe(str s);

/* Numbers and times (seconds since 1970, UTC) as people read them: by the clock of the site's
 * zone, which is named where that is not UTC. A day that is kept as its midnight in UTC is
 * the same everywhere: fixed. */
void show_number(struct buf *out, int64_t n); /* 21851 */
void show_count(struct buf *out, int64_t n);  /* 21,851 */
void show_posts(struct buf *out, int64_t n);  /* 21,851 posts, 1 post; its kin the same */
void show_messages(struct buf *out, int64_t n);
void show_people(struct buf *out, int64_t n);
void show_members(struct buf *out, int64_t n);
void show_size(struct buf *out, int64_t n);   /* octets: 184 KB */
void show_iso(struct buf *out, int64_t t);    /* 2026-11-24T04:12:09Z */
void show_date(struct buf *out, int64_t t);   /* 2026-11-24 */
void show_minute(struct buf *out, int64_t t); /* 2026-11-24 04:12, 2026-11-24 05:12 CET */
void show_day(struct buf *out, int64_t t);    /* 24 Nov 2026 */
void show_short(struct buf *out, int64_t t);  /* 24 Nov, where the year stands nearby */
void show_fixed_date(struct buf *out, int64_t day);
void show_fixed_day(struct buf *out, int64_t day);
void show_month(struct buf *out, int64_t t); /* November 2026 */
void show_month_of(struct buf *out, int year, int month);
const char *month_abbreviated(int month); /* Nov */
