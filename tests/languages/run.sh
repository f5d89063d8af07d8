#!/bin/sh
# Makes a project of the guest kit in every language and both worlds, outside of the repository, builds them, and has them asked the same;
# `make test-guests` and `make bench-guests` call it. run.sh ANSHI test|bench: the command, and what to do with the guests.
# What was built is kept in the user's cache, by everything that it was built from: JavaScript and Python take their time.
# Where a language's tools cannot be had it says so and goes on without; with CI=true it fails.
set -eu
anshi=$1 what=$2
cache=${XDG_CACHE_HOME:-$HOME/.cache}/anshi-guest-kit
here=tests/languages

say() { printf '%s\n' "$*" >&2; }
languages=
leave_out() {
    say "guests: LEFT OUT, NOTHING OF IT IS LOOKED AT: $*"
    # CI must not be green for want of a compiler.
    test "${CI:-}" != true || exit 1
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
mkdir -p "$cache"
# What nobody has used for a fortnight, and what was registered before that.
find "$cache" -mindepth 1 -maxdepth 1 -mtime +14 -exec rm -rf {} +
mkdir -p "$cache/registry"
find "$cache/registry" -type f -mtime +14 -delete
touch "$cache/registry"

# The packages of JavaScript and of Python: the folders' names say which versions are in them.
node_packages() {
    command -v node >/dev/null && command -v npm >/dev/null || { leave_out "JavaScript: there is no Node (20 or newer) with npm"; return 1; }
    test "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 || { leave_out "JavaScript: Node $(node --version) is older than 20"; return 1; }
    modules=$cache/node-$(sha256sum sandbox-guests/kit/js/project/package-lock.json | cut -c1-12)
    if ! test -e "$modules/ready"; then
        say "guests: installing what JavaScript is built with"
        rm -rf "$modules"
        mkdir -p "$modules"
        cp sandbox-guests/kit/js/project/package.json sandbox-guests/kit/js/project/package-lock.json "$modules"
        npm ci --prefix "$modules" --silent --no-fund --no-audit --ignore-scripts || { leave_out "JavaScript: npm cannot install"; return 1; }
        touch "$modules/ready"
    fi
}
# python_packages NAME REQUIREMENTS
python_packages() {
    command -v python3 >/dev/null || { leave_out "$1: there is no python3"; return 1; }
    venv=$cache/python-$(sha256sum "$2" | cut -c1-12)
    if ! test -e "$venv/ready"; then
        say "guests: installing $(grep -v '^#' "$2" | tr '\n' ' ')"
        rm -rf "$venv"
        python3 -m venv "$venv" || { leave_out "$1: python3 has no venv (Debian: python3-venv)"; return 1; }
        "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$2" || { leave_out "$1: pip cannot install"; return 1; }
        touch "$venv/ready"
    fi
}

rust_tools() { command -v cargo >/dev/null || { leave_out "Rust: there is no cargo"; return 1; }; }
c_tools() { command -v clang >/dev/null && command -v wasm-ld >/dev/null || { leave_out "C: there is no clang with wasm-ld (Debian: clang lld)"; return 1; }; }
js_tools() { node_packages; }
python_tools() { python_packages Python sandbox-guests/kit/python/project/requirements.txt; }
# zig is clang's C with a linker in one package; only its price is looked at.
zig_tools() { python_packages "C by zig" sandbox-guests/columns/zig.txt; }

# What a project is linked to beside its own files. link LANGUAGE PROJECT
link() {
    case $1 in
    js) ln -s "$modules/node_modules" "$2/node_modules" ;;
    python | zig) ln -s "$venv" "$2/.venv" ;;
    esac
}
# Builds a project into a file. build LANGUAGE PROJECT FILE
build() {
    case $1 in
    zig)
        # A PATH without clang, so that zig is what is found.
        PATH=$work/nothing "$anshi" guest build "$2" --out "$3" --force >/dev/null
        ;;
    # A target folder of its own: the project is nobody's part.
    rust) CARGO_TARGET_DIR=$2/target "$anshi" guest build "$2" --out "$3" --force >/dev/null ;;
    *) "$anshi" guest build "$2" --out "$3" --force >/dev/null ;;
    esac
}
# Everything that a build depends on, as one word. key LANGUAGE PROJECT
key() {
    {
        (cd "$2" && find . -type f | LC_ALL=C sort | xargs sha256sum)
        sha256sum src/kit/build/*.rs sandbox-guests/columns/*
        case $1 in
        rust) sha256sum $here/changes.txt && rustc --version ;;
        c) clang --version ;;
        esac
    } | sha256sum | cut -c1-12
}

# Other guests of the same project, each with one change, which the table of cases must find out. changes WORLD PROJECT FOLDER
changes() {
    while IFS='|' read -r of name file script; do
        test "$of" = "$1" || continue
        cp "$2/$file" "$work/unchanged"
        sed -i "$script" "$2/$file"
        if cmp -s "$work/unchanged" "$2/$file"; then
            say "guests: the change \`$name\` of $here/changes.txt changes nothing any more"
            exit 1
        fi
        build rust "$2" "$3/changed-$name-$1.wasm"
        cp "$work/unchanged" "$2/$file"
    done <$here/changes.txt
}

# Puts the guest that reads three columns in the place of a project's. columns LANGUAGE PROJECT
columns() {
    case $1 in
    rust) cp sandbox-guests/columns/lib.rs "$2/src/lib.rs" && rm -f "$2/src/tests.rs" ;;
    c | zig) cp sandbox-guests/columns/guest.c "$2/guest.c" ;;
    js) cp sandbox-guests/columns/guest.ts "$2/src/guest.ts" ;;
    python) cp sandbox-guests/columns/guest.py "$2/src/guest.py" ;;
    esac
}

# What of an SDK no case of the table asks; the other two are tested natively by cargo. test_sdk LANGUAGE
test_sdk() {
    case $1 in
    js) node $here/sdk.mjs "$modules/node_modules/esbuild/lib/main.js" sandbox-guests/kit/js/sdk/anshi.ts ;;
    python) "$venv/bin/python" $here/sdk.py sandbox-guests/kit/python/sdk ;;
    esac
}

wanted="rust c js python"
test "$what" = test || wanted="$wanted zig"
set=$work/set
mkdir "$set"
for language in $wanted; do
    "${language}_tools" || continue
    test "$what" != test || test_sdk $language
    for world in verifier contributor; do
        project=$work/$language-$world
        "$anshi" guest new "guest-in-$language" --lang "$(test $language = zig && echo c || echo $language)" --world $world --dir "$project" >/dev/null
        built=$cache/$language-$world-$(key $language "$project")
        if ! test -e "$built/ready"; then
            say "guests: building a $world in $language"
            rm -rf "$built"
            mkdir "$built"
            link $language "$project"
            build $language "$project" "$built/$language-$world.wasm"
            test $language != rust || changes $world "$project" "$built"
            if test $world = verifier; then
                columns $language "$project"
                build $language "$project" "$built/$language-columns.wasm"
            fi
            touch "$built/ready"
        fi
        touch "$built"
        cp "$built"/*.wasm "$set/"
    done
    languages="$languages $language"
done
# Where they are asked.
guests=$cache/set-$(cd "$set" && sha256sum -- *.wasm | sha256sum | cut -c1-12)
mkdir -p "$guests"
cp "$set"/*.wasm "$guests/"
touch "$guests"

case $what in
test)
    ANSHI_KIT_GUESTS=$guests ANSHI_KIT_LANGUAGES=$languages \
        cargo test --release --locked --test main languages:: -- --ignored --nocapture --test-threads=1
    ;;
bench) cargo bench --locked --bench guests -- "$guests" ;;
esac
say "guests: asked in$languages"
