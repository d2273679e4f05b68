/* tests/unit/archive_posts.h: posts of two lists, put into an archive.
 *
 *     CHECK(put(a, b, DEV, "1/dev", FIRST) == 1);
 */
#pragma once

#include "store_folder.h"

#include "archive/add.h"

enum { DEV = 1, SECRET = 2 };

static const char FIRST[] =
	"From: Anna Meyer <anna@uni.example>\r\nTo: dev@lists.example\r\n"
	"Subject: Map sharpening\r\nMessage-ID: <1@uni.example>\r\n"
	"Date: Tue, 17 Nov 2026 09:12:00 +0100\r\n"
	"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
	"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
	"The Wilson plot of a caf\xc3\xa9 lies.\r\n"
	"--b\r\nContent-Type: text/csv; name=\"survey.csv\"\r\n"
	"Content-Disposition: attachment; filename=\"survey.csv\"\r\n"
	"Content-Transfer-Encoding: base64\r\n\r\nUEsDBGRhdGE=\r\n--b--\r\n";
static const char ANSWER[] =
	"From: =?utf-8?q?J=C3=B6rg?= <joerg@lab.example>\r\nTo: dev@lists.example\r\n"
	"Subject: Re: Map sharpening\r\nMessage-ID: <2@lab.example>\r\n"
	"In-Reply-To: <1@uni.example>\r\nDate: Tue, 17 Nov 2026 10:00:00 +0000\r\n\r\n"
	"> The Wilson plot of a caf\xc3\xa9 lies.\r\nIt does not. Half map FSC is "
	"better.\r\n";
static const char OTHER[] =
	"From: carl@x.example\r\nSubject: Tomograms\r\n"
	"Message-ID: <3@x.example>\r\nDate: Sun, 1 Nov 2026 10:00:00 +0000\r\n\r\n"
	"Half a tomogram, see FSC map.\r\n\r\ndiff --git a/x b/x\r\n--- a/x\r\n"
	"+++ b/x\r\n@@ -1 +1 @@\r\n-a\r\n+b\r\n";
static const char HIDDEN[] =
	"From: dora@x.example\r\nSubject: Wilson, in private\r\n"
	"Message-ID: <1@uni.example>\r\nDate: bad\r\n\r\nOnly for members.\r\n";

static inline int64_t put(struct arena *a, struct book *b, int64_t list,
			  const char *source, const char *text)
{
	int64_t number = 0;
	struct archive_arrival x = { .list = list,
				     .source = str_from(source),
				     .message = str_from(text),
				     .received_at = 1795500000 };
	CHECK(ok(archive_add(b, a, &x, &number)));
	return number;
}
