//! How useful a table is: the noise that the gate adds at ε = 1, against the scale of the policy's stated bounds.
//! `make utility` prints the table. The noise is what was released minus what is true, over every cell of many releases.
#![expect(clippy::print_stdout, reason = "the test run is a table")]

use anshi::disclosure::audit::RawSums;
use anshi::disclosure::{ReleasedCell, ReleasedNoise, ReleasedTable};
use anshi::env::weaken::Weakness;
use anshi::guest::Contributions;
use anshi::model::{Billionths, Dimension, NoiseKind, UnitKind};
use anshi::policy::{CellMap, MeasureRule, TableRule};

const RELEASES: usize = 1_000;
const CELLS: [usize; 2] = [16, 20];
/// So many units in each cell that none is ever suppressed: e^-500 of the noise reaches so far.
const UNITS: usize = 1_000;
/// What each of them adds to a measure.
const VALUE: i64 = 7;
/// Measured over stated standard deviation; at 320,000 draws the standard error is 0.2 % for Laplace's, less for the
/// Gaussian's.
const DEVIATION_TOLERANCE: f64 = 0.01;
/// The mean noise, in standard deviations; the standard error is 1/√320,000 = 0.0018.
const MEAN_TOLERANCE: f64 = 0.01;
/// The share of cells within the stated interval. Its half-width is an integer, so a narrow one holds more than 95 %.
const WITHIN_MIN: f64 = 0.948;

fn rule(noise: NoiseKind, cells_per_unit: u32, bounds: (i64, i64)) -> TableRule {
    let dimension = |name: &str, count: usize| Dimension {
        name: name.to_owned(),
        labels: (0..count).map(|label| label.to_string()).collect(),
    };
    let share = Billionths::parse("0.5").unwrap();
    TableRule {
        unit: UnitKind::Enterprise,
        cells_per_unit,
        min_units: 0,
        dimensions: vec![dimension("county", CELLS[0]), dimension("industry", CELLS[1])],
        measures: vec![MeasureRule {
            name: "paid".to_owned(),
            unit: "fen".to_owned(),
            lower: bounds.0,
            upper: bounds.1,
            share,
        }],
        noise,
        epsilon: Billionths::ONE,
        count_share: share,
        units_max: 1_000_000,
    }
}

/// The standard deviation by the bounds: `bound` is the most that one unit changes one cell by, ε = 1, the share a half.
fn expected(noise: NoiseKind, cells_per_unit: u32, bound: i64) -> f64 {
    let (cells, bound) = (f64::from(cells_per_unit), bound as f64);
    match noise {
        // With p = e^(-1/b): variance 2p / (1 - p)².
        NoiseKind::DiscreteLaplace => {
            let p = (-1.0 / (cells * bound / 0.5)).exp();
            (2.0 * p).sqrt() / (1.0 - p)
        }
        // ρ = ε²/2 and half of it: σ = √cells · bound / √(2 · ρ/2). The discrete one's differs by less than 10⁻⁷.
        NoiseKind::DiscreteGaussian => cells.sqrt() * bound / 0.5_f64.sqrt(),
    }
}

struct Line {
    what: String,
    stated: ReleasedNoise,
    expected: f64,
    deviation: f64,
    mean: f64,
    within: f64,
}

impl Line {
    fn new(what: String, stated: &ReleasedNoise, expected: f64, noise: &[i128]) -> Self {
        let half: i128 = stated.interval_95.parse().unwrap();
        let count = noise.len() as f64;
        let mean = noise.iter().map(|noise| *noise as f64).sum::<f64>() / count;
        let variance = noise.iter().map(|noise| (*noise as f64 - mean).powi(2)).sum::<f64>() / (count - 1.0);
        let within = noise.iter().filter(|noise| noise.abs() <= half).count() as f64 / count;
        Self { what, stated: stated.clone(), expected, deviation: variance.sqrt(), mean, within }
    }

    fn holds(&self) -> bool {
        (self.deviation / self.expected - 1.0).abs() <= DEVIATION_TOLERANCE
            && (self.mean / self.expected).abs() <= MEAN_TOLERANCE
            && self.within >= WITHIN_MIN
    }

    fn print(&self) {
        println!(
            "| {} | {} | {:.4} | {:.4} | {:.4} | {:+.4} | ± {} | {:.2} % | {} |",
            self.what,
            self.stated.scale,
            self.expected,
            self.deviation,
            self.deviation / self.expected,
            self.mean / self.expected,
            self.stated.interval_95,
            self.within * 100.0,
            if self.holds() { "yes" } else { "NO" },
        );
    }
}

/// The noise of both figures: the count, and the measure.
fn noise(released: &[ReleasedTable]) -> [Vec<i128>; 2] {
    let of = |figure: usize| {
        let cells = released.iter().flat_map(|table| &table.cells).map(|cell| cell.as_ref().unwrap());
        let text = |cell: &ReleasedCell| [&cell.count, &cell.sums[0]][figure].parse::<i128>().unwrap();
        cells.map(|cell| text(cell) - [1, i128::from(VALUE)][figure] * UNITS as i128).collect()
    };
    [of(0), of(1)]
}

/// One unit in each cell, again and again: through the bounds of the gate, as a job's are.
fn sums(rule: &TableRule) -> RawSums {
    let (map, mut sums) = (CellMap::whole(rule), RawSums::new(rule));
    for county in 0..CELLS[0] as u32 {
        for industry in 0..CELLS[1] as u32 {
            let given = Contributions { cells: vec![county, industry], values: vec![VALUE] };
            (0..UNITS).for_each(|_| sums.add(&map, &given));
        }
    }
    sums
}

fn lines(releases: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    for noise_kind in [NoiseKind::DiscreteLaplace, NoiseKind::DiscreteGaussian] {
        for (cells_per_unit, bounds) in [(1, (0, 50)), (3, (-5_000_000, 20))] {
            let rule = rule(noise_kind, cells_per_unit, bounds);
            let sums = sums(&rule);
            let released: Vec<ReleasedTable> = (0..releases).map(|_| sums.release(&rule).unwrap()).collect();
            let [count, paid] = noise(&released);
            let bound = bounds.0.abs().max(bounds.1.abs());
            let what = |figure: &str| format!("{}, {cells_per_unit} cells a unit, {figure}", noise_kind.word());
            let table = &released[0];
            let of = |bound| expected(noise_kind, cells_per_unit, bound);
            lines.push(Line::new(what("count"), &table.count, of(1), &count));
            let measure = what(&format!("measure of {} to {}", bounds.0, bounds.1));
            lines.push(Line::new(measure, &table.measures[0].noise, of(bound), &paid));
        }
    }
    lines
}

/// The whole table; `make utility` asks for it.
#[test]
#[ignore = "a table to read: `make utility`"]
fn table() {
    let _turn = crate::support::strong();
    let lines = lines(RELEASES);
    println!("\n{RELEASES} releases of {} cells, ε = 1, half of it for each figure.\n", CELLS[0] * CELLS[1]);
    println!(
        "| figure | stated scale | deviation by the bounds | measured | ratio | mean ÷ deviation | 95 % interval | within | holds |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    lines.iter().for_each(Line::print);
    assert!(lines.iter().all(Line::holds), "the noise is not what the bounds say");
}

/// That the table can fail: noise of half the scale is noticed.
#[test]
fn half_the_noise_is_noticed() {
    let lines = crate::support::weakened(Weakness::NoiseHalved, || lines(20));
    assert!(lines.iter().all(|line| !line.holds() && line.deviation < 0.75 * line.expected));
}
