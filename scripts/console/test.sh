#!/usr/bin/env bash
# The console in a real Chromium: its page with simulated patients, then a walk
# through the whole system. CHROMIUM names a browser other than the one in PATH;
# what is missing on the machine is installed with apt-get when run as root. The
# programs are expected in bin/ (`make build influxd`). Pictures of every page go to
# e2e/shots, or to the folder that HOLTER_SHOTS names. With the argument bench it
# measures instead how long readers wait on a day with 100,000 events.
set -euo pipefail
cd "$(dirname "$0")/../.."

say() { printf '\n== %s\n' "$*"; }
fail() {
	printf 'test-console: %s\n' "$*" >&2
	exit 1
}

# shellcheck source=scripts/real/install.sh
. scripts/real/install.sh
trap allow_services EXIT

need node nodejs
need npm npm
major=$(node -p 'process.versions.node.split(".")[0]')
[ "$major" -ge 20 ] || fail "Node.js 20 or newer is needed, and this is $(node --version)"
if [ -z "${CHROMIUM:-}" ] && ! command -v chromium-browser >/dev/null && ! command -v google-chrome >/dev/null; then
	need chromium chromium
fi

cd e2e
npm ci --no-audit --no-fund
if [ "${1:-}" = bench ]; then
	npm run -s bench
	exit
fi
say "the page with simulated patients"
npm run -s test:page
say "a walk through the whole system"
npm run -s test:system
