//! Raw sums of worker processes and of threads, bit for bit, for every guest that there is. Raw sums can be read in a
//! weakened build alone: `cargo test --features weaken`.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use anshi::catalog::Catalog;
use anshi::data::synth::{SynthOptions, synthesise};
use anshi::data::{Frame, FramePart, IngestOptions, Snapshot, ingest};
use anshi::disclosure::audit::{RawSums, worker_inputs};
use anshi::disclosure::{Workers, map_units};
use anshi::guest::{Contributions, Fault, Guest, Registry, UnitRunner, UnitRuns, inspect};
use anshi::model::{Pace, ParameterValue};
use anshi::policy::{Plan, Policy, check_policy_file, fit};

use super::policy::hostile;
use crate::support::{guest_path, strong};

/// The rows of some hundred firms, with all that they have.
const SCALE_PPM: u64 = 6_000;
const PACE: Pace = Pace { nanos_per_kilofuel: 2_000, nanos_per_mib: 500_000 };
/// Units of one bucket where a test counts buckets: so that there are several.
const BUCKET_UNITS: usize = 40;
const ELECTRICITY: &str =
    "[[grant]]\ndataset = \"electricity_usage\"\ncolumns = [\"period_end\"]\nhistory_months = 12\nrows_max = 5\n";

struct City {
    catalog: Catalog,
    snapshot: Snapshot,
    registry: Registry,
    folder: tempfile::TempDir,
}

fn city() -> &'static City {
    static CITY: OnceLock<City> = OnceLock::new();
    CITY.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let catalog = Catalog::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("catalog")).unwrap();
        let as_of = "2026-06-30".parse().unwrap();
        let options = SynthOptions { scale_ppm: SCALE_PPM, seed: 11, as_of };
        synthesise(&catalog, &at("delivery"), &options, &mut |_, _| {}).unwrap();
        let options = IngestOptions { as_of, only: None };
        let report = ingest(&at("data"), &at("rejects"), &catalog, &at("delivery"), &options, &mut |_| {}).unwrap();
        assert!(report.published, "{report:?}");
        let snapshot = Snapshot::open(&at("data"), &catalog, None).unwrap();
        let registry = Registry::open(&at("guests"), Path::new(env!("CARGO_BIN_EXE_anshi"))).unwrap();
        City { catalog, snapshot, registry, folder }
    })
}

/// The text of a shipped policy.
fn shipped(id: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("policies").join(id).join("policy.toml"))
        .unwrap()
}

/// A guest under a policy.
pub(super) struct Table {
    pub policy: Policy,
    plan: Plan,
    guest: Arc<Guest>,
    module: Vec<u8>,
    workers: Workers,
}

impl Table {
    fn new(guest: &str, policy: &str) -> Self {
        Self::of(&std::fs::read(guest_path(guest)).unwrap(), policy)
    }

    /// The same guest as a component, which the engine runs through wasmtime's component layer.
    fn of_component(guest: &str, policy: &str) -> Self {
        Self::of(&inspect(&std::fs::read(guest_path(guest)).unwrap()).unwrap().component, policy)
    }

    pub fn of(module: &[u8], policy: &str) -> Self {
        let City { catalog, registry, folder, .. } = city();
        let guest = registry.load(&registry.register(module).unwrap().row).unwrap();
        let path = tempfile::NamedTempFile::new_in(folder.path()).unwrap();
        std::fs::write(path.path(), policy).unwrap();
        let policy = check_policy_file(path.path(), catalog, PACE).unwrap();
        let plan = fit(&policy, guest.manifest(), catalog).unwrap();
        let submitted = registry.module_path(guest.digest());
        let workers = Workers { program: env!("CARGO_BIN_EXE_anshi").into(), module: submitted, count: 3 };
        Self { policy, plan, guest, module: module.to_vec(), workers }
    }

    fn threads(&self, parameters: &[ParameterValue]) -> RawSums {
        let (rule, limits) = (self.policy.table().unwrap(), &self.policy.limits);
        RawSums::gather(rule, (&self.plan, parameters), limits, &self.guest, &city().snapshot).unwrap()
    }

    fn processes(&self, parameters: &[ParameterValue]) -> RawSums {
        let (rule, limits) = (self.policy.table().unwrap(), &self.policy.limits);
        let planned = (&self.plan, parameters);
        RawSums::gather_via_workers(rule, planned, limits, &self.guest, &city().snapshot, &self.workers).unwrap()
    }

    /// What every unit gives, each by the runner that `runner` hands out.
    fn each<'r>(
        &self,
        runs: &'r UnitRuns<'static>,
        runner: impl Fn(&mut Option<UnitRunner<'r, 'static>>),
    ) -> Vec<Result<Contributions, Fault>> {
        let Plan::Table { frame, .. } = &self.plan else { panic!("the policy makes no table") };
        let frame = Frame::new(&city().snapshot, frame).unwrap();
        let (mut walk, mut part, mut given, mut kept) = (frame.walk(), FramePart::default(), Vec::new(), None);
        while walk.take(64, &mut part) {
            for (unit, ordinals) in part.units() {
                runner(&mut kept);
                let kept = kept.get_or_insert_with(|| runs.runner());
                given.push(kept.run(unit, ordinals));
            }
        }
        given
    }

    /// What every unit gives within so much fuel; of a trap alone that it is one.
    pub fn given(&mut self, behaviour: i64, fuel: u64) -> Vec<Result<Contributions, Fault>> {
        let silent = |fault| if matches!(fault, Fault::Trap(_)) { Fault::Trap(String::new()) } else { fault };
        self.told(behaviour, fuel).into_iter().map(|given| given.map_err(silent)).collect()
    }

    /// The same with the texts of traps.
    pub fn told(&mut self, behaviour: i64, fuel: u64) -> Vec<Result<Contributions, Fault>> {
        self.policy.limits.fuel = fuel;
        let parameters: &[ParameterValue] = Box::leak(Box::new([ParameterValue::Integer(behaviour)]));
        let guest: &Arc<Guest> = Box::leak(Box::new(Arc::clone(&self.guest)));
        let runs = UnitRuns::new(guest, (&self.plan, parameters), &self.policy.limits, &city().snapshot).unwrap();
        self.each(&runs, |_| ())
    }

    /// What a worker writes for each bucket.
    fn outputs(&self, parameters: &[ParameterValue]) -> Vec<Vec<u8>> {
        let (rule, limits) = (self.policy.table().unwrap(), &self.policy.limits);
        let planned = (&self.plan, parameters);
        let (job, inputs) =
            worker_inputs(rule, planned, limits, self.guest.digest(), &city().snapshot, BUCKET_UNITS).unwrap();
        let map = |input: &Vec<u8>| {
            let mut output = Vec::new();
            map_units(&job, &self.guest, input.as_slice(), &mut output).unwrap();
            output
        };
        inputs.iter().map(map).collect()
    }

    fn collect(&self, buckets: usize, outputs: &[&[u8]]) -> Option<RawSums> {
        RawSums::collect(self.policy.table().unwrap(), buckets, outputs)
    }
}

fn check_same(one: &RawSums, other: &RawSums, what: &str) {
    assert_eq!(one.counts(), other.counts(), "{what}");
    assert_eq!(one.measures(), other.measures(), "{what}");
}

#[test]
fn shipped_guests_have_the_same_sums_in_worker_processes() {
    let _turn = strong();
    let themes = ["tax", "sales", "power", "employment"].map(|theme| ParameterValue::Text(theme.to_owned()));
    for (guest, policy, asked) in [
        ("late_payment_by_county", "late-payment-by-county", [3, 6, 12].map(ParameterValue::Integer).as_slice()),
        ("enterprise_vitality", "enterprise-vitality", &[3, 12].map(ParameterValue::Integer)),
        ("smart_fiscal", "smart-fiscal", &themes),
    ] {
        let table = Table::new(guest, &shipped(policy));
        for parameter in asked {
            let parameters = [parameter.clone()];
            let (threads, processes) = (table.threads(&parameters), table.processes(&parameters));
            check_same(&threads, &processes, &format!("{policy}, {parameter:?}"));
            assert!(threads.counts().iter().sum::<i128>() > 50, "hardly anybody contributes: {:?}", threads.counts());
            for sums in threads.measures() {
                assert!(sums.iter().any(|sum| *sum > 0), "a measure is zero in every cell: the test shows nothing");
            }
        }
    }
}

#[test]
fn hostile_guests_have_the_same_sums_in_worker_processes() {
    let _turn = strong();
    for cells_per_unit in [1, 3] {
        // Datasets that the guest does not read make units all the same.
        let table = Table::new("contributor_adversary", &hostile("tables", ELECTRICITY, cells_per_unit, 100));
        let single_out = [1_000_001, 2_000_001, 2_000_002, 3_000_000];
        for behaviour in (0..50).chain(single_out) {
            let parameters = [ParameterValue::Integer(behaviour)];
            let outputs = table.outputs(&parameters);
            let outputs: Vec<&[u8]> = outputs.iter().map(Vec::as_slice).collect();
            let workers = table.collect(outputs.len(), &outputs).unwrap();
            check_same(&table.threads(&parameters), &workers, &format!("behaviour {behaviour}"));
        }
    }
    let table = Table::new("contributor_adversary", &hostile("tables", ELECTRICITY, 1, 100));
    for behaviour in [0, 7, 13, 21, 35] {
        let parameters = [ParameterValue::Integer(behaviour)];
        check_same(&table.threads(&parameters), &table.processes(&parameters), &format!("behaviour {behaviour}"));
    }
}

/// Faults, used-up fuel and grown memory of the units before change nothing: what a store was left with is set anew.
#[test]
fn a_unit_gives_the_same_alone_and_after_others() {
    let _turn = strong();
    let mut table = Table::new("contributor_adversary", &hostile("tables", "", 1, 100));
    // Fuel for one unit that burns it, not for two.
    for fuel in [table.policy.limits.fuel, 12_000] {
        table.policy.limits.fuel = fuel;
        for behaviour in 0..50 {
            let parameters: &[ParameterValue] = Box::leak(Box::new([ParameterValue::Integer(behaviour)]));
            let (planned, limits) = ((&table.plan, parameters), &table.policy.limits);
            let guest: &'static Arc<Guest> = Box::leak(Box::new(Arc::clone(&table.guest)));
            let runs = UnitRuns::new(guest, planned, limits, &city().snapshot).unwrap();
            let alone = table.each(&runs, |kept| *kept = None);
            let together = table.each(&runs, |_| ());
            assert!(alone.len() > 100, "{} units show little", alone.len());
            assert_eq!(alone, together, "behaviour {behaviour}, {fuel} fuel");
        }
    }
}

/// The engine calls a core module by itself. What it gives, and at which fuel it ends, is what the component layer makes of it.
#[test]
fn a_core_module_gives_what_its_component_gives() {
    let _turn = strong();
    let policy = hostile("tables", ELECTRICITY, 1, 100);
    let mut core = Table::new("contributor_adversary", &policy);
    let mut component = Table::of_component("contributor_adversary", &policy);
    let artefact = |table: &Table| city().registry.register(&table.module).unwrap().row.artefact;
    assert_ne!(artefact(&core), artefact(&component), "both are compiled alike: nothing is compared");
    for behaviour in 0..50 {
        assert_eq!(core.given(behaviour, 20_000), component.given(behaviour, 20_000), "behaviour {behaviour}");
    }
    // The least fuel with which every unit answers, and less of it, by little.
    let all = |given: &[Result<Contributions, Fault>]| given.iter().all(Result::is_ok);
    let (mut too_little, mut enough) = (0_u64, 20_000);
    while enough - too_little > 1 {
        let middle = too_little.midpoint(enough);
        *if all(&core.given(0, middle)) { &mut enough } else { &mut too_little } = middle;
    }
    let mut ends = std::collections::BTreeSet::new();
    for fuel in (enough - 600..=enough).rev().step_by(10).chain(0..40) {
        let (one, other) = (core.given(0, fuel), component.given(0, fuel));
        assert_eq!(one, other, "{fuel} fuel");
        ends.insert(one.iter().filter(|given| given.is_ok()).count());
    }
    assert!(ends.len() > 3, "the fuel that is tried tells little apart: {ends:?} units answered");
    for (guest, policy) in
        [("late_payment_by_county", "late-payment-by-county"), ("enterprise_vitality", "enterprise-vitality")]
    {
        let mut core = Table::new(guest, &shipped(policy));
        let mut component = Table::of_component(guest, &shipped(policy));
        let fuel = core.policy.limits.fuel;
        let given = core.given(12, fuel);
        assert!(given.iter().any(|given| given.as_ref().is_ok_and(|given| !given.cells.is_empty())), "{policy}");
        assert_eq!(given, component.given(12, fuel), "{policy}");
    }
}

#[test]
fn buckets_that_are_lost_or_come_twice_leave_no_sums() {
    let _turn = strong();
    let table = Table::new("contributor_adversary", &hostile("tables", "", 1, 100));
    // Behaviour 23: every odd unit names the largest cell that there is, which is the marker's.
    for behaviour in [0, 23] {
        let outputs = table.outputs(&[ParameterValue::Integer(behaviour)]);
        let all: Vec<&[u8]> = outputs.iter().map(Vec::as_slice).collect();
        let buckets = all.len();
        assert!(buckets > 2, "{buckets}");
        assert!(table.collect(buckets, &all).is_some());
        for bucket in 0..buckets {
            let mut lost = all.clone();
            lost.remove(bucket);
            assert!(table.collect(buckets, &lost).is_none(), "bucket {bucket} is lost");
            let mut twice = all.clone();
            twice.push(all[bucket]);
            assert!(table.collect(buckets, &twice).is_none(), "bucket {bucket} came twice");
            let mut cut = all.clone();
            cut[bucket] = &all[bucket][..all[bucket].len() - 100];
            assert!(table.collect(buckets, &cut).is_none(), "bucket {bucket} is cut off");
        }
        assert!(table.collect(buckets + 1, &all).is_none(), "a bucket that nobody ran");
    }
}
