//! What only some layers may write: calls to the clock, to entropy, to durable files, to the process and the terminal;
//! `unsafe`; floats. And what nobody may: unfinished code, and a lint that is allowed without a reason.

use crate::house::{BANNED, Banned, FLOATLESS, UNSAFE};
use crate::scan::What;
use crate::source::{House, Meaning, fits};
use crate::tree::Violation;

const CALL: &str = "banned-call";
const UNSAFE_RULE: &str = "unsafe";
const FLOAT: &str = "float";
const LINT: &str = "lint-attribute";

pub fn check_calls(house: &House) -> Vec<Violation> {
    let mut found = Vec::new();
    for source in &house.sources {
        // Unit tests in files of their own make the very files that the code under test must cope with.
        let is_test = source.path.ends_with("/tests.rs") || source.path.contains("/tests/");
        let held = |row: &&Banned| match source.layer {
            Some(layer) if !is_test => !row.home.contains(&layer),
            _ => row.everywhere,
        };
        for row in BANNED.iter().filter(held) {
            for meaning in source.meanings.iter().filter(|meaning| row.is_named_by(meaning)) {
                let message = format!("`{}` {}: {}", row.what, row.place(), row.instead);
                found.push(Violation::new(source.path, meaning.line, CALL, message));
            }
        }
    }
    found
}

impl Banned {
    fn is_named_by(&self, meaning: &Meaning) -> bool {
        if let Some(name) = self.what.strip_suffix('!') {
            let import = matches!(meaning.what, What::Macro(_) | What::Import { .. });
            return import && meaning.external().any(|path| path.last().is_some_and(|last| last == name));
        }
        let pattern: Vec<&str> = self.what.split("::").collect();
        let fits_all = |part: &[String]| pattern.iter().zip(part).all(|(pattern, ident)| fits(pattern, ident));
        meaning.external().any(|path| path.windows(pattern.len()).any(fits_all))
    }

    fn place(&self) -> String {
        match self.home {
            [] => "may be written nowhere".to_owned(),
            home => format!("may be written only in {}", home.join(", ")),
        }
    }
}

pub fn check_unsafe(house: &House) -> Vec<Violation> {
    let message = format!("`unsafe` may be written only in {}: find a safe way, or move it there", UNSAFE.join(", "));
    let mut found = Vec::new();
    for (_, source) in house.layered().filter(|(layer, _)| !UNSAFE.contains(layer)) {
        for meaning in source.meanings.iter().filter(|meaning| matches!(meaning.what, What::Unsafe)) {
            found.push(Violation::new(source.path, meaning.line, UNSAFE_RULE, &message));
        }
    }
    found
}

pub fn check_floats(house: &House) -> Vec<Violation> {
    let mut found = Vec::new();
    for (layer, source) in house.layered().filter(|(layer, _)| FLOATLESS.contains(layer)) {
        for meaning in source.meanings.iter().filter(|meaning| is_float(meaning)) {
            let message = format!("`{layer}` holds no floats: count in integers or exact rationals");
            found.push(Violation::new(source.path, meaning.line, FLOAT, message));
        }
    }
    found
}

fn is_float(meaning: &Meaning) -> bool {
    let is_type = |path: &Vec<String>| path.iter().any(|ident| ident == "f32" || ident == "f64");
    matches!(meaning.what, What::Float) || meaning.external().any(is_type)
}

pub fn check_lint_attributes(house: &House) -> Vec<Violation> {
    let mut found = Vec::new();
    for source in &house.sources {
        for meaning in &source.meanings {
            let message = match meaning.what {
                What::Allow => "`allow` outlives its cause: write `#[expect(…, reason = \"…\")]`",
                What::ExpectWithoutReason => "`expect` without a reason: add `reason = \"…\"`",
                _ => continue,
            };
            found.push(Violation::new(source.path, meaning.line, LINT, message));
        }
    }
    found
}

// ---------------------------------------------------------------------------------------------------------------------

#[cfg(test)]
mod tests {
    use super::{CALL, FLOAT, LINT, UNSAFE_RULE};
    use crate::case::{catches, found, passes};
    use crate::house::{BANNED, FLOATLESS, LAYERS, UNSAFE};

    /// Each banned call as one would write it, and the layers where it may stand.
    const CALLS: &str = "
        std::time::SystemTime::now() @ env
        std::time::Instant::now() @ env
        chrono::Utc::now() @ env
        jiff::Zoned::now() @ env
        jiff::Timestamp::now() @ env
        rand::thread_rng() @ env
        rand::rng() @ env
        rand::rngs::OsRng @ env
        ring::rand::SystemRandom::new() @ env
        getrandom::fill(bytes) @ env
        getrandom::getrandom(bytes) @ env
        std::fs::write(a, b) @ env
        std::fs::rename(a, b) @ env
        std::fs::remove_file(a) @ env
        std::fs::remove_dir(a) @ env
        std::fs::remove_dir_all(a) @ env
        std::fs::create_dir(a) @ env
        std::fs::create_dir_all(a) @ env
        std::fs::copy(a, b) @ env
        std::fs::set_permissions(a, b) @ env
        std::fs::hard_link(a, b) @ env
        std::fs::soft_link(a, b) @ env
        std::os::unix::fs::symlink(a, b) @ env
        std::fs::File::create(a) @ env
        std::fs::File::create_new(a) @ env
        std::fs::File::options() @ env
        std::fs::OpenOptions::new() @ env
        std::fs::DirBuilder::new() @ env
        std::env::var(a) @ env
        std::env::var_os(a) @ env
        std::env::vars() @ env
        std::process::Command::new(a) @ env
        std::process::exit(1) @ cli main
        println!(a) @ cli main
        print!(a) @ cli main
        eprintln!(a) @ cli main
        eprint!(a) @ cli main
        dbg!(a) @ cli main
        include!(a) @
        todo!() @
        unimplemented!() @";

    fn calls() -> impl Iterator<Item = (&'static str, &'static str)> {
        CALLS.lines().filter_map(|line| line.trim().split_once('@'))
    }

    #[test]
    fn each_banned_call_is_caught_outside_its_home() {
        for (call, homes) in calls() {
            for layer in LAYERS.bands.iter().flat_map(|band| band.iter().copied()) {
                let (path, code) = (format!("src/{layer}.rs"), format!("fn f() {{\n    {call};\n}}"));
                let caught = found(CALL, &[(&path, &code)]);
                let expected = (!homes.split_whitespace().any(|home| home == layer)).then(|| format!("{path}:2"));
                assert_eq!(caught, expected.into_iter().collect::<Vec<_>>(), "{call} in {layer}");
            }
        }
    }

    #[test]
    fn each_row_of_the_table_is_tried() {
        for row in BANNED {
            let code = format!(
                "fn f() {{ x::{}{}; }}",
                row.what.trim_end_matches('*'),
                if row.what.ends_with('!') { "()" } else { "" }
            );
            catches(CALL, "src/catalog.rs", &code, "fn f() {}");
            let beginning = row.what.trim_end_matches(['*', '!']);
            assert!(CALLS.contains(beginning), "{} has no line in CALLS", row.what);
        }
    }

    #[test]
    fn unfinished_code_is_caught_everywhere() {
        for path in ["src/env/clock.rs", "tests/main.rs", "benches/jobs.rs", "sandbox-guests/credit/src/lib.rs"] {
            catches(CALL, path, "fn f() { todo!() }", "fn f() { \"todo!()\"; }");
            catches(CALL, path, "fn f() { unimplemented!(\"x\") }", "// unimplemented!()");
        }
        passes(CALL, "tests/main.rs", "fn f() { std::fs::write(a, b); println!(); std::time::Instant::now(); }");
    }

    #[test]
    fn a_banned_call_is_caught_however_it_is_imported() {
        for bad in [
            "use std::{fs, io};\nfn f() { fs::write(a, b); } // <-",
            "use std::fs as f;\nfn f() { f::write(a, b); } // <-",
            "use std::fs::{self as f};\nfn f() { f::write(a, b); } // <-",
            "use std::fs::{self};\nfn f() { fs::write(a, b); } // <-",
            "use std as s;\nfn f() { s::fs::write(a, b); } // <-",
            "use std as s;\nuse s::fs as f;\nfn f() { f::write(a, b); } // <-",
            "use std::fs::*;\nfn f() { write(a, b); } // <-",
            "use std::fs::*;\nfn f() { let _ = format!(\"{:?}\", write(a, b)); } // <-",
            "use std::fs::File;\nfn f() { File::create(a); } // <-",
            "use std::fs::File as F;\nfn f() { F::create(a); } // <-",
            "use std::time::Instant as T;\nfn f() { [T::now()]; } // <-",
            "use r#std::time::Instant as T;\nfn f() { T::r#now(); } // <-",
            "type T = std::time::Instant;\nfn f() { T::now(); } // <-",
            "extern crate std as s;\nfn f() { s::fs::write(a, b); } // <-",
            "use std::fs;\nmod inner { use super::*;\nfn f() { fs::write(a, b); } // <-\n}",
            "use std::fs;\nmod inner {\nfn f() { super::fs::write(a, b); } // <-\n}",
            "fn f() { use std::fs as g;\ng::write(a, b); // <-\n}",
            "fn f() { println!(\"{}\", {\nstd::fs::write(a, b) // <-\n}); }",
            "fn f() { vec![a, b!{ c(std::fs::write) }]; } // <-",
            "macro_rules! m { () => { std::fs::write(a, b) } } // <-",
            "fn f() { m! { use std::fs as g; g::write(a, b); } } // <-",
            "fn f() { x.map(std::fs::write); } // <-",
            "fn f() { 0..std::fs::write(a, b); } // <-",
            "fn f() { match x { _ => ::std::fs::write(a, b) } } // <-",
            "fn f() { <std::time::Instant>::now(); } // <-",
            "fn f() { std::fs::write::<&str, &str>(a, b); } // <-",
            "#[cfg(test)] mod tests {\nfn f() { std::fs::write(a, b); } // <-\n}",
            "use std::println as say;\nfn f() { say!(); } // <-",
            "fn f() { std::println!(); } // <-",
            "fn f() { a!(b, println!(\"x\")); } // <-",
        ] {
            let caught = found(CALL, &[("src/cli/run.rs", bad), ("src/data/ingest.rs", bad)]);
            let line = bad.lines().position(|line| line.ends_with("// <-")).unwrap_or(0) + 1;
            assert!(caught.contains(&format!("src/data/ingest.rs:{line}")), "{bad}: {caught:?}");
        }
        catches(CALL, "src/data/a.rs", "use std::fs::write;", "use std::fs::read;");
        catches(CALL, "src/data/a.rs", "pub use std::process::Command;", "pub use std::process::ExitCode;");
    }

    #[test]
    fn what_only_looks_like_a_banned_call_passes() {
        for clean in [
            "use crate::env::fs;\nfn f() { fs::write(a, b); }",
            "use crate::env;\nfn f() { env::var(a); env::vars(); }",
            "use crate::model::Timestamp;\nfn f() { Timestamp::now(); }",
            "mod fs;\nfn f() { fs::write(a, b); }",
            "use super::*;\nfn f() { std::fs::read(a); File::open(a); }",
            "fn f() { self.fs.write(a); clock.now(); x.exit(); rng.getrandom(); }",
            "fn f() { write!(out, \"println!() std::fs::write\"); } // std::fs::write",
            "use clap::Command;\nfn f() { Command::new(a); }",
            "/// `todo!()` and [`std::fs::write`]\nmacro_rules! print { () => {} }\nfn f() { print!(); a != (b); }",
        ] {
            passes(CALL, "src/data/ingest.rs", clean);
        }
    }

    #[test]
    fn a_banned_call_that_env_exports_again_is_caught() {
        let env = (
            "src/env/mod.rs",
            "pub use std::fs as files;\npub use std::time::Instant;\npub mod all { pub use std::fs::*; }",
        );
        for bad in ["crate::env::files::write(a, b)", "crate::env::Instant::now()", "crate::env::all::write(a, b)"] {
            let code = format!("fn f() {{ {bad}; }}");
            assert_eq!(found(CALL, &[env, ("src/data.rs", &code)]), ["src/data.rs:1"], "{bad}");
        }
        let code = "use crate::env::all::*;\nfn f() { write(a, b); crate::env::files::read(a); }";
        assert_eq!(found(CALL, &[env, ("src/data.rs", code)]), ["src/data.rs:2"]);
    }

    #[test]
    fn unsafe_is_caught_outside_its_layers() {
        for bad in [
            "fn f() { unsafe { g() } }",
            "unsafe fn f() {}",
            "unsafe impl Send for X {}",
            "fn f() { a!(unsafe { g() }) }",
        ] {
            catches(UNSAFE_RULE, "src/data/map.rs", bad, "#![forbid(unsafe_code)]\nfn f() { \"unsafe\"; } // unsafe");
            for layer in UNSAFE {
                passes(UNSAFE_RULE, &format!("src/{layer}/map.rs"), bad);
            }
        }
    }

    #[test]
    fn floats_are_caught_where_numbers_are_exact() {
        for bad in [
            "fn f(x: f64) {}",
            "struct X { a: Vec<f32> }",
            "fn f() { 1.5; }",
            "fn f() { 1e3; }",
            "fn f() { 2f64; }",
            "fn f() { f64::from(x); }",
            "fn f() { x as f32; }",
            "use std::f64;",
            "const A: u8 = std::f64::consts::PI;",
            "fn f() { assert_eq!(x, 0.5); }",
            "fn f() { a!(x as f64); }",
            "fn f() { 0..=1.5; }",
            "#[test] fn f() { let _: f64; }",
        ] {
            catches(
                FLOAT,
                "src/ledger/account.rs",
                bad,
                "fn f(x: u64) { x.0.1; a!(x.0.1, y.0 .1); 0..1; 0xf32; 1_u8; x.as_f64(); }",
            );
            passes(FLOAT, "src/data/column.rs", bad);
        }
        for layer in FLOATLESS {
            catches(FLOAT, &format!("src/{layer}/a.rs"), "struct X(f64);", "/// 0.5, f64\nstruct X(u64);");
        }
        let data = ("src/catalog/mod.rs", "pub type Share = f64; // <-");
        let alias = ("src/policy/mod.rs", "use crate::catalog::Share;");
        assert_eq!(found(FLOAT, &[data, alias]), ["src/catalog/mod.rs:1", "src/policy/mod.rs:1"]);
    }

    #[test]
    fn a_lint_is_expected_with_a_reason_and_never_allowed() {
        let clean = "#![expect(unused, reason = \"x\")]\n#[expect(clippy::a, reason = \"x\")]\n#[deny(a)]\nfn f() { \"#[allow(x)]\"; allow(x); }";
        for bad in [
            "#[allow(dead_code)] fn f() {}",
            "#![allow(clippy::all)]",
            "fn f() { #[allow(unused)] let x; }",
            "struct X { #[allow(unused)] a: u8 }",
            "#[cfg_attr(any(test, unix), allow(unused))] fn f() {}",
            "#[cfg_attr(test, cfg_attr(unix, allow(unused)))] fn f() {}",
            "m! { #[allow(unused)] fn f() {} }",
            "#[expect(dead_code)] fn f() {}",
            "#![expect(clippy::all)]",
            "#[cfg_attr(test, expect(unused))] fn f() {}",
        ] {
            for path in ["src/env/clock.rs", "tests/main.rs", "benches/jobs.rs", "sandbox-guests/credit/src/lib.rs"] {
                catches(LINT, path, bad, clean);
            }
        }
    }
}
