//! Collects what went wrong, so that one run names every vector that differs.

/// Names of vectors that were not judged as they should be.
#[derive(Default)]
pub struct Failures {
    names: Vec<String>,
    checked: usize,
}

impl Failures {
    /// Takes note of one vector: `right` says whether it was judged as it should be.
    pub fn check(&mut self, right: bool, name: impl FnOnce() -> String) {
        self.checked += 1;
        if !right {
            self.names.push(name());
        }
    }

    /// Fails with all the names, or where fewer than `at_least` vectors were there to check.
    pub fn none(self, at_least: usize) {
        let Self { names, checked } = self;
        assert!(checked >= at_least, "only {checked} checks of at least {at_least}");
        assert!(names.is_empty(), "{} of {checked} checks went wrong:\n{}", names.len(), names.join("\n"));
    }
}
