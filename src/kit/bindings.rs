//! The contract as a language sees it: bindings generated from `wit/sandbox.wit` when a project is made, so that a project needs
//! neither a generator nor a network. Owns which generator makes what; never changes the contract.

use wit_bindgen_core::wit_parser::{Resolve, WorldId};
use wit_bindgen_core::{Files, WorldGenerator};

use super::error::CreateError;
use super::language::ProjectWorld;

/// Where the Rust SDK has what bindings call at run time.
const RUST_RUNTIME: &str = "crate::bindings::runtime";
/// The types that `contributing` repeats: bindings for it take those of `verifying`, as the SDK in the repository does.
const SHARED: [(&str, &str); 8] = [
    ("read", "Read"),
    ("table-read", "TableRead"),
    ("parameter-kind", "ParameterKind"),
    ("parameter-spec", "ParameterSpec"),
    ("data", "Data"),
    ("column", "Column"),
    ("table", "Table"),
    ("parameter", "Parameter"),
];

fn failed(error: impl std::fmt::Display) -> CreateError {
    CreateError::Bindings(error.to_string())
}

fn resolve(wit: &str, world: ProjectWorld) -> Result<(Resolve, WorldId), CreateError> {
    let mut resolve = Resolve::default();
    let package = resolve.push_str("sandbox.wit", wit).map_err(failed)?;
    let world = resolve.select_world(&[package], Some(world.word())).map_err(failed)?;
    Ok((resolve, world))
}

fn generate(
    mut generator: Box<dyn WorldGenerator>,
    (mut resolve, world): (Resolve, WorldId),
) -> Result<Vec<(String, Vec<u8>)>, CreateError> {
    let mut files = Files::default();
    generator.generate(&mut resolve, world, &mut files).map_err(failed)?;
    Ok(files.iter().map(|(name, bytes)| (name.to_owned(), bytes.to_owned())).collect())
}

/// A world's bindings for the Rust SDK: one module.
pub(super) fn rust(wit: &str, world: ProjectWorld) -> Result<Vec<u8>, CreateError> {
    let with = match world {
        ProjectWorld::Verifier => Vec::new(),
        ProjectWorld::Contributor => SHARED.map(shared).to_vec(),
    };
    let options = wit_bindgen_rust::Opts {
        format: true,
        pub_export_macro: true,
        // A guest has no static constructors to run; where it had some, the linker would see to them.
        disable_run_ctors_once_workaround: true,
        runtime_path: Some(RUST_RUNTIME.to_owned()),
        with,
        ..wit_bindgen_rust::Opts::default()
    };
    let files = generate(Box::new(options.build()), resolve(wit, world)?)?;
    files.into_iter().next().map(|(_, bytes)| bytes).ok_or_else(|| failed("the generator for Rust made no file"))
}

fn shared((wit, rust): (&str, &str)) -> (String, wit_bindgen_rust::WithOption) {
    let path = format!("crate::bindings::verifying::{rust}");
    (format!("anshi:sandbox/contributing@0.1.0/{wit}"), wit_bindgen_rust::WithOption::Path(path))
}

/// A world's bindings for C: header, source, and the object that carries the component's type, by their names.
pub(super) fn c(wit: &str, world: ProjectWorld) -> Result<Vec<(String, Vec<u8>)>, CreateError> {
    generate(wit_bindgen_c::Opts::default().build(), resolve(wit, world)?)
}
