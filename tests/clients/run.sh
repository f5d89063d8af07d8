#!/bin/sh
# Has the clients in clients/ ask a live server, and holds all of them to the same table of cases; `make test-clients` calls it.
# run.sh ANSHI GUESTS: the command, and the folder of built guests. Run in the project's folder. Ends by itself, leaves nothing behind.
# Where a language or its packages cannot be had it says so and is content; with CLIENTS_REQUIRED set it fails.
set -eu
anshi=$1 guests=$2
here=tests/clients
cache=${XDG_CACHE_HOME:-$HOME/.cache}/anshi-clients

say() { printf '%s\n' "$*" >&2; }
skip() {
    say "clients: SKIPPED, NOTHING WAS TESTED: $*"
    # CI must not be green for want of a package.
    test -z "${CLIENTS_REQUIRED:-}" || exit 1
    exit 0
}

command -v python3 >/dev/null || skip "there is no python3"
command -v javac >/dev/null || skip "there is no JDK (17 or newer; Debian: default-jdk-headless)"
test "$(javac -version 2>&1 | sed 's/[^0-9]*\([0-9]*\).*/\1/')" -ge 17 || skip "$(javac -version 2>&1) is older than 17"
command -v node >/dev/null && command -v npm >/dev/null || skip "there is no Node (18 or newer) with npm"
test "$(node -p 'process.versions.node.split(".")[0]')" -ge 18 || skip "Node $(node --version) is older than 18"

# The folders' names say which versions are in them, so that a change of a list makes a new one.
venv=$cache/python-$(sha256sum clients/python/requirements.txt | cut -c1-12)
if ! test -e "$venv/ready"; then
    say "clients: installing $(grep -v '^#' clients/python/requirements.txt | tr '\n' ' ')"
    rm -rf "$venv"
    python3 -m venv "$venv" || skip "python3 has no venv (Debian: python3-venv)"
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r clients/python/requirements.txt || skip "pip cannot install"
    touch "$venv/ready"
fi
modules=$cache/node-$(sha256sum clients/node/package-lock.json | cut -c1-12)
if ! test -e "$modules/ready"; then
    say "clients: installing $(node -p 'Object.keys(require("./clients/node/package.json").dependencies).join(" ")')"
    rm -rf "$modules"
    mkdir -p "$modules"
    cp clients/node/package.json clients/node/package-lock.json "$modules"
    npm ci --prefix "$modules" --silent --no-fund --no-audit --ignore-scripts || skip "npm cannot install"
    touch "$modules/ready"
fi

work=$(mktemp -d)
server=
cleanup() {
    test -z "$server" || kill "$server" 2>/dev/null || true
    test -z "$server" || wait "$server" 2>/dev/null || true
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' HUP INT TERM

# Node finds modules above the program that asks for them.
cp -r clients/node "$work/node-client"
rm -rf "$work/node-client/node_modules"
ln -s "$modules/node_modules" "$work/node-client/node_modules"
javac -Xlint:all -encoding UTF-8 -d "$work/classes" clients/java/Anshi.java

python="$venv/bin/python"
export PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="$PWD/clients/python"
home=$work/home
"$anshi" --json demo --home "$home" --scale 0.02 --guest "$guests/sme_credit_check.wasm" >"$work/demo.json" || { cat "$work/demo.json"; exit 1; }
"$python" $here/home.py "$anshi" "$home" "$work" "$guests/late_payment_by_county.wasm"
"$anshi" serve --config "$home/anshi.toml" >"$work/serve.log" 2>&1 &
server=$!
if ! "$python" $here/cases.py "$work" "$guests/late_payment_by_county.wasm" \
    "python: $python -m anshi_client" "java: java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp $work/classes Anshi" "node: node $work/node-client/cli.mjs"; then
    say "clients: the server's last words:"
    tail -n 20 "$work/serve.log" >&2
    exit 1
fi
# And as people run it: without compiling first.
java clients/java/Anshi.java --profile "$work/python/client.json" verify "$work/python/answer.json" >/dev/null
say "clients: $(java -version 2>&1 | head -n 1), Node $(node --version), $("$python" --version)"
