//! Identifiers of invented units: no two alike, right by the check character that the engine verifies, and
//! never those of a real firm or person. Never parses one.

use super::draw::Shuffle;
use crate::model::{Date, IdError, UNIT_ID_BYTES, UnitId, UnitKind};

/// The most firms that have identifiers of their own.
pub(super) const FIRMS_MAX: u64 = 60_000_000;

/// GB 32100: digits and capitals without I, O, S, V, Z.
const USCC_ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
const ORGANISATION_WEIGHTS: [u64; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
const ORGANISATION_CHECKS: &[u8; 11] = b"0123456789X";
/// Codes given out since 2015 begin so; six more characters follow.
const ORGANISATION_PREFIX: &[u8; 2] = b"MA";
const ORGANISATION_DRAWN: u32 = 6;
/// How far the organisation's own check character is moved from the right one.
const ORGANISATION_CHECK_SHIFT: u64 = 5;

/// An enterprise of the market register, in Dezhou; the county's two digits follow.
const FIRM_HEAD: &[u8] = b"913714";
/// Where a code names the city and no county: invented firms have one.
const WHOLE_CITY: &[u8] = b"00";
/// 371490 to 371499 are not given to any county (GB/T 2260).
const CITIZEN_AREA: &[u8; 5] = b"37149";
const CITIZEN_AREAS: u64 = 10;
/// No city of Shandong has a code from 3795 to 3799: kin are registered there, each kind of kin in areas of its own.
const KIN_AREA: u64 = 379;
const KIN_GROUP_FIRST: u64 = 50;
const KIN_GROUP_LAST: u64 = 97;
/// Where the cast is registered.
const CAST_GROUP: u64 = 98;
const CITIZEN_SERIALS: u64 = 1000;
/// 1946-01-01. All are born before the summer of 2003, so that all are grown on the usual days of a delivery.
const BORN_FIRST: i32 = -8_766;
const BORN_DAYS: u64 = 21_000;

/// Gives every firm below [`FIRMS_MAX`], and three persons for each, their identifiers.
pub(super) struct Ids {
    organisations: Shuffle,
    citizens: Shuffle,
}

impl Ids {
    pub(super) fn new(key: u64) -> Self {
        let organisations = (USCC_ALPHABET.len() as u64).pow(ORGANISATION_DRAWN);
        Self {
            organisations: Shuffle::new(organisations, key),
            citizens: Shuffle::new(CITIZEN_AREAS * BORN_DAYS * CITIZEN_SERIALS, key),
        }
    }

    /// The unified social credit code of firm `number`, registered in `county`.
    ///
    /// Its last character, which GB 32100 and the engine check, is right. The inner check character of the
    /// organisation code (GB 11714) is wrong on purpose: no real firm can have this code.
    pub(super) fn enterprise(&self, number: u64, county: &str) -> Result<UnitId, IdError> {
        let mut organisation = [b'0'; 8];
        let (prefix, drawn) = organisation.split_at_mut(ORGANISATION_PREFIX.len());
        prefix.iter_mut().zip(ORGANISATION_PREFIX).for_each(|(byte, given)| *byte = *given);
        let mut rest = self.organisations.at(number);
        for byte in drawn {
            *byte = USCC_ALPHABET.get((rest % 31) as usize).copied().unwrap_or(b'0');
            rest /= 31;
        }
        let mut head = [b'0'; UNIT_ID_BYTES - 1];
        let inner = wrong_organisation_check(&organisation);
        let text = b"91".iter().chain(county.as_bytes()).chain(&organisation).chain([&inner]);
        head.iter_mut().zip(text).for_each(|(byte, given)| *byte = *given);
        UnitId::with_check(UnitKind::Enterprise, &head)
    }

    /// The citizen id of person `number`, in an area that does not exist.
    pub(super) fn person(&self, number: u64) -> Result<UnitId, IdError> {
        let (area, day, serial) = self.drawn(number);
        citizen(371_490 + area, Date::from_days(BORN_FIRST).plus_days(day), serial)
    }

    fn drawn(&self, number: u64) -> (u64, i32, u64) {
        let drawn = self.citizens.at(number);
        let (drawn, serial) = (drawn / CITIZEN_SERIALS, drawn % CITIZEN_SERIALS);
        (drawn / BORN_DAYS, (drawn % BORN_DAYS) as i32, serial)
    }

    /// The citizen id of a relative of person `number`, born so many days after them.
    ///
    /// No table is kept, and yet no two are alike: `group`, which stands for the kin and for how many days lie between the
    /// two, is part of the area, and the rest is a bijection of the person's own id.
    pub(super) fn relative(&self, number: u64, kinship: Kinship) -> Result<UnitId, IdError> {
        let (area, day, serial) = self.drawn(number);
        let group = KIN_GROUP_FIRST + kinship.group.min(KIN_GROUP_LAST - KIN_GROUP_FIRST);
        let born = Date::from_days(BORN_FIRST).plus_days(day).plus_days(kinship.born_after_days);
        let serial = match kinship.sex {
            KinSex::Other => serial ^ 1,
            // The person's own last digit is part of the group.
            KinSex::Man => serial | 1,
            KinSex::Woman => serial - serial % 2,
            // The tens come last: whether a child is a girl does not hang on its parent's sex.
            KinSex::Drawn => serial / 100 * 100 + serial % 10 * 10 + serial / 10 % 10,
        };
        citizen((KIN_AREA * 100 + group) * 10 + area, born, serial)
    }

    /// Whether the citizen id of person `number` has an odd serial: a man's.
    pub(super) fn is_odd(&self, number: u64) -> bool {
        self.drawn(number).2 % 2 == 1
    }

    /// The citizen id of somebody of the cast.
    pub(super) fn cast(&self, place: u64, born: Date, is_woman: bool) -> Result<UnitId, IdError> {
        citizen((KIN_AREA * 100 + CAST_GROUP) * 10, born, 500 + 2 * place + u64::from(!is_woman))
    }
}

/// Who a relative is, as far as an identifier shows it.
#[derive(Clone, Copy)]
pub(super) struct Kinship {
    /// Below 48: kin of another kind, or born after other so many days, has another group.
    pub group: u64,
    pub born_after_days: i32,
    pub sex: KinSex,
}

/// The sex of a relative.
#[derive(Clone, Copy)]
pub(super) enum KinSex {
    /// Not that of the person.
    Other,
    Man,
    Woman,
    /// Either.
    Drawn,
}

fn citizen(area: u64, born: Date, serial: u64) -> Result<UnitId, IdError> {
    let (year, month, day) = born.ymd();
    let born = (i64::from(year) * 100 + i64::from(month)) * 100 + i64::from(day);
    let mut digits = (area * 100_000_000).saturating_add_signed(born) * CITIZEN_SERIALS + serial;
    let mut head = [b'0'; UNIT_ID_BYTES - 1];
    for place in head.iter_mut().rev() {
        *place = b'0' + (digits % 10) as u8;
        digits /= 10;
    }
    UnitId::with_check(UnitKind::Person, &head)
}

/// The day of birth that a citizen id carries; 1970-01-01 in one that carries none.
pub(super) fn born(citizen: &UnitId) -> Date {
    let digits = citizen.as_bytes().get(6..14).unwrap_or_default();
    let number = |digits: &[u8]| digits.iter().fold(0_i16, |number, digit| number * 10 + i16::from(digit - b'0'));
    let (year, day_of_year) = digits.split_at(digits.len().min(4));
    let (month, day) = day_of_year.split_at(day_of_year.len().min(2));
    Date::from_ymd(number(year), number(month) as i8, number(day) as i8).unwrap_or(Date::from_days(0))
}

/// Whether a citizen id is a woman's: its seventeenth digit is even.
pub(super) fn is_woman(citizen: &UnitId) -> bool {
    citizen.as_bytes().get(16).is_some_and(|digit| digit.is_multiple_of(2))
}

/// Whether an identifier is one that [`Ids`] gives, and so none that a real firm or person can have: a firm of a county of
/// Dezhou whose organisation code carries the one wrong check character, or a person of an area that does not exist.
pub(in crate::data) fn is_invented(unit: &UnitId) -> bool {
    let bytes = unit.as_bytes();
    let (head, county) = (bytes.get(..6).unwrap_or_default(), bytes.get(6..8).unwrap_or_default());
    match unit.kind() {
        UnitKind::Person => bytes.starts_with(CITIZEN_AREA) || is_kin_area(head),
        UnitKind::Enterprise => {
            let organisation = bytes.get(8..).and_then(|code| code.first_chunk::<8>());
            let inner = organisation.filter(|code| code.starts_with(ORGANISATION_PREFIX)).map(wrong_organisation_check);
            head == FIRM_HEAD && county != WHOLE_CITY && inner.is_some() && bytes.get(16).copied() == inner
        }
    }
}

/// An area of a city whose code is from 3795 to 3799.
fn is_kin_area(head: &[u8]) -> bool {
    head.starts_with(b"379") && head.get(3).is_some_and(|digit| (b'5'..=b'9').contains(digit))
}

fn wrong_organisation_check(organisation: &[u8; 8]) -> u8 {
    let value = |byte: u8| u64::from(if byte.is_ascii_digit() { byte - b'0' } else { byte - b'A' + 10 });
    let sum: u64 = organisation.iter().zip(ORGANISATION_WEIGHTS).map(|(byte, weight)| value(*byte) * weight).sum();
    let right = (11 - sum % 11) % 11;
    ORGANISATION_CHECKS.get(((right + ORGANISATION_CHECK_SHIFT) % 11) as usize).copied().unwrap_or(b'0')
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn identifiers_parse_and_none_comes_twice() {
        let ids = Ids::new(3);
        let mut seen = BTreeSet::new();
        for number in (0..5_000).chain([FIRMS_MAX - 1]) {
            let firm = ids.enterprise(number, "371402").unwrap();
            let person = ids.person(3 * number + 2).unwrap();
            assert_eq!(UnitId::parse(UnitKind::Enterprise, firm.as_str()), Ok(firm));
            assert_eq!(UnitId::parse(UnitKind::Person, person.as_str()), Ok(person));
            assert!(firm.as_str().starts_with("91371402MA"));
            assert!(person.as_str().starts_with("37149"));
            assert!(is_invented(&firm) && is_invented(&person));
            assert!(seen.insert(firm) && seen.insert(person));
        }
    }

    #[test]
    fn a_citizen_id_tells_the_day_of_birth_and_the_sex() {
        let ids = Ids::new(3);
        let (first, last) = (Date::from_days(BORN_FIRST), Date::from_days(BORN_FIRST + BORN_DAYS as i32 - 1));
        assert_eq!((first.to_string(), last.to_string()), ("1946-01-01".to_owned(), "2003-06-30".to_owned()));
        for number in 0..1_000 {
            let person = ids.person(number).unwrap();
            assert!((first..=last).contains(&born(&person)), "{person}");
            assert_eq!(born(&person).to_string().replace('-', ""), person.as_str()[6..14]);
        }
        let women = (0..1_000).filter(|number| is_woman(&ids.person(*number).unwrap())).count();
        assert!((400..600).contains(&women), "{women}");
    }

    #[test]
    fn what_somebody_can_have_is_not_invented() {
        let firm = |head: &[u8; 17]| UnitId::with_check(UnitKind::Enterprise, head).unwrap();
        let marked = b"0123456789X".iter().filter(|inner| {
            let mut head = *b"91371402MA000001_";
            head[16] = **inner;
            is_invented(&firm(&head))
        });
        assert_eq!(marked.count(), 1, "one of all check characters is the mark, and never the right one");
        assert!(!is_invented(&firm(b"91370102MA3C1XE44")) && !is_invented(&firm(b"913714021673258X1")));
        let person = |head: &[u8; 17]| UnitId::with_check(UnitKind::Person, head).unwrap();
        assert!(!is_invented(&person(b"37140219900101001")) && is_invented(&person(b"37149019900101001")));
        assert!(!is_invented(&person(b"37900119900101001")) && is_invented(&person(b"37998019900101001")));
    }

    #[test]
    fn the_inner_check_character_is_never_the_right_one() {
        // GB 11714-1997 works D2143569 out to the check character X: the shift gives 4.
        assert_eq!(wrong_organisation_check(b"D2143569"), b'4');
    }
}
