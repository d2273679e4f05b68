/* fuzz/replay.c: runs a fuzz target over each file of a folder, so that every
 * past finding is tested on every build, with any compiler. */
#include "base/file.h"

#include <dirent.h>
#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { INPUT_MAX = 4 << 20 };

int main(int argc, char **argv)
{
	DIR *dir = argc == 2 ? opendir(argv[1]) : NULL;
	int runs = 0;
	if (!dir) {
		fprintf(stderr, "usage: %s FOLDER (of inputs)\n", argv[0]);
		return 2;
	}
	for (struct dirent *d; (d = readdir(dir));) {
		if (d->d_name[0] == '.')
			continue;
		ARENA(a);
		str input;
		err e = file_read(a,
				  arena_z(a, arena_cat(a, str_from(argv[1]), STR("/"),
						       str_from(d->d_name))),
				  INPUT_MAX, &input);
		if (e.kind) {
			fprintf(stderr, "%s\n", e.msg);
			return 1;
		}
		LLVMFuzzerTestOneInput((const uint8_t *)input.p, input.n);
		runs++;
	}
	closedir(dir);
	printf("%d passed, 0 failed\n", runs);
	return runs == 0; /* an empty corpus proves nothing */
}
