//! What each parser of foreign bytes must keep, as functions of arbitrary bytes: they panic where it does not.

pub mod deliveries;
mod documents;
mod evidence;
mod guests;
mod list;
mod packs;
mod scratch;
pub mod snapshots;
mod tokens;
mod values;

pub use list::{TARGETS, target};
