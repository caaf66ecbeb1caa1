#!/bin/sh
# Builds InfluxDB 1.8.10 from its Go module, once: into the cache folder
# (XDG_CACHE_HOME, else ~/.cache) and, linked or copied from there, to
# bin/influxd.
set -eu
cd "$(dirname "$0")/.."

version=1.8.10
cache="${XDG_CACHE_HOME:-$HOME/.cache}/holter/bin"
program="$cache/influxd-$version"

if [ ! -x "$program" ]; then
	echo "building InfluxDB $version from its Go module (about a minute)"
	mkdir -p "$cache"
	work=$(mktemp -d "$cache/build.XXXXXX")
	trap 'rm -rf "$work"' EXIT
	# Its own module's dependencies, whatever module or workspace this is in.
	GOFLAGS='' GOWORK=off GOBIN="$work" go install "github.com/influxdata/influxdb/cmd/influxd@v$version"
	mv "$work/influxd" "$program"
fi
mkdir -p bin
if ! cmp -s "$program" bin/influxd; then
	ln -f "$program" bin/influxd 2>/dev/null || cp "$program" bin/influxd
fi
echo "InfluxDB $version: bin/influxd"
