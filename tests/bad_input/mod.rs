//! What users, departments and strangers get wrong, through real commands and engines: each gets an error that names the
//! place and the cure, and leaves nothing behind. `docs/bad-input.md` is the whole list.

mod bureau;
mod callers;
mod catalogs;
mod databases;
mod deliveries;
mod guests;
mod languages;
mod module;
mod outputs;
mod policies;
mod slips;
