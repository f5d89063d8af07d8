//! How slow a machine can be: what slots are checked against. Plain figures; measures nothing.

/// A run that may have so much memory gets memory that is kept for it, and costs next to nothing beside its fuel.
pub const MEMORY_KEPT_BYTES: u64 = 1 << 20;

/// What this machine takes at worst, calibrated (`guest::calibrate`) or assumed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Nanoseconds for 1,000 fuel.
    pub nanos_per_kilofuel: u64,
    /// Nanoseconds for a mebibyte of memory that is not kept: to be given, touched page by page, and taken back.
    pub nanos_per_mib: u64,
}

impl Pace {
    /// A machine that takes no time: for who compares policies and runs none.
    pub const NONE: Self = Self { nanos_per_kilofuel: 0, nanos_per_mib: 0 };

    /// Where no machine was calibrated: twice what 20 million fuel of scattered loads took at worst on the machine first
    /// measured (117 ms), and twice what its memory took.
    pub const ASSUMED: Self = Self { nanos_per_kilofuel: 12_000, nanos_per_mib: 1_500_000 };

    /// The processor time of one run at worst, in nanoseconds: all of its fuel, and all of its memory.
    pub const fn run_nanos(self, fuel: u64, memory_bytes: u64) -> u64 {
        let fuel = fuel.saturating_mul(self.nanos_per_kilofuel).div_ceil(1_000);
        // A guest with more keeps some of it too, but not where another guest's image lay there before.
        let fresh_mib = if memory_bytes <= MEMORY_KEPT_BYTES { 0 } else { memory_bytes.div_ceil(1 << 20) };
        fuel.saturating_add(fresh_mib.saturating_mul(self.nanos_per_mib))
    }

    /// Whether a machine that is so slow is no slower than this.
    pub const fn holds(self, measured: Self) -> bool {
        measured.nanos_per_kilofuel <= self.nanos_per_kilofuel && measured.nanos_per_mib <= self.nanos_per_mib
    }

    /// The lower of two measurements, figure by figure.
    #[must_use]
    pub fn quicker(self, other: Self) -> Self {
        Self {
            nanos_per_kilofuel: self.nanos_per_kilofuel.min(other.nanos_per_kilofuel),
            nanos_per_mib: self.nanos_per_mib.min(other.nanos_per_mib),
        }
    }

    /// What was measured, without the margin that calibration adds.
    #[must_use]
    pub const fn halved(self) -> Self {
        Self { nanos_per_kilofuel: self.nanos_per_kilofuel / 2, nanos_per_mib: self.nanos_per_mib / 2 }
    }
}
