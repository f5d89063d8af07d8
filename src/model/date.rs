//! Days and instants. Owns calendar arithmetic; never asks what time it is (that is `env::Clock`).

use std::fmt;
use std::str::FromStr;

/// A calendar day, as days since 1970-01-01. Years 1900 to 2200.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(i32);

/// An instant, as milliseconds since 1970-01-01T00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Millis(pub i64);

const MILLIS_PER_DAY: i64 = 86_400_000;
/// The first year of a [`Date`].
pub const YEAR_MIN: i16 = 1900;
/// The last.
pub const YEAR_MAX: i16 = 2200;

impl Date {
    /// The day with this number.
    pub const fn from_days(days: i32) -> Self {
        Self(days)
    }

    /// Days since 1970-01-01.
    pub const fn days(self) -> i32 {
        self.0
    }

    /// The day, or `None` where there is no such day between 1900 and 2200.
    pub fn from_ymd(year: i16, month: i8, day: i8) -> Option<Self> {
        if !(YEAR_MIN..=YEAR_MAX).contains(&year) {
            return None;
        }
        jiff::civil::Date::new(year, month, day).ok().map(Self::from_civil)
    }

    fn from_civil(date: jiff::civil::Date) -> Self {
        let epoch = jiff::civil::Date::constant(1970, 1, 1);
        // Between 1900 and 2200 the number of days fits by far.
        Self(
            date.duration_since(epoch)
                .as_hours()
                .checked_div(24)
                .and_then(|days| i32::try_from(days).ok())
                .unwrap_or(0),
        )
    }

    fn civil(self) -> jiff::civil::Date {
        let epoch = jiff::civil::Date::constant(1970, 1, 1);
        epoch.saturating_add(jiff::Span::new().days(i64::from(self.0).clamp(-300_000, 300_000)))
    }

    /// The same day of the month, `months` earlier; the month's last day where it is shorter.
    pub fn months_before(self, months: u32) -> Self {
        let span = jiff::Span::new().months(i64::from(months.min(3_600)));
        Self::from_civil(self.civil().saturating_sub(span))
    }

    /// Year, month, day.
    pub fn ymd(self) -> (i16, i8, i8) {
        let civil = self.civil();
        (civil.year(), civil.month(), civil.day())
    }

    /// The last day of this day's month.
    pub fn month_end(self) -> Self {
        Self::from_civil(self.civil().last_of_month())
    }

    /// This day and `days` more.
    pub const fn plus_days(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

/// The text is no day in the form `2026-01-31`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a date: write it as 2026-01-31")]
pub struct DateError;

impl FromStr for Date {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Self, DateError> {
        let format = DateFormat::parse("%Y-%m-%d").ok_or(DateError)?;
        format.read(text.as_bytes()).ok_or(DateError)
    }
}

/// A form in which a department writes dates: fixed-width `%Y`, `%m`, `%d` and literal characters.
///
/// Fixed width, so that a form either fits or does not, and two forms cannot both fit by accident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DateFormat {
    pattern: String,
    parts: Vec<Part>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Year,
    Month,
    Day,
    Literal(u8),
}

impl DateFormat {
    /// Parses a pattern; `None` unless each of `%Y`, `%m`, `%d` stands in it exactly once.
    pub fn parse(pattern: &str) -> Option<Self> {
        let mut parts = Vec::new();
        let mut bytes = pattern.bytes();
        while let Some(byte) = bytes.next() {
            parts.push(match byte {
                b'%' => match bytes.next()? {
                    b'Y' => Part::Year,
                    b'm' => Part::Month,
                    b'd' => Part::Day,
                    _ => return None,
                },
                literal => Part::Literal(literal),
            });
        }
        let once = |part| parts.iter().filter(|p| **p == part).count() == 1;
        let whole = once(Part::Year) && once(Part::Month) && once(Part::Day);
        whole.then(|| Self { pattern: pattern.to_owned(), parts })
    }

    /// The pattern as written.
    pub fn pattern(&self) -> &str {
        &self.pattern
    }

    /// Reads a date that fits this form to the last byte, and exists.
    pub fn read(&self, text: &[u8]) -> Option<Date> {
        let (mut year, mut month, mut day) = (0, 0, 0);
        let mut rest = text;
        for part in &self.parts {
            let (field, width) = match part {
                Part::Year => (&mut year, 4),
                Part::Month => (&mut month, 2),
                Part::Day => (&mut day, 2),
                Part::Literal(literal) => {
                    rest = rest.strip_prefix(std::slice::from_ref(literal))?;
                    continue;
                }
            };
            let (digits, after) = rest.split_at_checked(width)?;
            if !digits.iter().all(u8::is_ascii_digit) {
                return None;
            }
            *field = digits.iter().fold(0i16, |n, digit| n * 10 + i16::from(digit - b'0'));
            rest = after;
        }
        if !rest.is_empty() {
            return None;
        }
        Date::from_ymd(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?)
    }

    /// Writes a date in this form.
    pub fn write(&self, date: Date) -> String {
        let (year, month, day) = date.ymd();
        let mut out = Vec::with_capacity(10);
        for part in &self.parts {
            match part {
                Part::Year => out.extend_from_slice(format!("{year:04}").as_bytes()),
                Part::Month => out.extend_from_slice(format!("{month:02}").as_bytes()),
                Part::Day => out.extend_from_slice(format!("{day:02}").as_bytes()),
                // A byte of the pattern, which is UTF-8 as a whole.
                Part::Literal(byte) => out.push(*byte),
            }
        }
        String::from_utf8_lossy(&out).into_owned()
    }
}

impl Millis {
    /// The UTC day of this instant.
    pub fn day(self) -> Date {
        Date(i32::try_from(self.0.div_euclid(MILLIS_PER_DAY)).unwrap_or(i32::MAX))
    }

    /// The instant that a text such as `2026-01-31T08:00:00Z` names (RFC 3339), down to the millisecond.
    pub fn parse(text: &str) -> Option<Self> {
        let instant: jiff::Timestamp = text.parse().ok()?;
        i64::try_from(instant.as_nanosecond().div_euclid(1_000_000)).ok().map(Self)
    }

    /// The instant as `2026-01-31T08:00:00.123Z` (RFC 3339).
    pub fn utc(self) -> String {
        let within = self.0.rem_euclid(MILLIS_PER_DAY);
        let (seconds, millis) = (within / 1_000, within % 1_000);
        let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
        format!("{}T{hours:02}:{minutes:02}:{:02}.{millis:03}Z", self.day(), seconds % 60)
    }

    /// Whole seconds since 1970-01-01T00:00Z, rounded down.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// This instant, `millis` later.
    pub const fn plus(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap_or(Date(i32::MIN))
    }

    #[test]
    fn days_count_from_1970() {
        assert_eq!(date("1970-01-01"), Date(0));
        assert_eq!(date("2026-02-28"), Date(20_512));
        assert_eq!(date("1969-12-31"), Date(-1));
        assert_eq!(Date(20_512).to_string(), "2026-02-28");
        assert_eq!(date("2026-03-31").months_before(1).to_string(), "2026-02-28");
        assert_eq!(date("2026-02-03").month_end().to_string(), "2026-02-28");
        assert_eq!(Millis(-1).day(), Date(-1));
        assert_eq!(Millis::parse("1970-01-01T08:00:00.0005+08:00"), Some(Millis(0)));
        for text in ["1970-01-01T00:00:00.000Z", "2026-11-30T23:59:59.999Z", "1969-12-31T23:59:59.001Z"] {
            assert_eq!(Millis::parse(text).unwrap().utc(), text);
        }
        assert_eq!(Millis::parse("1969-12-31T23:59:59.9999Z"), Some(Millis(-1)));
        assert_eq!(Millis::parse("1970-01-01"), None);
    }

    #[test]
    fn a_form_fits_whole_or_not_at_all() {
        let format = DateFormat::parse("%Y%m%d");
        let read = |text: &str| format.as_ref().and_then(|f| f.read(text.as_bytes()));
        assert_eq!(read("20260131"), Some(date("2026-01-31")));
        for bad in ["20260132", "2026131", "20260131 ", "2026-01-31", "２0260131", "00000101", ""] {
            assert_eq!(read(bad), None, "{bad}");
        }
        let chinese = DateFormat::parse("%Y年%m月%d日");
        assert_eq!(chinese.as_ref().map(|f| f.write(date("2026-01-31"))).as_deref(), Some("2026年01月31日"));
        assert_eq!(chinese.and_then(|f| f.read("2026年01月31日".as_bytes())), Some(date("2026-01-31")));
        assert_eq!(DateFormat::parse("%Y-%m"), None);
        assert_eq!(DateFormat::parse("%Y-%m-%d-%d"), None);
        assert_eq!(DateFormat::parse("%y-%m-%d"), None);
    }
}
