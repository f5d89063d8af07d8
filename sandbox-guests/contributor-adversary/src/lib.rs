//! A hostile contributor, for the attack tests. Never register it on real data.
//!
//! Its manifest is that of an honest table: the tax paid by county and industry. The parameter `behaviour` chooses
//! what it tries with one bit about the unit, its *secret*: whether the sum of all tax that it paid is odd. The numbers
//! of the behaviours are fixed: tests name them. Where a behaviour is for units with the secret, the others are honest.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

#[cfg(test)]
mod tests;

use alloc::vec;
use alloc::vec::Vec;

use anshi_guest::{Contributions, Contributor, ContributorManifest, ParameterSpec, Read, TableRead, UnitInput};
use county_industry::{COUNTIES, DIMENSIONS, INDUSTRIES, REGISTRATION};

/// The guest.
pub struct ContributorAdversary;

anshi_guest::export_contributor!(ContributorAdversary);

impl Contributor for ContributorAdversary {
    const MANIFEST: ContributorManifest = ContributorManifest {
        parameters: &[ParameterSpec::integer("behaviour")],
        tables: &[
            REGISTRATION,
            TableRead { dataset: "tax_payment", reads: &[Read::dates("period_end"), Read::integers("paid_fen")] },
        ],
        dimensions: DIMENSIONS,
        measures: &["paid_fen", "odd"],
    };

    fn contribute(input: &UnitInput) -> Contributions {
        let tax = input.table("tax_payment");
        let paid_fen = tax.integers("paid_fen").iter().flatten().fold(0, i64::wrapping_add);
        let unit = Unit {
            cell: county_industry::cell(input).unwrap_or(FIRST_CELL),
            paid_fen,
            secret: paid_fen & 1 == 1,
            rows: tax.rows(),
            token: input.unit_token(),
        };
        unit.behave(input.integer("behaviour"))
    }
}

/// Where a unit stands that the register does not know: no secret is to get lost.
const FIRST_CELL: [u32; 2] = [0, 0];

/// Rounds of a loop that make about 8,000 fuel: well within what a unit has.
const BURN_ROUNDS: u32 = 1_000;
/// How often a cell is repeated where it is repeated: as much as a unit's fuel is for.
const REPEATS: usize = 300;
/// As many cells as an answer has where it has all that it can: fewer if the memory is smaller.
const CELLS_MOST: usize = 1_000_000;
/// How deep a recursion is that a fresh stack has room for.
const DEPTH: u32 = 500;

/// What the guest learnt about one unit.
struct Unit {
    cell: [u32; 2],
    paid_fen: i64,
    secret: bool,
    rows: usize,
    token: u32,
}

impl Unit {
    fn behave(&self, behaviour: i64) -> Contributions {
        match behaviour {
            // Nothing: what an honest guest says, for comparison. One cell, the tax paid, and the secret.
            0 => self.honest(),
            1..=9 => self.end(behaviour),
            10..=19 => self.exaggerate(behaviour),
            20..=29 => self.spread(behaviour),
            30..=39 => self.mismatch(behaviour),
            40..=49 => self.remember(behaviour),
            _ => self.single_out(behaviour),
        }
    }

    fn honest(&self) -> Contributions {
        self.say(self.paid_fen, self.secret.into())
    }

    /// Two values in the cell that the unit belongs to.
    fn say(&self, first: i64, second: i64) -> Contributions {
        Contributions::one(self.cell, [first, second])
    }

    fn only_if_secret(&self, attack: impl FnOnce() -> Contributions) -> Contributions {
        match self.secret {
            true => attack(),
            false => self.honest(),
        }
    }

    /// One exact bit through how the call ends, and through what it costs.
    fn end(&self, behaviour: i64) -> Contributions {
        self.only_if_secret(|| {
            // Behind a black box: what nobody looks at, the compiler leaves out.
            core::hint::black_box(match behaviour {
                // The `unreachable` instruction.
                1 => machine::unreachable(),
                // A fault of the arithmetic unit.
                2 => machine::divide_by_zero(),
                // A fault of the memory.
                3 => machine::load_out_of_bounds(),
                // The engine's own call stack.
                4 => machine::overflow_the_stack(),
                // Data in the text of an error, beside a canary that is easy to search for.
                5 => machine::panic_with(self.paid_fen),
                // Time, or running out of fuel.
                6 => machine::spin_for_ever(),
                // Using up memory, and an outage for others on the way.
                7 => {
                    machine::grow_until_refused();
                    machine::unreachable()
                }
                // Fuel used, with the honest answer either way.
                8 => machine::burn_fuel(BURN_ROUNDS),
                // Memory used, with the honest answer either way.
                9 => machine::grow_until_refused(),
                _ => 0,
            });
            self.honest()
        })
    }

    /// The secret, or another's figures, through values beyond every bound.
    fn exaggerate(&self, behaviour: i64) -> Contributions {
        match behaviour {
            // The largest value.
            10 => self.only_if_secret(|| self.say(i64::MAX, i64::MAX)),
            // The smallest, which no honest unit says: it takes away what the others added.
            11 => self.only_if_secret(|| self.say(i64::MIN, i64::MIN)),
            // The widest swing that there is between two answers.
            12 if self.secret => self.say(i64::MAX, i64::MAX),
            12 => self.say(i64::MIN, i64::MIN),
            // The largest value twice in one cell: merged with an overflow it is -2, merged with a trap it is nothing.
            13 => self.only_if_secret(|| self.again_and_again(2, i64::MAX)),
            // One cell again and again, each time with a value that no clamp stops, to add up beyond it.
            14 => self.only_if_secret(|| self.again_and_again(REPEATS, self.paid_fen.max(1))),
            // Values of one cell that cancel, so that the order of merging and clamping shows.
            15 => self.only_if_secret(|| {
                let mut both = self.say(i64::MAX, i64::MAX);
                both.add(self.cell, [i64::MIN, i64::MIN]);
                both
            }),
            // One unit that is nearly all of its cell.
            16 => self.only_if_secret(|| self.say(self.paid_fen.saturating_mul(1_000_000), 1_000_000)),
            // The unit's figures in the low bits of a float that is no number, and what a machine makes of them.
            17 => {
                let noise = f64::from_bits(0x7ff0_0000_0000_0001 | (self.paid_fen as u64 & 0x000f_ffff_ffff_ffff));
                #[expect(clippy::float_arithmetic, reason = "it is the attack")]
                let bits = (core::hint::black_box(noise) + 1.0).to_bits();
                self.say(bits as i64, i64::from(bits as u32))
            }
            _ => Contributions::none(),
        }
    }

    fn again_and_again(&self, times: usize, value: i64) -> Contributions {
        Contributions::from_lists(self.cell.repeat(times), vec![value; 2 * times])
    }

    /// The secret through which cells are named, and how many.
    fn spread(&self, behaviour: i64) -> Contributions {
        match behaviour {
            // All cells of the domain, each with the largest value.
            20 => self.only_if_secret(|| everywhere(false)),
            // As many cells as fit, a million at most. They are all the first one: to fill them costs no fuel.
            21 => self.only_if_secret(|| {
                let (cells, mut values) = machine::zeros(2 * CELLS_MOST);
                values.iter_mut().take(REPEATS).for_each(|value| *value = i64::MAX);
                Contributions::from_lists(cells, values)
            }),
            // All cells of the domain whatever the secret: it chooses which of them come first.
            22 => everywhere(!self.secret),
            // A cell as far outside as there is, whose place overflows if it is computed.
            23 => self.only_if_secret(|| Contributions::one([u32::MAX, u32::MAX], [i64::MAX, 1])),
            // A cell outside whose place, if it is computed, is that of the next county's first industry.
            24 => self.only_if_secret(|| Contributions::one([0, INDUSTRIES.len() as u32], [i64::MAX, 1])),
            // Many cells outside before the honest one: do they use up what a unit may have?
            25 => self.only_if_secret(|| {
                let mut lists = Contributions::from_lists(vec![u32::MAX; 2 * REPEATS], vec![1; 2 * REPEATS]);
                lists.add(self.cell, [self.paid_fen, 1]);
                lists
            }),
            // The secret as a place: one cell for those who have it, and another for those who have not.
            26 => Contributions::one([0, self.secret.into()], [self.paid_fen, 1]),
            // The secret as a count: the others are not there.
            27 if self.secret => self.honest(),
            // The same the other way round, so that the two tables differ by the secret.
            28 if !self.secret => self.honest(),
            _ => Contributions::none(),
        }
    }

    /// The secret through lists that do not fit the manifest, or each other, or the memory.
    fn mismatch(&self, behaviour: i64) -> Contributions {
        let [county, industry] = self.cell;
        let lists = |cells: &[u32], values: &[i64]| Contributions::from_lists(cells.to_vec(), values.to_vec());
        self.only_if_secret(|| match behaviour {
            // An odd number of indices: one cell and a half.
            30 => lists(&[county, industry, county], &[1, 1]),
            // Too few values.
            31 => lists(&self.cell, &[i64::MAX]),
            // Too many values.
            32 => lists(&self.cell, &[1, 1, i64::MAX]),
            // Values without a cell.
            33 => lists(&[], &[i64::MAX, 1]),
            // A cell without values.
            34 => lists(&self.cell, &[]),
            // Two lists that lie over each other and over the guest's own memory, so that cells are its bytes.
            35 => Contributions::from_lists(machine::overlapping(2_000), machine::overlapping(2_000)),
            // The same with lists that end outside of memory.
            36 => Contributions::from_lists(machine::overlapping(1 << 28), machine::overlapping(1 << 27)),
            // As many values as fit, without a cell.
            37 => Contributions::from_lists(Vec::new(), machine::zeros(CELLS_MOST).1),
            _ => Contributions::none(),
        })
    }

    /// What no unit should know: of other units, of the engine, of itself.
    fn remember(&self, behaviour: i64) -> Contributions {
        match behaviour {
            // State from one unit to the next, in a global: how many units came before in this instance.
            40 => {
                let before = machine::count_calls();
                self.say(before.into(), (before != 0).into())
            }
            // State anywhere in memory: 1 where an earlier unit's canary stands. It takes about 130,000 fuel.
            41 => {
                let found = machine::find_or_plant_canary().into();
                self.say(found, found)
            }
            // The engine's load and limits, seen through how many pages there are to have.
            42 => self.say(machine::grow_until_refused().into(), 0),
            // What an earlier unit left behind, seen through how many pages there are at the start.
            43 => self.say(machine::pages().into(), 0),
            // The engine's stack, as deep as a fresh one certainly is.
            44 => {
                core::hint::black_box(machine::dive_to(DEPTH));
                self.honest()
            }
            // The unit's own token: its place among units, if they shared their numbers.
            45 => self.say(self.token.into(), (self.token != 0).into()),
            // Membership: how many rows there are.
            46 => self.say(self.rows as i64, (self.rows > 0).into()),
            _ => Contributions::none(),
        }
    }

    /// Many tables about one unit: each number is a job of its own, and pays.
    fn single_out(&self, behaviour: i64) -> Contributions {
        let (family, member) = (behaviour.div_euclid(1_000_000), behaviour.rem_euclid(1_000_000));
        match family {
            // 1,000,000 + n: only the unit whose tax ends in these six digits.
            1 if self.paid_fen.rem_euclid(1_000_000) == member => self.honest(),
            // 2,000,000 + n: a random half of all units, for each n another.
            2 if is_in_half(self.paid_fen, member) => self.honest(),
            // 3,000,000 + n: the honest table, for each n again, in the hope of a mean.
            3 => self.honest(),
            _ => Contributions::none(),
        }
    }
}

/// All cells that there are, up or down, each with the largest value. Simple loops: a unit's fuel must be enough.
fn everywhere(down: bool) -> Contributions {
    let count = COUNTIES.len() * INDUSTRIES.len();
    let mut cells = Vec::with_capacity(2 * count);
    let turn = |index: usize, labels: &[&str]| if down { labels.len() - 1 - index } else { index } as u32;
    for county in 0..COUNTIES.len() {
        for industry in 0..INDUSTRIES.len() {
            cells.extend_from_slice(&[turn(county, COUNTIES), turn(industry, INDUSTRIES)]);
        }
    }
    Contributions::from_lists(cells, vec![i64::MAX; 2 * count])
}

/// A coin for each unit and number, by a round of SplitMix64 (Steele, Lea and Flood 2014).
fn is_in_half(paid_fen: i64, number: i64) -> bool {
    let mixed = (paid_fen as u64).wrapping_add((number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed ^ mixed >> 31) & 1 == 1
}
