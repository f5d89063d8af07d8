//! The auditors' workbench: cases beside policies, revisions of git compared, dossiers.

mod command;
mod dossier;
mod git;
mod mistakes;
mod shipped;
