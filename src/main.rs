//! The `anshi` command. Owns nothing: see `cli`.

use std::process::ExitCode;

// What one thread allocates for a job, another frees: with the system's allocator they wait for each other's locks.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    anshi::cli::main()
}
