#!/bin/sh
# tests/sizes.sh: no source file over 600 lines; prints the largest ten.
limit=600 passed=0 failed=0
for file in $(find src fuzz tests bench web -name '*.[ch]' -o -name '*.py' -o -name '*.sh' -o -name '*.mjs' 2>/dev/null); do
	lines=$(wc -l <"$file")
	if [ "$lines" -gt $limit ]; then
		failed=$((failed + 1)); echo "$file: $lines lines, the wall is $limit" >&2
	else
		passed=$((passed + 1))
	fi
done
find src -name '*.[ch]' -exec wc -l {} + | sort -rn | sed -n '2,11p'
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
