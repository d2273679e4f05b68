# tests/lib.sh: runs tests, counts what they count, keeps what they say in
# build/logs. Every test ends with a line "N passed, N failed"; one that dies
# before that line has failed.
PASSED=0 FAILED=0 ONLY=()

wanted() {
	[ ${#ONLY[@]} -eq 0 ] && return 0
	local word
	for word in "${ONLY[@]}"; do
		case $1 in *"$word"*) return 0 ;; esac
	done
	return 1
}

# run NAME COMMAND...
run() {
	local name=$1 log=build/logs/$1.log start code line passed failed
	shift
	wanted "$name" || return 0
	mkdir -p build/logs
	start=$(date +%s)
	timeout "${TEST_TIMEOUT:-1200}" "$@" >"$log" 2>&1 </dev/null
	code=$?
	line=$(grep -aE '^[0-9]+ passed, [0-9]+ failed' "$log" | tail -1)
	passed=$(sed -E 's/^([0-9]+) passed.*/\1/' <<<"${line:-0 passed}")
	failed=$(sed -E 's/.* ([0-9]+) failed.*/\1/' <<<"${line:-x 0 failed}")
	[ $code -ne 0 ] && [ "$failed" -eq 0 ] && failed=1
	PASSED=$((PASSED + passed)) FAILED=$((FAILED + failed))
	printf '%-28s %6d passed, %d failed  %4ds\n' "$name" "$passed" "$failed" $(($(date +%s) - start))
	grep -aE '^(suite|skipped|figure): ' "$log" | sed 's/^/    /'
	[ "$failed" -eq 0 ] || { echo "    exit code $code; the end of $log:"; tail -25 "$log" | sed 's/^/    | /'; }
}

# build_kind NAME OPTION...: compiles into build/NAME; a failure counts as one.
build_kind() {
	local kind=$1 start
	shift
	start=$(date +%s)
	if build "build/$kind" "$@"; then
		printf '%-28s %16s %15ds\n' "build $kind" "" $(($(date +%s) - start))
		return 0
	fi
	FAILED=$((FAILED + 1))
	echo "build $kind failed"
	return 1
}

summary() {
	echo "$PASSED passed, $FAILED failed"
	[ "$FAILED" -eq 0 ] && [ "$PASSED" -gt 0 ]
}
