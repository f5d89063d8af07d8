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

/// What another program says, as it stands in a Chinese sentence: on one line, in backticks.
pub fn foreign(words: impl fmt::Display) -> String {
    let words = words.to_string();
    let line = words.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("`{}`", line.replace('`', "'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_words_stay_in_their_backticks() {
        assert_eq!(foreign("expected `,`\n at line 1"), "`expected ',' at line 1`");
    }
}
