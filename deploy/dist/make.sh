#!/usr/bin/env bash
# Makes the tarball for a bank's developers: the program and all that goes with it. The same program gives the same bytes.
# Usage: deploy/dist/make.sh PROGRAM FOLDER GUESTS; prints the tarball's path. GUESTS is what `make guests` builds.
set -euo pipefail
export LC_ALL=C TZ=UTC
umask 022
[ $# -eq 3 ] || { echo "usage: $0 PROGRAM FOLDER GUESTS" >&2; exit 2; }
program=$(realpath "$1")
root=$(realpath "$(dirname "$0")/../..")
mkdir -p "$2"
out=$(realpath "$2")
guests=$(realpath "$3")

tar --version | grep -q 'GNU tar' || { echo "GNU tar is missing: it can sort names and fix owners and times" >&2; exit 1; }
# A build for tests can be weakened, and says so; nobody gets one.
version=$("$program" --version)
case "$version" in
  "anshi "*[!0-9.]*) echo "\`$version\` is no build to be given away: make one with \`make build\`" >&2; exit 1 ;;
esac
version=${version#anshi }
name=anshi-$version-$(uname -m)-$(uname -s | tr '[:upper:]' '[:lower:]')

stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
into=$stage/$name
mkdir -p "$into"/{bin,catalog,policies,guests,wit,kit,completions,man/man1,man/zh_CN/man1,docs/guests}

cp "$program" "$into/bin/anshi"
# Symbols are a fifth of the program, and nobody debugs it there.
if command -v strip >/dev/null; then strip "$into/bin/anshi"; fi
chmod 755 "$into/bin/anshi"

# What stands in these folders is listed, not copied: nothing that lies beside it goes along.
cp "$root"/catalog/*.toml "$into/catalog/"
cp "$root"/sandbox-guests/wit/*.wit "$into/wit/"
policies() { # FROM TO: accounts, policies, cases and the rows of cases
  mkdir -p "$2"
  cp "$1/accounts.toml" "$2/"
  for policy in "$1"/*/policy.toml; do
    from=$(dirname "$policy"); to=$2/$(basename "$from")
    mkdir -p "$to"
    cp "$from/policy.toml" "$from/cases.toml" "$to/"
    if [ -d "$from/rows" ]; then mkdir -p "$to/rows"; cp "$from"/rows/*.csv "$to/rows/"; fi
  done
}
policies "$root/policies" "$into/policies"
policies "$root/sandbox-guests/kit/policies" "$into/kit/policies"

# The guests that the cases of these policies ask, so that `anshi demo` can show every one of them here.
for cases in "$root"/policies/*/cases.toml "$root"/sandbox-guests/kit/policies/*/cases.toml; do
  guest=$(sed -n 's/^guest = "\([a-z0-9-]*\)".*/\1/p' "$cases" | head -1)
  built=$guests/${guest//-/_}.wasm
  [ -f "$built" ] || { echo "\`$built\` is missing: \`make guests\` builds it" >&2; exit 1; }
  cp "$built" "$into/guests/$guest.wasm"
done

for shell in bash zsh fish elvish powershell; do "$program" completions "$shell" --lang en > "$into/completions/anshi.$shell"; done
"$program" man "$into/man/man1" --lang en > /dev/null
"$program" man "$into/man/zh_CN/man1" --lang zh > /dev/null
cp "$root"/docs/guests.md "$root"/docs/guests.zh.md "$into/docs/"
cp "$root"/docs/guests/*.md "$into/docs/guests/"
cp "$root/deploy/dist/README.md" "$root/deploy/dist/README.zh.md" "$root/LICENSE" "$into/"

chmod -R a+rX,go-w "$into"
(cd "$into" && find . -type f ! -name SHA256SUMS | sed 's|^\./||' | sort | xargs -d '\n' sha256sum > "$stage/sums" && mv "$stage/sums" SHA256SUMS)

tarball=$out/$name.tar.gz
tar --create --directory "$stage" --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 --format=ustar "$name" \
  | gzip --no-name --best > "$stage/tarball"
mv "$stage/tarball" "$tarball"
(cd "$out" && sha256sum "$name.tar.gz" > "$name.tar.gz.sha256")
echo "$tarball"
