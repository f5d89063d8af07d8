//! The `anshi` command. Owns nothing: see `cli`.

use std::process::ExitCode;

fn main() -> ExitCode {
    anshi::cli::main()
}
