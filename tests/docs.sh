#!/usr/bin/env bash
# tests/docs.sh: what the code names is documented: log events (doc/events.tsv),
# RFCs (doc/rfc.tsv), headers (each folder's README.md, which there must be), chapters (doc/internals/README.md). Settings, commands and manual pages are generated from their
# tables (doc/generate).
passed=0 failed=0
check() { if "${@:2}"; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "$1" >&2; fi; }
events=$(find src -name '*.c' -exec cat {} + | tr '\n\t' '  ' | grep -oE 'log_(debug|info|warn|error)\( *"[a-z0-9-]+"' | sed 's/.*"\(.*\)"/\1/' | sort -u)
for e in $events; do
	check "log event $e is not in doc/events.tsv" grep -q "^$e	" doc/events.tsv
done
for e in $(cut -f1 doc/events.tsv | grep -v '^#'); do
	check "doc/events.tsv names $e, which nothing logs" grep -qx "$e" <<<"$events"
done
for r in $(grep -rhoE 'RFC [0-9]+' src | sed 's/RFC //' | sort -un); do
	check "RFC $r is cited in src but not in doc/rfc.tsv" grep -q "^$r	" doc/rfc.tsv
done
names() { grep -qE "\b$2\b" "$1/README.md" 2>/dev/null; }
while read -r header; do
	folder=${header%/*} stem=${header##*/} stem=${stem%.*}
	check "$folder/README.md does not name $stem" names "$folder" "$stem"
done < <(find src -name '*.h' -not -name '*_inside.h' -not -path 'src/*/*/*/*')
# Each folder that is ours; the corpora hold inputs alone.
for folder in $(git ls-files src tests doc bench fuzz web scripts 2>/dev/null | grep / | sed 's|/[^/]*$||' | sort -u); do
	case $folder in fuzz/corpus/*) continue ;; esac
	check "$folder has no README.md" test -f "$folder/README.md"
done
# Inside: a chapter a file, and a table of contents that names them all.
for chapter in doc/internals/*.md $(grep -oE '\]\([a-z]+\.md\)' doc/internals/README.md | sed 's|](\(.*\))|doc/internals/\1|'); do
	check "doc/internals/README.md names ${chapter##*/}, which is not there" test -f "$chapter"
	case $chapter in */README.md) continue ;; esac
	check "doc/internals/README.md does not name ${chapter##*/}" grep -q "](${chapter##*/})" doc/internals/README.md
done
# Commands, settings and pages that guides show are there.
is_command() {
	local words=$*
	while [ -n "$words" ]; do
		grep -qF "COMMAND(\"$words\"," src/cli/commands.def && return 0
		case $words in *' '*) words=${words% *} ;; *) return 1 ;; esac
	done
}
while read -r words; do
	check "doc shows \"postern $words\", which is no command" is_command $words
done < <(grep -ohE '(^|`)postern [a-z][a-z -]*' doc/delivery.md doc/daily.md doc/site.md doc/sign-in.md README.md | sed 's/.*postern //; s/ *$//' | sort -u)
while IFS=' ' read -r section key; do
	check "a guide names [$section] $key, which is no setting" grep -q "^CONF($section, $key," src/base/conf.def
done < <(grep -ohE '`\[[a-z]+\] [a-z_]+' doc/delivery.md doc/daily.md doc/site.md | tr -d '`[]' | sort -u)
for page in postern.conf.5 postern.1 settings.md rules.md personal.md; do
	check "doc/$page is not what the tables say: doc/generate" cmp -s <(build/manual $page) doc/$page
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
