#!/bin/sh
# tests/format.sh: C is written as .clang-format says; clang-format -i mends it.
files=$(find src fuzz tests bench doc web -name node_modules -prune -o -name '*.[ch]' -print)
wrong=$(echo "$files" | xargs clang-format --dry-run -Werror 2>&1 | sed -n 's/^\([^ :]*\):[0-9]*:[0-9]*: error:.*/\1/p' | sort -u)
[ -z "$wrong" ] || echo "$wrong" | sed 's/^/clang-format -i /'
failed=$(echo "$wrong" | grep -c .)
echo "$(($(echo "$files" | wc -l) - failed)) passed, $failed failed"
[ "$failed" -eq 0 ]
