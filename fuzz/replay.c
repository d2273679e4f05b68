/* fuzz/replay.c: runs a fuzz target over each file of some folders, so that every
 * past finding is tested on every build, with any compiler. */
#include "base/file.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { INPUT_MAX = 4 << 20 };

static int replay(const char *folder)
{
	struct dirent **d;
	int n = scandir(folder, &d, NULL, alphasort); /* the same order everywhere */
	int runs = 0;
	if (n < 0) {
		fprintf(stderr, "%s: no such folder\n", folder);
		exit(2);
	}
	for (int i = 0; i < n; i++) {
		if (d[i]->d_name[0] == '.')
			continue;
		ARENA(a);
		str path = arena_cat(a, str_from(folder), STR("/"),
				     str_from(d[i]->d_name));
		str input;
		err e = file_read(a, arena_z(a, path), INPUT_MAX, &input);
		if (e.kind) {
			fprintf(stderr, "%s\n", e.msg);
			exit(1);
		}
		LLVMFuzzerTestOneInput((const uint8_t *)input.p, input.n);
		runs++;
	}
	for (int i = 0; i < n; i++)
		free(d[i]);
	free(d);
	return runs;
}

int main(int argc, char **argv)
{
	int runs = 0;
	if (argc < 2) {
		fprintf(stderr, "usage: %s FOLDER... (of inputs)\n", argv[0]);
		return 2;
	}
	for (int i = 1; i < argc; i++)
		runs += replay(argv[i]);
	printf("%d passed, 0 failed\n", runs);
	return runs == 0; /* an empty corpus proves nothing */
}
