//! How an attack is run. `Err` says what it learnt: the attack succeeded.

use anshi::env::weaken::Weakness;

use crate::support::strong;

/// An attack: `Err` means that it succeeded.
pub type Attack = fn() -> Result<(), String>;

/// Whether the engine as it is holds against the attack.
pub fn against_strong(attack: Attack) -> Result<(), String> {
    let _turn = strong();
    attack()
}

/// Runs the attack against an engine without its defence; `None` in a build that cannot be weakened.
#[cfg(feature = "weaken")]
pub fn against_weakened(attack: Attack, weakness: Weakness) -> Option<Result<(), String>> {
    Some(crate::support::weakened(weakness, attack))
}

/// Runs the attack against an engine without its defence; `None` in a build that cannot be weakened.
#[cfg(not(feature = "weaken"))]
pub fn against_weakened(_: Attack, _: Weakness) -> Option<Result<(), String>> {
    None
}

/// The test of one attack: it fails, and in a build that can be weakened it succeeds once the defence is gone.
pub fn check(attack: Attack, weakness: Weakness) {
    assert_eq!(against_strong(attack), Ok(()));
    if let Some(result) = against_weakened(attack, weakness) {
        assert!(result.is_err(), "the attack fails without its defence too: it shows nothing");
    }
}

/// That the attack succeeds without this defence too.
#[cfg(feature = "weaken")]
pub fn check_weakened(attack: Attack, weakness: Weakness) {
    let result = against_weakened(attack, weakness);
    assert!(matches!(result, Some(Err(_))), "the attack fails without {weakness:?} too: it shows nothing");
}

/// The test of an attack whose defence no switch can take away: it fails, and succeeds against the stand-in that the
/// test makes, which lacks the defence.
pub fn check_beside(attack: Attack, stand_in: Attack) {
    assert_eq!(against_strong(attack), Ok(()));
    assert!(against_strong(stand_in).is_err(), "the attack fails without its defence too: it shows nothing");
}
