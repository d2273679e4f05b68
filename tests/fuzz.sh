#!/usr/bin/env bash
# tests/fuzz.sh PARSER: its fuzz target from its corpus, 8 s in ./test, 10 minutes in
# ./test --long. A finding stays in build/findings; what it found on the way in
# build/found, where the next run goes on.
name=$1 seconds=${POSTERN_LONG:+600} dict=
seconds=${seconds:-8}
[ -e "fuzz/$name.dict" ] && dict=-dict=fuzz/$name.dict
mkdir -p build/findings "build/found/$name"
if build/fuzz/fuzz/fuzz_$name -max_total_time=$seconds -timeout=10 -rss_limit_mb=2048 $dict \
	-print_final_stats=1 -artifact_prefix="build/findings/$name-" "build/found/$name" "fuzz/corpus/$name"; then
	echo "1 passed, 0 failed"
else
	echo "a finding: see build/findings"
	echo "0 passed, 1 failed"
fi 2>&1 | tee "build/logs/fuzz-$name.txt" | tail -60
runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "build/logs/fuzz-$name.txt")
echo "figure: $name: ${runs:-0} runs in $seconds s"
