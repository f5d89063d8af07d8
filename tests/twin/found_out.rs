//! Weakened engines that the twin run must find out, by whatever of it.
#![cfg(feature = "weaken")]

use anshi::env::weaken::Weakness;

use super::{batches, bytes, tables, time};
use crate::attacks::run::{Attack, check_weakened};

const SEEDED: [(Weakness, Attack); 12] = [
    (Weakness::FaultTold, bytes::attack),
    (Weakness::FaultText, bytes::attack),
    (Weakness::FuelTold, bytes::attack),
    (Weakness::IndexRaw, bytes::attack),
    (Weakness::AbsentTold, bytes::attack),
    (Weakness::CostByData, bytes::attack),
    (Weakness::Refund, bytes::attack),
    (Weakness::OutcomeEarly, bytes::attack),
    (Weakness::OutcomeEarly, time::attack),
    (Weakness::CostByData, batches::attack),
    (Weakness::OutcomeEarly, batches::attack),
    (Weakness::UnitFaultTold, tables::attack),
];

#[test]
#[ignore = "run by make twin"]
fn weakened_engines_are_found_out() {
    for (weakness, attack) in SEEDED {
        check_weakened(attack, weakness);
        println!("found out: {weakness:?}");
    }
}
