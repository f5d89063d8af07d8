//! A snapshot, and guests under the shipped policies on it, run by the engine's own code: what tests and benchmarks of guests in
//! every language share. No home, ledger or gate: what a guest answers, before anything is made of it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anshi::catalog::Catalog;
use anshi::data::{Frame, FramePart, IngestOptions, Snapshot, ingest};
use anshi::guest::{Contributions, Fault, Guest, Registry, RunInput, UnitRuns, build_input};
use anshi::ledger::GuestRow;
use anshi::model::{Date, Pace, ParameterValue, Read, TableRead, UnitId, UnitKind};
use anshi::policy::{
    ClientRows, Limits, Origin, PermittedParty, Plan, Policy, RolePlan, TablePlan, check_policy_file, fit,
};

/// Slots are long enough whatever this machine is: nothing here waits for one.
const PACE: Pace = Pace { nanos_per_kilofuel: 1, nanos_per_mib: 1 };

/// The project's own folder `name`.
pub fn project(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// What guests are run on.
pub struct Room {
    pub catalog: Catalog,
    pub snapshot: Snapshot,
    data: PathBuf,
    _folder: Option<tempfile::TempDir>,
}

impl Room {
    /// A snapshot of the delivery that `deliver` writes.
    pub fn new(as_of: Date, deliver: impl FnOnce(&Catalog, &Path)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let catalog = Catalog::load(&project("catalog")).unwrap();
        std::fs::create_dir(at("delivery")).unwrap();
        deliver(&catalog, &at("delivery"));
        let options = IngestOptions { as_of, only: None };
        let data = at("data");
        let report = ingest(&data, &at("rejects"), &catalog, &at("delivery"), &options, &mut |_| {}).unwrap();
        assert!(report.published, "{report:?}");
        Self { _folder: Some(folder), ..Self::at(&data) }
    }

    /// The snapshot of a room that another process keeps.
    pub fn at(data: &Path) -> Self {
        let catalog = Catalog::load(&project("catalog")).unwrap();
        let snapshot = Snapshot::open(data, &catalog, None).unwrap();
        Self { catalog, snapshot, data: data.to_owned(), _folder: None }
    }

    /// Where its snapshot lies.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// A guest under the shipped policy `policy`.
    pub fn under(&self, guest: Arc<Guest>, policy: &str) -> Subject {
        let folder = std::env::var_os("ANSHI_POLICIES_DIR")
            .map_or_else(|| project("sandbox-guests/kit/policies"), PathBuf::from);
        let path = folder.join(policy).join("policy.toml");
        let policy = check_policy_file(&path, &self.catalog, PACE).unwrap();
        let plan = fit(&policy, guest.manifest(), &self.catalog).unwrap();
        Subject { guest, policy, plan }
    }

    /// A verifier's input about one firm, under this plan.
    pub fn input(&self, roles: &[RolePlan], firm: UnitId, parameters: &[ParameterValue]) -> RunInput {
        let party = PermittedParty { role: 0, role_name: "enterprise".to_owned(), id: firm };
        build_input(roles, &[party], parameters, (&self.snapshot, &ClientRows::default())).unwrap()
    }

    /// The firms that have a row in any of these datasets.
    pub fn firms(&self, datasets: &[&str]) -> Vec<UnitId> {
        let names: Vec<String> = datasets.iter().map(|name| (*name).to_owned()).collect();
        let frame = Frame::new(&self.snapshot, &names).unwrap();
        let (mut walk, mut part, mut firms) = (frame.walk(), FramePart::default(), Vec::new());
        while walk.take(64, &mut part) {
            firms.extend(part.units().map(|(id, _)| UnitId::parse(UnitKind::Enterprise, id).unwrap()));
        }
        firms
    }
}

/// A guest under a policy.
pub struct Subject {
    pub guest: Arc<Guest>,
    pub policy: Policy,
    pub plan: Plan,
}

impl Subject {
    /// What a run may take.
    pub const fn limits(&self) -> &Limits {
        &self.policy.limits
    }

    /// A verifier's input about one firm.
    pub fn input(&self, room: &Room, firm: UnitId, parameters: &[ParameterValue]) -> RunInput {
        room.input(self.plan.roles(), firm, parameters)
    }

    /// What one firm contributes within these limits.
    pub fn contribution(
        &self,
        room: &Room,
        firm: UnitId,
        parameters: &[ParameterValue],
        limits: &Limits,
    ) -> Result<Contributions, Fault> {
        let (runs, ordinals) = self.runs(room, firm, parameters, limits);
        runs.runner().run(firm.as_str(), &ordinals)
    }

    /// What runs the table's units within these limits, and where one firm stands in the datasets.
    pub fn runs<'s>(
        &'s self,
        room: &'s Room,
        firm: UnitId,
        parameters: &'s [ParameterValue],
        limits: &Limits,
    ) -> (UnitRuns<'s>, Vec<Option<u64>>) {
        let Plan::Table { frame, .. } = &self.plan else { panic!("the policy makes no table") };
        let ordinal = |name: &String| room.snapshot.dataset(name).unwrap().ordinal(&firm);
        let runs = UnitRuns::new(&self.guest, (&self.plan, parameters), limits, &room.snapshot).unwrap();
        (runs, frame.iter().map(ordinal).collect())
    }

    /// What every unit of a contributor's table gives, within these limits.
    pub fn contributions(&self, room: &Room, parameters: &[ParameterValue], limits: &Limits) -> Vec<Unit> {
        let Plan::Table { frame, .. } = &self.plan else { panic!("the policy makes no table") };
        let frame = Frame::new(&room.snapshot, frame).unwrap();
        let runs = UnitRuns::new(&self.guest, (&self.plan, parameters), limits, &room.snapshot).unwrap();
        let (mut walk, mut part, mut units) = (frame.walk(), FramePart::default(), Vec::new());
        while walk.take(64, &mut part) {
            units.extend(
                part.units().map(|(id, ordinals)| Unit { id: id.to_owned(), gave: runs.runner().run(id, ordinals) }),
            );
        }
        units
    }
}

/// What one unit gave.
#[derive(Debug, PartialEq)]
pub struct Unit {
    pub id: String,
    pub gave: Result<Contributions, Fault>,
}

/// What a verifier reads that no policy is written for, so many rows of each table.
pub fn plan(guest: &Guest, rows_max: u32) -> Vec<RolePlan> {
    let read = |read: &Read| Read { column: read.column.clone(), values: read.values.clone() };
    let table = |table: &TableRead| TablePlan {
        dataset: table.dataset.clone(),
        origin: Origin::Snapshot,
        reads: table.reads.iter().map(read).collect(),
        history_months: None,
        rows_max,
    };
    let roles = guest.manifest().roles().iter();
    roles.map(|role| RolePlan { role: role.name.clone(), tables: role.tables.iter().map(table).collect() }).collect()
}

/// Registers a module; what was registered for this engine before, in the same folder, is not compiled again.
pub fn register(registry: &Registry, folder: &Path, module: &[u8]) -> Arc<Guest> {
    let digest = anshi::keys::sha256(module);
    let kept = folder.join(format!("{}-{}.json", digest.hex(), registry.identity()));
    let before = std::fs::read(&kept).ok().and_then(|told| {
        let told: serde_json::Value = serde_json::from_slice(&told).ok()?;
        let text = |name: &str| told[name].as_str().map(str::to_owned);
        let (engine, artefact) = (registry.identity().to_owned(), text("artefact")?.parse().ok()?);
        registry.load(&GuestRow { digest, engine, artefact, manifest: text("manifest")? }).ok()
    });
    before.unwrap_or_else(|| {
        let row = registry.register(module).unwrap().row;
        let told = serde_json::json!({ "artefact": row.artefact.to_string(), "manifest": row.manifest });
        std::fs::write(&kept, told.to_string()).unwrap();
        registry.load(&row).unwrap()
    })
}

/// The least number up to `most` that `is_enough`, found by halving: of fuel, or of pages of memory.
pub fn least(most: u64, is_enough: impl Fn(u64) -> bool) -> u64 {
    let (mut low, mut high) = (0, most);
    while low < high {
        let middle = low + (high - low) / 2;
        if is_enough(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}
