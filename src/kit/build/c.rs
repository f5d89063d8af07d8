//! C, by clang and wasm-ld, or by zig, which has both inside. A project has everything else: bindings, SDK, and the few headers of
//! the standard library that the bindings name, so nothing of the machine's own gets in.

use crate::env::read;
use crate::guest::GUEST_BYTES_MAX;
use crate::kit::error::BuildError;
use crate::kit::project::Project;
use crate::kit::tool::{Looked, MissingTool, Tool};

const INSTALL_CLANG: &str = "apt-get install clang lld";
/// Fails without a word where the package is not there.
const HAS_ZIGLANG: &str = "import importlib.util, sys; sys.exit(importlib.util.find_spec('ziglang') is None)";

/// How the guest is compiled. One page of memory holds it all: 16 KiB of stack, which comes first, so that an overflow traps,
/// then the data, and the rest is heap, which grows only if a call needs more.
const FLAGS: [&str; 17] = [
    "-std=c11",
    "-O2",
    "-Wall",
    "-Wextra",
    "-mbulk-memory",
    "-nostdlibinc",
    "-isystem",
    "sdk/include",
    "-Isdk",
    "-Ibindings",
    "-nostdlib",
    "-Wl,--no-entry",
    "-Wl,--strip-all",
    "-Wl,-z,stack-size=16384",
    "-Wl,--initial-memory=65536",
    "sdk/anshi.c",
    "sdk/world.c",
];

/// Builds a project: gives a core module that carries its component type.
pub(super) fn build(project: &Project) -> Result<Vec<u8>, BuildError> {
    let (compiler, first) = compiler(project)?;
    let world = project.world.word();
    let (bindings, kind) = (format!("bindings/{world}.c"), format!("bindings/{world}_component_type.o"));
    let out = format!("build/{}.module.wasm", project.name);
    let mut arguments = first.to_vec();
    arguments.extend(FLAGS);
    arguments.extend(["guest.c", &bindings, &kind, "-o", &out]);
    compiler.run(&arguments, &project.folder)?;
    Ok(read(&project.folder.join(out), GUEST_BYTES_MAX as u64)?)
}

/// The compiler that is here, and what makes it compile to WebAssembly.
fn compiler(project: &Project) -> Result<(Tool, &'static [&'static str]), BuildError> {
    if let Ok(clang) = Tool::find(&["clang"], INSTALL_CLANG) {
        Tool::find(&["wasm-ld"], INSTALL_CLANG)?;
        return Ok((clang, &["--target=wasm32", "-Wl,--stack-first"]));
    }
    if let Ok(zig) = Tool::find(&["zig"], INSTALL_CLANG) {
        return Ok((zig, &["cc", "-target", "wasm32-freestanding"]));
    }
    // PyPI's package `ziglang` is zig, too: in the project's own `.venv`, or wherever Python looks.
    let own = Tool::at("python3", &project.folder.join(".venv/bin/python3"));
    for python in own.into_iter().chain(Tool::find(&["python3"], INSTALL_CLANG).ok()) {
        if python.try_run(&["-c", HAS_ZIGLANG], &project.folder)?.is_some() {
            return Ok((python, &["-m", "ziglang", "cc", "-target", "wasm32-freestanding"]));
        }
    }
    let looked = Looked::Path(["clang", "zig", "python3 -m ziglang"].map(str::to_owned).to_vec());
    Err(MissingTool { what: "clang".to_owned(), looked, install: INSTALL_CLANG.to_owned() }.into())
}
