/* tests/unit/steps.h: a post, and what the steps make of it.
 *
 *     struct run x;
 *     begin(&t, STR(POST), &x);
 *     CHECK(str_find(x.leaves, STR("..dots")).n);
 *     end(&x);
 */
#pragma once

#include "books.h"

#include "base/map.h"
#include "lists/steps.h"

#define DEV "dev@lists.example"

/* Fields and a body that a program which parses and writes anew would spoil. */
static const char POST[] =
	"Received: from x by y; Tue, 24 Nov 2026 04:00:00 +0000\r\n"
	"Return-Path: <anna@uni.example>\r\n"
	"DKIM-Signature: v=1; a=rsa-sha256; d=uni.example;\r\n\tb=abc\r\n\t def\r\n"
	"From:   Anna\t<anna@uni.example>\r\n"
	"To: dev@lists.example,\r\n  \"B, ob\" <bob@lab.example>\r\n"
	"CC: Carl <Carl@LAB.example>\r\n"
	"subject: Re:  the   plan\r\n"
	"Message-Id: <1@uni.example>\r\n"
	"Delivered-To: x@uni.example\r\n"
	"Disposition-Notification-To: anna@uni.example\r\n"
	"Return-Receipt-To: anna@uni.example\r\n"
	"List-Id: <other.list.example>\r\n"
	"List-Unsubscribe: <mailto:evil@evil.example>\r\n"
	"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
	"LIST-POST: <mailto:evil@evil.example>\r\n"
	"Archived-At: <https://evil.example/1>\r\n"
	"Precedence: bulk\r\n"
	"Approved: secret\r\n"
	"Urgent: secret\r\n"
	"X-Odd:\r\n"
	"Reply-To: elsewhere@uni.example\r\n"
	"\r\n"
	"  body\t \r\n.\r\n..dots\r\nFrom here\r\n\x80\xff no charset  \r\n";

static int64_t number = 17; /* of the post in the archive */

struct run {
	struct post post;
	struct outgoing out;
	struct map has_copy;
	str header, leaves; /* the header as it leaves; and with the body */
};

static inline void begin(struct books_test *t, str message, struct run *x)
{
	struct address path = books_box(t, "anna@uni.example").address;
	memset(x, 0, sizeof *x);
	CHECK(ok(post_read(t->books.lists, t->a, books_entry(t, DEV),
			   &(struct mail_in){ .source = STR("1/" DEV),
					      .text = message,
					      .reverse_path = &path,
					      .trust = str_from(ALIGNED) },
			   &x->post)));
	x->out = (struct outgoing){ .post = &x->post,
				    .number = number,
				    .audience.has_copy = &x->has_copy };
	CHECK(ok(steps_run(&t->books, t->a, &x->out)));
	x->header = steps_header(t->a, &x->out);
	x->leaves = arena_cat(t->a, x->header, STR("\r\n"), x->post.header.body);
}

static inline void end(struct run *x)
{
	map_free(&x->has_copy);
	buf_free(&x->out.prepend);
	buf_free(&x->out.append);
}
