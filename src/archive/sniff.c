#include "archive/content.h"

/* What files of a kind begin with. at: where. Those that only look like text are
 * told apart further down. */
static const struct magic {
	size_t at;
	str bytes;
	str type;
} magics[] = {
	{ 0, STR("\x89PNG\r\n\x1a\n"), STR("image/png") },
	{ 0, STR("\xff\xd8\xff"), STR("image/jpeg") },
	{ 0, STR("GIF87a"), STR("image/gif") },
	{ 0, STR("GIF89a"), STR("image/gif") },
	{ 8, STR("WEBPVP8"), STR("image/webp") },
	{ 0, STR("II*\0"), STR("image/tiff") },
	{ 0, STR("MM\0*"), STR("image/tiff") },
	{ 0, STR("%PDF-"), STR("application/pdf") },
	{ 0, STR("%!PS"), STR("application/postscript") },
	{ 0, STR("{\\rtf"), STR("application/rtf") },
	{ 0, STR("PK\3\4"), STR("application/zip") },
	{ 0, STR("PK\5\6"), STR("application/zip") },
	{ 0, STR("\x1f\x8b"), STR("application/gzip") },
	{ 0, STR("BZh"), STR("application/x-bzip2") },
	{ 0,
	  STR("\xfd"
	      "7zXZ\0"),
	  STR("application/x-xz") },
	{ 0, STR("\x28\xb5\x2f\xfd"), STR("application/zstd") },
	{ 0, STR("7z\xbc\xaf\x27\x1c"), STR("application/x-7z-compressed") },
	{ 0, STR("Rar!\x1a\x07"), STR("application/vnd.rar") },
	{ 7, STR("**ACE**"), STR("application/x-ace-compressed") },
	{ 257, STR("ustar"), STR("application/x-tar") },
	{ 0, STR("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), STR("application/x-ole-storage") },
	{ 0, STR("MZ"), STR("application/x-msdownload") },
	{ 0,
	  STR("\x7f"
	      "ELF"),
	  STR("application/x-executable") },
	{ 0, STR("RIFF"), STR("application/x-riff") },
	{ 0, STR("OggS"), STR("application/ogg") },
	{ 0, STR("ID3"), STR("audio/mpeg") },
	{ 4, STR("ftyp"), STR("video/mp4") },
	{ 0, STR("\x89HDF\r\n\x1a\n"), STR("application/x-hdf5") },
	{ 0, STR("SQLite format 3\0"), STR("application/vnd.sqlite3") },
};

/* Declared types that a magic of the right confirms rather than contradicts. */
static const struct {
	str seen, declared;
} same[] = {
	{ STR("application/zip"), STR("application/vnd.openxmlformats") },
	{ STR("application/zip"), STR("application/vnd.oasis.opendocument") },
	{ STR("application/zip"), STR("application/x-zip") },
	{ STR("application/zip"), STR("application/java-archive") },
	{ STR("application/zip"), STR("application/epub+zip") },
	{ STR("application/gzip"), STR("application/x-gzip") },
	{ STR("application/gzip"), STR("application/x-compressed") },
	{ STR("application/gzip"), STR("application/x-tar") },
	{ STR("application/x-ole-storage"), STR("application/msword") },
	{ STR("application/x-ole-storage"), STR("application/vnd.ms-") },
	{ STR("application/x-riff"), STR("audio/") },
	{ STR("application/x-riff"), STR("video/") },
	{ STR("application/ogg"), STR("audio/") },
	{ STR("application/ogg"), STR("video/") },
	{ STR("application/pdf"), STR("application/x-pdf") },
	{ STR("application/rtf"), STR("text/rtf") },
	{ STR("image/jpeg"), STR("image/jpg") },
	{ STR("video/mp4"), STR("audio/") },
	{ STR("video/mp4"), STR("video/") },
	{ STR("video/mp4"), STR("image/hei") },
	{ STR("application/x-bzip2"), STR("application/bzip2") },
};

/* HTML or SVG that says it is something else (WHATWG MIME Sniffing section 7.1). */
static bool looks_like_markup(str s)
{
	static const str marks[] = {
		STR("<!doctype html"), STR("<html"), STR("<head"), STR("<script"),
		STR("<iframe"),        STR("<body"), STR("<svg")
	};
	s = str_trim(str_first(s, 1024));
	if (str_istarts(s, STR("<?xml")))
		return str_ifind(s, STR("<svg")).n || str_ifind(s, STR("<html")).n;
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
		if (str_istarts(s, marks[i]))
			return true;
	return false;
}

static bool looks_binary(str s)
{
	s = str_first(s, 1024);
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f'
		    && c != 0x1b)
			return true;
	}
	return false;
}

static str magic_of(str bytes)
{
	for (size_t i = 0; i < sizeof magics / sizeof *magics; i++)
		if (str_starts(str_skip(bytes, magics[i].at), magics[i].bytes))
			return magics[i].type;
	return STR_NONE;
}

str content_sniff(str bytes, str declared)
{
	str seen = magic_of(bytes);
	for (size_t i = 0; seen.n && i < sizeof same / sizeof *same; i++)
		if (str_eq(seen, same[i].seen) && str_starts(declared, same[i].declared))
			return declared;
	if (seen.n)
		return seen;
	bool markup = str_eq(declared, STR("text/html"))
		      || str_starts(declared, STR("image/svg"))
		      || str_ends(declared, STR("xml"))
		      || str_ends(declared, STR("+xml"));
	if (looks_like_markup(bytes))
		return markup ? declared : STR("text/html");
	if (str_starts(declared, STR("text/")) && looks_binary(bytes))
		return STR("application/octet-stream");
	static const str with_magic[] = { STR("image/png"), STR("image/jpeg"),
					  STR("image/gif"), STR("image/webp"),
					  STR("application/pdf") };
	for (size_t i = 0; i < sizeof with_magic / sizeof *with_magic; i++)
		if (str_eq(declared, with_magic[i])) /* and it does not begin like one */
			return looks_binary(bytes) ? STR("application/octet-stream")
						   : STR("text/plain");
	return declared;
}
