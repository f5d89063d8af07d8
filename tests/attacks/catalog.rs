//! All attacks by number: what each is called, and what tries it. The text of `docs/attacks.md` in short.

use anshi::env::weaken::Weakness;

use super::run::Attack;
use super::{
    a01_trap, a02_text, a03_spin, a04_fuel, a05_late, a07_index, a11_imports, a12_printing, a13_state, a14_limits,
    a15_canonical, a16_memory, a17_residual, a18_compile, a19_other_module, a20_bisection, a21_membership, a35_two_ids,
    a36_cost, a37_refund, a38_last_bit, a39_faults, a41_replay, a42_forgery, a43_covert, a50_reading, a51_other_party,
    a53_bombs, a55_watch, a56_date, a57_unnamed, a58_overlap, a59_restored, a60_cut,
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

/// An attack's title, and its trial if there is one yet.
pub type Row = (&'static str, Option<Trial>);

const fn tried(title: &'static str, test: &'static str, attack: Attack, weakness: Weakness) -> Row {
    (title, Some(Trial { test, attack, without: Without::Switched(weakness) }))
}

const fn beside(title: &'static str, test: &'static str, attack: Attack, stand_in: Attack) -> Row {
    (title, Some(Trial { test, attack, without: Without::StandIn(stand_in) }))
}

const fn later(title: &'static str) -> Row {
    (title, None)
}

/// In the order of their numbers, from 1.
pub const ATTACKS: [Row; 60] = [
    tried("trap iff a secret bit is set", "attacks::a01_trap", a01_trap::attack, Weakness::FaultTold),
    tried("data in the text of a fault", "attacks::a02_text", a02_text::attack, Weakness::FaultText),
    tried("spin iff a secret bit is set", "attacks::a03_spin", a03_spin::attack, Weakness::FaultTold),
    tried("fuel, memory or time shown in an answer", "attacks::a04_fuel", a04_fuel::attack, Weakness::FuelTold),
    tried("answer late iff a secret bit is set", "attacks::a05_late", a05_late::attack, Weakness::OutcomeEarly),
    later("one slow unit among very many"),
    tried("an answer beyond the labels", "attacks::a07_index", a07_index::attack, Weakness::IndexRaw),
    later("extreme contributions to a sum"),
    later("invented names of cells"),
    later("very many contributions of one unit"),
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
    later("many guests, one bit each"),
    later("many clients, one owner"),
    later("around midnight; the clock set back"),
    later("the same table again and again"),
    later("equivalent but different guests"),
    later("all minus all but one"),
    later("known units and the target"),
    later("a threshold on the true count"),
    later("a suppressed cell from the total"),
    later("one firm that is most of a cell"),
    later("many random subsets"),
    later("before and after one row changes"),
    later("one row joined to many units"),
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
    later("use up another's budget"),
    tried(
        "replay of requests, consents, receipts",
        "attacks::a41_replay",
        a41_replay::attack,
        Weakness::AudienceIgnored,
    ),
    tried("games with `alg`, second encodings", "attacks::a42_forgery", a42_forgery::attack, Weakness::HeaderTrusted),
    tried("bits in signatures, ids, times", "attacks::a43_covert", a43_covert::attack, Weakness::CovertBits),
    later("low bits of floats"),
    later("overflow, order of summing"),
    later("a wrong constant in the noise"),
    later("time of the sampler"),
    later("shared or copied randomness"),
    later("the guest chooses noise or bounds"),
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
    later("parameters that choose one unit"),
    tried("compile bombs", "attacks::a53_bombs", a53_bombs::attack, Weakness::BombsCompiled),
    later("slow and huge bodies, many connections"),
    tried("watch log and state to see a guest end", "attacks::a55_watch", a55_watch::attack, Weakness::OutcomeEarly),
    tried("a date of the caller's choosing", "attacks::a56_date", a56_date::attack, Weakness::DateOfCaller),
    tried("an unnamed person in a firm's rows", "attacks::a57_unnamed", a57_unnamed::attack, Weakness::IdentifierTold),
    tried("lists that overlap in guest memory", "attacks::a58_overlap", a58_overlap::attack, Weakness::CopiesUnbounded),
    tried("an old home restored", "attacks::a59_restored", a59_restored::attack, Weakness::MirrorIgnored),
    tried("drop the connection after the charge", "attacks::a60_cut", a60_cut::attack, Weakness::LeftWithCaller),
];
