# scripts/packages.sh: what a Debian 12 needs, and how it is built, for ./run and
# ./test to source.
BUILD_PACKAGES="build-essential meson ninja-build pkg-config python3 gettext
 libssl-dev libunbound-dev nettle-dev libgmime-3.0-dev libevent-dev libsqlite3-dev libsodium-dev libzstd-dev libcrypt-dev
 libjansson-dev libpcre2-dev libpsl-dev libidn2-dev libunistring-dev libuchardet-dev libgumbo-dev libcmark-dev
 libinih-dev libseccomp-dev libyaml-dev zlib1g-dev libcurl4-openssl-dev libexpat1-dev libarchive-dev dns-root-data ca-certificates"
RUN_PACKAGES="swaks libnet-ssleay-perl libio-socket-ssl-perl"
TEST_PACKAGES="clang clang-14 libclang-rt-14-dev llvm-14 clang-format ccache
 swaks libnet-ssleay-perl libio-socket-ssl-perl python3-dkim opendkim opendkim-tools rspamd dovecot-core dovecot-lmtpd dovecot-imapd
 mutt nmap poppler-utils python3-mailmanclient python3-yaml ldnsutils libfstrm0 libprotobuf-c1 libjson-c5 chromium sqlite3 wrk xz-utils procps psmisc iproute2 nodejs=node npm=npm curl wget git openssl libxml2-utils tzdata"

# need LIST... installs those of the packages that are missing. PACKAGE=COMMAND is
# satisfied by the command, too, wherever it comes from.
need() {
	local missing=() package
	for package in "$@"; do
		case $package in *=*) command -v "${package#*=}" >/dev/null && continue ;; esac
		package=${package%=*}
		dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
	done
	[ ${#missing[@]} -eq 0 ] && return 0
	local sudo=
	[ "$(id -u)" -eq 0 ] || sudo=sudo
	echo "Installing: ${missing[*]}" >&2
	$sudo apt-get -o Acquire::Retries=5 update -qq >&2 &&
	$sudo env DEBIAN_FRONTEND=noninteractive apt-get -o Acquire::Retries=5 install -y -qq --no-install-recommends "${missing[@]}" >/dev/null || {
		echo "These packages could not be installed: ${missing[*]}. Install them by hand, then start again." >&2
		return 1
	}
}

# build KIND [TARGET...] compiles one of scripts/kinds.tsv into its folder.
build() {
	local kind=$1 folder compiler options log
	shift
	IFS=$'\t' read -r _ folder compiler options < <(grep "^$kind	" scripts/kinds.tsv)
	[ -n "${folder:-}" ] || {
		echo "There is no kind of build \"$kind\"; there are: $(grep -v '^#' scripts/kinds.tsv | cut -f1 | xargs)" >&2
		return 1
	}
	log=build/logs/build-$kind.log
	mkdir -p build/logs
	if [ ! -f "$folder/build.ninja" ] || [ "$(cat "$folder/kind" 2>/dev/null)" != "$compiler $options" ]; then
		local again=
		[ -f "$folder/build.ninja" ] && again=--reconfigure
		CC="$(command -v ccache) $compiler" meson setup $again "$folder" $options >"$log" 2>&1 || { cat "$log" >&2; return 1; }
		echo "$compiler $options" >"$folder/kind"
	fi
	# Paths in debugging information are no reason to compile again.
	CCACHE_NOHASHDIR=1 ninja -C "$folder" "$@" >"$log" 2>&1 || {
		grep -aE -A3 'error|FAILED|unknown target' "$log" >&2 || tail -40 "$log" >&2
		return 1
	}
}
