//! Scales of noise as exact rationals: from sensitivity, ε and share, and as text.

use num_bigint::BigUint;

use crate::model::Billionths;

/// 10⁹ to the first, second, third power.
const BILLION: u128 = 1_000_000_000;
const BILLION_2: u128 = BILLION * BILLION;
const BILLION_3: u128 = BILLION_2 * BILLION;

/// ln 20 in units of 10⁻¹⁸, rounded up.
pub const LN_20: u64 = 2_995_732_273_553_990_994;
/// The 97.5 % quantile of the normal distribution in units of 10⁻¹⁸, rounded up.
pub const NORMAL_95: u64 = 1_959_963_984_540_054_236;

/// From here on an integer has the 13 digits that a rounded decimal keeps.
const ROUNDED_MIN: u128 = 1_000_000_000_000;
/// Decimal places that a σ may have: no parameters give one below 10⁻¹¹.
const PLACES_MAX: u32 = 24;
/// The largest product of cells and bound, so that Laplace's scale is a quotient of 128-bit integers.
const SENSITIVITY_MAX: u128 = 1 << 68;
/// The largest scale, so that 128 bits hold noise and sums.
const SCALE_MAX: u128 = 1 << 100;

/// How much one unit changes a figure: at most `bound` in each of at most `cells` cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sensitivity {
    bound: u64,
    cells: u32,
}

impl Sensitivity {
    /// `None` where one of them is zero, or their product is beyond [`SENSITIVITY_MAX`].
    pub fn new(bound: u64, cells: u32) -> Option<Self> {
        #[cfg(feature = "weaken")]
        let cells = super::weakened::cells(cells);
        let sensitivity = Self { bound, cells };
        (1..=SENSITIVITY_MAX).contains(&sensitivity.l1()).then_some(sensitivity)
    }

    /// In the L1 norm.
    fn l1(self) -> u128 {
        u128::from(self.cells) * u128::from(self.bound)
    }

    /// The square of it in the L2 norm.
    fn l2_squared(self) -> BigUint {
        BigUint::from(self.l1()) * self.bound
    }
}

/// A positive scale, as a fraction in lowest terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scale {
    numerator: u128,
    denominator: u128,
}

impl Scale {
    /// Laplace: the L1 sensitivity over ε · share, exactly.
    pub fn laplace(sensitivity: Sensitivity, epsilon: Billionths, share: Billionths) -> Option<Self> {
        let loss = u128::from(positive(epsilon)?) * u128::from(part(share)?);
        Self::new(sensitivity.l1().checked_mul(BILLION_2)?, loss)
    }

    /// Gaussian: the L2 sensitivity over √(2ρ · share), where 2ρ = ε². A root, so rounded up: to a decimal of at least
    /// 13 digits, by less than 10⁻¹² of it.
    pub fn gaussian(sensitivity: Sensitivity, epsilon: Billionths, share: Billionths) -> Option<Self> {
        let epsilon = positive(epsilon)?;
        let above = sensitivity.l2_squared() * BILLION_3;
        let below = BigUint::from(epsilon) * epsilon * part(share)?;
        (0..=PLACES_MAX).find_map(|places| {
            let unit = 10_u128.checked_pow(places)?;
            let rounded = root_up(&div_up(&(&above * unit * unit), &below));
            let rounded = u128::try_from(rounded).ok()?;
            (rounded >= ROUNDED_MIN).then(|| Self::new(rounded, unit))?
        })
    }

    /// The fraction in lowest terms; `None` unless it is above zero and at most [`SCALE_MAX`].
    pub fn new(numerator: u128, denominator: u128) -> Option<Self> {
        let common = gcd(numerator, denominator);
        let (numerator, denominator) = (numerator.checked_div(common)?, denominator.checked_div(common)?);
        let fits = numerator > 0 && numerator.checked_div(denominator)? < SCALE_MAX;
        fits.then_some(Self { numerator, denominator })
    }

    pub const fn numerator(self) -> u128 {
        self.numerator
    }

    pub const fn denominator(self) -> u128 {
        self.denominator
    }

    /// The scale times so many units of 10⁻¹⁸, rounded up to an integer.
    pub fn times_up(self, factor: u64) -> u128 {
        let product = div_up(&(BigUint::from(self.numerator) * factor), &(BigUint::from(self.denominator) * BILLION_2));
        // Below 4 · 2¹⁰⁰, for a factor below 4.
        u128::try_from(product).unwrap_or(u128::MAX)
    }

    /// A decimal: exact if it has at most 13 digits, or is an integer; otherwise rounded up to 13 digits, or to an
    /// integer if that has more.
    pub fn text(self) -> String {
        let (numerator, denominator) = (BigUint::from(self.numerator), BigUint::from(self.denominator));
        let (mut unit, mut places) = (BigUint::from(1_u8), 0);
        loop {
            let scaled = &numerator * &unit;
            let rounded = div_up(&scaled, &denominator);
            if &rounded * &denominator == scaled || rounded >= BigUint::from(ROUNDED_MIN) {
                return decimal(&rounded, places);
            }
            unit *= 10_u8;
            places += 1;
        }
    }
}

/// The billionths, if there are any.
fn positive(value: Billionths) -> Option<u64> {
    Some(value.count()).filter(|count| *count > 0)
}

/// The billionths of a share: more than nothing, at most the whole.
fn part(share: Billionths) -> Option<u64> {
    positive(share).filter(|count| *count <= Billionths::ONE.count())
}

/// The integer of so many decimal places, without trailing zeros after the point.
pub fn decimal(value: &BigUint, places: usize) -> String {
    let digits = format!("{value:0>width$}", width = places + 1);
    let (whole, fraction) = digits.split_at(digits.len() - places);
    match fraction.trim_end_matches('0') {
        "" => whole.to_owned(),
        fraction => format!("{whole}.{fraction}"),
    }
}

/// The quotient, rounded up; zero over zero is not asked for.
pub fn div_up(numerator: &BigUint, denominator: &BigUint) -> BigUint {
    (numerator + denominator - 1_u8) / denominator
}

/// The smallest integer whose square is at least `square`.
fn root_up(square: &BigUint) -> BigUint {
    let root = square.sqrt();
    if &root * &root < *square { root + 1_u8 } else { root }
}

fn gcd(mut one: u128, mut other: u128) -> u128 {
    while other != 0 {
        (one, other) = (other, one % other);
    }
    one
}
