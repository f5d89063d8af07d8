//! Length: a file or a function that does not fit is cut, not scrolled.

use crate::house::{FILE_LINES_MAX, FUNCTION_LINES_MAX};
use crate::scan::What;
use crate::source::House;
use crate::tree::Violation;

const FILE: &str = "file-length";
const FUNCTION: &str = "function-length";

pub fn check_files(house: &House) -> Vec<Violation> {
    let mut found = Vec::new();
    for source in &house.sources {
        let lines = source.text.lines().count();
        if lines > FILE_LINES_MAX {
            let message = format!("{lines} lines, at most {FILE_LINES_MAX}: cut the file where its subject changes");
            found.push(Violation::new(source.path, FILE_LINES_MAX + 1, FILE, message));
        }
    }
    found
}

pub fn check_functions(house: &House) -> Vec<Violation> {
    let mut found = Vec::new();
    for source in &house.sources {
        for meaning in &source.meanings {
            let What::Function { name, lines } = &meaning.what else { continue };
            if *lines > FUNCTION_LINES_MAX {
                let message = format!("`{name}` has {lines} lines, at most {FUNCTION_LINES_MAX}: give its parts names");
                found.push(Violation::new(source.path, meaning.line, FUNCTION, message));
            }
        }
    }
    found
}

// ---------------------------------------------------------------------------------------------------------------------

#[cfg(test)]
mod tests {
    use super::{FILE, FUNCTION};
    use crate::case::{catches, found, passes};

    #[test]
    fn a_file_of_501_lines_is_caught() {
        let (bad, clean) = ("//\n".repeat(501), "//\n".repeat(500));
        for path in ["src/data/a.rs", "tests/a.rs", "benches/a.rs", "sandbox-guests/credit/src/lib.rs"] {
            assert_eq!(found(FILE, &[(path, &bad)]), [format!("{path}:501")]);
            passes(FILE, path, &clean);
        }
        passes(FILE, "Cargo.lock", &bad);
    }

    #[test]
    fn a_function_of_71_lines_is_caught() {
        let filled = |lines: usize, before: &str, after: &str| format!("{before}{}{after}", "\n".repeat(lines - 1));
        for (before, after) in [
            ("fn f() {", "}"),
            ("pub const fn f<T>(a: T) -> u8 where T: X, {", "}"),
            ("impl X { fn f() {", "} }"),
            ("trait X { fn g(); fn f() {", "} }"),
            ("mod m { pub(crate) fn f() {", "} }"),
            ("#[cfg(test)] mod tests { #[test] fn f() {", "} }"),
            ("proptest! { #[test] fn f(a in 0..9) {", "} }"),
            ("macro_rules! m { () => { fn $name() {", "} } }"),
            ("async fn f(", ") { }"),
        ] {
            for path in ["src/data/a.rs", "tests/a.rs", "benches/a.rs", "sandbox-guests/credit/src/lib.rs"] {
                catches(FUNCTION, path, &filled(71, before, after), &filled(70, before, after));
            }
        }
        let nested = format!("fn g() {{ g();\nfn f() {{ // <-{}\n}} }}", "\n".repeat(69));
        assert_eq!(found(FUNCTION, &[("src/a.rs", &nested)]), ["src/a.rs:1", "src/a.rs:2"]);
    }

    #[test]
    fn attributes_types_and_declarations_are_no_part_of_a_function() {
        let long = "\n".repeat(80);
        passes(FUNCTION, "src/a.rs", &format!("/// Doc.{long}#[test]{long}fn f() {{}}"));
        passes(FUNCTION, "src/a.rs", &format!("struct X {{ f: fn(u8) -> u8,{long} }}"));
        passes(FUNCTION, "src/a.rs", &format!("trait X {{ fn f();{long}const A: u8 = {{ 1 }}; }}"));
    }
}
