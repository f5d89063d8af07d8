//! From a project's sources to its component, with the tools of its language. Owns which language is built how.

mod c;
mod js;
mod project;
mod python;
mod rust;

pub use project::{Built, build};
pub use rust::build_cargo;
