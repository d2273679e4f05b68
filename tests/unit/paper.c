/* What is written in a PDF: a small one, broken ones, and such as would never end. */
#include "wall/paper.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "tests/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct pdf {
	struct buf b;
	size_t at[40000]; /* objects */
	int count;
};

static struct pdf pdf;

static void begin(void)
{
	buf_clear(&pdf.b);
	pdf.count = 0;
	buf_add(&pdf.b, STR("%PDF-1.4\n"));
}

static void object(str content)
{
	pdf.at[pdf.count++] = pdf.b.n;
	buf_addf(&pdf.b, "%d 0 obj\n%.*s\nendobj\n", pdf.count, STR_F(content));
}

static str end(void)
{
	size_t start = pdf.b.n;
	buf_addf(&pdf.b, "xref\n0 %d\n0000000000 65535 f \n", pdf.count + 1);
	for (int i = 0; i < pdf.count; i++)
		buf_addf(&pdf.b, "%010zu 00000 n \n", pdf.at[i]);
	buf_addf(&pdf.b, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%zu\n%%%%EOF\n",
		 pdf.count + 1, start);
	return buf_str(&pdf.b);
}

/* Catalog, pages, font; then a page and its content for each. */
static str of_pages(struct arena *a, int pages, const char *text)
{
	BUF(kids);
	for (int i = 0; i < pages; i++)
		buf_addf(&kids, "%d 0 R ", 4 + 2 * i);
	begin();
	object(STR("<< /Type /Catalog /Pages 2 0 R >>"));
	object(arena_printf(a, "<< /Type /Pages /Count %d /Kids [ %.*s ] >>", pages,
			    STR_F(buf_str(&kids))));
	object(STR("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"));
	for (int i = 0; i < pages; i++) {
		str shown = arena_printf(a, "BT /F1 12 Tf 72 700 Td (%s %d) Tj ET", text,
					 i + 1);
		object(arena_printf(
			a,
			"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] "
			"/Resources << /Font << /F1 3 0 R >> >> "
			"/Contents %d 0 R >>",
			5 + 2 * i));
		object(arena_printf(a, "<< /Length %zu >>\nstream\n%.*s\nendstream",
				    shown.n, STR_F(shown)));
	}
	return end();
}

static err read_text(struct arena *a, const char *program, str bytes, size_t most,
		     str *text)
{
	FD_AUTO fd = memfd_create("pdf", MFD_CLOEXEC);
	CHECK(fd >= 0 && !file_write_all(a, fd, bytes).kind);
	*text = STR("");
	return paper_text(a, program, fd, most, PAPER_MS, text);
}

static void reads(const char *program)
{
	ARENA(a);
	str text;
	CHECK(!read_text(a, program, of_pages(a, 1, "amethyst"), 1000, &text).kind);
	CHECK(str_find(text, STR("amethyst 1")).n);
	CHECK(!read_text(a, program, of_pages(a, 1, "amethyst"), 4, &text).kind);
	CHECK(str_eq(text, STR("amet")));
}

/* Two hundred pages of ten thousand; and no more of a text than is wanted. */
static void of_many_pages(const char *program)
{
	ARENA(a);
	str text;
	str bytes = arena_copy(a, of_pages(a, 10000, "page"));
	CHECK(!read_text(a, program, bytes, 1 << 20, &text).kind);
	CHECK(str_find(text, STR("page 200\n")).n && !str_find(text, STR("page 201")).n);
	CHECK(!read_text(a, program, bytes, 100, &text).kind && text.n == 100);
}

static void broken(const char *program)
{
	ARENA(a);
	str text;
	CHECK(read_text(a, program, STR("no PDF"), 1000, &text).kind == ERR_SYNTAX);
	CHECK(read_text(a, program, STR(""), 1000, &text).kind == ERR_SYNTAX);
	CHECK(read_text(a, "/nonexistent/pdftotext", STR("x"), 1000, &text).kind
	      == ERR_IO);
}

/* A form that draws itself ten times, each of which does. */
static void endless(const char *program)
{
	ARENA(a);
	str text;
	int64_t start = clock_mono_ms();
	static const char draws[] = "q /X Do Q q /X Do Q q /X Do Q q /X Do Q q /X Do Q "
				    "q /X Do Q q /X Do Q q /X Do Q q /X Do Q q /X Do Q";
	begin();
	object(STR("<< /Type /Catalog /Pages 2 0 R >>"));
	object(STR("<< /Type /Pages /Count 1 /Kids [ 3 0 R ] >>"));
	object(STR("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << "
		   "/XObject << /X 5 0 R >> >> /Contents 4 0 R >>"));
	object(arena_printf(a, "<< /Length %zu >>\nstream\n%s\nendstream",
			    sizeof draws - 1, draws));
	for (int i = 5; i < 25; i++)
		object(arena_printf(
			a,
			"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << "
			"/XObject << /X %d 0 R >> >> /Length %zu >>\nstream\n%s\n"
			"endstream",
			i + 1, sizeof draws - 1, draws));
	err e = read_text(a, program, end(), 1000, &text);
	CHECK(e.kind == ERR_LIMIT || !text.n);
	CHECK(clock_mono_ms() - start < PAPER_MS + 5000);
}

/* What is no pdftotext at all, but tries what one may not. */
static void shut_in(struct arena *a, bool has_program)
{
	str text;
	static const char *const tries[] = {
		"#!/bin/sh\ncat /proc/self/environ | wc -c\n",
		"#!/bin/sh\necho before; (echo child)\n",
		"#!/bin/sh\nwhile :; do :; done\n",
	};
	char path[] = "/tmp/postern-paper-XXXXXX";
	int fd = mkstemp(path);
	CHECK(fd >= 0);
	close(fd);
	/* the last takes ten seconds, as endless() does */
	for (size_t i = 0; i < sizeof tries / sizeof *tries - has_program; i++) {
		CHECK(!file_write(a, path, 0755, str_from(tries[i])).kind
		      && !chmod(path, 0755));
		int64_t start = clock_mono_ms();
		err e = read_text(a, path, STR("x"), 1000, &text);
		CHECK(!str_find(text, STR("child")).n);
		CHECK(i != 2 || e.kind == ERR_LIMIT);
		CHECK(clock_mono_ms() - start < PAPER_MS + 5000);
	}
	unlink(path);
}

/* What would not end, keeps off what can be kept off and lets go of what is read: it is ended, and
 * waited for. */
static void never_ends(struct arena *a)
{
	static const char *const tries[] = {
		"#!/bin/sh\ntrap '' ALRM TERM HUP INT\nexec sleep 60\n",
		"#!/bin/sh\necho word\nexec sleep 60 >&-\n",
	};
	enum { WITHIN = 500 };
	char path[] = "/tmp/postern-paper-XXXXXX";
	int fd = mkstemp(path);
	CHECK(fd >= 0);
	close(fd);
	for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
		CHECK(!file_write(a, path, 0755, str_from(tries[i])).kind
		      && !chmod(path, 0755));
		FD_AUTO file = memfd_create("pdf", MFD_CLOEXEC);
		str text = STR("none");
		int64_t start = clock_mono_ms();
		err e = paper_text(a, path, file, 1000, WITHIN, &text);
		int64_t took = clock_mono_ms() - start;
		CHECK(e.kind == ERR_LIMIT && str_eq(text, STR("none")));
		CHECK(took >= WITHIN && took < 10000);
		CHECK(waitpid(-1, NULL, WNOHANG) == -1); /* nobody is left */
	}
	unlink(path);
}

int main(void)
{
	ARENA(a);
	const char *program = paper_program(a);
	never_ends(a);
	shut_in(a, program != NULL);
	if (!program) {
		printf("skipped: pdftotext is not installed\n");
		return check_done();
	}
	CHECK(paper_program_file(a) != NULL);
	reads(program);
	of_many_pages(program);
	broken(program);
	endless(program);
	buf_free(&pdf.b);
	return check_done();
}
