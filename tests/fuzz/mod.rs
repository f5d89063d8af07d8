//! Parsers of foreign bytes under arbitrary input. `targets` is shared with the fuzzer in `fuzz/`; here the corpus
//! that is kept in the repository is replayed.

mod replay;
mod seeds;
mod targets;
