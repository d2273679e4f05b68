/* schema/embed.c: turns BOOK-NNN.sql files into the table schema_steps, at build
 * time: embed OUT.c FILE.sql ... */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_text(FILE *out, FILE *in)
{
	int c, fresh = 1;
	while ((c = getc(in)) != EOF) {
		if (fresh)
			fputs("\n\t  \"", out);
		fresh = c == '\n';
		if (c == '\n')
			fputs("\\n\"", out);
		else if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (c < 32 || c > 126)
			fprintf(out, "\\%03o", (unsigned)c);
		else
			putc(c, out);
	}
	if (!fresh)
		putc('"', out);
}

static int embed_one(FILE *out, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	const char *dash = strchr(name, '-');
	int version = dash ? atoi(dash + 1) : 0;
	FILE *in = version > 0 ? fopen(path, "r") : NULL;
	if (!in) {
		fprintf(stderr, "%s: not a readable BOOK-NNN.sql\n", path);
		return 0;
	}
	fprintf(out, "\t{ \"%.*s\", %d,", (int)(dash - name), name, version);
	print_text(out, in);
	fputs(" },\n", out);
	fclose(in);
	return 1;
}

int main(int argc, char **argv)
{
	FILE *out = argc > 2 ? fopen(argv[1], "w") : NULL;
	if (!out) {
		fprintf(stderr, "usage: embed OUT.c BOOK-NNN.sql ...\n");
		return 2;
	}
	fputs("#include \"store/migrate.h\"\n\nconst struct schema_step schema_steps[] = "
	      "{\n",
	      out);
	for (int i = 2; i < argc; i++)
		if (!embed_one(out, argv[i]))
			return 1;
	fputs("\t{ 0 },\n};\n", out);
	return fclose(out) != 0;
}
