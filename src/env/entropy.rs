//! Randomness from the operating system.

use ring::rand::{SecureRandom, SystemRandom};

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
}
