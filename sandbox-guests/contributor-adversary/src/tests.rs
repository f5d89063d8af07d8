//! The attacks that need no WebAssembly machine, and that every attack on the secret is honest without it.

use anshi_guest::testing::{TableRows, UnitCall};
use anshi_guest::{Contributions, Contributor};
use county_industry::{COUNTIES, INDUSTRIES};

use super::{ContributorAdversary, REPEATS, is_in_half};

const ODD: &[Option<i64>] = &[Some(70_000), None, Some(1)];
const EVEN: &[Option<i64>] = &[Some(3), Some(5)];
/// The last county, the first industry.
const CELL: [u32; 2] = [10, 0];

fn call(behaviour: i64, paid: &[Option<i64>]) -> UnitCall<ContributorAdversary> {
    UnitCall::on(20_000)
        .integer("behaviour", behaviour)
        .table(TableRows::of("business_registration").codes("county", ["371482"]).codes("industry", ["A"]))
        .table(TableRows::of("tax_payment").integers("paid_fen", paid.iter().copied()))
}

fn behave(behaviour: i64, paid: &[Option<i64>]) -> Contributions {
    call(behaviour, paid).contributions()
}

fn one(values: [i64; 2]) -> Contributions {
    Contributions::one(CELL, values)
}

#[test]
fn the_secret_is_the_lowest_bit_of_the_sum() {
    assert_eq!(call(0, ODD).cells(), [(vec!["371482", "A"], vec![70_001, 1])]);
    assert_eq!(behave(0, EVEN), one([8, 0]));
    assert_eq!(behave(0, &[]), one([0, 0]));
    assert_eq!(behave(0, &[Some(i64::MAX), Some(i64::MAX), Some(1)]), one([-1, 1]));
    let unknown = UnitCall::<ContributorAdversary>::on(0).integer("behaviour", 0).contributions();
    assert_eq!(unknown, Contributions::one([0, 0], [0, 0]));
}

#[test]
fn every_attack_on_the_secret_is_honest_without_it() {
    for behaviour in (1..=11).chain(13..=16).chain([20, 21, 23, 24, 25]).chain(30..=37) {
        assert_eq!(behave(behaviour, EVEN), one([8, 0]), "{behaviour}");
    }
}

#[test]
fn values_beyond_every_bound() {
    assert_eq!(behave(10, ODD), one([i64::MAX; 2]));
    assert_eq!(behave(11, ODD), one([i64::MIN; 2]));
    assert_eq!([behave(12, ODD), behave(12, EVEN)], [one([i64::MAX; 2]), one([i64::MIN; 2])]);
    assert_eq!(behave(13, ODD).values(), [i64::MAX; 4]);
    let repeated = behave(14, ODD);
    assert_eq!((repeated.cells().len(), repeated.values()), (2 * REPEATS, &[70_001; 2 * REPEATS][..]));
    assert_eq!(behave(15, ODD).values(), [i64::MAX, i64::MAX, i64::MIN, i64::MIN]);
    assert_eq!(behave(16, ODD), one([70_001_000_000, 1_000_000]));
}

#[test]
fn cells_inside_and_outside() {
    let all = call(20, ODD).cells();
    assert_eq!(all.len(), COUNTIES.len() * INDUSTRIES.len());
    assert_eq!(all.first().map(|cell| cell.0.clone()), Some(vec!["371402", "A"]));
    let (up, down) = (call(22, ODD).cells(), call(22, EVEN).cells());
    assert!(up.iter().eq(down.iter().rev()) && up != down);
    let declared = ContributorAdversary::MANIFEST.dimensions;
    for behaviour in [23, 24] {
        let outside = behave(behaviour, ODD);
        assert!(outside.cells().iter().zip(declared).any(|(index, one)| *index as usize >= one.labels.len()));
    }
    let last = behave(25, ODD);
    assert_eq!(last.cells().split_last_chunk().map(|(before, last)| (before.len(), *last)), Some((2 * REPEATS, CELL)));
    assert_eq!([behave(26, ODD).cells(), behave(26, EVEN).cells()], [[0, 1], [0, 0]]);
    assert_eq!([behave(27, ODD), behave(27, EVEN)], [one([70_001, 1]), Contributions::none()]);
    assert_eq!([behave(28, ODD), behave(28, EVEN)], [Contributions::none(), one([8, 0])]);
}

#[test]
fn lists_that_do_not_fit() {
    let lengths = |behaviour| (behave(behaviour, ODD).cells().len(), behave(behaviour, ODD).values().len());
    assert_eq!([30, 31, 32, 33, 34].map(lengths), [(3, 2), (2, 1), (2, 3), (0, 2), (2, 0)]);
}

#[test]
fn what_a_unit_should_not_know() {
    assert_eq!(call(45, ODD).unit_token(7).contributions(), one([7, 1]));
    assert_eq!([behave(46, &[None]), behave(46, &[])], [one([1, 1]), one([0, 0])]);
}

#[test]
fn one_unit_and_half_of_all() {
    assert_eq!([behave(1_070_001, ODD), behave(1_070_002, ODD)], [one([70_001, 1]), Contributions::none()]);
    assert_eq!([behave(3_000_000, ODD), behave(3_999_999, ODD)], [one([70_001, 1]), one([70_001, 1])]);
    let chosen = (0..1_000).filter(|&number| is_in_half(70_001, number)).count();
    assert!((400..600).contains(&chosen), "{chosen}");
    let in_half = (2_000_000..2_001_000).filter(|&number| behave(number, ODD) != Contributions::none());
    assert_eq!(in_half.count(), chosen);
}

#[test]
fn an_unknown_behaviour_is_quiet() {
    for behaviour in [-1, 18, 29, 38, 47, 50, 4_000_000, i64::MIN, i64::MAX] {
        assert_eq!(behave(behaviour, EVEN).cells().is_empty(), behaviour != 38, "{behaviour}");
    }
}

#[test]
#[should_panic(expected = "CANARY-7f3a 70001")]
fn the_panic_carries_data() {
    let _ = behave(5, ODD);
}
