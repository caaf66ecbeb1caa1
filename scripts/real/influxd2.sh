#!/usr/bin/env bash
# Builds InfluxDB 2.7 from its Go module into the file $1. Its query language,
# Flux, is written in Rust and built by cargo, which InfluxData's stand-in for
# pkg-config calls.
set -euo pipefail

program=$1
version=v2.7.12
work=$(mktemp -d "${TMPDIR:-/tmp}/influxd2.XXXXXX")
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
export GOFLAGS='' GOWORK=off

# The module's go.mod replaces a dependency, so `go install` does not take it.
source=$(cd "$work" && go mod download -json "github.com/influxdata/influxdb/v2@$version" | sed -n 's/.*"Dir": "\(.*\)".*/\1/p')
cp -r "$source" "$work/source"
chmod -R u+w "$work/source"
GOBIN="$work" go install github.com/influxdata/pkg-config@v0.2.14

# Flux pins an old Rust and takes newer ones' warnings for errors: use the
# Rust that is there, without its "strict" feature.
cat >"$work/cargo" <<EOF
#!/bin/sh
exec "$(command -v cargo)" "\$@" --no-default-features --features flux/cffi
EOF
chmod +x "$work/cargo"
if command -v rustup >/dev/null; then
	RUSTUP_TOOLCHAIN=$(rustup show active-toolchain | cut -d' ' -f1)
	export RUSTUP_TOOLCHAIN
fi
export CARGO="$work/cargo" PKG_CONFIG="$work/pkg-config"

cd "$work/source"
go build -tags sqlite_foreign_keys,sqlite_json -o "$work/influxd" ./cmd/influxd
mkdir -p "$(dirname "$program")"
mv "$work/influxd" "$program"
