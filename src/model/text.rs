//! Text for people, in the two languages that Anshi speaks. Owns the choice of language and what an error must be able
//! to say, never the words: those stand in the file `chinese.rs` of each module, beside the errors whose words they are.

use std::fmt;

/// The language of everything that a person reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lang {
    /// Chinese.
    Zh,
    /// English.
    En,
}

/// One text in both languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bilingual {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Bilingual {
    /// The text in `lang`.
    pub fn in_lang(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }
}

impl fmt::Display for Bilingual {
    /// The English words: for logs and developers.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.en)
    }
}

/// What a person may get to read: its English is its `Display`, its Chinese is here.
///
/// Implementations match exhaustively, so that an error without its Chinese does not compile. Words of others (the
/// operating system's, a parser's) stand in backticks, as [`foreign`] writes them.
pub trait Chinese: fmt::Display {
    /// The same in Chinese.
    fn chinese(&self) -> String;

    /// The words in `lang`.
    fn text(&self, lang: Lang) -> String {
        match lang {
            Lang::Zh => self.chinese(),
            Lang::En => self.to_string(),
        }
    }

    /// The words in both languages.
    fn bilingual(&self) -> Bilingual {
        Bilingual { zh: self.chinese(), en: self.to_string() }
    }
}

impl Chinese for Bilingual {
    fn chinese(&self) -> String {
        self.zh.clone()
    }
}

/// A fixed text in both languages: for tables of facts, where an enum would only repeat the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Phrase {
    /// English.
    pub en: &'static str,
    /// Chinese.
    pub zh: &'static str,
}

impl fmt::Display for Phrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.en)
    }
}

impl Chinese for Phrase {
    fn chinese(&self) -> String {
        self.zh.to_owned()
    }
}

/// Whether a terminal would obey the character, or nobody would see it: controls, marks of direction, what has no width. In
/// somebody else's text such a one makes a page look like what it is not.
pub fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// The text with every unseen character written out, line ends among them: for what comes from elsewhere.
pub fn seen(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut seen, c| {
        if is_unseen(c) {
            seen.extend(c.escape_default())
        } else {
            seen.push(c)
        }
        seen
    })
}

/// What another program says, as it stands in a Chinese sentence: on one line, in backticks.
pub fn foreign(words: impl fmt::Display) -> String {
    let words = words.to_string();
    let line = words.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("`{}`", seen(&line.replace('`', "'")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_would_see_is_written_out() {
        assert_eq!(seen("a\u{1b}[2J\nb\u{202e}\u{7}甲"), r"a\u{1b}[2J\nb\u{202e}\u{7}甲");
        assert_eq!(foreign("x\u{1b}y\nz"), r"`x\u{1b}y z`");
    }

    #[test]
    fn foreign_words_stay_in_their_backticks() {
        assert_eq!(foreign("expected `,`\n at line 1"), "`expected ',' at line 1`");
    }
}
