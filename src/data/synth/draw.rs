//! Chance for the synthetic twin: a key per unit from ChaCha, cheap draws from that key, and a shuffle
//! that needs no memory. Never asks the operating system, so that a run can be repeated; nothing here is
//! fit for secrets or for noise.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// 2⁶⁴ divided by the golden ratio: the step of SplitMix64 (Steele, Lea and Flood, 2014).
const SPLITMIX_STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// The finaliser of SplitMix64: a bijection in which every bit of the input reaches every bit of the output.
pub(super) const fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// A number for a word, so that two datasets or columns draw independently.
pub(super) fn tag(word: &str) -> u64 {
    word.bytes().fold(SPLITMIX_STEP, |state, byte| mix(state.wrapping_add(u64::from(byte) + 1)))
}

/// Gives each unit its key: a function of the seed and the unit's number alone, so that a unit does not
/// change with the scale.
pub(super) struct UnitKeys(ChaCha8Rng);

impl UnitKeys {
    pub(super) fn new(seed: u64) -> Self {
        let mut bytes = *b"........anshi/synth/v1..........";
        bytes.iter_mut().zip(seed.to_le_bytes()).for_each(|(byte, given)| *byte = given);
        Self(ChaCha8Rng::from_seed(bytes))
    }

    pub(super) fn key(&self, unit: u64) -> u64 {
        let mut stream = self.0.clone();
        stream.set_stream(unit);
        stream.next_u64()
    }
}

/// A sequence of draws (SplitMix64).
pub(super) struct Draws(u64);

impl Draws {
    /// The draws about one thing of a unit: `about` says what, `place` which (a month, a row).
    pub(super) const fn new(key: u64, about: u64, place: u64) -> Self {
        Self(mix(key ^ mix(about.wrapping_add(place.wrapping_mul(SPLITMIX_STEP)))))
    }

    pub(super) const fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(SPLITMIX_STEP);
        mix(self.0)
    }

    /// From 0 to `count - 1`; 0 where `count` is 0. The bias of 2⁻⁶⁴ × `count` is of no matter here.
    pub(super) fn below(&mut self, count: u64) -> u64 {
        ((u128::from(self.bits()) * u128::from(count)) >> 64) as u64
    }

    /// From `low` to `high`, both included.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        let count = high.abs_diff(low).saturating_add(1);
        low.saturating_add_unsigned(self.below(count))
    }

    /// From `low` to `high`, with the low ones far likelier: a product of two even draws.
    pub(super) fn skewed(&mut self, low: i64, high: i64) -> i64 {
        let count = high.abs_diff(low).saturating_add(1);
        let first = self.below(count);
        let share = self.bits() >> 32;
        low.saturating_add_unsigned(((u128::from(first) * u128::from(share)) >> 32) as u64)
    }

    /// True in `ppm` of a million cases.
    pub(super) fn chance(&mut self, ppm: u64) -> bool {
        self.below(1_000_000) < ppm
    }

    /// A place in `weights`, each as likely as its weight.
    pub(super) fn pick(&mut self, weights: &[u32]) -> usize {
        let mut left = self.below(weights.iter().map(|weight| u64::from(*weight)).sum());
        for (place, weight) in weights.iter().enumerate() {
            match left.checked_sub(u64::from(*weight)) {
                None => return place,
                Some(rest) => left = rest,
            }
        }
        0
    }

    /// One of `items`.
    pub(super) fn choose<T: Copy>(&mut self, items: &[T], otherwise: T) -> T {
        items.get(self.below(items.len() as u64) as usize).copied().unwrap_or(otherwise)
    }
}

const FEISTEL_ROUNDS: u64 = 4;

/// A shuffle of the numbers below `count` that keeps no table: a Feistel network on the next power of
/// four, walked until it lands below `count` (Black and Rogaway, 2002).
pub(super) struct Shuffle {
    count: u64,
    half_bits: u32,
    key: u64,
}

impl Shuffle {
    pub(super) fn new(count: u64, key: u64) -> Self {
        let bits = u64::BITS - count.saturating_sub(1).leading_zeros();
        Self { count, half_bits: bits.div_ceil(2).max(1), key }
    }

    /// Where `place` goes; both are below `count`.
    pub(super) fn at(&self, place: u64) -> u64 {
        let mut value = place;
        loop {
            value = self.permute(value);
            if value < self.count || place >= self.count {
                return value;
            }
        }
    }

    const fn permute(&self, value: u64) -> u64 {
        let mask = (1 << self.half_bits) - 1;
        let (mut left, mut right) = ((value >> self.half_bits) & mask, value & mask);
        let mut round = 0;
        while round < FEISTEL_ROUNDS {
            let mixed = mix(mix(self.key.wrapping_add(round)) ^ right) & mask;
            (left, right) = (right, left ^ mixed);
            round += 1;
        }
        (left << self.half_bits) | right
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shuffle_hits_every_place_once_and_is_no_identity() {
        for count in [1, 2, 3, 24, 1000, 4097] {
            let shuffle = Shuffle::new(count, 7);
            let mut places: Vec<u64> = (0..count).map(|place| shuffle.at(place)).collect();
            if count > 3 {
                assert!(places.windows(2).any(|pair| pair[0] > pair[1]), "{count}");
            }
            places.sort_unstable();
            assert!(places.into_iter().eq(0..count), "{count}");
        }
    }

    #[test]
    fn draws_stay_in_bounds_and_reach_them() {
        let mut draws = Draws::new(1, 2, 3);
        let seen: std::collections::BTreeSet<i64> = (0..1000).map(|_| draws.between(-2, 2)).collect();
        assert!(seen.into_iter().eq(-2..=2));
        assert!((0..1000).all(|_| (5..=9).contains(&draws.skewed(5, 9))));
        assert!((0..1000).all(|_| draws.pick(&[0, 3, 0]) == 1));
        assert_eq!(draws.below(0), 0);
    }

    #[test]
    fn the_draws_are_pinned() {
        // A change here changes every synthetic delivery: raise the manifest's format with it.
        assert_eq!(UnitKeys::new(1).key(0), UnitKeys::new(1).key(0));
        assert_eq!(Draws::new(1, 2, 3).bits(), PINNED_BITS);
        assert_eq!(UnitKeys::new(42).key(7), PINNED_KEY);
    }

    const PINNED_BITS: u64 = 12_740_263_649_319_443_980;
    const PINNED_KEY: u64 = 5_512_203_764_421_985_043;
}
