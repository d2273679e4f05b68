# scripts/packages.sh: what a Debian 12 needs, for ./run and ./test to source.
# need LIST... installs those of the packages that are missing. PACKAGE=COMMAND is
# satisfied by the command, too, wherever it comes from.
BUILD_PACKAGES="build-essential meson ninja-build pkg-config python3
 libssl-dev libunbound-dev libgmime-3.0-dev libevent-dev libsqlite3-dev libsodium-dev libzstd-dev
 libjansson-dev libpcre2-dev libpsl-dev libidn2-dev libunistring-dev libuchardet-dev libgumbo-dev
 libcmark-dev libinih-dev libseccomp-dev zlib1g-dev dns-root-data ca-certificates"
RUN_PACKAGES="swaks libnet-ssleay-perl libio-socket-ssl-perl"
TEST_PACKAGES="clang clang-14 libclang-rt-14-dev llvm-14 clang-format libyaml-dev libexpat1-dev
 swaks libnet-ssleay-perl libio-socket-ssl-perl python3-dkim dovecot-core dovecot-lmtpd dovecot-imapd mutt nmap chromium sqlite3 wrk xz-utils procps
 psmisc iproute2 nodejs=node npm=npm curl openssl"

need() {
	local missing=()
	local package
	for package in "$@"; do
		case $package in *=*) command -v "${package#*=}" >/dev/null && continue ;; esac
		package=${package%=*}
		dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
	done
	[ ${#missing[@]} -eq 0 ] && return 0
	local sudo=
	[ "$(id -u)" -eq 0 ] || sudo=sudo
	echo "Installing: ${missing[*]}" >&2
	$sudo apt-get update -qq >&2 || return 1
	DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null || {
		echo "These packages could not be installed: ${missing[*]}. Install them by hand, then start again." >&2
		return 1
	}
}

# build FOLDER [MESON OPTION...] compiles into FOLDER.
build() {
	local folder=$1
	shift
	[ -f "$folder/build.ninja" ] || meson setup "$folder" "$@" >"$folder.log" 2>&1 || {
		cat "$folder.log" >&2
		return 1
	}
	ninja -C "$folder" >"$folder.log" 2>&1 || {
		grep -E 'error|warning|FAILED' "$folder.log" >&2 || tail -40 "$folder.log" >&2
		return 1
	}
}
