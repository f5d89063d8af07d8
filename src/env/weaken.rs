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
    /// 1: a unit whose run fails ends a table's whole job.
    UnitFaultTold = 101,
    /// 1: a unit whose run fails is counted.
    FaultCounted = 102,
    /// 2: the text of a fault reaches the client.
    FaultText = 2,
    /// 4: the fuel used is told in the receipt.
    FuelTold = 4,
    /// 5, 55: the outcome is handed to the log when the guest ends, not at the tick.
    OutcomeEarly = 5,
    /// 7: the guest's index is printed as it is.
    IndexRaw = 7,
    /// 8: what a unit adds to a sum is not clamped.
    Unclamped = 801,
    /// 9: cells without a unit are left out, whatever their noise.
    EmptyLeftOut = 901,
    /// 10: a unit adds to as many cells as it likes.
    CellsUnbounded = 1001,
    /// 10: what a unit adds to one cell several times is clamped and counted each time.
    DuplicatesApart = 1002,
    /// 11: imports are not looked at.
    ImportsIgnored = 11,
    /// 12: the text of a fault is printed with the engine's own messages.
    GuestPrinted = 12,
    /// 13: one instance serves several jobs.
    InstanceReused = 13,
    /// 13: one instance serves one unit of a table after the other.
    UnitInstanceReused = 1301,
    /// 14: how much memory an instance may have depends on how many ran before it.
    LimitsByLoad = 14,
    /// 15: NaNs are what the machine makes of them, and instructions are taken that may differ between machines.
    NanAsItIs = 15,
    /// 16: memory is not limited.
    MemoryUnlimited = 16,
    /// 18: a guest is compiled when a job first needs it.
    CompiledInJob = 18,
    /// 19: the guest's digest is not compared.
    DigestIgnored = 19,
    /// 20: the budget is charged, but not looked at.
    BudgetUnchecked = 20,
    /// 21: a party without data is told as such.
    AbsentTold = 21,
    /// 23: quotas may add up to more than their limit.
    QuotasOverlap = 2301,
    /// 23: what clients have spent is not added up against the limit.
    SpentForgotten = 2302,
    /// 24: the window is the calendar month.
    WindowByCalendar = 2401,
    /// 24: the lifetime cap is not looked at.
    LifetimeIgnored = 2402,
    /// 25: the same table again is made anew, with other noise, for nothing.
    SameRenoised = 2501,
    /// 29: a cell is suppressed by its true count.
    ThresholdTrue = 2901,
    /// 29: a cell is suppressed at the threshold too.
    ThresholdOffByOne = 2902,
    /// 30: the total is the true one.
    TotalsTrue = 3001,
    /// 33: a new snapshot refills the budget.
    SnapshotRefills = 3301,
    /// 35: a unit is mended in requests too, and charged under the name that it was called by.
    SpellingsApart = 35,
    /// 36: the charge depends on what the party's data is.
    CostByData = 36,
    /// 37: a fault gives the charge back.
    Refund = 37,
    /// 38: the check of the budget and the charge are two steps.
    CheckThenCharge = 38,
    /// 39: nobody waits for the mirror.
    MirrorUnawaited = 39,
    /// 39: a commit of the ledger is not synced.
    CommitUnsynced = 3901,
    /// 39: the mirror is not synced.
    MirrorUnsynced = 3902,
    /// 39: files and folders are published without being synced.
    FilesUnsynced = 3903,
    /// 40: what all clients have spent counts against each client's quota.
    QuotasShared = 40,
    /// 41: whom a token is for, and what kind of token it is, are not looked at.
    AudienceIgnored = 41,
    /// 42: the algorithm is taken from the header, encodings are read leniently.
    HeaderTrusted = 42,
    /// 43: receipts carry bits that nothing explains.
    CovertBits = 43,
    /// 44: noise is the rounded logarithm of a float.
    NoiseFloat = 4400,
    /// 46: nothing is added to the sums.
    NoiseOff = 4600,
    /// 46: noise is drawn at half the scale that is stated.
    NoiseHalved = 4601,
    /// 46: the scale forgets that one unit may change several cells.
    NoiseScaleCells = 4602,
    /// 46: the noise of the count serves the measures too.
    NoiseShared = 4603,
    /// 46: the variance is taken for the standard deviation.
    GaussianAsVariance = 4604,
    /// 48: noise comes from a fixed seed.
    NoiseSeedFixed = 4800,
    /// 46: a measure's noise hides its upper bound alone.
    BoundUpperOnly = 4605,
    /// 46: each figure is noised as if it had all of ε.
    SharesIgnored = 4606,
    /// 50: of members that stand twice the last counts, and an array may stand for an object.
    ReadLeniently = 50,
    /// 51: a consent serves whoever is asked about.
    ConsentOfAnother = 51,
    /// 53: how much there is in a module is not looked at before it is compiled.
    BombsCompiled = 53,
    /// 54: a connection that is silent keeps its place.
    SilentStay = 54,
    /// 56: the first date among the parameters is the day that the answer is about.
    DateOfCaller = 56,
    /// 57: the number that stands for an identifier is made of it.
    IdentifierTold = 57,
    /// 58: however much a guest returns is copied.
    CopiesUnbounded = 58,
    /// 59: the mirror is not asked whether the home is the latest.
    MirrorIgnored = 59,
    /// 61: the rows that a client sends along are no part of what makes two jobs the same.
    RowsNotOfJob = 61,
    /// 61: whom a client's row says that it is about is not looked at.
    RowOfAnother = 6101,
    /// 62: what is archived is believed to be what the receipt names.
    ArchiveBelieved = 62,
    /// 63: archived requests lie in the ledger as they were sent.
    RequestsUnsealed = 63,
    /// 64: files go into a bank's pack as they lie in the home.
    PackCopied = 64,
    /// 60: a job ends with the caller that waits for it.
    LeftWithCaller = 60,
    /// 41: a call's token serves as often as it is shown.
    CallReplayed = 4102,
    /// 41: a call's token serves with another body.
    CallBodyIgnored = 4103,
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
    set_number(weakness.map_or(0, |weakness| weakness as u32));
}

/// Switches on the weakness with this number: in a process that a weakened one has started.
#[cfg(feature = "weaken")]
pub fn set_number(number: u32) {
    ACTIVE.store(number, std::sync::atomic::Ordering::SeqCst);
}

/// The number of the weakness that is on, for the processes that this one starts.
#[cfg(feature = "weaken")]
pub fn number() -> Option<u32> {
    Some(ACTIVE.load(std::sync::atomic::Ordering::SeqCst)).filter(|number| *number != 0)
}

/// The number of the weakness that is on: none, in this build.
#[cfg(not(feature = "weaken"))]
#[inline(always)]
pub const fn number() -> Option<u32> {
    None
}
