/* po/embed.c: turns catalogs into C, at build time: embed OUT.c DE.mo ... The languages
 * bear the files' names. */
#include <stdio.h>
#include <string.h>

static const char *name_of(const char *path, int *n)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	*n = (int)strcspn(name, ".");
	return name;
}

/* Aligned, as its words of 32 bits want to be. */
static int put_octets(FILE *out, const char *path, int number)
{
	FILE *in = fopen(path, "rb");
	int c, at = 0;
	if (!in)
		return perror(path), 0;
	fprintf(out, "static const _Alignas(8) unsigned char octets_%d[] = {", number);
	while ((c = getc(in)) != EOF)
		fprintf(out, "%s%d,", at++ % 24 ? "" : "\n\t", c);
	fputs("\n};\n", out);
	fclose(in);
	return 1;
}

int main(int argc, char **argv)
{
	FILE *out = argc > 1 ? fopen(argv[1], "w") : NULL;
	if (!out) {
		fprintf(stderr, "usage: embed OUT.c NAME.mo ...\n");
		return 2;
	}
	fputs("#include \"base/language_inside.h\"\n\n", out);
	for (int i = 2; i < argc; i++)
		if (!put_octets(out, argv[i], i))
			return 1;
	fputs("const struct language_file language_files[] = {\n", out);
	for (int i = 2; i < argc; i++) {
		int n;
		const char *name = name_of(argv[i], &n);
		fprintf(out, "\t{ \"%.*s\", octets_%d, sizeof octets_%d },\n", n, name, i,
			i);
	}
	fprintf(out, "};\nconst size_t language_files_count = %d;\n", argc - 2);
	return fclose(out) != 0;
}
