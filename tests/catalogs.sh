#!/usr/bin/env bash
# tests/catalogs.sh: what the program says is in po/postern.pot, and each catalog says all
# of it: nothing missing, nothing fuzzy, nothing left over (po/README.md). What a text and
# its translation must have in common is tests/unit/catalog.c.
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
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
