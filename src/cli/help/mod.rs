//! `--help` and wrong use, in Chinese. English is what the arguments say of themselves where they are declared; here are
//! its Chinese twin, how it takes the English one's place, and clap's own errors. Never parses anything.

mod localise;
mod words;
mod wrong_use;

pub use localise::{chinese_help, localise};
pub use wrong_use::{ArgumentError, wrong_use};
