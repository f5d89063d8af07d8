//! The command line: arguments, the words that people read, progress, exit codes. One file for each
//! command; nothing is decided here.

mod app;
mod budget;
mod chinese;
mod consent;
mod demo;
mod english;
mod error;
mod guest;
mod ingest;
mod init;
mod key;
mod message;
mod policy;
mod receipt;
mod run;
mod snapshot;
mod synth;
mod terminal;

pub use app::main;
