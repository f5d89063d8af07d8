//! Randomness from the operating system.

use std::cell::RefCell;
use std::convert::Infallible;
use std::fmt;

use rand::TryRng;
use ring::rand::{SecureRandom, SystemRandom};

#[cfg(feature = "weaken")]
use super::weaken::{self, Weakness};

/// How much a stream fetches at once: some hundred draws of noise.
const BLOCK_BYTES: usize = 4096;

/// The operating system gave no randomness. Nothing that needs any may go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the operating system gave no randomness")]
pub struct EntropyError;

/// The source of randomness.
#[derive(Clone, Copy, Debug, Default)]
pub struct Entropy;

impl Entropy {
    /// `N` fresh random bytes.
    pub fn bytes<const N: usize>(&self) -> Result<[u8; N], EntropyError> {
        let mut bytes = [0; N];
        SystemRandom::new().fill(&mut bytes).map_err(|_| EntropyError)?;
        Ok(bytes)
    }

    /// `N` fresh random bytes for a salt or a name, of which every job has several: of a block that this thread has fetched for
    /// many. Never for a key or a nonce: what is still to be given stands in memory, and in every copy of a machine's memory.
    pub fn salt<const N: usize>(&self) -> Result<[u8; N], EntropyError> {
        SALTS.with_borrow_mut(Salts::take)
    }

    /// A stream of fresh random bytes for one batch of draws.
    pub fn stream(&self) -> EntropyStream {
        EntropyStream::new()
    }
}

thread_local! {
    static SALTS: RefCell<Salts> = const { RefCell::new(Salts { block: [0; BLOCK_BYTES], used: BLOCK_BYTES }) };
}

/// A block of the operating system's randomness: a byte is given once and forgotten.
struct Salts {
    block: [u8; BLOCK_BYTES],
    used: usize,
}

impl Salts {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], EntropyError> {
        const { assert!(N <= BLOCK_BYTES) };
        if self.used + N > BLOCK_BYTES {
            // Nothing of the block is given until all of it was fetched.
            self.used = BLOCK_BYTES;
            SystemRandom::new().fill(&mut self.block).map_err(|_| EntropyError)?;
            self.used = 0;
        }
        let fresh = self.block.get_mut(self.used..self.used + N).ok_or(EntropyError)?;
        let mut bytes = [0; N];
        bytes.swap_with_slice(fresh);
        self.used += N;
        Ok(bytes)
    }
}

/// The operating system's randomness as a generator for samplers, fetched in blocks. A byte is given once and
/// forgotten; a stream is neither copied nor shared.
///
/// Samplers take generators that cannot fail. So a failure is remembered, and the stream goes on with worthless
/// bytes, only so that a sampler ends (on constant bytes it may not). Whoever draws calls [`EntropyStream::check`]
/// after the batch, and throws the batch away if that fails.
pub struct EntropyStream {
    block: Vec<u8>,
    used: usize,
    failed: bool,
    worthless: Option<Worthless>,
    #[cfg(test)]
    blocks_until_failure: Option<usize>,
}

impl EntropyStream {
    fn new() -> Self {
        Self {
            block: vec![0; BLOCK_BYTES],
            used: BLOCK_BYTES,
            failed: false,
            worthless: seed_of_weakened_build(),
            #[cfg(test)]
            blocks_until_failure: None,
        }
    }

    /// A stream whose operating system fails after so many blocks.
    #[cfg(test)]
    pub(crate) fn failing_after(blocks: usize) -> Self {
        Self { blocks_until_failure: Some(blocks), ..Self::new() }
    }

    /// Whether all bytes so far were the operating system's.
    pub const fn check(&self) -> Result<(), EntropyError> {
        if self.failed { Err(EntropyError) } else { Ok(()) }
    }

    fn refill(&mut self) {
        self.used = 0;
        if self.worthless.is_none() && self.fetch().is_err() {
            self.failed = true;
            self.worthless = Some(Worthless(0));
        }
        if let Some(worthless) = &mut self.worthless {
            worthless.fill(&mut self.block);
        }
    }

    fn fetch(&mut self) -> Result<(), EntropyError> {
        #[cfg(test)]
        if let Some(blocks) = &mut self.blocks_until_failure {
            *blocks = blocks.checked_sub(1).ok_or(EntropyError)?;
        }
        SystemRandom::new().fill(&mut self.block).map_err(|_| EntropyError)
    }
}

impl fmt::Debug for EntropyStream {
    /// Nothing of what it will give.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EntropyStream").field("failed", &self.failed).finish_non_exhaustive()
    }
}

impl TryRng for EntropyStream {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        let mut rest = bytes;
        while !rest.is_empty() {
            if self.used >= self.block.len() {
                self.refill();
            }
            let fresh = self.block.get_mut(self.used..).unwrap_or_default();
            let count = fresh.len().min(rest.len());
            let (now, later) = rest.split_at_mut(count);
            now.iter_mut().zip(fresh).for_each(|(to, from)| *to = std::mem::take(from));
            self.used += count;
            rest = later;
        }
        Ok(())
    }
}

/// Bytes that anyone can compute (SplitMix64): they end a sampler's loops after a failure, and are never part of
/// what is released.
struct Worthless(u64);

impl Worthless {
    fn fill(&mut self, block: &mut [u8]) {
        for bytes in block.chunks_mut(8) {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            bytes.iter_mut().zip((mixed ^ (mixed >> 31)).to_le_bytes()).for_each(|(to, from)| *to = from);
        }
    }
}

/// The seed that a weakened build draws from instead; none in any other.
#[cfg(feature = "weaken")]
fn seed_of_weakened_build() -> Option<Worthless> {
    weaken::on(Weakness::NoiseSeedFixed).then_some(Worthless(0))
}

/// The seed that a weakened build draws from instead: none, in this build.
#[cfg(not(feature = "weaken"))]
const fn seed_of_weakened_build() -> Option<Worthless> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(stream: &mut EntropyStream, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        stream.try_fill_bytes(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn streams_differ_and_repeat_nothing() {
        let (mut one, mut other) = (Entropy.stream(), Entropy.stream());
        let ours = read(&mut one, 3 * BLOCK_BYTES + 5);
        assert_ne!(ours, read(&mut other, 3 * BLOCK_BYTES + 5));
        let blocks: Vec<&[u8]> = ours.chunks_exact(BLOCK_BYTES).collect();
        assert!(blocks[0] != blocks[1] && blocks[1] != blocks[2] && blocks[0] != blocks[2]);
        assert!(blocks.iter().all(|block| block.iter().filter(|byte| **byte == 0).count() < 100));
        assert_eq!((one.check(), other.check()), (Ok(()), Ok(())));
        assert_ne!(one.try_next_u64(), one.try_next_u64());
    }

    #[test]
    fn salts_differ_in_every_thread_and_are_forgotten() {
        const SALTS_EACH: usize = 3 * BLOCK_BYTES / 32 + 7;
        let many = || -> Vec<[u8; 32]> { (0..SALTS_EACH).map(|_| Entropy.salt().unwrap()).collect() };
        let (ours, theirs) = (many(), std::thread::spawn(many).join().unwrap());
        let all: std::collections::BTreeSet<[u8; 8]> = ours
            .iter()
            .chain(&theirs)
            .flat_map(|salt| [0, 8, 16, 24].map(|at| salt[at..at + 8].try_into().unwrap()))
            .collect();
        assert_eq!(all.len(), 2 * 4 * SALTS_EACH, "no eight bytes stand there twice");
        let mut salts = Salts { block: [0; BLOCK_BYTES], used: BLOCK_BYTES };
        let first: [u8; 100] = salts.take().unwrap();
        assert!(first.iter().filter(|byte| **byte == 0).count() < 20);
        assert_eq!(salts.block[..100], [0; 100]);
        let rest: [u8; BLOCK_BYTES] = salts.take().unwrap();
        assert_eq!((salts.used, salts.block), (BLOCK_BYTES, [0; BLOCK_BYTES]));
        assert!(rest.iter().filter(|byte| **byte == 0).count() < 100, "what was left is not given with zeros in it");
    }

    #[test]
    fn what_was_given_is_forgotten() {
        let mut stream = Entropy.stream();
        read(&mut stream, 1000);
        assert!(stream.block[..1000].iter().all(|byte| *byte == 0));
        assert!(stream.block[1000..].iter().any(|byte| *byte != 0));
        assert_eq!(format!("{stream:?}"), "EntropyStream { failed: false, .. }");
    }

    #[test]
    fn a_failure_is_remembered_and_the_stream_goes_on() {
        let mut stream = EntropyStream::failing_after(1);
        read(&mut stream, BLOCK_BYTES);
        assert_eq!(stream.check(), Ok(()));
        let after = read(&mut stream, BLOCK_BYTES + 1);
        assert_eq!(stream.check(), Err(EntropyError));
        assert!(after.iter().collect::<std::collections::BTreeSet<_>>().len() > 200, "a sampler may not end");
        read(&mut stream, BLOCK_BYTES);
        assert_eq!(stream.check(), Err(EntropyError));
    }
}
