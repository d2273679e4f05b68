/* archive/render.h: a message as a fragment of safe HTML: what stands inside a
 * post's <article>, below its header. Paragraphs, quotes (folded where long and
 * said by the parent already), signature, diffs, links, attachments. Nothing
 * of the sender reaches the page but as escaped text.
 *
 *     struct render_memory m = { 0 }, above = { 0 };
 *     struct html h = render_post(a, leaf->message, &(struct render_how){
 *             .url = STR("/lists/dev/17"), .number = 17,
 *             .attachments = &leaf->attachments, .hide_addresses = guest,
 *             .parent = &above, .parent_name = STR("Anna"), .memory = &m });
 */
#pragma once

#include "archive/html.h"
#include "store/archive/attachment.h"

/* The text of a post (part of its message, or the arena's), remembered so that a reply can fold what it quotes. */
struct render_memory {
	str text;
	struct render_lines *lines; /* made when a reply first asks */
};

struct render_how {
	str url;             /* of the post, for attachments: URL/a/1/plot.pdf */
	int64_t number;      /* of the post, for labels */
	bool marked;         /* its text is read as Markdown: archive_rendering_mode */
	bool hide_addresses; /* from guests: in texts, never in code and diffs */
	const struct archive_attachments *attachments; /* or NULL */
	struct html checked; /* what the wall said of them; empty: it is not told */
	bool pictures;       /* they are shown (picture.h): URL/a/1/shown/plot.png */
	struct render_memory *parent; /* or NULL */
	str parent_name;
	bool alone;                   /* the parent does not stand above on the page */
	struct render_memory *memory; /* filled for replies to this one; or NULL */
};

struct html render_post(struct arena *a, str message, const struct render_how *how);

/* The same of a post that is nothing but this text (archive_leaf_text). */
struct html render_plain(struct arena *a, str text, const struct render_how *how);

/* A message's text as a reader reads it: UTF-8, LF, format=flowed joined, HTML
 * turned into text. *from_html (may be NULL): there was no plain text. */
str render_text(struct arena *a, str message, bool *from_html);

/* A run of text in a paragraph: escaped, addresses of the web linked, mail
 * addresses shortened for guests ("anna@…"). */
struct html render_line(struct arena *a, str text, bool hide_addresses);

/* The next mail address from *at on: its @, and where its domain ends. False: none. */
bool render_next_address(str text, size_t *at, size_t *end);

/* A text with its mail addresses shortened; plain text still. */
str render_hide(struct arena *a, str text);
/* The same with another domain in the place of theirs. */
str render_hide_as(struct arena *a, str text, str domain);
/* The same of a message's text, where code stays as it is; its lines end in LF then, but for
 * a text that has no address. */
str render_hide_text(struct arena *a, str text, str domain);
/* "anna@…" of "anna@uni.example". */
str render_hidden(struct arena *a, str address);
/* One or two letters for .av: "R. Okafor" -> "RO". */
str render_initials(struct arena *a, str name, str address);
