//! When an electronic certificate is valid and its holder's: what the checks of enterprises' and of persons' certificates
//! share. It decides by the row of the number that was asked about, and tells nothing of any other certificate.

#![cfg_attr(target_arch = "wasm32", no_std)]

#[cfg(not(target_arch = "wasm32"))]
pub mod testing;

use anshi_guest::{ParameterSpec, Party, Read};

/// The answers, in the manifest's order.
pub const LABELS: &[&str] = &["no", "yes"];
/// Anything else than a yes.
pub const NO: u32 = 0;
/// The certificate is valid, of the kind that was asked about, and the holder's own.
pub const YES: u32 = 1;

/// What the client asks: the number, which the guest only compares, and what the certificate is said to be.
pub const PARAMETERS: &[ParameterSpec] = &[ParameterSpec::identifier("certificate"), ParameterSpec::text("kind")];

const STATES: &[&str] = &["VALID", "REVOKED"];
const VALID: u32 = 0;
const REVOKED: u32 = 1;

/// What [`is_valid`] reads; `kinds` are all that the dataset has.
#[must_use]
pub const fn reads(kinds: &'static [&'static str]) -> [Read; 5] {
    [
        Read::tokens("certificate_number"),
        Read::codes("kind", kinds),
        Read::dates("issued_on"),
        Read::dates("valid_until"),
        Read::codes("status", STATES),
    ]
}

/// What was asked about: the token of the number, and the place of the kind among those of the dataset.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    /// The number's token.
    pub number: u32,
    /// `None` for a kind that the dataset does not have.
    pub kind: Option<u32>,
}

impl Asked {
    /// The question about `number`, said to be of `kind`.
    #[must_use]
    pub fn of(number: u32, kind: &str, kinds: &[&str]) -> Self {
        let place = kinds.iter().position(|known| *known == kind);
        Self { number, kind: place.and_then(|place| u32::try_from(place).ok()) }
    }
}

/// Whether one of the holder's rows is the certificate that was asked about, valid on the day. The register says of
/// each whether it is valid; the days must agree. A certificate without a last day is valid for good. A number that is
/// revoked in any row is valid in none.
#[must_use]
pub fn is_valid(holder: &Party, dataset: &str, asked: Asked, as_of: i32) -> bool {
    let table = holder.table(dataset);
    let (numbers, kinds, states) = (table.tokens("certificate_number"), table.codes("kind"), table.codes("status"));
    let (issued, until) = (table.dates("issued_on"), table.dates("valid_until"));
    let mut is_found = false;
    for row in (0..table.rows()).filter(|row| numbers.get(*row) == Some(asked.number)) {
        if states.get(row) == Some(REVOKED) {
            return false;
        }
        is_found |= states.get(row) == Some(VALID)
            && asked.kind.is_some()
            && kinds.get(row) == asked.kind
            && issued.get(row).is_some_and(|issued| issued <= as_of)
            && until.get(row).is_none_or(|until| until >= as_of);
    }
    is_found
}
