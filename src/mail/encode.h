/* mail/encode.h: parts that this program writes. */
#pragma once

#include "base/arena.h"

/* A text/plain part: Content-Type, Content-Transfer-Encoding, an empty line and
 * the text with CRLF, quoted-printable only where a line is long or holds what
 * 7-bit mail cannot carry. Ends in CRLF. */
str encode_text_part(struct arena *a, str text);

/* A part of some bytes as they are (RFC 2046 section 5.2.1 allows a message no
 * other encoding), with CRLF line ends. */
str encode_message_part(struct arena *a, str type, str message);

/* A part of any bytes, in base64, as a file to keep. Its name is plain ASCII. */
str encode_file_part(struct arena *a, str type, str filename, str bytes);

/* Text as quoted-printable (RFC 2045 section 6.7), each line with its CRLF. */
str encode_quoted(struct arena *a, str text);

/* The same of a text that goes on behind it: its last line ends in a soft line break,
 * unless it has ended. */
str encode_quoted_open(struct arena *a, str text);

/* Bytes as lines of base64, each with its CRLF. */
str encode_base64_lines(struct arena *a, str bytes);

/* A boundary that nobody has written before. */
str encode_boundary(struct arena *a);
