//! From a project's sources to its component, with the tools of its language. Owns which language is built how; what comes out
//! is inspected as every guest is, and its import list is empty or there is an error.

mod c;
mod js;
mod python;
mod rust;

use std::path::PathBuf;

use super::error::BuildError;
use super::language::Language;
use super::project::Project;
use crate::env::create_dir;
use crate::guest::inspect;

pub use rust::build_cargo;

/// A guest that was built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Built {
    /// The component.
    pub component: Vec<u8>,
    /// Where it goes unless somebody says otherwise.
    pub place: PathBuf,
}

/// Builds a project's guest. The compiler's messages go to standard error as they are.
///
/// Every language's build gives a component, or a core module that carries its component type.
pub fn build(project: &Project) -> Result<Built, BuildError> {
    create_dir(&project.build_folder())?;
    let module = match project.language {
        Language::Rust => rust::build(project)?,
        Language::JavaScript => js::build(project)?,
        Language::Python => python::build(project)?,
        Language::C => c::build(project)?,
    };
    Ok(Built { component: inspect(&module)?.component, place: project.component() })
}
