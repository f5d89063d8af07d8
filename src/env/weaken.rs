//! Weaknesses that can be switched on in a build made for it, to show that the attack tests can fail.
//! In every other build [`on`] is the constant `false` and the weakened branches are compiled away.

#[cfg(all(feature = "weaken", feature = "dist"))]
compile_error!("a build for distribution cannot be weakened");

/// A defence that can be taken away. The number is the attack's in `docs/attacks.md`, with two more
/// digits where one attack has several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Weakness {
    /// 1, 3: a trap or spent fuel is told as such instead of as `undetermined`.
    FaultTold = 1,
    /// 2: the text of a fault reaches the client.
    FaultText = 2,
    /// 4: the fuel used is told in the receipt.
    FuelTold = 4,
    /// 5, 55: the outcome is handed to the log when the guest ends, not at the tick.
    OutcomeEarly = 5,
    /// 7: the guest's index is printed as it is.
    IndexRaw = 7,
    /// 11: imports are not looked at.
    ImportsIgnored = 11,
    /// 13: one instance serves several jobs.
    InstanceReused = 13,
    /// 19: the guest's digest is not compared.
    DigestIgnored = 19,
    /// 21: a party without data is told as such.
    AbsentTold = 21,
    /// 36: the charge depends on what the party's data is.
    CostByData = 36,
    /// 37: a fault gives the charge back.
    Refund = 37,
    /// 38: the check of the budget and the charge are two steps.
    CheckThenCharge = 38,
    /// 39: a commit of the ledger is not synced.
    CommitUnsynced = 3901,
    /// 39: the mirror is not synced.
    MirrorUnsynced = 3902,
    /// 39: a mirror that cannot be written is passed over.
    MirrorPassedOver = 3903,
    /// 39: files and folders are published without being synced.
    FilesUnsynced = 3904,
    /// 42: the algorithm is taken from the header, encodings are read leniently.
    HeaderTrusted = 42,
    /// 43: receipts carry bits that nothing explains.
    CovertBits = 43,
    /// 60: a job ends with the caller that waits for it.
    LeftWithCaller = 60,
}

/// Whether `weakness` is switched on.
#[cfg(feature = "weaken")]
pub fn on(weakness: Weakness) -> bool {
    ACTIVE.load(std::sync::atomic::Ordering::SeqCst) == weakness as u32
}

/// Whether `weakness` is switched on: never, in this build.
#[cfg(not(feature = "weaken"))]
#[inline(always)]
pub const fn on(_: Weakness) -> bool {
    false
}

#[cfg(feature = "weaken")]
static ACTIVE: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);

/// Switches one weakness on for this process, or all of them off.
#[cfg(feature = "weaken")]
pub fn set(weakness: Option<Weakness>) {
    let number = weakness.map_or(0, |weakness| weakness as u32);
    ACTIVE.store(number, std::sync::atomic::Ordering::SeqCst);
}
