//! The command line: arguments, the words that people read, progress, exit codes. One file for each
//! command; nothing is decided here.

mod app;
mod audit;
mod budget;
mod catalog;
mod catalog_infer;
mod catalog_words;
mod chinese;
mod consent;
mod demo;
mod english;
mod error;
mod files;
mod guest;
mod infer_words;
mod ingest;
mod init;
mod key;
mod message;
mod policy;
mod problem;
mod receipt;
mod run;
mod snapshot;
mod synth;
mod table;
mod terminal;

pub use app::main;
