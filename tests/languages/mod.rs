//! The kit's guests in every language give equal answers: one table of cases, asked of all of them. `make test-guests` builds
//! them outside of the repository and runs these tests, which are left out elsewhere: they want compilers of four languages.

mod compare;
mod contributor;
mod firms;
mod overflow;
#[expect(dead_code, reason = "shared with `make bench-guests`, which uses the rest")]
mod room;
mod verifier;
