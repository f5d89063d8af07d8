//! What a label job can answer, and what the answer costs.

/// The one answer that every label policy has beside its labels.
const UNDETERMINED: &str = "undetermined";

/// The answer to a label job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// One of the policy's labels.
    Label(String),
    /// The guest gave none: a trap, a limit, an index outside its list, a missed tick. One shape for all.
    Undetermined,
}

impl Answer {
    /// The word that stands in the receipt.
    pub fn word(&self) -> &str {
        match self {
            Self::Label(label) => label,
            Self::Undetermined => UNDETERMINED,
        }
    }

    /// Whether `label` may not be a policy's label because it has a meaning of its own.
    pub fn is_reserved(label: &str) -> bool {
        label.eq_ignore_ascii_case(UNDETERMINED)
    }
}

/// Bits that one label answer can tell of one party: ⌈log₂(labels + 1)⌉, the one more being `undetermined`.
///
/// Computed from the policy alone, so the cost cannot depend on data.
pub fn label_cost_bits(labels: usize) -> u32 {
    labels.checked_add(1).map_or(usize::BITS, |outcomes| outcomes.next_power_of_two().trailing_zeros())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cost_is_the_ceiling_of_the_binary_logarithm() {
        let costs: Vec<u32> = (1..=8).map(label_cost_bits).collect();
        assert_eq!(costs, [1, 2, 2, 3, 3, 3, 3, 4]);
    }
}
