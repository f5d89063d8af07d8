//! Identifiers of units: the unified social credit code (GB 32100-2015) and the citizen id
//! (GB 11643-1999). Parsing is strict here; mending variants, the 15 digits of GB 11643-1989 among
//! them, is for ingest alone.

use std::fmt;

/// The length of both kinds of identifier, in bytes.
pub const UNIT_ID_BYTES: usize = 18;

/// Whom the privacy protects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UnitKind {
    /// An enterprise or other organisation, by unified social credit code.
    Enterprise,
    /// A natural person, by citizen id.
    Person,
}

impl UnitKind {
    /// The word in TOML and JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Enterprise => "enterprise",
            Self::Person => "person",
        }
    }

    /// The kind that `word` names.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Enterprise, Self::Person].into_iter().find(|kind| kind.word() == word)
    }
}

/// A unit's identifier in its one canonical form, with a right check character.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnitId {
    kind: UnitKind,
    bytes: [u8; UNIT_ID_BYTES],
}

/// Why a text is no identifier. The text itself is left out on purpose: it may be a person's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Not 18 characters.
    #[error("an identifier has 18 characters")]
    Length,
    /// A character that the standard does not use, or not at this place.
    #[error("character {0} of the identifier is not one that the standard allows there")]
    Character(usize),
    /// The check character does not fit the others.
    #[error("the check character of the identifier is wrong")]
    Check,
    /// The day of birth inside a citizen id does not exist.
    #[error("the date of birth inside the identifier does not exist")]
    Birth,
    /// A 15-digit citizen id whose serial was kept for people born before 1900: it does not say when.
    #[error("the 15-digit identifier is of somebody born before 1900: only the 18 characters say in which year")]
    Century,
}

/// GB 32100: digits and capitals without I, O, S, V, Z; a character's value is its place.
const USCC_ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
const USCC_WEIGHTS: [u32; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
/// GB 11643, ISO 7064 MOD 11-2.
const CITIZEN_WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CITIZEN_CHECKS: &[u8; 11] = b"10X98765432";
/// GB 11643-1989: six digits of the region, two of the year, month and day of birth, three of the serial.
const OLD_CITIZEN_BYTES: usize = 15;
const OLD_REGION_BYTES: usize = 6;
const OLD_CENTURY: &[u8; 2] = b"19";
/// Serials from 996 on were kept for people who were over a hundred years old.
const OLD_SERIALS_CENTENARIAN: std::ops::RangeInclusive<&[u8]> = b"996"..=b"999";

impl UnitId {
    /// Parses a canonical identifier; anything else is refused, never mended.
    pub fn parse(kind: UnitKind, text: &str) -> Result<Self, IdError> {
        let bytes: [u8; UNIT_ID_BYTES] = text.as_bytes().try_into().map_err(|_| IdError::Length)?;
        if bytes.last() != Some(&Self::check_character(kind, &bytes)?) {
            return Err(IdError::Check);
        }
        Ok(Self { kind, bytes })
    }

    /// Parses a canonical identifier of whichever kind it is; the error is that of a firm's.
    pub fn parse_any(text: &str) -> Result<Self, IdError> {
        Self::parse(UnitKind::Enterprise, text).or_else(|error| Self::parse(UnitKind::Person, text).map_err(|_| error))
    }

    /// Mends the variants that departments deliver (white space around, lower case, full-width
    /// characters, the 15 digits that a citizen id had before 1999), then parses. For ingest only.
    pub fn canonicalise(kind: UnitKind, text: &str) -> Result<Self, IdError> {
        let narrow = |c: char| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            other => other,
        };
        let mended: String = text.trim().chars().map(narrow).map(|c| c.to_ascii_uppercase()).collect();
        match (kind, <&[u8; OLD_CITIZEN_BYTES]>::try_from(mended.as_bytes())) {
            (UnitKind::Person, Ok(old)) => Self::upgrade(old),
            _ => Self::parse(kind, &mended),
        }
    }

    /// The 18 characters of a citizen id of GB 11643-1989, as GB 11643-1999 makes them: the century before
    /// the year, the check character behind the serial.
    fn upgrade(old: &[u8; OLD_CITIZEN_BYTES]) -> Result<Self, IdError> {
        if let Some(place) = old.iter().position(|byte| !byte.is_ascii_digit()) {
            return Err(IdError::Character(place + 1));
        }
        let (region, rest) = old.split_at(OLD_REGION_BYTES);
        if rest.get(OLD_REGION_BYTES..).is_some_and(|serial| OLD_SERIALS_CENTENARIAN.contains(&serial)) {
            return Err(IdError::Century);
        }
        let mut head = [b'0'; UNIT_ID_BYTES - 1];
        head.iter_mut().zip(region.iter().chain(OLD_CENTURY).chain(rest)).for_each(|(byte, given)| *byte = *given);
        Self::with_check(UnitKind::Person, &head)
    }

    /// The identifier whose first 17 characters are `head`: the check character is worked out.
    pub fn with_check(kind: UnitKind, head: &[u8; UNIT_ID_BYTES - 1]) -> Result<Self, IdError> {
        let mut bytes = [b'0'; UNIT_ID_BYTES];
        bytes.iter_mut().zip(head).for_each(|(byte, given)| *byte = *given);
        let check = Self::check_character(kind, &bytes)?;
        if let Some(last) = bytes.last_mut() {
            *last = check;
        }
        Ok(Self { kind, bytes })
    }

    fn check_character(kind: UnitKind, bytes: &[u8; UNIT_ID_BYTES]) -> Result<u8, IdError> {
        match kind {
            UnitKind::Enterprise => uscc_check(bytes),
            UnitKind::Person => citizen_check(bytes),
        }
    }

    /// The kind of unit.
    pub const fn kind(&self) -> UnitKind {
        self.kind
    }

    /// The 18 ASCII characters.
    pub const fn as_bytes(&self) -> &[u8; UNIT_ID_BYTES] {
        &self.bytes
    }

    /// The 18 characters as text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes).unwrap_or_default()
    }
}

fn uscc_check(bytes: &[u8; UNIT_ID_BYTES]) -> Result<u8, IdError> {
    let mut sum = 0;
    for (place, (byte, weight)) in bytes.iter().zip(USCC_WEIGHTS).enumerate() {
        let value = USCC_ALPHABET.iter().position(|c| c == byte).ok_or(IdError::Character(place + 1))?;
        // Places 3 to 8 are the registration authority's GB/T 2260 code: digits.
        if (2..8).contains(&place) && !byte.is_ascii_digit() {
            return Err(IdError::Character(place + 1));
        }
        sum += weight * value as u32;
    }
    let check = USCC_ALPHABET.get(((31 - sum % 31) % 31) as usize);
    check.copied().ok_or(IdError::Check)
}

fn citizen_check(bytes: &[u8; UNIT_ID_BYTES]) -> Result<u8, IdError> {
    let mut sum = 0;
    for (place, (byte, weight)) in bytes.iter().zip(CITIZEN_WEIGHTS).enumerate() {
        if !byte.is_ascii_digit() {
            return Err(IdError::Character(place + 1));
        }
        sum += weight * u32::from(byte - b'0');
    }
    let number = |skip, take| bytes.iter().skip(skip).take(take).fold(0i16, |n, b| n * 10 + i16::from(b - b'0'));
    super::Date::from_ymd(number(6, 4), number(10, 2) as i8, number(12, 2) as i8).ok_or(IdError::Birth)?;
    CITIZEN_CHECKS.get((sum % 11) as usize).copied().ok_or(IdError::Check)
}

impl fmt::Display for UnitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Debug output ends up in logs, so it hides the middle of the identifier.
impl fmt::Debug for UnitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.as_str();
        write!(f, "{}…{}", text.get(..2).unwrap_or_default(), text.get(16..).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_characters_of_the_standards_examples() {
        // GB 11643-1999 prints 34052419800101001X and 11010519491231002X as examples.
        for id in ["34052419800101001X", "11010519491231002X"] {
            assert_eq!(UnitId::parse(UnitKind::Person, id).map(|id| id.to_string()), Ok(id.to_owned()));
        }
        // A unified social credit code used in public examples of the check algorithm.
        assert!(UnitId::parse(UnitKind::Enterprise, "91350100M000100Y43").is_ok());
    }

    #[test]
    fn every_changed_character_is_caught() {
        let good = *b"91350100M000100Y43";
        for place in 0..18 {
            for byte in *USCC_ALPHABET {
                let mut bad = good;
                bad[place] = byte;
                let text = std::str::from_utf8(&bad).unwrap_or_default();
                assert_eq!(UnitId::parse(UnitKind::Enterprise, text).is_ok(), byte == good[place], "{text}");
            }
        }
    }

    #[test]
    fn variants_are_refused_but_mended_at_ingest() {
        for variant in ["91350100m000100y43", " 91350100M000100Y43", "９１350100M000100Y43"] {
            assert!(UnitId::parse(UnitKind::Enterprise, variant).is_err());
            let mended = UnitId::canonicalise(UnitKind::Enterprise, variant);
            assert_eq!(mended.map(|id| id.to_string()), Ok("91350100M000100Y43".to_owned()));
        }
        assert_eq!(UnitId::parse(UnitKind::Person, "340524198013010013"), Err(IdError::Birth));
    }

    /// The old spelling and the new: worked out apart from this code, by `python-stdnum` and by the recursive
    /// method of ISO 7064.
    const OLD_AND_NEW: [(&str, &str); 7] = [
        ("340524800101001", "34052419800101001X"),
        ("110105491231002", "11010519491231002X"),
        ("371402900115003", "371402199001150036"),
        ("130503670401001", "130503196704010016"),
        ("440524010101001", "440524190101010014"),
        ("371402000228123", "37140219000228123X"),
        (" ３20311770706001 ", "320311197707060018"),
    ];

    #[test]
    fn fifteen_digits_are_upgraded_at_ingest_alone() {
        for (old, new) in OLD_AND_NEW {
            // A request or a consent is never mended.
            assert_eq!(UnitId::parse(UnitKind::Person, old), Err(IdError::Length), "{old}");
            let upgraded = UnitId::canonicalise(UnitKind::Person, old);
            assert_eq!(upgraded.map(|id| id.to_string()), Ok(new.to_owned()), "{old}");
            assert_eq!(upgraded, UnitId::canonicalise(UnitKind::Person, new));
            // No enterprise has such a code: the old registration numbers have 15 digits, too.
            assert_eq!(UnitId::canonicalise(UnitKind::Enterprise, old), Err(IdError::Length));
        }
        for (bad, error) in [
            ("340524800230001", IdError::Birth),
            ("340524801301001", IdError::Birth),
            ("340524000001001", IdError::Birth),
            ("34052480010100X", IdError::Character(15)),
            ("3405A4800101001", IdError::Character(5)),
            ("340524800101996", IdError::Century),
            ("340524800101999", IdError::Century),
            ("34052480010100", IdError::Length),
            ("3405248001010011", IdError::Length),
        ] {
            assert_eq!(UnitId::canonicalise(UnitKind::Person, bad), Err(error), "{bad}");
        }
        // 1900 had no 29th of February, 2000 had: two digits always mean the twentieth century.
        assert_eq!(UnitId::canonicalise(UnitKind::Person, "340524000229001"), Err(IdError::Birth));
    }

    #[test]
    fn debug_hides_the_middle() {
        let id = UnitId::parse(UnitKind::Person, "34052419800101001X");
        assert_eq!(format!("{id:?}"), "Ok(34…1X)");
    }
}
