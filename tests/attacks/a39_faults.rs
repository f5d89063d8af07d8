//! Attack 39: kill, full disk, torn write, a restored file. Whatever happens to the files, nothing that was answered is
//! unpaid or missing from the log, and an engine that cannot know it says so and does not start.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use anshi::env::weaken::{self, Weakness};
use anshi::job::{Engine, Failure, HomePaths};
use anshi::ledger::LedgerReader;

use super::run::check;
use crate::crash::{Auditor, Dice, Place, Tally, check as check_all, crash, start_worker};
use crate::support::{TestHome, block_on, copy_folder, engine_options, seen};

const MIRRORED: [&str; 2] = ["checkpoint.0", "checkpoint.1"];
/// A full disk lies so many blocks of 512 bytes above the largest file.
const BLOCKS: u64 = 300;
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(20);

/// The mirror can no longer be written: whatever is asked then must not be answered.
fn unmirrored() -> Result<(), String> {
    let home = TestHome::new();
    home.answered(&home.token(0, 1));
    let mirror = home.path.with_extension("mirror");
    for name in MIRRORED {
        std::fs::rename(mirror.join(name), mirror.join(format!("{name}.kept"))).unwrap();
        std::fs::create_dir(mirror.join(name)).unwrap();
    }
    let token = home.token(0, 2);
    match home.ask(&token) {
        Err(Failure::Ledger(_)) => {}
        Ok(answered) => {
            return Err(format!("`{}` was answered before it was durable everywhere", seen(&answered).label));
        }
        Err(other) => return Err(format!("the mirror is broken, and the engine says: {other}")),
    }
    if home.ask(&home.token(0, 3)).is_ok() {
        return Err("an engine whose mirror is broken goes on answering".to_owned());
    }
    let path = home.path.clone();
    drop(home.engine);
    if Engine::open(&path, engine_options()).is_ok() {
        return Err("an engine starts without its mirror".to_owned());
    }
    for name in MIRRORED {
        std::fs::remove_dir(mirror.join(name)).unwrap();
        std::fs::rename(mirror.join(format!("{name}.kept")), mirror.join(name)).unwrap();
    }
    match Engine::open(&path, engine_options()) {
        Ok(_) => Ok(()),
        Err(error) => Err(format!("the mirror is mended, and the engine does not start: {error}")),
    }
}

/// A copy of home and mirror, with one file of it spoilt.
fn spoilt(folder: &Path, spoil: impl FnOnce(&Path)) -> (tempfile::TempDir, std::path::PathBuf) {
    let copy = tempfile::tempdir().unwrap();
    copy_folder(folder, copy.path());
    let home = copy.path().join("home");
    spoil(&home);
    (copy, home)
}

fn cut(path: &Path, bytes: u64) {
    let file = std::fs::OpenOptions::new().write(true).open(path).unwrap();
    file.set_len(bytes).unwrap();
}

/// A spoilt copy must say that it is spoilt, or have everything that was answered.
fn nothing_lost(home: &Path, token: &str, bundle: &str, what: &str) -> Result<(), String> {
    let Ok(engine) = Engine::open(home, engine_options()) else { return Ok(()) };
    let engine = std::sync::Arc::new(engine);
    let again = block_on(anshi::job::answer(&engine, token));
    match again.as_ref().map(|again| seen(again).text) {
        Ok(text) if text == bundle => Ok(()),
        other => Err(format!("{what}: the engine starts, and what it had answered became {other:?}")),
    }
}

/// Torn and restored files of an engine that was stopped by a power cut: copied while it is open.
fn torn() -> Result<(), String> {
    let home = TestHome::new();
    let before = std::fs::read(home.paths().store()).unwrap();
    let tokens: Vec<String> = (1..=3).map(|party| home.token(0, party)).collect();
    let bundles: Vec<String> = tokens.iter().map(|token| seen(&home.answered(token)).text).collect();
    let (token, bundle) = (&tokens[2], &bundles[2]);
    let folder = home.path.parent().unwrap();
    let wal = home.path.join("ledger.sqlite-wal");
    let size = std::fs::metadata(&wal).unwrap().len();
    assert!(size > 8_192, "the store's journal holds what was written last");
    for bytes in [size - 40, size - 4_096, size / 2, 0] {
        let (_copy, path) = spoilt(folder, |home| cut(&home.join("ledger.sqlite-wal"), bytes));
        nothing_lost(&path, token, bundle, &format!("journal torn at {bytes} of {size}"))?;
    }
    let (_copy, path) = spoilt(folder, |home| {
        std::fs::remove_file(home.join("ledger.sqlite-wal")).unwrap();
        std::fs::remove_file(home.join("ledger.sqlite-shm")).unwrap();
        std::fs::write(home.join("ledger.sqlite"), &before).unwrap();
    });
    if Engine::open(&path, engine_options()).is_ok() {
        return Err("an old ledger was put back, and the engine starts".to_owned());
    }
    for name in MIRRORED {
        for bytes in [0, 20] {
            let (_copy, path) = spoilt(folder, |home| cut(&home.with_extension("mirror").join(name), bytes));
            nothing_lost(&path, token, bundle, &format!("`{name}` torn at {bytes}"))?;
        }
    }
    for name in ["checkpoint", "tile/0/000.p/6", "tile/entries/000.p/6"] {
        let published = home.paths().log().join(name);
        let (_copy, path) = spoilt(folder, |home| {
            if published.is_file() {
                cut(&HomePaths::new(home).log().join(name), 10);
            }
        });
        nothing_lost(&path, token, bundle, &format!("the published `{name}` torn"))?;
    }
    Ok(())
}

/// Processes killed and starved of disk: what the tests `crash` and `faults` do at length, once each.
fn killed_and_starved() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::make(folder.path(), 20);
    let (mut auditor, mut tally, mut dice) = (Auditor::new(&place), Tally::default(), Dice(39));
    crash(&place, &mut auditor, &mut dice, &mut tally);
    let sizes = std::fs::read_dir(place.home()).unwrap().map(|file| file.unwrap().metadata().unwrap().len());
    let blocks = sizes.max().unwrap() / 512 + BLOCKS;
    let mut worker = start_worker(&place, 1_000, dice.next(), Some(blocks));
    let since = std::time::Instant::now();
    while worker.try_wait().unwrap().is_none() && since.elapsed() < PATIENCE {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    worker.kill().unwrap();
    worker.wait().unwrap();
    check_all(&place, &mut auditor, &mut tally);
    assert!(tally.failed > 0, "the disk was full before the worker was stopped");
    let reader = LedgerReader::open(&place.paths().store()).unwrap();
    assert!(!reader.audit_charges().unwrap().is_empty(), "something was asked at all");
}

pub fn attack() -> Result<(), String> {
    unmirrored()?;
    torn()?;
    // A worker is another process, which nobody has weakened; and in ordinary builds the tests `crash` and `faults` do
    // the same beside this one.
    if weaken::number().is_some() || !cfg!(feature = "weaken") {
        return Ok(());
    }
    catch_unwind(AssertUnwindSafe(killed_and_starved)).map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string)).unwrap_or_default()
    })
}

#[test]
fn held() {
    check(attack, Weakness::MirrorUnawaited);
}
