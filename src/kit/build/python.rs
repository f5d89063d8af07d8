//! Python, by componentize-py, which pip puts into the project's own `.venv`. Every import of WASI becomes a trap, so that
//! the component has none.

use crate::env::read;
use crate::guest::GUEST_BYTES_MAX;
use crate::kit::error::BuildError;
use crate::kit::project::Project;
use crate::kit::tool::{Looked, MissingTool, Tool};

const INSTALL_PYTHON: &str = "sudo apt-get install python3-venv";
const INSTALL_PACKAGES: &str = "python3 -m venv .venv && .venv/bin/pip install -r requirements.txt";
const COMPONENTIZE: &str = "componentize-py";

/// Builds a project, without network: gives a component.
pub(super) fn build(project: &Project) -> Result<Vec<u8>, BuildError> {
    let place = project.folder.join(".venv/bin").join(COMPONENTIZE);
    let Some(componentize) = Tool::at(COMPONENTIZE, &place) else {
        let python = Tool::find(&["python3"], INSTALL_PYTHON)?;
        // Debian's Python cannot make a `.venv` until this package is there.
        if python.try_run(&["-c", "import ensurepip"], &project.folder)?.is_none() {
            let looked = Looked::Asked("python3 -c 'import ensurepip'".to_owned());
            return Err(MissingTool { what: "python3-venv".to_owned(), looked, install: INSTALL_PYTHON }.into());
        }
        let (what, looked) = (COMPONENTIZE.to_owned(), Looked::Place(place));
        return Err(MissingTool { what, looked, install: INSTALL_PACKAGES }.into());
    };
    let out = format!("build/{}.wasm", project.name);
    let target = ["--wit-path", "wit", "--world", project.world.word(), "--quiet"];
    let made =
        ["componentize", "--stub-wasi", "--python-path", "src", "--python-path", "sdk", "--output", &out, "guest"];
    componentize.run(&[&target[..], &made].concat(), &project.folder)?;
    Ok(read(&project.folder.join(out), GUEST_BYTES_MAX as u64)?)
}
