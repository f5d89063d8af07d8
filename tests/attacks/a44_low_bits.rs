//! Attack 44: low bits of floats (Mironov 2012; Haney et al. 2022). At a wide scale a float has no low bits left, and the
//! sum's own shine through. Here what may be printed is the same for every sum: the last byte tells nothing of it.

use anshi::env::weaken::Weakness;

use super::run::check;
use crate::support::{CELLS, TableSetup, TableTwins, spread};

const BOUND: i64 = 1_000_000_000_000_000;
/// The last byte is 0 in one home, and 77 in the other.
const FEN: [i64; 2] = [256, 256 + 77];
/// By chance a cell has the sum's last byte in one of 256 times: more than 12 of 220 is a chance of 10⁻¹⁰.
const SAME_MOST: usize = 12;

pub fn attack() -> Result<(), String> {
    // A scale of 4 · 10¹⁹: more than 2^65.
    let setup = TableSetup { paid: (0, BOUND), epsilon: "0.0001", ..TableSetup::noisy(Vec::new()) };
    let twins = TableTwins::new(&setup, FEN.map(|fen| spread(1, 1, |_| fen)));
    let [Some(one), Some(other)] = twins.compare(0)? else { return Err("a table is missing".to_owned()) };
    for (table, fen) in [(one, FEN[0]), (other, FEN[1])] {
        let same =
            |cell: &usize| table.cell(*cell).is_some_and(|[_, paid, _]| (paid - i128::from(fen)).rem_euclid(256) == 0);
        let (printed, same) =
            ((0..CELLS).filter(|cell| table.cell(*cell).is_some()).count(), (0..CELLS).filter(same).count());
        if same > SAME_MOST {
            return Err(format!("{same} of {printed} printed sums end in the true sum's last byte, {}", fen % 256));
        }
        if printed < CELLS / 4 {
            return Err(format!("only {printed} cells are printed: nothing was tried"));
        }
    }
    Ok(())
}

#[test]
fn held() {
    check(attack, Weakness::NoiseFloat);
}
