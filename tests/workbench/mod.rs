//! The auditors' workbench: cases beside policies, revisions of git compared, dossiers.

pub mod command;
mod dossier;
mod git;
mod guest_inspect;
pub mod guest_test;
mod mistakes;
mod parity;
mod shipped;
