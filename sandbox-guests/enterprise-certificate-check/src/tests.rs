//! The rules of every check of certificates, on this register.

use certificates::testing::hold_to_the_rules;

use super::{DATASET, EnterpriseCertificateCheck};

#[test]
fn a_certificate_is_judged_as_every_one_is() {
    hold_to_the_rules::<EnterpriseCertificateCheck>(DATASET, "BUSINESS_LICENCE", "TRADE_LICENCE");
}
