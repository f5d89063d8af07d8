//! JavaScript and TypeScript, by esbuild and componentize-js, which `npm ci` puts into the project. The project's own
//! `sdk/build.mjs` calls them, so that a developer can read what is done, and do it by hand.

use std::path::Path;

use crate::env::read;
use crate::guest::GUEST_BYTES_MAX;
use crate::kit::error::BuildError;
use crate::kit::project::Project;
use crate::kit::tool::{Looked, MissingTool, Tool};

const INSTALL_NODE: &str = "sudo apt-get install nodejs npm";
const INSTALL_PACKAGES: &str = "npm ci";
/// The oldest that all packages run on.
const NODE_MIN: u32 = 20;
/// The packages that the build calls itself.
const PACKAGES: [&str; 3] = ["esbuild", "typescript", "@bytecodealliance/componentize-js"];

/// Builds a project, without network: gives a component.
pub(super) fn build(project: &Project) -> Result<Vec<u8>, BuildError> {
    let node = Tool::find(&["node", "nodejs"], INSTALL_NODE)?;
    check_version(&node, &project.folder)?;
    for package in PACKAGES {
        let place = project.folder.join("node_modules").join(package);
        if !place.is_dir() {
            Tool::find(&["npm"], INSTALL_NODE)?;
            let (what, looked) = (package.to_owned(), Looked::Place(place));
            return Err(MissingTool { what, looked, install: INSTALL_PACKAGES }.into());
        }
    }
    let out = format!("build/{}.wasm", project.name);
    node.run(&["sdk/build.mjs", project.world.word(), &out], &project.folder)?;
    Ok(read(&project.folder.join(out), GUEST_BYTES_MAX as u64)?)
}

fn check_version(node: &Tool, folder: &Path) -> Result<(), BuildError> {
    let printed = node.try_run(&["--version"], folder)?.unwrap_or_default();
    let found = String::from_utf8_lossy(&printed).trim().to_owned();
    if major(&found).is_some_and(|major| major >= NODE_MIN) {
        return Ok(());
    }
    let looked = Looked::Version { program: node.name().to_owned(), found, least: NODE_MIN.to_string() };
    Err(MissingTool { what: format!("node {NODE_MIN}"), looked, install: INSTALL_NODE }.into())
}

/// `v20.20.2` is 20.
fn major(version: &str) -> Option<u32> {
    version.strip_prefix('v')?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read() {
        assert_eq!([major("v20.20.2"), major("v9"), major("20.1"), major("")], [Some(20), Some(9), None, None]);
    }
}
