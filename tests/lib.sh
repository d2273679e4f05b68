# tests/lib.sh: runs tests, as many at a time as there are cores, counts what they
# count, keeps what they say in build/logs. Every test ends with a line "N passed, N
# failed"; one that dies before that line has failed.
JOBS=${JOBS:-$(nproc)} ONLY=() STARTED=() BROKEN=0 BEGAN=$(date +%s)
AT_ONCE=$JOBS AHEAD=() BUILDER=
TEST_TIMEOUT=${TEST_TIMEOUT:-${POSTERN_LONG:+7200}}
trap 'kill $(jobs -p) $BUILDER 2>/dev/null; wait; exit 130' INT TERM

# wanted NAME: whether one of the words of the command line is in it.
wanted() {
	[ ${#ONLY[@]} -eq 0 ] && return 0
	local word
	for word in "${ONLY[@]}"; do
		case $1 in *"$word"*) return 0 ;; esac
	done
	return 1
}

# choose PREFIX WORD...: CHOSEN is those of the words whose PREFIXWORD is wanted.
choose() {
	local prefix=$1 word
	shift
	CHOSEN=()
	for word in "$@"; do wanted "$prefix$word" && CHOSEN+=("$word"); done
	[ ${#CHOSEN[@]} -gt 0 ]
}

# run NAME COMMAND...: in the background, beside others. alone: beside no other, so
# before the builds of build_ahead begin.
run() {
	wanted "$1" || return 0
	while [ "$(jobs -rp | wc -l)" -ge "$AT_ONCE" ]; do wait -n; done
	STARTED+=("$1")
	one "$@" &
}
alone() { drain; run "$@"; drain; }
drain() { wait; }

# one NAME COMMAND...: runs it and says how it went, in one piece.
one() {
	local name=$1 log=build/logs/$1.log start code line passed failed busy
	shift
	start=$(date +%s)
	timeout -k 20 "${TEST_TIMEOUT:-1260}" "$@" >"$log" 2>&1 </dev/null 8<&-
	code=$?
	times >"build/logs/$name.times" # not in a pipe, whose own process has had no children
	busy=$(awk -F '[ms ]+' 'NR == 2 { printf "%d", $1 * 60 + $2 + $3 * 60 + $4 }' "build/logs/$name.times")
	line=$(grep -aE '^[0-9]+ passed, [0-9]+ failed' "$log" | tail -1)
	passed=$(sed -E 's/^([0-9]+) passed.*/\1/' <<<"${line:-0 passed}")
	failed=$(sed -E 's/.* ([0-9]+) failed.*/\1/' <<<"${line:-x 1 failed}")
	[ $code -ne 0 ] && [ "$failed" -eq 0 ] && failed=1
	echo "$passed $failed" >"build/logs/$name.count"
	{
		printf '%-28s %6d passed, %d failed %4ds busy, %4ds\n' "$name" "$passed" "$failed" "$busy" $(($(date +%s) - start))
		grep -aE '^(suite|skipped|figure): ' "$log" | sed 's/^/    /'
		[ "$failed" -eq 0 ] || {
			echo "    exit code $code; what failed, and the end of $log:"
			grep -a '^FAILED' "$log" | head -20 | cut -c 1-1000 | sed 's/^/    | /'
			tail -25 "$log" | cut -c 1-1000 | sed 's/^/    | /'
		}
	} >"build/logs/$name.said"
	cat "build/logs/$name.said"
}

# node_modules: what package-lock.json says is in tests/e2e/js/node_modules.
node_modules() (
	cd tests/e2e/js || exit 1
	cmp -s package-lock.json node_modules/.installed && exit 0
	npm ci --no-audit --no-fund >../../../build/logs/npm.log 2>&1 && cp package-lock.json node_modules/.installed || {
		echo "npm ci failed:"
		tail -5 ../../../build/logs/npm.log
		exit 1
	}
)

# compile KIND [TARGET...]: now. A failure counts as one.
compile() {
	local start ok=yes
	start=$(date +%s)
	build "$@" || ok=no
	compiled "$1" $ok $(($(date +%s) - start))
}
compiled() {
	[ "$2" = yes ] && printf '%-28s %36s %4ds\n' "build $1" '' "$3" && return
	BROKEN=$((BROKEN + 1))
	echo "build $1 failed"
	return 1
}

# ahead KIND TARGET...: to be compiled while tests run, as those that wait leave most of the
# processor, and behind whoever wants it. build_ahead begins; built KIND waits for its end,
# and is asked in the same order.
ahead() { AHEAD+=("$1 -j$JOBS ${*:2}"); }
build_ahead() {
	exec 8< <(
		renice -n 19 $BASHPID >/dev/null
		for words in "${AHEAD[@]}"; do
			start=$(date +%s) ok=yes
			build $words || ok=no
			echo "${words%% *} $ok $(($(date +%s) - start))"
		done
	)
	BUILDER=$!
}
built() {
	local kind ok seconds
	read -r kind ok seconds <&8 && [ "$kind" = "$1" ] || ok=no
	compiled "$1" "$ok" "$seconds"
}

summary() {
	local name p f passed=0 failed=$BROKEN
	drain
	for name in "${STARTED[@]}"; do
		p=0 f=1
		read -r p f 2>/dev/null <"build/logs/$name.count"
		passed=$((passed + p)) failed=$((failed + f))
		# What failed is said once more, where the end of a long output still shows it.
		[ "$f" -eq 0 ] || cat "build/logs/$name.said" 2>/dev/null
	done
	echo "$(($(date +%s) - BEGAN)) seconds"
	echo "$passed passed, $failed failed"
	[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}
