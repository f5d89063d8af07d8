//! What a client asks, and what a party has consented to, after their signatures were checked and
//! before anything was decided.

use std::collections::BTreeMap;
use std::fmt;

use super::{Date, Digest, Millis};

/// The value of a parameter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ParameterValue {
    /// A signed 64-bit integer.
    Integer(i64),
    /// A calendar day.
    Date(Date),
    /// A text.
    Text(String),
    /// An identifier, as text; the guest sees a token.
    Identifier(String),
}

/// One unit in one job, in a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    /// The policy's name of the role.
    pub role: String,
    /// Who it is, as the client wrote it: which kind of identifier it must be, the policy says.
    pub id: String,
}

/// A policy by name and version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyRef {
    /// The policy's id.
    pub id: String,
    /// Its version, exactly.
    pub version: String,
}

/// A label job as its client signed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// SHA-256 over issuer, audience and `jti`: the job's identity.
    pub job: Digest,
    /// SHA-256 of the JWS signing input: the request's exact bytes.
    pub input: Digest,
    /// The client that signed.
    pub client: String,
    /// When the client signed, in seconds since 1970.
    pub issued_seconds: i64,
    /// Until when the request is fresh, in seconds since 1970.
    pub expires_seconds: i64,
    /// The policy that it asks under.
    pub policy: PolicyRef,
    /// The guest that is to answer.
    pub guest: Digest,
    /// Raw parameters by name: integers stay integers, everything else is text until the policy says what it is.
    pub parameters: BTreeMap<String, RawParameter>,
    /// The parties, in the client's order.
    pub parties: Vec<Party>,
    /// The client's own rows.
    pub rows: RawRows,
    /// What the answer is for.
    pub purpose: String,
}

/// A client's own rows by dataset, each in the client's order. Its `Debug` counts them: what is in them is nobody's
/// business who reads a log.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct RawRows(pub BTreeMap<String, Vec<RawRow>>);

/// A row's cells by column.
pub type RawRow = BTreeMap<String, RawCell>;

/// A cell of a client's own row as JSON carries it, before the policy says what it must be.
#[derive(Clone, PartialEq, Eq)]
pub enum RawCell {
    /// `null`.
    Missing,
    /// `true` or `false`.
    Boolean(bool),
    /// A JSON integer of 64 bits.
    Integer(i64),
    /// A JSON string.
    Text(String),
    /// Anything else: a fraction, a longer number, a list, an object.
    Other,
}

impl fmt::Debug for RawRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.0.iter().map(|(dataset, rows)| (dataset, rows.len()))).finish()
    }
}

impl fmt::Debug for RawCell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "Missing",
            Self::Boolean(_) => "Boolean(…)",
            Self::Integer(_) => "Integer(…)",
            Self::Text(_) => "Text(…)",
            Self::Other => "Other",
        })
    }
}

/// A parameter as JSON carries it, before the policy gives it a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RawParameter {
    /// A JSON integer, or a string where the policy wants more than 2⁵³.
    Integer(i64),
    /// A JSON string.
    Text(String),
}

/// A consent of one party, signed by an authority, after its signature was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// SHA-256 of the JWS signing input.
    pub digest: Digest,
    /// The authority that signed.
    pub issuer: String,
    /// The consent's number, unique with its issuer.
    pub jti: String,
    /// The party that consents, as the authority wrote it; it must equal the request's canonical identifier.
    pub subject: String,
    /// The client that may ask.
    pub client: String,
    /// What the answer may be for.
    pub purpose: String,
    /// The policy that it covers.
    pub policy: String,
    /// The lowest version of the policy that it covers.
    pub version_min: Version,
    /// The first version that it covers no more.
    pub version_below: Version,
    /// The role that the party consents to play.
    pub role: String,
    /// How many jobs it serves.
    pub uses_max: u32,
    /// From when it holds.
    pub not_before: Millis,
    /// From when it holds no more.
    pub expires: Millis,
}

/// A semantic version, `major.minor.patch`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub u32, pub u32, pub u32);

impl Version {
    /// Parses three plain numbers without leading zeros.
    pub fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.split('.').map(|part| {
            let plain = part == "0" || !part.starts_with('0');
            let digits = part.bytes().all(|byte| byte.is_ascii_digit());
            (plain && digits).then(|| part.parse::<u32>().ok()).flatten()
        });
        let version = Self(numbers.next()??, numbers.next()??, numbers.next()??);
        numbers.next().is_none().then_some(version)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(major, minor, patch) = self;
        write!(f, "{major}.{minor}.{patch}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_tells_nothing_of_what_is_in_a_row() {
        let row = RawRow::from([("loan".to_owned(), RawCell::Text("CANARY".to_owned()))]);
        assert_eq!(format!("{row:?}"), r#"{"loan": Text(…)}"#);
        let rows = RawRows(BTreeMap::from([("repayments".to_owned(), vec![row])]));
        assert_eq!(format!("{rows:?}"), r#"{"repayments": 1}"#);
    }

    #[test]
    fn versions_are_three_plain_numbers() {
        assert_eq!(Version::parse("1.20.3"), Some(Version(1, 20, 3)));
        assert_eq!(Version(0, 20, u32::MAX).to_string(), "0.20.4294967295");
        for bad in ["1.2", "1.2.3.4", "01.2.3", "1.2.-3", "1.2.3-rc", "", "1..3", "+1.2.3"] {
            assert_eq!(Version::parse(bad), None, "{bad}");
        }
    }
}
