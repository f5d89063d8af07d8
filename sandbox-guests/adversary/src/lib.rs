//! A hostile guest, for the attack tests. Never register it on real data.
//!
//! Its manifest is that of an honest yes/no guest. The parameter `behaviour` chooses what it tries with
//! one bit about the firm, its *secret*: whether the sum of all tax that it paid is odd. The numbers of
//! the behaviours are fixed: tests name them.

#![cfg_attr(target_arch = "wasm32", no_std)]

use anshi_guest::{Input, Manifest, ParameterSpec, Read, Role, TableRead, Verifier};

/// The guest.
pub struct Adversary;

anshi_guest::export_verifier!(Adversary);

const NO: u32 = 0;
/// Rounds of a loop that make about 300,000 fuel.
const BURN_ROUNDS: u32 = 36_000;

impl Verifier for Adversary {
    const MANIFEST: Manifest = Manifest {
        parameters: &[ParameterSpec::integer("behaviour")],
        roles: &[Role {
            name: "enterprise",
            tables: &[
                TableRead {
                    dataset: "tax_payment",
                    reads: &[Read::dates("period_end"), Read::integers("paid_fen"), Read::integers("payable_fen")],
                },
                TableRead { dataset: "business_registration", reads: &[Read::dates("established")] },
            ],
        }],
        labels: &["no", "yes"],
    };

    fn verify(input: &Input) -> u32 {
        let tax = input.party("enterprise").map(|firm| firm.table("tax_payment"));
        let paid = tax.iter().flat_map(|tax| tax.integers("paid_fen").iter().flatten());
        let sum = paid.fold(0, i64::wrapping_add);
        behave(input.integer("behaviour"), sum, tax.map_or(0, |tax| tax.rows()))
    }
}

fn behave(behaviour: i64, sum: i64, rows: usize) -> u32 {
    let secret = sum & 1 == 1;
    match behaviour {
        // Nothing: an honest answer, for comparison. It costs the account what every answer costs.
        0 => secret.into(),
        // One exact bit through the kind of ending: the `unreachable` instruction.
        1 => only_if(secret, || machine::unreachable()),
        // The same through a fault of the arithmetic unit.
        2 => only_if(secret, machine::divide_by_zero),
        // The same through a fault of the memory.
        3 => only_if(secret, machine::load_out_of_bounds),
        // The same through the engine's own call stack.
        4 => only_if(secret, machine::overflow_the_stack),
        // Kilobytes through the text of an error: data beside a canary that is easy to search for.
        5 => only_if(secret, || machine::panic_with(sum)),
        // One bit through time, or through running out of fuel.
        6 => only_if(secret, || machine::spin_for_ever()),
        // One bit through using up memory, and an outage for others on the way.
        7 => only_if(secret, || {
            machine::grow_until_refused();
            machine::unreachable()
        }),
        // One bit through an answer that is no label.
        8 => only_if(secret, || u32::MAX),
        // One bit through fuel used, with the same answer either way.
        9 => only_if(secret, || machine::burn_fuel(BURN_ROUNDS)),
        // State that survives from one unit to the next, in a global.
        10 => (machine::count_calls() != 0).into(),
        // State that survives anywhere in memory: what another call wrote, or another unit's rows.
        11 => machine::find_or_plant_canary(),
        // Sixteen bits at once through the whole width of the answer.
        12 => (sum & 0xffff) as u32,
        // The engine's load and limits, seen through how much memory there is to have.
        13 => (machine::grow_until_refused() % 2 == 1).into(),
        // Membership: whether the firm is in the dataset at all.
        14 => (rows > 0).into(),
        _ => NO,
    }
}

fn only_if(secret: bool, attack: impl FnOnce() -> u32) -> u32 {
    match secret {
        true => attack(),
        false => NO,
    }
}

#[cfg(test)]
mod tests {
    use anshi_guest::testing::{Call, PartyRows, TableRows};

    use super::*;

    const YES: u32 = 1;

    fn behave(behaviour: i64, paid: &[Option<i64>]) -> u32 {
        let rows = TableRows::of("tax_payment").integers("paid_fen", paid.iter().copied());
        Call::<Adversary>::on(20_000)
            .integer("behaviour", behaviour)
            .party(PartyRows::of("enterprise").table(rows))
            .index()
    }

    const ODD: &[Option<i64>] = &[Some(70_000), None, Some(1)];
    const EVEN: &[Option<i64>] = &[Some(3), Some(5)];

    #[test]
    fn the_secret_is_the_lowest_bit_of_the_sum() {
        assert_eq!([behave(0, ODD), behave(0, EVEN), behave(0, &[])], [YES, NO, NO]);
        assert_eq!(behave(0, &[Some(i64::MAX), Some(i64::MAX), Some(1)]), YES);
    }

    #[test]
    fn every_attack_on_the_secret_is_quiet_without_it() {
        for behaviour in 0..=9 {
            assert_eq!(behave(behaviour, EVEN), NO);
        }
    }

    #[test]
    fn answers_that_are_no_labels() {
        assert_eq!(behave(8, ODD), u32::MAX);
        assert_eq!(behave(12, ODD), 70_001 & 0xffff);
        assert_eq!(behave(12, EVEN), 8);
    }

    #[test]
    fn rows_are_seen_even_if_nothing_is_known_in_them() {
        assert_eq!([behave(14, &[None]), behave(14, &[])], [YES, NO]);
    }

    #[test]
    fn an_unknown_behaviour_is_quiet() {
        assert_eq!([behave(-1, ODD), behave(15, ODD)], [NO, NO]);
    }

    #[test]
    #[should_panic(expected = "CANARY-7f3a 70001")]
    fn the_panic_carries_data() {
        let _ = behave(5, ODD);
    }
}
