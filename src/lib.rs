//! Anshi: a data sandbox. Data that is usable but invisible; `docs/architecture.md` tells how.

pub mod catalog;
pub mod cli;
pub mod config;
pub mod data;
pub mod disclosure;
pub mod document;
pub mod env;
pub mod guest;
pub mod job;
pub mod keys;
pub mod kit;
pub mod ledger;
pub mod log;
pub mod model;
pub mod pack;
pub mod policy;
pub mod receipt;
pub mod review;
pub mod server;
pub mod upkeep;
pub mod workbench;
