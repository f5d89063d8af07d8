//! Attack 46: a wrong constant in the noise, with which ε is not ε. The audit of the noise looks for it: here it is tried
//! in short, `make dp-audit` does it at length and with every mistake of its list.

use anshi::env::weaken::Weakness;

use super::run::check;
use crate::dp_audit::checks;

const DRAWS: usize = 20_000;

pub fn attack() -> Result<(), String> {
    for found in [checks::chi_squared_laplace(DRAWS), checks::chi_squared_gaussian(DRAWS)] {
        found?;
    }
    checks::likelihood_laplace(DRAWS).map(|_| ())
}

#[test]
fn held() {
    check(attack, Weakness::NoiseHalved);
}
