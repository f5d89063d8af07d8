//! The base home: initialised and with its guests compiled once for each build of the tests, then copied for each
//! test. Processes that run tests side by side share it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use anshi::config::HomeKind;
use anshi::env::{Clock, Entropy};
use anshi::job::{Engine, EngineOptions, InitOptions, initialise};
use anshi::keys::sha256;
use anshi::model::Digest;

use super::home::{Setup, block_on, configure};

/// The base home's folder, which holds `home` and `home.mirror`, and the guests registered in it.
pub struct Base {
    pub folder: PathBuf,
    pub adversary: Digest,
    pub credit_check: Digest,
    pub contributor: Digest,
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
        let guests = ["adversary", "sme_credit_check", "contributor_adversary"].map(guest_path);
        let folders = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let folder = folders.join(format!("base-{}", build(&guests)));
        let [adversary, credit_check, contributor] = guests.each_ref().map(|path| sha256(&fs::read(path).unwrap()));
        let lock = File::create(folders.join("base.lock")).unwrap();
        lock.lock().unwrap();
        if !folder.join(READY).exists() {
            remove_old(folders);
            make(&folder, &guests);
        }
        Base { folder, adversary, credit_check, contributor }
    })
}

/// Written last: a base home without it was never finished.
const READY: &str = "ready";
/// A base home of another build that was made so long ago is in nobody's use.
const OLD: Duration = Duration::from_secs(3_600);

/// What a base home depends on: this program and the guests.
fn build(guests: &[PathBuf]) -> String {
    let program = std::env::current_exe().unwrap();
    let stamp = |path: &PathBuf| {
        let metadata = fs::metadata(path).unwrap();
        format!("{} {} {:?}\n", path.display(), metadata.len(), metadata.modified().unwrap())
    };
    let stamps: String = [&program].into_iter().chain(guests).map(stamp).collect();
    sha256(stamps.as_bytes()).hex().chars().take(16).collect()
}

fn make(folder: &Path, guests: &[PathBuf]) {
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder).unwrap();
    let home = folder.join("home");
    initialise(&InitOptions { home: home.clone(), kind: HomeKind::Synthetic }, &Entropy).unwrap();
    configure(&home, &Setup::default());
    let engine = Engine::open(&home, engine_options()).unwrap();
    for guest in guests {
        block_on(engine.register(&fs::read(guest).unwrap())).unwrap();
    }
    drop(engine);
    fs::write(folder.join(READY), "").unwrap();
}

fn remove_old(folders: &Path) {
    for entry in fs::read_dir(folders).into_iter().flatten().flatten() {
        let is_base = entry.file_name().to_str().is_some_and(|name| name.starts_with("base-"));
        let age = entry.metadata().and_then(|metadata| metadata.modified()).map(|made| made.elapsed());
        if is_base && age.is_ok_and(|age| age.is_ok_and(|age| age > OLD)) {
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
