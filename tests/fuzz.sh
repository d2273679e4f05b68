#!/usr/bin/env bash
# tests/fuzz.sh: each fuzz target from its corpus, 20 s in ./test, 10 minutes each in
# ./test --long. A finding stays in build/findings. The coverage of each parser is
# printed by tests/coverage.sh.
seconds=20 passed=0 failed=0
[ -n "${POSTERN_LONG:-}" ] && seconds=600
mkdir -p build/findings
export ASAN_OPTIONS=detect_leaks=1
one() {
	local target=$1 name=${1##*/fuzz_} dict= scratch
	[ -e "fuzz/$name.dict" ] && dict=-dict=fuzz/$name.dict
	scratch=$(mktemp -d)
	if "$target" -max_total_time=$seconds -timeout=10 -rss_limit_mb=2048 $dict -print_final_stats=1 \
		-artifact_prefix="build/findings/$name-" "$scratch" "fuzz/corpus/$name" >"build/logs/fuzz-$name.log" 2>&1; then
		echo "figure: fuzz $name: $(sed -n 's/^stat::number_of_executed_units: *//p' "build/logs/fuzz-$name.log") runs in ${seconds}s"
	else
		echo "finding: $name, see build/logs/fuzz-$name.log and build/findings" >&2
		rm -rf "$scratch"
		return 1
	fi
	rm -rf "$scratch"
}
jobs=()
for target in build/fuzz/fuzz/fuzz_*; do
	[ -x "$target" ] && [ ! -d "$target" ] || continue
	one "$target" & jobs+=($!)
	if [ ${#jobs[@]} -ge 2 ]; then
		for j in "${jobs[@]}"; do wait "$j" && passed=$((passed + 1)) || failed=$((failed + 1)); done
		jobs=()
	fi
done
for j in "${jobs[@]}"; do wait "$j" && passed=$((passed + 1)) || failed=$((failed + 1)); done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
