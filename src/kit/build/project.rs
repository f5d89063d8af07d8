//! A project's build: which language is built how. What comes out is inspected as every guest is: its import list is empty, or
//! there is an error.

use std::path::PathBuf;

use super::{c, js, python, rust};
use crate::env::create_dir;
use crate::guest::inspect;
use crate::kit::error::BuildError;
use crate::kit::language::Language;
use crate::kit::project::Project;

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
