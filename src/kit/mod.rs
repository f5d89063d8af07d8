//! The guest kit: what a developer of guests needs outside of this repository. Owns what a guest's project is, how one is made
//! and how its guest is built with the tools of its language; never opens a home, and runs nothing but those tools.

mod bindings;
mod build;
mod chinese;
mod create;
mod embedded;
mod error;
mod language;
mod mistake;
mod name;
mod project;
mod tool;

pub use build::{Built, build, build_cargo};
pub use create::create;
pub use embedded::{EmbeddedFile, policies};
pub use error::{BuildError, CreateError};
pub use language::{Language, ProjectWorld};
pub use name::{ProjectNameError, check_project_name};
pub use project::{PROJECT_FILE, Project, ProjectError};
pub use tool::{Looked, MissingTool, Tool};
