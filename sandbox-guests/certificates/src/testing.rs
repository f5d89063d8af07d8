//! What every guest that checks certificates is held to: a certificate that is valid, and what has to change for the answer
//! to change. For the guests' own tests; not part of the wasm build.

use anshi_guest::Verifier;
use anshi_guest::calendar::day;
use anshi_guest::testing::{Call, PartyRows, TableRows};

use crate::{LABELS, NO, YES};

const AS_OF: i32 = day(2026, 6, 30);
/// Tokens: the holder's is 0.
const ASKED: u32 = 1;
const OTHER: u32 = 2;

/// A row of a register of certificates.
#[derive(Clone, Copy)]
struct Certificate<'t> {
    number: u32,
    kind: &'t str,
    issued: Option<i32>,
    until: Option<i32>,
    status: &'t str,
}

/// The register, and two kinds that it has.
struct Register {
    dataset: &'static str,
    kind: &'static str,
    other: &'static str,
}

impl Register {
    fn valid(&self) -> Certificate<'static> {
        let (issued, until) = (Some(AS_OF - 100), Some(AS_OF + 100));
        Certificate { number: ASKED, kind: self.kind, issued, until, status: "VALID" }
    }

    /// Of a holder with these certificates, asked about `kind`.
    fn answer_of<Guest: Verifier>(&self, rows: &[Certificate], kind: &str) -> Option<&'static str> {
        let table = TableRows::of(self.dataset)
            .tokens("certificate_number", rows.iter().map(|row| row.number))
            .codes("kind", rows.iter().map(|row| row.kind))
            .dates("issued_on", rows.iter().map(|row| row.issued))
            .dates("valid_until", rows.iter().map(|row| row.until))
            .codes("status", rows.iter().map(|row| row.status));
        call::<Guest>(kind).party(PartyRows::of("holder").table(table)).label()
    }

    /// Of a holder of another certificate, too.
    fn answer<Guest: Verifier>(&self, row: Certificate) -> Option<&'static str> {
        let other = Certificate { number: OTHER, kind: self.other, until: None, ..self.valid() };
        self.answer_of::<Guest>(&[other, row], self.kind)
    }
}

fn call<Guest: Verifier>(kind: &str) -> Call<Guest> {
    Call::<Guest>::on(AS_OF).token("certificate", ASKED).text("kind", kind)
}

/// Holds a guest to all of it, on the register `dataset`, of which `kind` and `other` are two kinds.
///
/// # Panics
///
/// Where the guest answers otherwise.
pub fn hold_to_the_rules<Guest: Verifier>(dataset: &'static str, kind: &'static str, other: &'static str) {
    let register = Register { dataset, kind, other };
    labels_stand_where_the_answers_do::<Guest>();
    a_valid_certificate_of_the_holder_is_a_yes::<Guest>(&register);
    the_kind_is_part_of_the_question::<Guest>(&register);
    the_days_are_its_own_first_and_last::<Guest>(&register);
    the_register_has_the_last_word::<Guest>(&register);
}

fn labels_stand_where_the_answers_do<Guest: Verifier>() {
    assert_eq!((Guest::MANIFEST.labels, LABELS, NO, YES), (["no", "yes"].as_slice(), LABELS, 0, 1));
}

fn a_valid_certificate_of_the_holder_is_a_yes<Guest: Verifier>(register: &Register) {
    let valid = register.valid();
    assert_eq!(register.answer::<Guest>(valid), Some("yes"));
    assert_eq!(register.answer::<Guest>(Certificate { number: OTHER, ..valid }), Some("no"));
    assert_eq!(register.answer_of::<Guest>(&[], register.kind), Some("no"));
    assert_eq!(call::<Guest>(register.kind).label(), Some("no"));
}

fn the_kind_is_part_of_the_question<Guest: Verifier>(register: &Register) {
    let unheard = Certificate { kind: "UNHEARD_OF", until: None, ..register.valid() };
    assert_eq!(register.answer_of::<Guest>(&[register.valid()], register.other), Some("no"));
    for row in [register.valid(), unheard] {
        assert_eq!(register.answer_of::<Guest>(&[row], "UNHEARD_OF"), Some("no"));
    }
}

fn the_days_are_its_own_first_and_last<Guest: Verifier>(register: &Register) {
    let of = |issued, until| register.answer::<Guest>(Certificate { issued, until, ..register.valid() });
    assert_eq!(
        [of(Some(AS_OF), None), of(Some(AS_OF + 1), None), of(None, None)],
        [Some("yes"), Some("no"), Some("no")]
    );
    assert_eq!([of(Some(0), Some(AS_OF)), of(Some(0), Some(AS_OF - 1))], [Some("yes"), Some("no")]);
}

fn the_register_has_the_last_word<Guest: Verifier>(register: &Register) {
    let valid = register.valid();
    let states = ["EXPIRED", "REVOKED", "UNKNOWN"];
    assert_eq!(states.map(|status| register.answer::<Guest>(Certificate { status, ..valid })), [Some("no"); 3]);
    let revoked = Certificate { status: "REVOKED", ..valid };
    for rows in [[valid, revoked], [revoked, valid]] {
        assert_eq!(register.answer_of::<Guest>(&rows, register.kind), Some("no"));
    }
}
