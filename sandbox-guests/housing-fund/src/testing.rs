//! What the tests of the housing fund's guests set up alike: an applicant who lives and pays in, and a spouse. Not part of the
//! wasm build.

use anshi_guest::Verifier;
use anshi_guest::calendar::day;
use anshi_guest::testing::{Call, PartyRows, TableRows};

use crate::{LABELS, NO, YES};

/// The day of every call.
pub const AS_OF: i32 = day(2026, 6, 30);
/// Tokens as the engine numbers them: the parties first.
pub const APPLICANT: u32 = 0;
/// The token of the applicant's spouse, and of whoever else comes along rightly.
pub const SPOUSE: u32 = 1;
/// The token of somebody who has no business here.
pub const SOMEBODY: u32 = 2;

/// Contributions in full for these months of 2026.
#[must_use]
pub fn fund(months: &[u32]) -> TableRows {
    TableRows::of("housing_fund")
        .dates("period_end", months.iter().map(|month| day(2026, *month, 28)))
        .integers("payable_fen", vec![100; months.len()])
        .integers("paid_fen", vec![100; months.len()])
}

/// What the population register says of somebody.
#[must_use]
pub fn registered(status: &str) -> TableRows {
    TableRows::of("person_registry").codes("status", [status])
}

/// What the register of marriages says of the applicant and the spouse.
#[must_use]
pub fn married(state: &str) -> TableRows {
    TableRows::of("marriage_registry").tokens("spouse_id", [SPOUSE]).codes("state", [state])
}

/// Somebody who lives, in this role.
#[must_use]
pub fn living(role: &str) -> PartyRows {
    PartyRows::of(role).token(APPLICANT).table(registered("REGISTERED"))
}

/// Somebody in the role of the spouse.
#[must_use]
pub fn spouse(token: u32) -> PartyRows {
    PartyRows::of("spouse").token(token)
}

/// The label about these parties.
#[must_use]
pub fn answer<Guest: Verifier>(call: Call<Guest>, parties: &[PartyRows]) -> Option<&'static str> {
    parties.iter().cloned().fold(call, Call::party).label()
}

/// Holds a guest to the labels of all of them.
///
/// # Panics
///
/// Where it has others.
pub fn hold_to_the_labels<Guest: Verifier>() {
    assert_eq!((Guest::MANIFEST.labels, LABELS, NO, YES), (["no", "yes"].as_slice(), LABELS, 0, 1));
}
