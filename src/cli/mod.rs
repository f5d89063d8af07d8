//! The command line: arguments, the words that people read, progress, exit codes. One file for each
//! command; nothing is decided here.

mod app;
mod audit;
mod backup;
mod budget;
mod catalog;
mod catalog_infer;
mod catalog_words;
mod chinese;
mod client;
mod consent;
mod delivery_words;
mod demo;
mod doctor;
mod english;
mod error;
mod files;
mod guest;
mod guest_words;
mod help;
mod infer_words;
mod ingest;
mod init;
mod key;
mod message;
mod plot;
mod policy;
mod problem;
mod receipt;
mod remote;
mod restore;
mod run;
mod serve;
mod service_words;
mod snapshot;
mod submit;
mod synth;
mod table;
mod table_answer;
mod table_words;
mod terminal;
mod upkeep_chinese;
mod upkeep_english;
mod upkeep_message;
mod worker;

pub use app::main;
