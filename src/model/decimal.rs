//! Decimal text to scaled integers, exactly. Never through a float, never rounded.

/// Why a text is no decimal of this scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecimalError {
    /// Not a plain decimal number.
    #[error("not a number: digits, at most one `.`, and a sign are allowed")]
    Syntax,
    /// More decimals than the column carries, and not all of them zero.
    #[error("has more than {0} decimals")]
    Precision(u8),
    /// Does not fit a signed 64-bit integer at this scale.
    #[error("is too large")]
    Range,
}

/// Reads `text` as an integer count of 10^-`scale`: `"12.5"` at scale 2 is 1250.
///
/// Further decimals are accepted only where they are zeros, so nothing is ever rounded.
pub fn parse_decimal(text: &[u8], scale: u8) -> Result<i64, DecimalError> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let mut halves = digits.splitn(2, |byte| *byte == b'.');
    let whole = halves.next().unwrap_or_default();
    let pointed = halves.next();
    let fraction = pointed.unwrap_or_default();
    if whole.is_empty() || pointed.is_some_and(<[u8]>::is_empty) {
        return Err(DecimalError::Syntax);
    }
    if !whole.iter().chain(fraction).all(u8::is_ascii_digit) {
        return Err(DecimalError::Syntax);
    }
    let (fraction, rest) = fraction.split_at(fraction.len().min(usize::from(scale)));
    if rest.iter().any(|digit| *digit != b'0') {
        return Err(DecimalError::Precision(scale));
    }
    let mut value = 0i64;
    let zeros = std::iter::repeat_n(&b'0', usize::from(scale) - fraction.len());
    for digit in whole.iter().chain(fraction).chain(zeros) {
        let digit = i64::from(digit - b'0');
        let signed = if negative { -digit } else { digit };
        value = value.checked_mul(10).and_then(|v| v.checked_add(signed)).ok_or(DecimalError::Range)?;
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_or_refused() {
        let read = |text: &str| parse_decimal(text.as_bytes(), 2);
        assert_eq!(read("12.5"), Ok(1250));
        assert_eq!(read("-0.01"), Ok(-1));
        assert_eq!(read("7"), Ok(700));
        assert_eq!(read("+1.500"), Ok(150));
        assert_eq!(read("92233720368547758.07"), Ok(i64::MAX));
        assert_eq!(read("-92233720368547758.08"), Ok(i64::MIN));
        assert_eq!(read("92233720368547758.08"), Err(DecimalError::Range));
        assert_eq!(read("1.005"), Err(DecimalError::Precision(2)));
        for bad in ["", ".", "1.", ".5", "1,000", "1e3", "--1", "１", " 1", "0x1", "NaN", "1.2.3"] {
            assert_eq!(read(bad), Err(DecimalError::Syntax), "{bad}");
        }
    }
}
