//! The map step and the coordinator's books, without a guest: contributions of every kind in, streams out, spoilt, and in
//! again.

use proptest::prelude::*;

use super::collect::Collected;
use super::sums::Sums;
use super::worker::Mapping;
use super::worker_job::WorkerJob;
use crate::data::{Contribution, MARKER_CELL, StreamError, read_contributions};
use crate::guest::Contributions;
use crate::model::{Billionths, Dimension, NoiseKind, UnitKind};
use crate::policy::{CellMap, MeasureRule, TableRule};

const JOB: &str = r#"{
    "format": "anshi/worker-job/v1",
    "guest": "sha256:0000000000000000000000000000000000000000000000000000000000000000",
    "as_of": "2026-06-30",
    "parameters": [{ "integer": 3 }, { "date": "2026-01-01" }, { "text": "x" }, { "identifier": "y" }],
    "tables": [{
        "dataset": "tax_payment", "time": "period_end", "history_months": 12, "rows_max": 60,
        "columns": [{ "column": "paid_fen", "form": "integer", "identifier": false, "place": 4, "values": [] }]
    }],
    "cells": { "count": 6, "places": [[0, 1, 2], [0, 3]], "measures": [1, 0] },
    "cells_per_unit": 2,
    "measures": [{ "name": "paid", "lower": -3, "upper": 9 }, { "name": "late", "lower": 0, "upper": 1 }],
    "limits": { "fuel_per_unit": 20000, "memory_bytes": 1048576, "slot_ms": 60000 }
}"#;
const MEASURES: [&str; 2] = ["paid", "late"];

fn rule() -> TableRule {
    let measure = |name: &str, lower, upper| MeasureRule {
        name: name.to_owned(),
        unit: "fen".to_owned(),
        lower,
        upper,
        share: Billionths::new(1),
    };
    let dimension = |name: &str, labels: &[&str]| Dimension {
        name: name.to_owned(),
        labels: labels.iter().map(|label| (*label).to_owned()).collect(),
    };
    TableRule {
        unit: UnitKind::Enterprise,
        cells_per_unit: 2,
        min_units: 0,
        dimensions: vec![dimension("county", &["a", "b"]), dimension("industry", &["x", "y", "z"])],
        measures: vec![measure("paid", -3, 9), measure("late", 0, 1)],
        noise: NoiseKind::DiscreteLaplace,
        epsilon: Billionths::ONE,
        count_share: Billionths::ONE,
        units_max: 100,
    }
}

/// Indices that are labels mostly, and values of all sizes, in lists that fit together mostly.
fn given() -> impl Strategy<Value = Contributions> {
    let index = prop_oneof![8 => 0..4u32, 1 => Just(u32::MAX), 1 => any::<u32>()];
    let value = prop_oneof![-5..12i64, any::<i64>(), Just(i64::MAX), Just(i64::MIN)];
    let lists = move |cells: usize| (Just(cells), prop::collection::vec(value.clone(), 2 * cells));
    let fitting = (0..6usize).prop_flat_map(lists).prop_flat_map(move |(cells, values)| {
        prop::collection::vec(index.clone(), 2 * cells)
            .prop_map(move |cells| Contributions { cells, values: values.clone() })
    });
    let any_lists = (prop::collection::vec(any::<u32>(), 0..5), prop::collection::vec(any::<i64>(), 0..5));
    prop_oneof![9 => fitting, 1 => any_lists.prop_map(|(cells, values)| Contributions { cells, values })]
}

/// What a worker writes for these buckets of units, one stream for each.
fn map(job: &WorkerJob, buckets: &[Vec<Contributions>]) -> Vec<Vec<u8>> {
    let one = |(bucket, units): (u32, &Vec<Contributions>)| {
        let mut bytes = Vec::new();
        let mut mapping = Mapping::new(job, &mut bytes).unwrap();
        units.iter().for_each(|given| mapping.unit(bucket, given).unwrap());
        mapping.close(bucket).unwrap();
        mapping.finish().unwrap();
        bytes
    };
    (0..).zip(buckets).map(one).collect()
}

fn rows(bytes: &[u8]) -> Vec<Contribution> {
    let mut rows = Vec::new();
    let read = read_contributions(bytes, &MEASURES.map(str::to_owned), &mut |row| {
        rows.push(row.clone());
        Ok::<(), StreamError>(())
    });
    read.unwrap();
    rows
}

fn collect<'b>(buckets: usize, outputs: impl IntoIterator<Item = &'b Vec<u8>>) -> Result<Sums, String> {
    let rule = rule();
    let mut total = Collected::new(&rule, buckets);
    for output in outputs {
        let mut collected = Collected::new(&rule, buckets);
        collected.read(output.as_slice()).map_err(|refused| refused.to_string())?;
        total.merge(&collected);
    }
    total.whole().map_err(|refused| refused.to_string())
}

fn refused<'b>(buckets: usize, outputs: impl IntoIterator<Item = &'b Vec<u8>>) -> String {
    collect(buckets, outputs).map(drop).unwrap_err()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn workers_sum_as_threads_do(buckets in prop::collection::vec(prop::collection::vec(given(), 0..6), 1..5)) {
        let job = WorkerJob::parse(JOB).unwrap();
        let mut wanted = Sums::new(&rule());
        buckets.iter().flatten().for_each(|given| wanted.add(&job.map, given));
        let outputs = map(&job, &buckets);
        let sums = collect(buckets.len(), outputs.iter().rev()).unwrap();
        prop_assert_eq!((sums.counts(), sums.measures()), (wanted.counts(), wanted.measures()));
    }

    /// Whatever a guest says, what is written is within the domain and the bounds, and the one marker is the worker's.
    #[test]
    fn no_guest_writes_a_marker(units in prop::collection::vec(given(), 1..6)) {
        let job = WorkerJob::parse(JOB).unwrap();
        let rows = rows(&map(&job, std::slice::from_ref(&units))[0]);
        let (marker, contributions) = rows.split_last().unwrap();
        prop_assert_eq!((marker.cell, marker.marker, marker.units), (MARKER_CELL, 1, contributions.len() as i64));
        prop_assert!(contributions.len() <= 2 * units.len());
        for row in contributions {
            prop_assert!((0..6).contains(&row.cell) && row.marker == 0 && row.units == 1, "{:?}", row);
            prop_assert!((-3..=9).contains(&row.sums[0]) && (0..=1).contains(&row.sums[1]), "{:?}", row);
        }
    }
}

fn three() -> Vec<Vec<u8>> {
    let unit = |cell: u32, value: i64| Contributions { cells: vec![cell, 0], values: vec![1, value] };
    map(&WorkerJob::parse(JOB).unwrap(), &[vec![unit(0, 5), unit(1, 7), unit(2, 9)], vec![], vec![unit(0, 1)]])
}

#[test]
fn a_guest_that_names_the_markers_cell_adds_nothing() {
    let job = WorkerJob::parse(JOB).unwrap();
    let forged = |cells: [u32; 2]| Contributions { cells: cells.to_vec(), values: vec![1, 1] };
    let units = [[u32::MAX, u32::MAX], [u32::MAX, 0], [0, u32::MAX], [2, u32::MAX - 1]].map(forged);
    let written = rows(&map(&job, &[units.to_vec()])[0]);
    assert_eq!(written.len(), 1, "the worker's own marker: {written:?}");
    assert_eq!(written[0].units, 0);
}

#[test]
fn every_bucket_counts_exactly_once() {
    let outputs = three();
    let sums = collect(3, &outputs).unwrap();
    assert_eq!(sums.counts(), [2, 1, 1, 0, 0, 0]);
    assert_eq!(sums.measures(), [[6, 7, 9, 0, 0, 0], [2, 1, 1, 0, 0, 0]]);
    for lost in 0..3 {
        let rest = (0..3).filter(|bucket| *bucket != lost).map(|bucket| &outputs[bucket]);
        assert!(refused(3, rest).starts_with(&format!("bucket {lost} came back 0 times")));
        let twice = (0..3).chain([lost]).map(|bucket| &outputs[bucket]);
        assert!(refused(3, twice).starts_with(&format!("bucket {lost} came back 2 times")));
        // One lost and another in its place.
        let other = (0..3).map(|bucket| &outputs[if bucket == lost { (lost + 1) % 3 } else { bucket }]);
        assert!(collect(3, other).is_err());
    }
    // A bucket that nobody asked for.
    assert!(refused(2, &outputs).contains("a row that no worker writes"));
}

/// The books over single rows, in whatever order.
fn rows_refused(rows: &[Contribution]) -> Option<String> {
    let mut collected = Collected::new(&rule(), 3);
    let added = rows.iter().try_for_each(|row| collected.add(row));
    added.and_then(|()| collected.whole().map(drop)).err().map(|refused| refused.to_string())
}

#[test]
fn a_part_of_a_bucket_that_is_lost_or_counted_twice_is_noticed() {
    let rows: Vec<Contribution> = three().iter().flat_map(|output| rows(output)).collect();
    assert_eq!((rows.len(), rows_refused(&rows)), (7, None));
    let backwards: Vec<Contribution> = rows.iter().rev().cloned().collect();
    assert_eq!(rows_refused(&backwards), None, "an engine gives no order");
    for place in 0..rows.len() {
        let bucket = rows[place].bucket;
        let told = |rows: &[Contribution]| rows_refused(rows).unwrap();
        let mut lost = rows.clone();
        lost.remove(place);
        assert!(told(&lost).starts_with(&format!("bucket {bucket} came back")), "{place}: {}", told(&lost));
        let mut twice = rows.clone();
        twice.push(rows[place].clone());
        assert!(told(&twice).starts_with(&format!("bucket {bucket} came back")), "{place}: {}", told(&twice));
    }
}

#[test]
fn what_no_worker_writes_is_refused() {
    let rows: Vec<Contribution> = three().iter().flat_map(|output| rows(output)).collect();
    let spoilt: [(&str, fn(&mut Contribution)); 9] = [
        ("a cell outside", |row| row.cell = 6),
        ("a negative cell", |row| row.cell = -2),
        ("a bucket outside", |row| row.bucket = 3),
        ("a negative bucket", |row| row.bucket = -1),
        ("too much", |row| row.sums[0] = 10),
        ("too little", |row| row.sums[0] = -4),
        ("nobody's", |row| row.units = 0),
        ("fewer than nobody's", |row| row.units = -1),
        ("a mark on a cell", |row| row.marker = 1),
    ];
    for (what, spoil) in spoilt {
        let mut rows = rows.clone();
        spoil(&mut rows[0]);
        assert_eq!(rows_refused(&rows).as_deref(), Some("a worker's result has a row that no worker writes"), "{what}");
    }
    // Markers: none, and one with a sum.
    let markers: [fn(&mut Contribution); 3] = [|row| row.marker = 0, |row| row.sums[1] = 1, |row| row.units = -1];
    for spoil in markers {
        let mut rows = rows.clone();
        spoil(rows.last_mut().unwrap());
        assert!(rows_refused(&rows).is_some());
    }
    // Several units of a cell together, as an engine brings them: the bounds of so many.
    let together = |paid| {
        let of =
            |cell, marker, units, sums: [i64; 2]| Contribution { bucket: 0, cell, marker, units, sums: sums.to_vec() };
        let none = |bucket| Contribution { bucket, ..of(MARKER_CELL, 1, 0, [0, 0]) };
        rows_refused(&[of(1, 0, 5, [paid, 5]), of(MARKER_CELL, 1, 5, [0, 0]), none(1), none(2)])
    };
    assert_eq!((together(45), together(-15)), (None, None));
    assert!(together(46).is_some() && together(-16).is_some());
}

#[test]
fn a_result_cut_anywhere_is_noticed() {
    let outputs = three();
    let mut taken = 0;
    for bucket in 0..3 {
        for length in 0..outputs[bucket].len() {
            let mut cut = outputs.clone();
            cut[bucket].truncate(length);
            taken += usize::from(collect(3, &cut).is_ok());
        }
    }
    // Without the eight bytes that mark its end a stream still has all its rows.
    assert!(taken <= 3 * 16, "{taken}");
}

#[test]
fn a_description_is_read_strictly() {
    let job = WorkerJob::parse(JOB).unwrap();
    assert_eq!(WorkerJob::parse(&job.to_json()).unwrap().to_json(), job.to_json());
    assert_eq!((job.tables.len(), job.tables[0].columns.len(), job.tables[0].given.len()), (1, 2, 2));
    let spoilt = [
        ("worker-job/v1", "worker-job/v2"),
        ("sha256:00", "sha256:zz"),
        ("2026-06-30", "2026-06-31"),
        ("\"cells_per_unit\": 2", "\"cells_per_unit\": -2"),
        ("\"cells_per_unit\": 2", "\"cells_per_unit\": 2, \"epsilon\": 1"),
        ("\"count\": 6", "\"count\": 5"),
        ("\"count\": 6", "\"count\": 4294967296"),
        ("[1, 0]", "[1, 1]"),
        ("[1, 0]", "[0]"),
        ("[1, 0]", "[2, 0]"),
        ("\"lower\": -3", "\"lower\": 10"),
        ("\"form\": \"integer\"", "\"form\": \"float\""),
        ("\"paid_fen\", \"form\"", "\"period_end\", \"form\""),
        ("{ \"integer\": 3 }", "{ \"number\": 3 }"),
        ("\"2026-01-01\"", "\"2026-13-01\""),
    ];
    for (whole, bad) in spoilt {
        assert!(JOB.contains(whole), "{whole}");
        assert!(WorkerJob::parse(&JOB.replacen(whole, bad, 1)).is_err(), "{bad}");
    }
    let places = JOB.replacen("[[0, 1, 2], [0, 3]]", "[[0, 18446744073709551615], [0, 3]]", 1);
    assert!(WorkerJob::parse(&places).is_err());
    let none = CellMap::new(Vec::new(), vec![0, 1], 6);
    assert!(none.is_none());
}
