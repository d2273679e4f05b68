#!/usr/bin/env bash
# tests/coverage.sh PARSER: how many lines of the parser's own sources its fuzz corpus
# and what tests/fuzz.sh found reach. fuzz/targets.tsv says which sources; less than
# 80 % of all their lines fails.
name=$1 least=80 found=build/found/$1 profile=build/coverage/$1
program=build/coverage/fuzz/replay_$name
sources=$(sed -n "s/^$name	//p" fuzz/targets.tsv)
[ -n "$sources" ] || { echo "fuzz/targets.tsv does not know $name"; exit 1; }
mkdir -p "$found"
LLVM_PROFILE_FILE=$profile.raw "$program" "fuzz/corpus/$name" "$found" || exit 1
llvm-profdata-14 merge -o "$profile.data" "$profile.raw" || exit 1
llvm-cov-14 report "$program" -instr-profile="$profile.data" $sources >"$profile.report" || exit 1
cat "$profile.report"
# The columns of TOTAL: regions, missed, cover; functions, ...; lines, missed, cover.
percent=$(awk '/^TOTAL/ { printf "%d", ($8 - $9) * 100 / $8 }' "$profile.report")
echo "figure: coverage $name: $percent %"
[ "$(grep -cE '\.c ' "$profile.report")" -eq "$(wc -w <<<"$sources")" ] || {
	echo "not all of $sources is in $program"; exit 1; }
if [ "${percent:-0}" -ge $least ]; then
	echo "1 passed, 0 failed"
else
	llvm-cov-14 show "$program" -instr-profile="$profile.data" $sources | grep -aE '^ *[0-9]+\| +0\|' 
	echo "less than $least %; the lines above were not reached"
	echo "0 passed, 1 failed"
	exit 1
fi
