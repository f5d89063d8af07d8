//! Names: what datasets, columns, roles, parameters, policies, clients and labels may be called.
//! Narrow on purpose, so that a name can stand in a log, a path and a report without escaping.

/// The longest name or label, in characters.
pub const NAME_CHARS_MAX: usize = 64;

/// Why a text is no name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing there.
    #[error("a name is empty")]
    Empty,
    /// Longer than [`NAME_CHARS_MAX`].
    #[error("the name `{0}…` is longer than {NAME_CHARS_MAX} characters")]
    Long(String),
    /// A character outside `a–z 0–9 _ -`, or a first one that is no letter or digit.
    #[error("`{0}` is not a name: use a–z, 0–9, `_` and `-`, and begin with a letter or a digit")]
    Character(String),
    /// A label with a control, invisible or bidirectional character.
    #[error("the label `{0}` has a character that cannot be printed")]
    Unprintable(String),
}

/// Checks a machine name: `[a-z0-9][a-z0-9_-]*`, at most [`NAME_CHARS_MAX`] characters.
pub fn check_name(text: &str) -> Result<(), NameError> {
    check_length(text)?;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let starts_well = text.chars().next().is_some_and(plain);
    if !starts_well || !text.chars().all(|c| plain(c) || c == '_' || c == '-') {
        return Err(NameError::Character(text.escape_debug().to_string()));
    }
    Ok(())
}

/// Checks a label: printable, no white space at either end, at most [`NAME_CHARS_MAX`] characters.
///
/// Letters and digits of any script are allowed; control, format (zero-width, bidirectional) and
/// private characters are not, because two labels that look alike must be alike.
pub fn check_label(text: &str) -> Result<(), NameError> {
    check_length(text)?;
    let printable = |c: char| {
        c.is_alphanumeric()
            || matches!(c, ' '..='~')
            || matches!(c, '、' | '，' | '。' | '（' | '）' | '：' | '–' | '≥' | '≤')
    };
    if text.trim() != text || !text.chars().all(printable) {
        return Err(NameError::Unprintable(text.escape_debug().to_string()));
    }
    Ok(())
}

fn check_length(text: &str) -> Result<(), NameError> {
    if text.is_empty() {
        return Err(NameError::Empty);
    }
    if text.chars().count() > NAME_CHARS_MAX {
        return Err(NameError::Long(text.chars().take(16).collect()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_narrow() {
        for good in ["a", "tax_payment", "sme-credit-check", "9lives"] {
            assert_eq!(check_name(good), Ok(()), "{good}");
        }
        for bad in ["", "A", "-a", "a b", "a\u{200b}", "税", "a/b", &"x".repeat(65)] {
            assert!(check_name(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn labels_print() {
        for good in ["A", "yes", "正常", "15–20 %"] {
            assert_eq!(check_label(good), Ok(()), "{good}");
        }
        for bad in ["", " A", "A\n", "a\u{202e}b", "a\u{200b}", "\u{0}", "\u{e000}"] {
            assert!(check_label(bad).is_err(), "{bad:?}");
        }
    }
}
