//! Checks of the whole gate: releases of known sums, as a job makes them. That the stated scales are those of the policy's
//! bounds, and that many releases on neighbouring data prove no more than the job's ε.

use anshi::disclosure::audit::RawSums;
use anshi::disclosure::{ReleasedCell, ReleasedTable};
use anshi::guest::Contributions;
use anshi::policy::{CellMap, TableRule};

use super::checks::Found;
use super::likelihood::epsilon_at_least;
use super::neighbours::rule;

/// Two cells, which one unit may both have; a measure whose lower bound is the larger one.
const BOUNDS: [(i64, i64); 2] = [(-10, 2), (0, 1)];
const CELLS_PER_UNIT: u32 = 2;
/// So many others in each cell that none is ever suppressed.
const OTHERS: usize = 1_000;
/// What one unit more can do at most, in each of its cells.
const UNIT: [i64; 3] = [1, -10, 1];
/// Of the count, and of each measure: ε is 1, of which the count has half.
const SHARES: [f64; 3] = [0.5, 0.25, 0.25];

fn two_cells() -> TableRule {
    rule(CELLS_PER_UNIT, [1, 2], BOUNDS)
}

/// The scales, by their definition.
fn scales() -> [f64; 3] {
    let of = |figure: usize| f64::from(CELLS_PER_UNIT) * UNIT[figure].abs() as f64 / SHARES[figure];
    [of(0), of(1), of(2)]
}

/// The scales that a release states are those of the bounds, cells and shares.
pub fn stated_scales() -> Found {
    let rule = two_cells();
    let table = RawSums::new(&rule).release(&rule).ok_or("nothing is released")?;
    let stated = [&table.count, &table.measures[0].noise, &table.measures[1].noise];
    let stated = stated.map(|noise| noise.scale.parse::<f64>().unwrap());
    let expected = scales();
    let agree = stated.iter().zip(expected).all(|(stated, expected)| (stated / expected - 1.0).abs() < 1e-9);
    let told = format!("stated {stated:?}, by the bounds {expected:?}");
    if agree { Ok(told) } else { Err(told) }
}

/// The sums of the others, and of one unit more if it is there.
fn sums(rule: &TableRule, is_there: bool) -> RawSums {
    let map = CellMap::whole(rule);
    let mut sums = RawSums::new(rule);
    let both = |[_, first, second]: [i64; 3]| Contributions {
        cells: vec![0, 0, 0, 1],
        values: vec![first, second, first, second],
    };
    (0..OTHERS).for_each(|_| sums.add(&map, &both([1, 0, 0])));
    if is_there {
        sums.add(&map, &both(UNIT));
    }
    sums
}

fn figures(cell: &ReleasedCell) -> [i128; 3] {
    [&cell.count, &cell.sums[0], &cell.sums[1]].map(|text| text.parse().unwrap())
}

/// 80 times the logarithm of the likelihood ratio, which is then an integer.
fn ratio(table: &ReleasedTable) -> i128 {
    let known = [OTHERS as i128, 0, 0];
    let cells = table.cells.iter().flatten().map(figures);
    cells
        .map(|printed| {
            (0..3)
                .map(|figure| {
                    let (noise, unit) = (printed[figure] - known[figure], i128::from(UNIT[figure]));
                    let weight = (80.0 / scales()[figure]).round() as i128;
                    weight * (noise.abs() - (noise - unit).abs())
                })
                .sum::<i128>()
        })
        .sum()
}

/// Many releases on neighbouring data: the ε that they prove is at most the job's, and not far below it.
pub fn likelihood(releases: usize) -> Found {
    let rule = two_cells();
    let scores = |is_there| {
        let sums = sums(&rule, is_there);
        (0..releases).map(|_| sums.release(&rule).map(|table| ratio(&table))).collect::<Option<Vec<i128>>>()
    };
    let both = scores(true).zip(scores(false));
    let (with, without) = both.ok_or("nothing is released")?;
    let proven = epsilon_at_least(&with, &without, 0.0);
    let told = format!("ε = 1; {releases} releases each prove ε ≥ {proven:.3}");
    if (0.1..=1.0).contains(&proven) { Ok(told) } else { Err(told) }
}

#[test]
fn scales_are_those_of_the_bounds() {
    let _turn = crate::support::strong();
    stated_scales().unwrap();
}

#[test]
fn releases_prove_no_more_than_epsilon() {
    let _turn = crate::support::strong();
    likelihood(20_000).unwrap();
}
