//! Helpers of the self-tests: a small tree, and what one rule says of it.

use crate::tree::Tree;

/// Where `rule` finds something in these files, as `path:line`.
pub fn found(rule: &str, files: &[(&str, &str)]) -> Vec<String> {
    let violations = crate::check(&Tree::of(files));
    let of_rule = violations.iter().filter(|violation| violation.rule == rule);
    of_rule.map(|violation| format!("{}:{}", violation.path, violation.line)).collect()
}

/// `rule` must find `bad` at `path`, once, on the line that ends in `// <-` (or else on line 1), and nothing in `clean`.
#[track_caller]
pub fn catches(rule: &str, path: &str, bad: &str, clean: &str) {
    let line = bad.lines().position(|line| line.ends_with("// <-")).unwrap_or(0) + 1;
    assert_eq!(found(rule, &[(path, bad)]), [format!("{path}:{line}")], "{rule} on {bad}");
    passes(rule, path, clean);
}

/// `rule` must find nothing in `clean` at `path`.
#[track_caller]
pub fn passes(rule: &str, path: &str, clean: &str) {
    assert_eq!(found(rule, &[(path, clean)]), [""; 0], "{rule} on {clean}");
}
