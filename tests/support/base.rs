//! The base home: initialised and with its guests compiled once for each process, then copied for each test.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use anshi::config::HomeKind;
use anshi::env::{Clock, Entropy};
use anshi::job::{Engine, EngineOptions, InitOptions, initialise};
use anshi::model::Digest;

use super::home::{Setup, block_on, configure};

/// The base home's folder, which holds `home` and `home.mirror`, and the guests registered in it.
pub struct Base {
    pub folder: PathBuf,
    pub adversary: Digest,
    pub credit_check: Digest,
}

/// The compiled guest of this name.
pub fn guest_path(name: &str) -> PathBuf {
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/guests");
    let folder = std::env::var_os("ANSHI_GUESTS_DIR").map_or(built, PathBuf::from);
    let path = folder.join(format!("{name}.wasm"));
    assert!(path.is_file(), "`{}` is missing: run `make guests` first", path.display());
    path
}

/// How every test opens a home.
pub fn engine_options() -> EngineOptions {
    EngineOptions { clock: Clock::System, compiler: PathBuf::from(env!("CARGO_BIN_EXE_anshi")) }
}

/// The base home, made on first use.
pub fn base() -> &'static Base {
    static BASE: OnceLock<Base> = OnceLock::new();
    BASE.get_or_init(|| {
        let folders = Path::new(env!("CARGO_TARGET_TMPDIR"));
        remove_left_over(folders);
        let folder = folders.join(format!("base-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let home = folder.join("home");
        initialise(&InitOptions { home: home.clone(), kind: HomeKind::Synthetic }, &Entropy).unwrap();
        configure(&home, &Setup::default());
        let engine = Engine::open(&home, engine_options()).unwrap();
        let register = |name| block_on(engine.register(&fs::read(guest_path(name)).unwrap())).unwrap();
        Base { adversary: register("adversary"), credit_check: register("sme_credit_check"), folder }
    })
}

/// Removes the base homes of processes that have ended.
fn remove_left_over(folders: &Path) {
    for entry in fs::read_dir(folders).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let process = name.to_str().and_then(|name| name.strip_prefix("base-"));
        if process.is_some_and(|process| !Path::new("/proc").join(process).exists()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Copies a folder with everything in it; permissions stay.
pub fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
