//! The `anshi` command. Owns nothing: see `cli`.

fn main() {}
