//! Attack 53: compile bombs. What is larger than a guest may be is refused before anything of it is compiled; what is
//! not, and still takes for ever, takes it in a child that has limits, that is killed, and that is alone.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anshi::env::weaken::Weakness;
use anshi::env::{ChildError, ChildLimits, run_child};
use anshi::guest::{CHILD_COMMAND, GUEST_BYTES_MAX};
use anshi::job::{Engine, EngineOptions};

use super::run::check;
use crate::support::{Handmade, TestHome, block_on_all, engine_options, label};

/// No bomb that is refused or survived takes longer, on a busy machine either.
const PATIENCE: Duration = Duration::from_secs(30);
const CHILD_WALL: Duration = Duration::from_millis(1_500);
const LOCALS: usize = 49_999;
const FUNCTIONS: usize = 200_001;
/// Within the limit, and half a minute of compiling: what `PATIENCE` would not wait for.
const SLOW_FUNCTIONS: usize = 199_000;

fn beside(text: String) -> Vec<u8> {
    Handmade { beside: text, ..Handmade::default() }.module()
}

/// Larger than a guest may be, and by what the refusal says so.
fn too_large() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let modules = format!("(component {})", "(core module)".repeat(65));
    vec![
        ("a function of very many locals", beside(format!("(func (local {}))", "i64 ".repeat(LOCALS))), "locals"),
        ("very many functions", beside("(func)".repeat(FUNCTIONS)), "functions"),
        ("very many bytes", vec![0; GUEST_BYTES_MAX + 1], "bytes"),
        ("very many modules", wat::parse_str(modules).unwrap(), "nested modules"),
        (
            "much to write before every run",
            beside(format!("(data (i32.const 0) \"{}\")", "x".repeat(40_000)).repeat(4)),
            "to begin with",
        ),
        ("very many globals", beside("(global (mut i64) (i64.const 1))".repeat(20_000)), "to begin with"),
    ]
}

/// Bombs that nothing counts: each ends by itself or at a limit of the child's.
fn within_limits() -> Vec<(&'static str, Vec<u8>)> {
    let nest = |depth: usize| format!("(func (param i32) {} {})", "block ".repeat(depth), "end ".repeat(depth));
    let branches = |count: usize| format!("(func (param i32) local.get 0 br_table {})", "0 ".repeat(count));
    let locals = format!(
        "(func (local {}) (loop {} (br_if 0 (i64.eqz (local.get 0)))))",
        "i64 ".repeat(9_990),
        (0..9_990).map(|n| format!("(local.set {} (local.get {n}))", n * 7 % 9_990)).collect::<String>()
    );
    let doubling: String = (1..40).map(|n| format!("(type $t{n} (tuple $t{} $t{}))", n - 1, n - 1)).collect();
    let instances = format!("(core module $m (memory 1)) {}", "(core instance (instantiate $m))".repeat(1_000));
    vec![
        ("deep nesting", beside(nest(10_000))),
        ("a branch to very many places", beside(branches(100_000))),
        ("very many branches", beside(branches(2_000).repeat(100))),
        ("a loop over very many locals", beside(locals)),
        ("a table of four billion", beside("(table 4000000000 funcref)".to_owned())),
        ("a table of nine million", beside("(table 9000000 funcref)".to_owned())),
        ("very many tables", beside("(table 100 funcref)".repeat(90))),
        ("four gigabytes of memory", Handmade { pages: 65_535, ..Handmade::default() }.module()),
        ("doubled types", wat::parse_str(format!("(component (type $t0 (tuple u8 u8)) {doubling})")).unwrap()),
        ("very many instances", wat::parse_str(format!("(component {instances})")).unwrap()),
    ]
}

/// The compiler in a wrapper that writes down who it is, when it begins and when it ends.
fn watched_compiler(folder: &Path) -> PathBuf {
    let path = folder.join("compiler");
    let log = folder.join("compiled");
    let anshi = env!("CARGO_BIN_EXE_anshi");
    let script = format!(
        "#!/bin/sh\necho \"begin $$\" >> {log}\n{anshi} \"$@\"\nended=$?\necho end >> {log}\nexit $ended\n",
        log = log.display()
    );
    std::fs::write(&path, script).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
    path
}

/// Many registrations at once are compiled one after the other.
fn one_at_a_time(home: TestHome) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let path = home.path.clone();
    drop(home.engine);
    let options = EngineOptions { compiler: watched_compiler(folder.path()), ..engine_options() };
    let engine = Arc::new(Engine::open(&path, options).unwrap());
    let bombs: Vec<Vec<u8>> =
        (0..4).map(|n| beside(format!("(func)(global i32 (i32.const {n}))").repeat(300))).collect();
    let registered = block_on_all(bombs.into_iter().map(|bomb| {
        let engine = Arc::clone(&engine);
        async move { engine.register(&bomb).await.is_ok() }
    }));
    let log = std::fs::read_to_string(folder.path().join("compiled")).unwrap();
    let words: Vec<&str> = log.lines().map(|line| line.split(' ').next().unwrap()).collect();
    match words.chunks(2).all(|pair| pair == ["begin", "end"]) && registered == [true; 4] {
        true => Ok(()),
        false => Err(format!("several guests are compiled at once: {words:?}, {registered:?}")),
    }
}

/// A bomb that compiles for ever is killed in time, and was limited in memory and processor time all along.
fn killed() -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let bomb = beside("(func)".repeat(SLOW_FUNCTIONS));
    let limits = ChildLimits { memory_bytes: 3 << 30, cpu_seconds: 120, wall: CHILD_WALL, output_bytes: 1 << 20 };
    let anshi = PathBuf::from(env!("CARGO_BIN_EXE_anshi"));
    let script = folder.path().join("compiler");
    let text = format!("#!/bin/sh\necho $$ > {0}/pid\nexec {1} \"$@\"\n", folder.path().display(), anshi.display());
    std::fs::write(&script, text).unwrap();
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o700)).unwrap();
    let started = Instant::now();
    let (outcome, limited) = std::thread::scope(|scope| {
        let watcher = scope.spawn(|| limits_of(&folder.path().join("pid")));
        let outcome = run_child(&script, &[CHILD_COMMAND], &bomb, &limits);
        (outcome, watcher.join().unwrap())
    });
    match outcome {
        Err(ChildError::Killed) if started.elapsed() < CHILD_WALL + PATIENCE => {}
        other => return Err(format!("a bomb was not killed: {:?} after {:?}", other.map(drop), started.elapsed())),
    }
    match limited {
        true => Ok(()),
        false => Err("the compiling child has no limits of memory, time and core files".to_owned()),
    }
}

/// Whether the process with the number in the file comes to have all of its limits.
fn limits_of(pid: &Path) -> bool {
    let started = Instant::now();
    while started.elapsed() < CHILD_WALL {
        let number = std::fs::read_to_string(pid).unwrap_or_default();
        let limits = std::fs::read_to_string(format!("/proc/{}/limits", number.trim())).unwrap_or_default();
        let limit = |name: &str| {
            let line = limits.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
            line.split_whitespace().nth(1).and_then(|hard| hard.parse::<u64>().ok())
        };
        let all = [limit("Max data size"), limit("Max cpu time"), limit("Max core file size")];
        if all == [Some(3 << 30), Some(120), Some(0)] {
            return true;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    false
}

pub fn attack() -> Result<(), String> {
    let home = TestHome::new();
    for (what, bomb, word) in too_large() {
        let started = Instant::now();
        match home.register(&bomb) {
            Err(refused) if refused.contains(word) && refused.contains("allowed") => {}
            other => return Err(format!("{what}: it is compiled all the same ({:?}): {other:?}", started.elapsed())),
        }
    }
    for (what, bomb) in within_limits() {
        let started = Instant::now();
        let registered = home.register(&bomb);
        if started.elapsed() > PATIENCE {
            return Err(format!("{what}: {:?}, {registered:?}", started.elapsed()));
        }
    }
    let answer = label(&home.answered(&home.token(0, 1)));
    if answer != "yes" {
        return Err(format!("after the bombs an honest job gave `{answer}`"));
    }
    killed()?;
    one_at_a_time(home)
}

#[test]
fn held() {
    check(attack, Weakness::BombsCompiled);
}
