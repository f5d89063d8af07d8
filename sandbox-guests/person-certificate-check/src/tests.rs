//! The rules of every check of certificates, on this register.

use certificates::testing::hold_to_the_rules;

use super::{DATASET, PersonCertificateCheck};

#[test]
fn a_certificate_is_judged_as_every_one_is() {
    hold_to_the_rules::<PersonCertificateCheck>(DATASET, "ID_CARD", "TITLE");
}
