#!/bin/sh
# rustc for a profile-guided build (build.sh): PROFILE_FLAGS go to the crates in which a table's units and a job spend
# their time. All others stay as they are, so that nobody's build of them is thrown away.
rustc=$1
shift
before='' name=''
for argument in "$@"; do
    test "$before" = --crate-name && name=$argument
    before=$argument
done
case $name in
anshi | wasmtime | wasmtime_environ | wasmtime_internal_core | wasmtime_internal_unwinder)
    # Words, not one argument.
    # shellcheck disable=SC2086
    exec "$rustc" "$@" $PROFILE_FLAGS
    ;;
esac
exec "$rustc" "$@"
