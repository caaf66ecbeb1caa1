#!/usr/bin/env bash
# FHIR bundles before HL7's own validator (HAPI FHIR's Maven artifacts), and
# spoiled ones, which it has to refuse.
#
#   scripts/fhir/test.sh            what `make test-fhir` runs
#
# What is missing on the machine is installed with apt-get when run as root.
set -euo pipefail
cd "$(dirname "$0")/../.."

cache="${XDG_CACHE_HOME:-$HOME/.cache}/holter"
work=$(mktemp -d "${TMPDIR:-/tmp}/holter-fhir.XXXXXX")
trap 'rm -rf "$work"' EXIT

say() { printf '\n== %s\n' "$*"; }
fail() {
	printf 'test-fhir: %s\n' "$*" >&2
	exit 1
}

# shellcheck source=scripts/real/install.sh
. scripts/real/install.sh

need javac default-jdk-headless
need mvn maven
fetch_jars hapi-fhir scripts/fhir/pom.xml
say "HL7's validator: $(basename "$jars"/org.hl7.fhir.validation-*.jar .jar)"
HOLTER_FHIR_VALIDATOR=$jars go test -count=1 -timeout 8m -v -run '^TestHL7sValidator$' ./internal/fhir
