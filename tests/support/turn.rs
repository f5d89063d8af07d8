//! Whose turn it is: weaknesses are switched for the whole process, so a weakened attack runs alone.

use std::sync::{PoisonError, RwLock, RwLockReadGuard};

static TURN: RwLock<()> = RwLock::new(());

/// Held by a test that needs the engine as it is.
pub fn strong() -> RwLockReadGuard<'static, ()> {
    TURN.read().unwrap_or_else(PoisonError::into_inner)
}

/// Runs `work` with one weakness switched on, while no other test runs.
#[cfg(feature = "weaken")]
pub fn weakened<T>(weakness: anshi::env::weaken::Weakness, work: impl FnOnce() -> T) -> T {
    struct Off;
    impl Drop for Off {
        fn drop(&mut self) {
            anshi::env::weaken::set(None);
        }
    }
    let _turn = TURN.write().unwrap_or_else(PoisonError::into_inner);
    let _off = Off;
    anshi::env::weaken::set(Some(weakness));
    work()
}
