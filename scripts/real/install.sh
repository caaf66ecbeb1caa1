# shellcheck shell=bash
# Parts of test.sh: what the machine must have.

# need COMMAND PACKAGE installs a Debian package when the command is missing.
need() {
	if command -v "$1" >/dev/null; then return; fi
	[ -x "/usr/sbin/$1" ] && return
	if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
		fail "$1 is missing: install it (Debian's package is $2)"
	fi
	say "installing $2"
	update_packages
	forbid_services
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$2" >/dev/null
	allow_services
}

# forbid_services keeps apt-get from starting the servers that it installs:
# nobody has asked for a Mosquitto on port 1883.
forbid_services() {
	[ ! -e /usr/sbin/policy-rc.d ] || return 0
	policy=/usr/sbin/policy-rc.d
	printf '#!/bin/sh\nexit 101\n' >"$policy"
	chmod +x "$policy"
}

# allow_services takes that back; also the test's end does.
allow_services() {
	[ -z "${policy:-}" ] || rm -f "$policy"
	policy=
}

# update_packages fetches the lists of packages, once.
update_packages() {
	if [ -z "${updated:-}" ] && [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
		apt-get update -qq
		updated=yes
	fi
}

# need_java installs a Java that Apache Kafka 4 runs on.
need_java() {
	local package=openjdk-17-jre-headless major
	if ! command -v java >/dev/null; then
		update_packages
		# Newer systems have a newer one only.
		apt-cache show "$package" >/dev/null 2>&1 || package=default-jre-headless
		need java "$package"
	fi
	major=$(java -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p')
	[ "${major:-0}" -ge 17 ] || fail "Apache Kafka 4 needs Java 17 or newer, and java is ${major:-of unknown version}"
}

# fetch_jars NAME POM puts jars into the cache folder, with whatever repository
# Maven is configured for, and sets jars to where they are.
fetch_jars() {
	local sum
	sum=$(cksum <"$2" | cut -d' ' -f1)
	jars="$cache/$1-$sum"
	if [ ! -d "$jars" ]; then
		say "fetching $1 with Maven"
		mvn -B -q -f "$2" dependency:copy-dependencies -DoutputDirectory="$work/$1-jars" ||
			fail "NOT TESTED: Maven cannot fetch $1; it needs Maven Central or a mirror of it in ~/.m2/settings.xml"
		mkdir -p "$cache"
		mv "$work/$1-jars" "$jars"
	fi
}

# fetch_kafka fetches Apache Kafka.
fetch_kafka() {
	fetch_jars kafka "$here/pom.xml"
	kafka_jars=$jars
	say "Apache Kafka: $(basename "$kafka_jars"/kafka_*.jar .jar)"
}

# choose_influx sets influx_version and influxd.
choose_influx() {
	influx_version=${HOLTER_REAL_INFLUX:-}
	if [ -z "$influx_version" ]; then
		influx_version=1
		command -v cargo >/dev/null && influx_version=2
	fi
	case "$influx_version" in
	1) ;;
	2)
		influxd="$cache/bin/influxd-2.7.12"
		if [ -x "$influxd" ] || timeout -k 20 300 "$here/influxd2.sh" "$influxd" >"$work/influxd2.log" 2>&1; then
			influx_version=2.7.12
			say "InfluxDB: $influx_version, built from its module"
			return
		fi
		[ -z "${HOLTER_REAL_INFLUX:-}" ] || fail "InfluxDB 2.7 cannot be built here"
		tail -n 5 "$work/influxd2.log"
		say "InfluxDB 2.7 cannot be built here, or not in 5 minutes"
		;;
	*) fail "HOLTER_REAL_INFLUX is $influx_version; it is 1, 2 or empty" ;;
	esac
	influx_version=1.8.10
	influxd=bin/influxd
	[ -x "$influxd" ] || scripts/influxd.sh
	say "InfluxDB: $influx_version, built from its module"
}
