//! JavaScript: not built yet, and said so.

use crate::kit::error::BuildError;
use crate::kit::language::Language;
use crate::kit::project::Project;

/// Builds a project: gives a component, or a core module that carries its component type.
pub(super) fn build(_: &Project) -> Result<Vec<u8>, BuildError> {
    Err(BuildError::Language(Language::JavaScript))
}
