#!/bin/sh
# Prints the commit with which the schemas must be compatible: the last release
# before this commit, else where this branch left the main one, else the commit
# before this one.
#
#   scripts/schema-base.sh [BASE]     BASE: a commit to compare with instead
set -eu
cd "$(dirname "$0")/.."

fail() { echo "schema-base: $*" >&2; exit 1; }
commit() { git rev-parse --verify -q "$1^{commit}"; }

head=$(commit HEAD) || fail "this is no git checkout with a commit"
if [ "${1:-}" ]; then
	base=$(commit "$1") || fail "BASE=$1 is no commit here: fetch it"
else
	tag=$(git describe --tags --abbrev=0 --match 'v*' HEAD~1 2>/dev/null) && base=$(commit "$tag") || base=
	for main in origin/HEAD origin/main main; do
		[ -z "$base" ] || break
		base=$(git merge-base HEAD "$main" 2>/dev/null) || continue
		[ "$base" != "$head" ] || base=
	done
	[ "$base" ] || base=$(commit HEAD~1) || base=$head
fi

# A commit is compatible with itself: that would prove nothing.
if [ "$base" = "$head" ]; then
	[ "$(git rev-parse --is-shallow-repository)" = false ] ||
		fail "this clone is too shallow for a base: git fetch --unshallow --tags"
	commit HEAD~1 >/dev/null && fail "BASE is HEAD itself: name an older commit, or none"
fi
echo "$base"
