#!/usr/bin/env bash
# tests/hardened.sh PROGRAM: what the compiler and the linker can do against an
# attacker is in the program that ships.
program=$1 passed=0 failed=0
# finds COMMAND PATTERN: whether a line of what COMMAND says of the program matches.
finds() { $1 "$program" 2>&1 | grep -E "$2" >/dev/null; }
has() { finds "$2" "$3" && passed=$((passed + 1)) || { failed=$((failed + 1)); echo "$program lacks $1: '$3' is not in $2"; }; }
has_no() { finds "$2" "$3" && { failed=$((failed + 1)); echo "$program has $1: '$3' is in $2"; } || passed=$((passed + 1)); }
has 'an address of its own at every start (PIE)' 'readelf -Wd' 'FLAGS_1.* PIE'
has 'read-only relocations' 'readelf -Wl' 'GNU_RELRO'
has 'binding at the start (now)' 'readelf -Wd' 'FLAGS_1.* NOW'
has 'a stack that does not execute' 'readelf -Wl' 'GNU_STACK .* RW '
has 'the stack protector' 'readelf -W --dyn-syms' '__stack_chk_fail'
has 'checked copies (_FORTIFY_SOURCE)' 'readelf -W --dyn-syms' '__(memcpy|snprintf|vsnprintf|read|recv)_chk'
has_no 'relocations in its code' 'readelf -Wd' 'TEXTREL'
has_no 'a library path of its own' 'readelf -Wd' 'RPATH|RUNPATH'
has_no 'a segment to write and execute' 'readelf -Wl' 'LOAD .* RWE '
if [ "$(uname -m)" = x86_64 ]; then
	has 'landing pads (-fcf-protection)' 'objdump -d --disassemble=main' 'endbr64'
fi
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
