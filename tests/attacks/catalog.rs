//! All attacks by number: what each is called, and what tries it. The text of `docs/attacks.md` in short.

use anshi::env::weaken::Weakness;

use super::run::Attack;
use super::{
    a01_trap, a02_text, a03_spin, a04_fuel, a05_late, a07_index, a11_imports, a13_state, a19_other_module,
    a21_membership, a36_cost, a37_refund, a38_last_bit, a42_forgery, a43_covert, a55_watch, a60_cut,
};

/// What tries an attack.
pub struct Trial {
    pub test: &'static str,
    pub attack: Attack,
    /// The defence that is taken away to show that the test can fail.
    pub weakness: Weakness,
}

/// An attack's title, and its trial if there is one yet.
pub type Row = (&'static str, Option<Trial>);

const fn tried(title: &'static str, test: &'static str, attack: Attack, weakness: Weakness) -> Row {
    (title, Some(Trial { test, attack, weakness }))
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
    later("printing, core dumps, trace lines"),
    tried("state from one run to the next", "attacks::a13_state", a13_state::attack, Weakness::InstanceReused),
    later("granted memory, stack depth, order of instances"),
    later("NaN bits, relaxed SIMD, threads"),
    later("memory until the engine dies"),
    later("caches and speculation"),
    later("time of compiling, hits in caches"),
    tried(
        "another module under an approved name",
        "attacks::a19_other_module",
        a19_other_module::attack,
        Weakness::DigestIgnored,
    ),
    later("bisection by a parameter"),
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
    later("one person under two identifiers"),
    tried("a cost that depends on data", "attacks::a36_cost", a36_cost::attack, Weakness::CostByData),
    tried("fail, and get the charge back", "attacks::a37_refund", a37_refund::attack, Weakness::Refund),
    tried(
        "many jobs at once on the last bit",
        "attacks::a38_last_bit",
        a38_last_bit::attack,
        Weakness::CheckThenCharge,
    ),
    later("kill, full disk, torn write, restored file"),
    later("use up another's budget"),
    later("replay of requests, consents, receipts"),
    tried("games with `alg`, second encodings", "attacks::a42_forgery", a42_forgery::attack, Weakness::HeaderTrusted),
    tried("bits in signatures, ids, times", "attacks::a43_covert", a43_covert::attack, Weakness::CovertBits),
    later("low bits of floats"),
    later("overflow, order of summing"),
    later("a wrong constant in the noise"),
    later("time of the sampler"),
    later("shared or copied randomness"),
    later("the guest chooses noise or bounds"),
    later("duplicate or unknown keys, odd numbers"),
    later("consent for one, identifier of another"),
    later("parameters that choose one unit"),
    later("compile bombs"),
    later("slow and huge bodies, many connections"),
    tried("watch log and state to see a guest end", "attacks::a55_watch", a55_watch::attack, Weakness::OutcomeEarly),
    later("a date of the caller's choosing"),
    later("an unnamed person in a firm's rows"),
    later("lists that overlap in guest memory"),
    later("an old home restored"),
    tried("drop the connection after the charge", "attacks::a60_cut", a60_cut::attack, Weakness::LeftWithCaller),
];
