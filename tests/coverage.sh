#!/usr/bin/env bash
# tests/coverage.sh PARSER: how many lines of the parser's own sources its fuzz corpus
# reaches, the same in every run: what tests/fuzz.sh found by chance does not count.
# fuzz/targets.tsv says which sources; less than 80 % of all their lines fails.
name=$1 profile=build/coverage/$1
program=build/coverage/fuzz/replay_$name
LLVM_PROFILE_FILE=$profile.raw "$program" "fuzz/corpus/$name" >/dev/null &&
llvm-profdata-14 merge -o "$profile.data" "$profile.raw" &&
llvm-cov-14 export "$program" -instr-profile="$profile.data" >"$profile.json" || exit 1
exec python3 - "$name" "$profile.json" <<'END'
import json, os, sys

name, profile = sys.argv[1:]
LEAST = 80
sources = next(l.split('\t')[1].split() for l in open('fuzz/targets.tsv') if l.startswith(name + '\t'))
files = {os.path.relpath(os.path.realpath(f['filename'])): f for f in json.load(open(profile))['data'][0]['files']}
missing = [s for s in sources if s not in files]
lines = reached = 0
for s in sources:
    if s in missing:
        continue
    now = files[s]['summary']['lines']
    lines, reached = lines + now['count'], reached + now['covered']
    print(f'{s}: {now["covered"]} of {now["count"]} lines; these begin what was not reached:',
          *[g[0] for g in files[s]['segments'] if g[3] and g[2] == 0])
print(f'figure: coverage {name}: {reached * 100 // max(lines, 1)} % of {lines} lines')
for s in missing:
    print(f'{s} is not in build/coverage/fuzz/replay_{name}')
ok = not missing and reached * 100 >= LEAST * lines > 0
print('1 passed, 0 failed' if ok else f'less than {LEAST} %\n0 passed, 1 failed')
sys.exit(not ok)
END
