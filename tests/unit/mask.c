/* Messages for guests: which domains go, and that all else stays, byte for byte. */
#include "archive/mask.h"

#include "tests/check.h"

static const struct {
	const char *in, *out;
} texts[] = {
	{ "Anna <anna@uni.example>, ben@x.y.",
	  "Anna <anna@hidden.invalid>, ben@hidden.invalid." },
	{ "a@[192.0.2.1] b@\xc3\xa4.example", "a@hidden.invalid b@hidden.invalid" },
	{ "@ alone, a@ b, @@x", "@ alone, a@ b, @@hidden.invalid" },
	{ "a@[open", "a@[open" },
	{ "nothing", "nothing" },
	{ "", "" },
};

static const struct {
	const char *in, *out;
} messages[] = {
	{ "From: A <a@b.c>\r\nTo: x@y.z,\r\n\tv@w.z\r\nSubject: a@b.c\r\n\r\nmail "
	  "a@b.c\r\n",
	  "From: A <a@hidden.invalid>\r\nTo: x@hidden.invalid,\r\n\tv@hidden.invalid\r\n"
	  "Subject: a@b.c\r\n\r\nmail a@b.c\r\n" },
	{ "Message-ID: <1@b.c>\r\nReferences: <2@b.c>\r\n <3@b.c>\r\nX-Any: "
	  "a@b.c\r\n\r\n",
	  "Message-ID: <1@b.c>\r\nReferences: <2@b.c>\r\n <3@b.c>\r\nX-Any: "
	  "a@hidden.invalid\r\n\r\n" },
	{ "LIST-POST: <mailto:l@b.c>\nContent-ID: <p@b.c>\nno colon a@b.c\n\na@b.c",
	  "LIST-POST: <mailto:l@b.c>\nContent-ID: <p@b.c>\nno colon a@hidden.invalid\n\n"
	  "a@b.c" },
	{ "From: a@b.c", "From: a@hidden.invalid" },
	{ "\r\na@b.c", "\r\na@b.c" },
	{ "", "" },
};

int main(void)
{
	ARENA(a);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		CHECK(str_eq(mask_text(a, str_from(texts[i].in)),
			     str_from(texts[i].out)));
	for (size_t i = 0; i < sizeof messages / sizeof *messages; i++)
		CHECK(str_eq(mask_message(a, str_from(messages[i].in)),
			     str_from(messages[i].out)));
	str nul = mask_message(a, (str){ "From: a@b\0c@d\n\n\0@", 18 });
	CHECK(str_eq(nul,
		     (str){ "From: a@hidden.invalid\0c@hidden.invalid\n\n\0@", 44 }));
	return check_done();
}
