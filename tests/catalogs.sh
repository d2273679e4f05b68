#!/usr/bin/env bash
# tests/catalogs.sh: what the program says is in po/postern.pot, and each catalog says all
# of it: nothing missing, nothing fuzzy, nothing left over (po/README.md). What a text and
# its translation must have in common is tests/unit/catalog.c. And what the code refuses
# people is a row of said.def, of which none stands there twice, or of unsaid.tsv with the
# reason why nobody reads it.
passed=0 failed=0
check() { if "${@:2}"; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "$1" >&2; fi; }
check "po/postern.pot is not what the sources say: po/update" cmp -s <(po/update --pot) po/postern.pot
for po in po/*.po; do
	texts=$(msgattrib --no-obsolete "$po" | grep -c '^msgid ')
	check "$po: texts without a translation: po/update names how many" test "$(msgattrib --untranslated --no-obsolete "$po" | grep -c '^msgid ')" -eq 0
	check "$po: fuzzy translations" test "$(msgattrib --only-fuzzy --no-obsolete "$po" | grep -c '^msgid ')" -eq 0
	check "$po has not the texts of postern.pot: po/update" test "$texts" -eq "$(grep -c '^msgid ' po/postern.pot)"
	check "$po: $(msgfmt --check-format -o /dev/null "$po" 2>&1)" msgfmt --check-format -o /dev/null "$po"
	check "$po: its language is not in base/languages.def" grep -q "^LANGUAGE($(basename "$po" .po)," src/base/languages.def
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
forms() { sed -n 's/^msgid "\(.\+\)"$/\1/p' | sed -E 's/%(\.\*s|l*[duz]+|s|c)|\{[0-9]\}/{}/g; s/\\"/"/g' | LC_ALL=C sort -u; }
texts() { xgettext --language=C --from-code=UTF-8 --omit-header --no-location --no-wrap --keyword --output=- "$@" | msgattrib --no-wrap; }
refused='s/(FAIL\(|err_in\([^",()]*,)\s*ERR_(DENIED|SYNTAX|NOTFOUND|LIMIT),/REFUSED(/g'
named='s/(static const char [a-z_]+\[\] =|#define [A-Z_]+NONE)\s*("[a-z][^"]*"(\s*"[^"]*")*)/\1 REFUSED(\2)/g'
for f in src/lists/*.c src/store/lists/*.[ch] src/account/*.c src/mail/address*.c; do
	sed -zE "$refused$([ "${f%%/lists/*}" = src/store ] && echo "; $named")" "$f" >"$work/$(echo "$f" | tr / _)"
done
texts --keyword=REFUSED "$work"/*.[ch] | forms >"$work/refused"
texts --keyword=SAID:1 src/base/said.def | forms >"$work/said"
grep -v '^#' tests/unsaid.tsv | cut -f1 | sed 's/.*/msgid "&"/' | forms >"$work/unsaid"
while read -r row; do
	check "src/base/said.def has twice, and the second is never taken: $row" false
done < <(grep '^SAID(' src/base/said.def | sed 's/{[0-9]}/{}/g' | LC_ALL=C sort | uniq -d)
check "no refusal was found in the sources" test "$(wc -l <"$work/refused")" -gt 150
while read -r form; do
	check "src/base/said.def has no row for: $form" false
done < <(LC_ALL=C comm -23 "$work/refused" <(LC_ALL=C sort -u "$work/said" "$work/unsaid"))
while read -r form; do
	check "tests/unsaid.tsv names what nothing refuses, or what said.def has: $form" false
done < <(LC_ALL=C comm -23 "$work/unsaid" "$work/refused"; LC_ALL=C comm -12 "$work/unsaid" "$work/said")
passed=$((passed + $(wc -l <"$work/refused")))
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
