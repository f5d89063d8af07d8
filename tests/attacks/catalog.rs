//! All attacks by number: what each is called, and what tries it. The text of `docs/attacks.md` in short.

use anshi::env::weaken::Weakness;

#[cfg(feature = "weaken")]
use super::over_http::OVER_HTTP;
use super::run::Attack;
use super::{
    a01_trap, a01_trap_table, a02_text, a02_text_table, a03_spin, a03_spin_table, a04_fuel, a05_late, a06_slow_unit,
    a07_index, a08_extreme, a09_names, a10_many_cells, a11_imports, a12_printing, a13_state, a13_state_table,
    a14_limits, a14_limits_table, a15_canonical, a16_memory, a17_residual, a18_compile, a19_other_module,
    a20_bisection, a21_membership, a22_many_guests, a23_many_clients, a23_moved_quota, a24_midnight, a25_same_table,
    a26_equivalent, a27_all_but_one, a28_known_units, a29_threshold, a30_from_total, a31_dominance, a32_subsets,
    a33_one_row, a34_many_units, a35_two_ids, a36_cost, a36_cost_table, a37_refund, a37_refund_table, a38_last_bit,
    a39_faults, a40_anothers_budget, a41_replay, a42_forgery, a43_covert, a44_low_bits, a45_order, a46_constant,
    a47_sampler_time, a48_randomness, a49_guest_chooses, a50_reading, a51_other_party, a52_parameters, a53_bombs,
    a54_connections, a55_watch, a56_date, a57_unnamed, a58_overlap, a59_restored, a60_cut, a61_own_rows, a62_archive,
    a63_archived_names, a64_pack,
};

/// How the defence is taken away, to show that the test can fail.
pub enum Without {
    /// By a switch in the engine.
    Switched(Weakness),
    /// No switch can: the same is tried on what the test makes in the engine's place.
    StandIn(Attack),
}

/// What tries an attack.
pub struct Trial {
    pub test: &'static str,
    pub attack: Attack,
    pub without: Without,
}

/// An attack's title, and its trial.
pub type Row = (&'static str, Trial);

pub const fn tried(title: &'static str, test: &'static str, attack: Attack, weakness: Weakness) -> Row {
    (title, Trial { test, attack, without: Without::Switched(weakness) })
}

const fn beside(title: &'static str, test: &'static str, attack: Attack, stand_in: Attack) -> Row {
    (title, Trial { test, attack, without: Without::StandIn(stand_in) })
}

/// In the order of their numbers, from 1.
pub const ATTACKS: [Row; 64] = [
    tried("trap iff a secret bit is set", "attacks::a01_trap", a01_trap::attack, Weakness::FaultTold),
    tried("data in the text of a fault", "attacks::a02_text", a02_text::attack, Weakness::FaultText),
    tried("spin iff a secret bit is set", "attacks::a03_spin", a03_spin::attack, Weakness::FaultTold),
    tried("fuel, memory or time shown in an answer", "attacks::a04_fuel", a04_fuel::attack, Weakness::FuelTold),
    tried("answer late iff a secret bit is set", "attacks::a05_late", a05_late::attack, Weakness::OutcomeEarly),
    tried("one slow unit among very many", "attacks::a06_slow_unit", a06_slow_unit::attack, Weakness::OutcomeEarly),
    tried("an answer beyond the labels", "attacks::a07_index", a07_index::attack, Weakness::IndexRaw),
    tried("extreme contributions to a sum", "attacks::a08_extreme", a08_extreme::attack, Weakness::Unclamped),
    tried("invented names of cells", "attacks::a09_names", a09_names::attack, Weakness::EmptyLeftOut),
    tried(
        "very many contributions of one unit",
        "attacks::a10_many_cells",
        a10_many_cells::attack,
        Weakness::CellsUnbounded,
    ),
    tried("a guest that imports something", "attacks::a11_imports", a11_imports::attack, Weakness::ImportsIgnored),
    tried("printing, core dumps, trace lines", "attacks::a12_printing", a12_printing::attack, Weakness::GuestPrinted),
    tried("state from one run to the next", "attacks::a13_state", a13_state::attack, Weakness::InstanceReused),
    tried(
        "granted memory, stack depth, order of instances",
        "attacks::a14_limits",
        a14_limits::attack,
        Weakness::LimitsByLoad,
    ),
    tried("NaN bits, relaxed SIMD, threads", "attacks::a15_canonical", a15_canonical::attack, Weakness::NanAsItIs),
    tried("memory until the engine dies", "attacks::a16_memory", a16_memory::attack, Weakness::MemoryUnlimited),
    beside("caches and speculation", "attacks::a17_residual", a17_residual::attack, a17_residual::without),
    tried("time of compiling, hits in caches", "attacks::a18_compile", a18_compile::attack, Weakness::CompiledInJob),
    tried(
        "another module under an approved name",
        "attacks::a19_other_module",
        a19_other_module::attack,
        Weakness::DigestIgnored,
    ),
    tried("bisection by a parameter", "attacks::a20_bisection", a20_bisection::attack, Weakness::BudgetUnchecked),
    tried(
        "membership by another kind of answer",
        "attacks::a21_membership",
        a21_membership::attack,
        Weakness::AbsentTold,
    ),
    tried("many guests, one bit each", "attacks::a22_many_guests", a22_many_guests::attack, Weakness::BudgetUnchecked),
    tried("many clients, one owner", "attacks::a23_many_clients", a23_many_clients::attack, Weakness::QuotasOverlap),
    tried(
        "around midnight; the clock set back",
        "attacks::a24_midnight",
        a24_midnight::attack,
        Weakness::LifetimeIgnored,
    ),
    tried("the same table again and again", "attacks::a25_same_table", a25_same_table::attack, Weakness::SameRenoised),
    tried(
        "equivalent but different guests",
        "attacks::a26_equivalent",
        a26_equivalent::attack,
        Weakness::BudgetUnchecked,
    ),
    tried("all minus all but one", "attacks::a27_all_but_one", a27_all_but_one::attack, Weakness::NoiseOff),
    tried("known units and the target", "attacks::a28_known_units", a28_known_units::attack, Weakness::NoiseShared),
    tried("a threshold on the true count", "attacks::a29_threshold", a29_threshold::attack, Weakness::ThresholdTrue),
    tried("a suppressed cell from the total", "attacks::a30_from_total", a30_from_total::attack, Weakness::TotalsTrue),
    tried("one firm that is most of a cell", "attacks::a31_dominance", a31_dominance::attack, Weakness::Unclamped),
    tried("many random subsets", "attacks::a32_subsets", a32_subsets::attack, Weakness::BudgetUnchecked),
    tried("before and after one row changes", "attacks::a33_one_row", a33_one_row::attack, Weakness::SnapshotRefills),
    tried("one row joined to many units", "attacks::a34_many_units", a34_many_units::attack, Weakness::DuplicatesApart),
    tried("one person under two identifiers", "attacks::a35_two_ids", a35_two_ids::attack, Weakness::SpellingsApart),
    tried("a cost that depends on data", "attacks::a36_cost", a36_cost::attack, Weakness::CostByData),
    tried("fail, and get the charge back", "attacks::a37_refund", a37_refund::attack, Weakness::Refund),
    tried(
        "many jobs at once on the last bit",
        "attacks::a38_last_bit",
        a38_last_bit::attack,
        Weakness::CheckThenCharge,
    ),
    tried(
        "kill, full disk, torn write, restored file",
        "attacks::a39_faults",
        a39_faults::attack,
        Weakness::MirrorUnawaited,
    ),
    tried(
        "use up another's budget",
        "attacks::a40_anothers_budget",
        a40_anothers_budget::attack,
        Weakness::QuotasShared,
    ),
    tried(
        "replay of requests, consents, receipts",
        "attacks::a41_replay",
        a41_replay::attack,
        Weakness::AudienceIgnored,
    ),
    tried("games with `alg`, second encodings", "attacks::a42_forgery", a42_forgery::attack, Weakness::HeaderTrusted),
    tried("bits in signatures, ids, times", "attacks::a43_covert", a43_covert::attack, Weakness::CovertBits),
    tried("low bits of floats", "attacks::a44_low_bits", a44_low_bits::attack, Weakness::NoiseFloat),
    tried("overflow, order of summing", "attacks::a45_order", a45_order::attack, Weakness::DuplicatesApart),
    tried("a wrong constant in the noise", "attacks::a46_constant", a46_constant::attack, Weakness::NoiseHalved),
    tried("time of the sampler", "attacks::a47_sampler_time", a47_sampler_time::attack, Weakness::OutcomeEarly),
    tried("shared or copied randomness", "attacks::a48_randomness", a48_randomness::attack, Weakness::NoiseSeedFixed),
    beside(
        "the guest chooses noise or bounds",
        "attacks::a49_guest_chooses",
        a49_guest_chooses::attack,
        a49_guest_chooses::without,
    ),
    tried(
        "duplicate or unknown keys, odd numbers",
        "attacks::a50_reading",
        a50_reading::attack,
        Weakness::ReadLeniently,
    ),
    tried(
        "consent for one, identifier of another",
        "attacks::a51_other_party",
        a51_other_party::attack,
        Weakness::ConsentOfAnother,
    ),
    tried("parameters that choose one unit", "attacks::a52_parameters", a52_parameters::attack, Weakness::NoiseOff),
    tried("compile bombs", "attacks::a53_bombs", a53_bombs::attack, Weakness::BombsCompiled),
    tried(
        "slow and huge bodies, many connections",
        "attacks::a54_connections",
        a54_connections::attack,
        Weakness::SilentStay,
    ),
    tried("watch log and state to see a guest end", "attacks::a55_watch", a55_watch::attack, Weakness::OutcomeEarly),
    tried("a date of the caller's choosing", "attacks::a56_date", a56_date::attack, Weakness::DateOfCaller),
    tried("an unnamed person in a firm's rows", "attacks::a57_unnamed", a57_unnamed::attack, Weakness::IdentifierTold),
    tried("lists that overlap in guest memory", "attacks::a58_overlap", a58_overlap::attack, Weakness::CopiesUnbounded),
    tried("an old home restored", "attacks::a59_restored", a59_restored::attack, Weakness::MirrorIgnored),
    tried("drop the connection after the charge", "attacks::a60_cut", a60_cut::attack, Weakness::LeftWithCaller),
    tried(
        "rows of one's own: a threshold to bisect by, or somebody else's name",
        "attacks::a61_own_rows",
        a61_own_rows::attack,
        Weakness::RowsNotOfJob,
    ),
    tried(
        "an archive that agrees with a wrong answer",
        "attacks::a62_archive",
        a62_archive::attack,
        Weakness::ArchiveBelieved,
    ),
    tried(
        "names in a copy of the ledger",
        "attacks::a63_archived_names",
        a63_archived_names::attack,
        Weakness::RequestsUnsealed,
    ),
    tried("production bytes in a bank's pack", "attacks::a64_pack", a64_pack::attack, Weakness::PackCopied),
];

/// Attacks that are tried in another way too, most of them on tables, by their number.
pub const ON_TABLES: [(usize, Row); 8] = [
    (
        1,
        tried(
            "the same by a unit of a table",
            "attacks::a01_trap_table",
            a01_trap_table::attack,
            Weakness::UnitFaultTold,
        ),
    ),
    (
        2,
        beside(
            "the same by a unit of a table",
            "attacks::a02_text_table",
            a02_text_table::attack,
            a02_text_table::without,
        ),
    ),
    (
        3,
        tried(
            "the same by a unit of a table",
            "attacks::a03_spin_table",
            a03_spin_table::attack,
            Weakness::UnitFaultTold,
        ),
    ),
    (
        13,
        tried(
            "the same from unit to unit of a table",
            "attacks::a13_state_table",
            a13_state_table::attack,
            Weakness::UnitInstanceReused,
        ),
    ),
    (
        14,
        tried(
            "the same for the units of a table",
            "attacks::a14_limits_table",
            a14_limits_table::attack,
            Weakness::LimitsByLoad,
        ),
    ),
    (
        23,
        tried(
            "the same by a quota that was spent and moved",
            "attacks::a23_moved_quota",
            a23_moved_quota::attack,
            Weakness::SpentForgotten,
        ),
    ),
    (36, tried("the same for a table", "attacks::a36_cost_table", a36_cost_table::attack, Weakness::CostByData)),
    (37, tried("the same for a table", "attacks::a37_refund_table", a37_refund_table::attack, Weakness::Refund)),
];

/// The attack that is tried by this test.
#[cfg(feature = "weaken")]
pub fn attack_of(test: &str) -> Attack {
    let other_ways = ON_TABLES.iter().chain(&OVER_HTTP).map(|(_, row)| row);
    let rows = ATTACKS.iter().chain(other_ways);
    let trial = rows.map(|(_, trial)| trial).find(|trial| trial.test == test);
    trial.unwrap_or_else(|| panic!("no attack is called `{test}`")).attack
}
