//! Homes for tables: known units in known cells, a policy of the hostile contributor's table, and twins that differ in one
//! unit, or in one figure of it.

use std::fmt::Write;
use std::sync::Arc;

use anshi::disclosure::ReleasedTable;
use anshi::job::{Answered, Failure, JobOrder, answer};
use anshi::model::{Digest, RawParameter};

use super::home::{Setup, TestHome, block_on_all};
use super::rows::firm;
use super::seen::{Seen, seen};
use super::twins::{client_side, difference};

/// The contributor's counties, as the catalog has them.
const COUNTIES: [&str; 11] =
    ["371402", "371403", "371422", "371423", "371424", "371425", "371426", "371427", "371428", "371481", "371482"];
/// How many industries there are: A to T.
pub const INDUSTRIES: usize = 20;
/// How many cells its table has; the industries of one county lie side by side.
pub const CELLS: usize = COUNTIES.len() * INDUSTRIES;

/// An enterprise with one payment, in its cell.
#[derive(Clone, Copy, Debug)]
pub struct Unit {
    pub number: u32,
    pub cell: usize,
    pub fen: i64,
}

/// So many units in each cell, numbered from `first` on; `fen` is what a unit has paid.
pub fn spread(first: u32, per_cell: usize, fen: impl Fn(u32) -> i64) -> Vec<Unit> {
    let all = first..first + u32::try_from(per_cell * CELLS).unwrap();
    all.map(|number| Unit { number, cell: (number - first) as usize % CELLS, fen: fen(number) }).collect()
}

/// What a test wants of its table.
#[derive(Clone, Debug)]
pub struct TableSetup {
    pub units: Vec<Unit>,
    /// Of one job.
    pub epsilon: &'static str,
    /// The client's ε in the window, and ever.
    pub quota: (&'static str, &'static str),
    pub window_days: u32,
    pub cells_per_unit: u32,
    pub min_units: u32,
    /// Bounds of the first measure.
    pub paid: (i64, i64),
    /// Of the second.
    pub odd: (i64, i64),
    /// Whether the policy names the second measure first.
    pub odd_first: bool,
    /// How many of a unit's taxes are given.
    pub rows_max: u32,
    /// Further grants, as TOML.
    pub grants: &'static str,
    /// Of ε, for both measures; the count has the rest.
    pub shares: [&'static str; 2],
    pub fuel_per_unit: u64,
    pub units_max: u32,
    /// Where it is not the shortest that `policy check` takes on this machine.
    pub slot_s: Option<u32>,
    /// How many policies there are, all alike.
    pub policies: usize,
    /// Further lines of the delivered registers of enterprises and of taxes.
    pub lines: [String; 2],
}

impl TableSetup {
    /// A table whose noise is so narrow that it hides next to nothing: what holds an attack is everything else. The
    /// count's scale is 1/10, a measure's a fifth of its bound.
    pub fn clear(units: Vec<Unit>) -> Self {
        Self {
            units,
            epsilon: "20",
            quota: ("10000", "10000"),
            window_days: 30,
            cells_per_unit: 1,
            min_units: 0,
            paid: (0, 1_000),
            odd: (0, 1),
            odd_first: false,
            rows_max: 60,
            grants: "",
            shares: ["0.25", "0.25"],
            fuel_per_unit: 30_000,
            units_max: 2_300,
            slot_s: None,
            policies: TRIES,
            lines: [String::new(), String::new()],
        }
    }

    /// A table whose noise is the privacy: ε = 1.
    pub fn noisy(units: Vec<Unit>) -> Self {
        Self { epsilon: "1", ..Self::clear(units) }
    }

    /// The files of the home, and the delivery in the place of the one with a thousand firms.
    pub fn setup(&self) -> Setup {
        let mut files = vec![("policies/accounts.toml".to_owned(), self.accounts()), self.register(), self.taxes()];
        files.extend((0..self.policies).map(|number| {
            let id = policy_id(number);
            (format!("policies/{id}/policy.toml"), self.policy(&id))
        }));
        Setup { files, ..Setup::default() }
    }

    fn accounts(&self) -> String {
        let (window, lifetime) = self.quota;
        let quota = format!("{{ epsilon = \"{window}\", lifetime = \"{lifetime}\" }}");
        format!(
            "[table.enterprise]\nclients = {{ smart-finance = {quota} }}\nlimit = {quota}\nwindow_days = {}\n",
            self.window_days
        )
    }

    fn register(&self) -> (String, String) {
        let mut text = "统一社会信用代码,成立日期,登记状态,企业类型,行业门类,行政区划,注册资本(元)\n".to_owned();
        for Unit { number, cell, .. } in &self.units {
            let industry = char::from(b'A' + u8::try_from(cell % INDUSTRIES).unwrap());
            let county = COUNTIES[cell / INDUSTRIES];
            writeln!(text, "{},2015-03-01,ACTIVE,LIMITED,{industry},{county},1000000.00", firm(*number)).unwrap();
        }
        ("delivery/business_registration/delivery.csv".to_owned(), text + &self.lines[0])
    }

    fn taxes(&self) -> (String, String) {
        let mut text = "纳税人识别号,税款所属期止,税种,应缴金额(元),实缴金额(元),缴款期限,缴款日期\n".to_owned();
        for Unit { number, fen, .. } in &self.units {
            let yuan = format!("{}.{:02}", fen / 100, fen % 100);
            writeln!(text, "{},20260531,VAT,{yuan},{yuan},20260531,20260531", firm(*number)).unwrap();
        }
        ("delivery/tax_payment/delivery.csv".to_owned(), text + &self.lines[1])
    }

    /// The shortest slot: half of the processors, four nanoseconds for each fuel, what a run costs beside, the noise.
    fn shortest_s(&self) -> u32 {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get) as u64;
        let units = u64::from(self.units_max) * 17 / 16 + 20;
        let nanos = (units * (self.fuel_per_unit * 4 + 215_000) + 150_000_000) * 2 / cores;
        u32::try_from(nanos.div_ceil(1_000_000_000)).unwrap()
    }

    /// The text of the policy `id`: under it the hostile contributor answers.
    pub fn policy(&self, id: &str) -> String {
        let Self { epsilon, cells_per_unit, min_units, shares, fuel_per_unit, units_max, rows_max, grants, .. } = self;
        let measure = |name: &str, unit: &str, (lower, upper): (i64, i64), share: &str| {
            format!(
                "[[answer.measure]]\nname = \"{name}\"\nunit = \"{unit}\"\nlower = {lower}\nupper = {upper}\nshare = \"{share}\"\n"
            )
        };
        let mut measures =
            [measure("paid_fen", "fen", self.paid, shares[0]), measure("odd", "enterprise", self.odd, shares[1])];
        if self.odd_first {
            measures.reverse();
        }
        let measures = measures.concat();
        let industries: Vec<String> = ('A'..='T').map(String::from).collect();
        format!(
            r#"id = "{id}"
version = "1.0.0"
title = {{ zh = "统计对抗", en = "Hostile statistics" }}
purpose = "testing"
basis = ["test"]
valid = {{ from = 2020-01-01, until = 2099-12-31 }}
[who]
clients = ["smart-finance", "housing-fund"]
guests = "any"
[[grant]]
dataset = "business_registration"
columns = ["county", "industry"]
rows_max = 1
[[grant]]
dataset = "tax_payment"
columns = ["period_end", "paid_fen"]
history_months = 24
rows_max = {rows_max}
{grants}
[[parameter]]
name = "behaviour"
kind = "integer"
min = 0
max = 4_000_000
step = 1
[answer]
kind = "table"
unit = "enterprise"
cells_per_unit = {cells_per_unit}
min_units = {min_units}
[[answer.dimension]]
name = "county"
labels = {COUNTIES:?}
[[answer.dimension]]
name = "industry"
labels = {industries:?}
{measures}[privacy]
noise = "discrete-laplace"
epsilon_per_job = "{epsilon}"
[limits]
fuel_per_unit = {fuel_per_unit}
memory_mib = 1
units_max = {units_max}
slot_s = {slot_s}
jobs_per_minute = 1_000
"#,
            slot_s = self.slot_s.unwrap_or_else(|| self.shortest_s()),
        )
    }
}

fn policy_id(number: usize) -> String {
    format!("hostile-table-{number}")
}

/// So often is a table asked for that is not done at its tick, which a busy machine may be the reason of.
const TRIES: usize = 3;

/// Makes tables' threads as important as all others, where that may be done. They let every other thread of the machine go
/// first, and beside a whole suite of tests that is too late for a slot of a second.
pub fn wake_tables() {
    for task in std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten() {
        let name = std::fs::read_to_string(task.path().join("comm")).unwrap_or_default();
        let id = task.file_name().to_str().and_then(|id| rustix::process::Pid::from_raw(id.parse().ok()?));
        if name.starts_with("table-") {
            let _ = rustix::process::setpriority_process(id, 0);
        }
    }
}

/// A home whose tables are asked for.
pub struct TableHome(pub TestHome);

impl TableHome {
    pub fn with(setup: &TableSetup) -> Self {
        Self(TestHome::with(&setup.setup()))
    }

    /// Asks the hostile contributor for its table by this behaviour, under one of the policies, as the usual client.
    pub fn order(&self, behaviour: i64) -> JobOrder {
        self.order_of(self.0.contributor, 0, behaviour)
    }

    /// The same of another guest, under another policy.
    pub fn order_of(&self, guest: Digest, policy: usize, behaviour: i64) -> JobOrder {
        JobOrder {
            policy: (policy_id(policy), "1.0.0".to_owned()),
            guest,
            parameters: vec![("behaviour".to_owned(), RawParameter::Integer(behaviour))],
            parties: Vec::new(),
            consents: Vec::new(),
            ..self.0.order(0, 1)
        }
    }

    pub fn token(&self, behaviour: i64) -> String {
        self.0.sign(&self.order(behaviour))
    }

    /// Asks and waits.
    pub fn ask(&self, behaviour: i64) -> Result<Answered, Failure> {
        wake_tables();
        self.0.ask(&self.token(behaviour))
    }

    /// The table by this behaviour; `None` where the job ended without one.
    pub fn table(&self, behaviour: i64) -> Option<Table> {
        wake_tables();
        (0..TRIES).find_map(|_| Table::of(&self.ask(behaviour).unwrap()))
    }

    /// The tables of all behaviours, which have to be.
    pub fn tables(&self, behaviours: &[i64]) -> Result<Vec<Table>, String> {
        wake_tables();
        let tokens = behaviours.iter().map(|behaviour| self.token(*behaviour)).collect();
        let answers = behaviours.iter().zip(self.0.ask_all(tokens));
        let table = |(behaviour, answer): (&i64, Result<Answered, Failure>)| {
            let table = Table::of(&answer.unwrap()).or_else(|| self.table(*behaviour));
            table.ok_or_else(|| format!("behaviour {behaviour} left no table"))
        };
        answers.map(table).collect()
    }

    /// Account, party, client and amount of every charge.
    pub fn charges(&self) -> Vec<String> {
        let rows = self.0.reader().audit_charges().unwrap();
        let charge = |(_, account, party, client, _, amount)| format!("{account} {party} {client} {amount}");
        rows.into_iter().map(charge).collect()
    }

    /// The module of the hostile contributor with something in it that does nothing: another guest that answers the same.
    pub fn variant(&self, number: u8) -> Digest {
        let mut module = std::fs::read(super::base::guest_path("contributor_adversary")).unwrap();
        let section = wasm_encoder::CustomSection { name: "variant".into(), data: vec![number].into() };
        let mut custom = wasm_encoder::Module::new();
        custom.section(&section);
        module.extend_from_slice(&custom.finish()[8..]);
        self.0.register(&module).unwrap()
    }
}

/// A released table, in numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table(pub ReleasedTable);

impl Table {
    pub fn of(answered: &Answered) -> Option<Self> {
        serde_json::from_value(seen(answered).claims["result"]["table"].clone()).ok().map(Self)
    }

    /// Count, first and second measure of a cell; `None` where it is suppressed.
    pub fn cell(&self, cell: usize) -> Option<[i128; 3]> {
        let cell = self.0.cells[cell].as_ref()?;
        Some([&cell.count, &cell.sums[0], &cell.sums[1]].map(|text| text.parse().unwrap()))
    }

    /// All cells; a suppressed one is all zero, which is what it is where nobody is and there is no noise to speak of.
    pub fn figures(&self) -> Vec<[i128; 3]> {
        (0..self.0.cells.len()).map(|at| self.cell(at).unwrap_or_default()).collect()
    }
}

/// The cell of this county and industry.
pub const fn cell(county: usize, industry: usize) -> usize {
    county * INDUSTRIES + industry
}

/// Two homes with the same keys, asked the same.
pub struct TableTwins {
    pub with: TableHome,
    pub without: TableHome,
}

impl TableTwins {
    /// Two homes of these units.
    pub fn new(setup: &TableSetup, [with, without]: [Vec<Unit>; 2]) -> Self {
        let home = |units| TableHome::with(&TableSetup { units, ..setup.clone() });
        Self { with: home(with), without: home(without) }
    }

    /// Asks both the same at once, with the same signed request.
    pub fn ask(&self, behaviour: i64) -> [Answered; 2] {
        self.ask_under(0, behaviour)
    }

    fn ask_under(&self, policy: usize, behaviour: i64) -> [Answered; 2] {
        wake_tables();
        let token = self.with.0.sign(&self.with.order_of(self.with.0.contributor, policy, behaviour));
        let both = [&self.with, &self.without].map(|home| {
            let (engine, token) = (Arc::clone(&home.0.engine), token.clone());
            async move { answer(&engine, &token).await.unwrap() }
        });
        let both = block_on_all(both.into_iter());
        both.try_into().unwrap_or_else(|_| panic!("two answers"))
    }

    /// Both tables. Every byte that a client can see is compared; but for the noisy figures they are the same.
    pub fn compare(&self, behaviour: i64) -> Result<[Option<Table>; 2], String> {
        let mut answers = self.ask(behaviour);
        // Under another policy it is another job of both, whichever of them was too late.
        for policy in 1..TRIES {
            if answers.iter().all(|answered| Table::of(answered).is_some()) {
                break;
            }
            answers = self.ask_under(policy, behaviour);
        }
        let [with, without]: [Seen; 2] = answers.each_ref().map(seen);
        if with.masked != without.masked {
            return Err(format!("behaviour {behaviour}: {}", difference(&with.masked, &without.masked)));
        }
        let [with, without] = [&self.with, &self.without].map(|home| client_side(&home.0));
        if with != without {
            return Err(format!("behaviour {behaviour}: {}", difference(&with, &without)));
        }
        Ok(answers.each_ref().map(Table::of))
    }
}
