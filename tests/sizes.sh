#!/bin/sh
# tests/sizes.sh: no source file over 600 lines; prints the largest ten of src.
find src fuzz tests bench web -name node_modules -prune -o \
	'(' -name '*.[ch]' -o -name '*.py' -o -name '*.sh' -o -name '*.mjs' ')' -exec grep -c '' {} + |
	sort -t: -k2 -rn | awk -F: -v limit=600 '
	$2 > limit { failed++; print $1 ": " $2 " lines, the wall is " limit; next }
	{ passed++ }
	/^src/ && shown++ < 10
	END { print passed + 0 " passed, " failed + 0 " failed"; exit failed > 0 }'
