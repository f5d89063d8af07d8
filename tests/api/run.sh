#!/bin/sh
# Has programs that are not ours ask a served home everything that its specification offers, rightly and wrongly signed;
# `make test-api` calls it, and `make test-api-short` for CI. Every answer must be one that the specification states.
# run.sh ANSHI GUEST TABLE_GUEST [SECONDS]: the command, the guests of the demo and of its table. Run in the project's folder.
set -eu
anshi=$1 guest=$2 table=$3 seconds=${4:-300}
here=tests/api
cache=${XDG_CACHE_HOME:-$HOME/.cache}/anshi-api

say() { printf '%s\n' "$*" >&2; }

# The folder's name says which versions are in it, so that a change of the list makes a new one.
venv=$cache/python-$(sha256sum "$here/requirements.txt" | cut -c1-12)
if ! test -e "$venv/ready"; then
    say "test-api: installing $(grep -v '^#' "$here/requirements.txt" | tr '\n' ' ')"
    rm -rf "$venv"
    if ! { python3 -m venv "$venv" && "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"; }; then
        rm -rf "$venv"
        say "test-api: SKIPPED: the packages of $here/requirements.txt cannot be had here, nothing was tested"
        exit "${SKIP_STATUS:-0}"
    fi
    touch "$venv/ready"
fi

# The form of policies for editors is a specification, too.
"$venv/bin/python" "$here/policy_schema.py"

work=$(mktemp -d)
server=
# A server that does not end by itself would outlive the test.
finish() {
    status=$?
    trap - EXIT
    if test -n "$server"; then
        kill "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    test $status = 0 || tail -5 "$work/serve.log" >&2 || true
    rm -rf "$work"
    exit $status
}
trap finish EXIT
trap 'exit 130' INT TERM

home=$work/home
port=$("$venv/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
url=http://127.0.0.1:$port
"$anshi" --json demo --home "$home" --guest "$guest" >"$work/demo.json" || { cat "$work/demo.json" >&2; exit 1; }
mv "$work/demo.json" "$home/demo.json"
cp "$table" "$home/demo/table.wasm"
sed -i "s#^public_url = .*#public_url = \"$url\"#" "$home/anshi.toml"
# Tables end sooner, and two are all that may be paid for: at its end the service waits for their ticks.
sed -i 's/^units_max = .*/units_max = 25_000/; s/^slot_s = .*/slot_s = 10/' "$home/policies/late-payment-by-county/policy.toml"
sed -i 's/epsilon = "4", lifetime = "12"/epsilon = "1", lifetime = "1"/' "$home/policies/accounts.toml"
printf '\n[server]\nlisten = "127.0.0.1:%s"\nconnections_max = 200\n' "$port" >>"$home/anshi.toml"
"$anshi" serve --config "$home/anshi.toml" >"$work/serve.log" 2>&1 &
server=$!
export ANSHI_API_HOME="$home" PYTHONPATH="$PWD/$here" PYTHONDONTWRITEBYTECODE=1 SCHEMATHESIS_HOOKS=hooks
"$venv/bin/python" "$here/odd.py" wait

curl() { "$venv/bin/python" -c 'import sys, urllib.request as u; sys.stdout.buffer.write(u.urlopen(sys.argv[1]).read())' "$1"; }
curl "$url/openapi.json" >"$work/openapi.json"
"$venv/bin/openapi-spec-validator" "$work/openapi.json"
same='import json, sys; sys.exit(json.load(open(sys.argv[1])) != json.load(open(sys.argv[2])))'
"$venv/bin/python" -c "$same" "$work/openapi.json" docs/openapi.json || { say "test-api: docs/openapi.json is not what is served"; exit 1; }

checks=not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance
checks=$checks,response_schema_conformance,unsupported_method,allow_header_conformance
schemathesis() {
    specification=$1
    shift
    # It writes what it found into the folder that it runs in.
    (cd "$work" && "$venv/bin/schemathesis" run "$specification" --url "$url" --checks "$checks" --phases coverage,fuzzing \
        --request-timeout 60 --warnings off --no-color "$@" >"$work/schemathesis.log" 2>&1)
}
# Jobs wait for their ticks: they get half of the time to themselves, and the table that is under way is still running.
for paths in --include-path-regex --exclude-path-regex; do
    if ! schemathesis "$work/openapi.json" $paths '^/v1/jobs' --max-examples 400 --max-time $((seconds / 2)) --continue-on-failure; then
        # A reproduction may hold a whole module.
        cut -c1-400 "$work/schemathesis.log" >&2
        exit 1
    fi
    tail -7 "$work/schemathesis.log"
done
"$venv/bin/python" "$here/odd.py" seen

# And the test can fail: one answer taken out of the specification is found.
"$venv/bin/python" "$here/odd.py" doctor "$work/openapi.json" >"$work/doctored.json"
if schemathesis "$work/doctored.json" --include-path /v1/budgets --max-examples 20; then
    say "test-api: an answer that is not in the specification was not noticed"
    exit 1
fi
echo "an answer that the specification lacks: noticed"
"$venv/bin/python" "$here/odd.py" odd
kill "$server"
wait "$server" || { say "test-api: the service ended with status $?"; server=; exit 1; }
server=
