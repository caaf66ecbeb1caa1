#!/usr/bin/env bash
# End-to-end test of all programs, and the event store's own tests, against real
# servers: Mosquitto (Debian's package), Apache Kafka 4 in KRaft mode (its Maven
# artifacts) and InfluxDB (2.7 where Rust's cargo is there to build it, else 1.8).
# They run on loopback addresses with free ports and in a temporary folder, and
# are stopped at the end.
#
#   scripts/real/test.sh            what `make test-real` runs
#
# HOLTER_REAL_INFLUX=1 or =2 chooses InfluxDB's version. What is missing on the
# machine is installed with apt-get when run as root. The programs are expected
# in bin/ (`make build influxd`).
set -euo pipefail
cd "$(dirname "$0")/../.."

here=scripts/real
cache="${XDG_CACHE_HOME:-$HOME/.cache}/holter"
work=$(mktemp -d "${TMPDIR:-/tmp}/holter-real.XXXXXX")
pids=()

say() { printf '\n== %s\n' "$*"; }
fail() {
	printf 'test-real: %s\n' "$*" >&2
	exit 1
}

# shellcheck source=scripts/real/install.sh
. "$here/install.sh"
# shellcheck source=scripts/real/servers.sh
. "$here/servers.sh"

finish() {
	local status=$?
	allow_services
	for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
	for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
	if [ "$status" -ne 0 ]; then
		for log in "$work"/*.log; do
			[ -s "$log" ] || continue
			say "the end of $(basename "$log")"
			tail -n 20 "$log"
		done
	fi
	rm -rf "$work"
	exit "$status"
}
trap finish EXIT

for program in holter ingest analyzer archiver alerter console; do
	[ -x "bin/$program" ] || fail "bin/$program is missing: run \`make build\`"
done

need mosquitto mosquitto
need_java
need mvn maven
need curl curl
fetch_kafka
choose_influx

say "starting the servers"
start_mosquitto
start_kafka
start_influx
wait_for_servers

say "the test: Mosquitto, Apache Kafka and InfluxDB $influx_version"
export HOLTER_REAL_MQTT="tcp://127.0.0.1:$mqtt_port"
export HOLTER_REAL_KAFKA="127.0.0.1:$kafka_port"
export HOLTER_REAL_INFLUX_URL="http://127.0.0.1:$influx_port"
export HOLTER_REAL_INFLUX_TOKEN="$influx_token"
export HOLTER_REAL_BIN="$PWD/bin"
go test -count=1 -timeout 8m -v -run '^TestReal' ./internal/e2e

say "the event store's own tests: InfluxDB $influx_version"
HOLTER_TEST_INFLUX_URL="$HOLTER_REAL_INFLUX_URL" HOLTER_TEST_INFLUX_TOKEN="$influx_token" \
	go test -count=1 -timeout 8m ./internal/influx
