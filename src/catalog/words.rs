//! Words of which a file says one: which is meant, or what is wrong with it. Knows no list of words.

use super::mistake::{Mistake, Vocabulary};
use crate::document::{Finding, Spanned};

/// What `text` means, by `read`; a finding with the `known` words where it means nothing.
pub(super) fn word<T>(
    text: &Spanned<String>,
    of: Vocabulary,
    known: &[&str],
    read: impl Fn(&str) -> Option<T>,
    findings: &mut Vec<Finding>,
) -> Option<T> {
    let value = read(text.get_ref());
    if value.is_none() {
        let words = known.iter().map(|word| (*word).to_owned()).collect();
        let mistake = Mistake::Word { of, word: text.get_ref().clone(), known: words };
        findings.push(Finding::at(text.span(), mistake).suggest(text.get_ref(), known.iter().copied()));
    }
    value
}
