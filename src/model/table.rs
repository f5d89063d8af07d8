//! The words of statistical tables.

/// Which exact distribution the noise is drawn from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoiseKind {
    /// Discrete Laplace: pure ε-differential privacy.
    DiscreteLaplace,
    /// Discrete Gaussian: ρ-zero-concentrated differential privacy, ρ = ε²/2.
    DiscreteGaussian,
}

impl NoiseKind {
    /// The word in policies, receipts and reports.
    pub const fn word(self) -> &'static str {
        match self {
            Self::DiscreteLaplace => "discrete-laplace",
            Self::DiscreteGaussian => "discrete-gaussian",
        }
    }

    /// The kind that `word` names.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::DiscreteLaplace, Self::DiscreteGaussian].into_iter().find(|kind| kind.word() == word)
    }
}

/// A dimension of a table: a name and the closed list of its labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dimension {
    /// Its name.
    pub name: String,
    /// Its labels, in order.
    pub labels: Vec<String>,
}
