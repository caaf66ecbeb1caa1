#!/usr/bin/env bash
# Fetches the ONNX Runtime library that pkg/model loads, with pip or npm,
# verifies it and keeps it in a cache folder. Prints the library's path.
#
#   scripts/onnxruntime.sh [cpu|webgpu|cuda]     (default: cpu)
#
# It does nothing, and needs no network, when the cache holds the library. pip
# and npm use whatever index, mirror or proxy they are configured for.
set -euo pipefail

VERSION=1.30.0 # the same as Version in pkg/model/internal/ort
DEVICE=${1:-cpu}
SUMS=$(cd "$(dirname "$0")" && pwd)/onnxruntime.sha256
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/holter/onnxruntime/$VERSION
[ "$DEVICE" = cpu ] || CACHE=$CACHE/$DEVICE

say() { echo "onnxruntime: $*" >&2; }
die() { say "$*"; exit 1; }

# The places to get it from, best first: TOOL ARCHIVE MEMBER...
wheel() { echo "pip $1-$VERSION-cp312-cp312-$2.whl ${*:3}"; }
tarball() { echo "npm onnxruntime-node-$VERSION.tgz package/bin/napi-v6/$1"; }
capi=onnxruntime/capi/libonnxruntime
case "$DEVICE $(uname -s) $(uname -m)" in
"cpu Linux x86_64")
	LIBRARY=libonnxruntime.so
	SOURCES=$(wheel onnxruntime manylinux_2_28_x86_64 $capi.so.$VERSION; tarball linux/x64/libonnxruntime.so.1) ;;
"cpu Linux aarch64" | "cpu Linux arm64")
	LIBRARY=libonnxruntime.so
	SOURCES=$(wheel onnxruntime manylinux_2_28_aarch64 $capi.so.$VERSION; tarball linux/arm64/libonnxruntime.so.1) ;;
"cpu Darwin arm64")
	LIBRARY=libonnxruntime.dylib
	SOURCES=$(wheel onnxruntime macosx_14_0_arm64 $capi.$VERSION.dylib; tarball darwin/arm64/libonnxruntime.1.dylib) ;;
"webgpu Linux x86_64")
	LIBRARY=libonnxruntime.so
	SOURCES=$(tarball linux/x64/libonnxruntime.so.1) ;;
"webgpu Darwin arm64")
	LIBRARY=libonnxruntime.dylib
	SOURCES=$(tarball darwin/arm64/libonnxruntime.1.dylib) ;;
"cuda Linux x86_64")
	LIBRARY=libonnxruntime.so
	SOURCES=$(wheel onnxruntime_gpu manylinux_2_28_x86_64 $capi.so.$VERSION ${capi}_providers_shared.so ${capi}_providers_cuda.so) ;;
cpu* | webgpu* | cuda*)
	die "no library of ONNX Runtime $VERSION for device $DEVICE is published for $(uname -s) $(uname -m);" \
		"build one and name it in HOLTER_ONNXRUNTIME" ;;
*) die "unknown device '$DEVICE': use cpu, webgpu or cuda" ;;
esac

if command -v sha256sum >/dev/null; then sum() { sha256sum "$1" | cut -d' ' -f1; }
elif command -v shasum >/dev/null; then sum() { shasum -a 256 "$1" | cut -d' ' -f1; }
else die "neither sha256sum nor shasum is here to verify the library: install coreutils"; fi

# expected ENTRY: its committed checksum.
expected() { awk -v e="$1" '$2 == e { print $1 }' "$SUMS"; }

# verified FILE ENTRY: whether the file is there and is what was committed.
verified() { [ -f "$1" ] && [ -n "$(expected "$2")" ] && [ "$(sum "$1")" = "$(expected "$2")" ]; }

# kept MEMBER: the name under which the cache holds it.
kept() { case $(basename "$1") in *providers*) basename "$1" ;; *) echo "$LIBRARY" ;; esac; }

# cached ARCHIVE MEMBER...: whether the cache holds all of it.
cached() {
	local archive=$1 member; shift
	for member; do verified "$CACHE/$(kept "$member")" "$archive:$member" || return 1; done
}

# fetch TOOL ARCHIVE DIR
fetch() {
	case $1 in
	pip)
		local name=${2%%-*} platform=${2##*-}
		"${PIP[@]}" --disable-pip-version-check download --quiet --no-deps --only-binary=:all: \
			--python-version 3.12 --implementation cp --platform "${platform%.whl}" \
			--dest "$3" "${name//_/-}==$VERSION" >&2 ;;
	npm) (cd "$3" && npm pack --silent "onnxruntime-node@$VERSION" >/dev/null) ;;
	esac
}

# unpacks ARCHIVE: whether this machine can.
unpacks() {
	case $1 in *.whl) command -v unzip || command -v python3 ;; esac >/dev/null
}

# unpack ARCHIVE MEMBER DIR
unpack() {
	case $1 in
	*.tgz) tar -xzf "$1" -C "$3" "$2" ;;
	*) if command -v unzip >/dev/null; then unzip -oq "$1" "$2" -d "$3"
		else python3 -c 'import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extract(*sys.argv[2:])' "$1" "$2" "$3"; fi ;;
	esac
}

# install TOOL ARCHIVE MEMBER...
install() {
	local tool=$1 archive=$2 member; shift 2
	say "fetching $archive with $tool"
	fetch "$tool" "$archive" "$WORK" || { say "$tool could not fetch $archive"; return 1; }
	[ -f "$WORK/$archive" ] || { say "$tool fetched something other than $archive"; return 1; }
	verified "$WORK/$archive" "$archive" ||
		die "$archive has SHA-256 $(sum "$WORK/$archive"), but scripts/onnxruntime.sha256 says $(expected "$archive"):" \
			"refusing to use it"
	for member; do
		unpack "$WORK/$archive" "$member" "$WORK"
		verified "$WORK/$member" "$archive:$member" ||
			die "$member in $archive is not the one that scripts/onnxruntime.sha256 names: refusing to use it"
		mv -f "$WORK/$member" "$CACHE/$(kept "$member")"
	done
}

PIP=()
for pip in pip3 pip "python3 -m pip"; do
	if $pip --version >/dev/null 2>&1; then read -ra PIP <<<"$pip"; break; fi
done

have() { case $1 in pip) [ ${#PIP[@]} -gt 0 ] ;; npm) command -v npm >/dev/null ;; esac; }

while read -ra source; do
	if cached "${source[@]:1}"; then echo "$CACHE/$LIBRARY"; exit; fi
done <<<"$SOURCES"

mkdir -p "$CACHE"
WORK=$(mktemp -d "$CACHE/.fetch.XXXXXX")
trap 'rm -rf "$WORK"' EXIT

while read -ra source <&3; do
	have "${source[0]}" || { say "no ${source[0]} here"; continue; }
	unpacks "${source[1]}" || { say "nothing here unpacks ${source[1]}: install unzip or python3"; continue; }
	if install "${source[@]}"; then
		say "ONNX Runtime $VERSION for $DEVICE is in $CACHE"
		echo "$CACHE/$LIBRARY"
		exit
	fi
done 3<<<"$SOURCES"
die "could not get ONNX Runtime $VERSION for $DEVICE: it needs the network once, and" \
	"$(cut -d' ' -f1 <<<"$SOURCES" | paste -sd, - | sed 's/,/ or /'); or name a library of your own in HOLTER_ONNXRUNTIME"
