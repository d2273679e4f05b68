#!/usr/bin/env bash
# tests/fresh.sh: a new machine. Debian 12 with nothing in it and a clean clone:
# ./run --build installs what is missing and builds, ./run serves its example, and a
# few tests of each kind run. Only in ./test --long: it downloads a gigabyte. Needs root.
[ "$(id -u)" -eq 0 ] || { echo "skipped: a new machine is made by root"; echo "0 passed, 0 failed"; exit 0; }
. scripts/packages.sh
need debootstrap || exit 1
mirror=$(grep -rhoE --include='*.list' --include='*.sources' 'https?://[^ ]*/debian/?( |$)' /etc/apt | head -1)
root=${POSTERN_FRESH:-$(mktemp -d)} passed=0 failed=0
clear_up() {
	umount -R -l "$root/proc" "$root/dev" 2>/dev/null
	[ -n "${POSTERN_FRESH:-}" ] || rm -rf --one-file-system "$root"
}
trap clear_up EXIT
step() { # WHAT COMMAND...
	if "${@:2}"; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "failed: $1"; fi
}
inside() {
	env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin POSTERN_DATA_SHARED=/none \
		SMTP_PORT=3525 SUBMISSION_PORT=3587 SUBMISSIONS_PORT=3465 WEB_PORT=3080 \
		${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
		chroot "$root" bash -c "cd /postern && $1"
}
[ -d "$root/usr" ] || debootstrap --variant=minbase bookworm "$root" "${mirror:-http://deb.debian.org/debian}" || exit 1
mount -t proc proc "$root/proc" && mount --rbind /dev "$root/dev" && mount --make-rslave "$root/dev" || exit 1
cp /etc/resolv.conf /etc/hosts "$root/etc/"
mkdir -p "$root/usr/local/share" # a site's own authorities, where it has any
cp -r /usr/local/share/ca-certificates "$root/usr/local/share/" 2>/dev/null
rm -rf "$root/postern"
git clone -q . "$root/postern" || exit 1
step './run --build' inside './run --build && test -x build/postern'
[ $failed -eq 0 ] && step './run and its end' inside '
	: >demo.txt; ./run >demo.txt & run=$!
	for i in $(seq 600); do grep -q "Ctrl-C stops" demo.txt || ! kill -0 $run && break; sleep 0.5; done
	cat demo.txt
	python3 -c "import urllib.request as u; print(len(u.urlopen(\"http://localhost:3080/lists/\").read()))" &&
	kill -TERM $run && wait $run'
[ $failed -eq 0 ] && step 'some tests of each kind' inside './test layers hardened unit_header replay_header tsan_net coverage_header test_post'
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
