//! Says whether the electronic certificate of a number is valid, of the kind that it is said to be, and the person's own:
//! yes or no.
//!
//! The number is an identifier: it arrives as a token, and is equal to that of one of the holder's certificates, or is
//! not. So nobody learns whose it is otherwise, or what else the holder has. `yes` takes all of this, and everything
//! else is `no`:
//!
//! 1. the holder has a certificate of this number;
//! 2. it is of the kind that was asked about;
//! 3. it was issued on the day of the answer or before, and its last day, where it has one, has not gone by;
//! 4. the register says that it is valid, and in no row of this number that it is revoked.

#![cfg_attr(target_arch = "wasm32", no_std)]

#[cfg(test)]
mod tests;

use anshi_guest::{Input, Manifest, Read, Role, TableRead, Verifier};
use certificates::{Asked, LABELS, NO, PARAMETERS, YES, is_valid, reads};

/// The guest.
pub struct PersonCertificateCheck;

anshi_guest::export_verifier!(PersonCertificateCheck);

const DATASET: &str = "person_certificates";
const KINDS: &[&str] = &["ID_CARD", "MARRIAGE", "BIRTH", "TITLE", "DRIVING_LICENCE"];
const READS: &[Read] = &reads(KINDS);

impl Verifier for PersonCertificateCheck {
    const MANIFEST: Manifest = Manifest {
        parameters: PARAMETERS,
        roles: &[Role { name: "holder", tables: &[TableRead { dataset: DATASET, reads: READS }] }],
        labels: LABELS,
    };

    fn verify(input: &Input) -> u32 {
        let Some(holder) = input.party("holder") else { return NO };
        let asked = Asked::of(input.token("certificate"), input.text("kind"), KINDS);
        if is_valid(&holder, DATASET, asked, input.as_of()) { YES } else { NO }
    }
}
