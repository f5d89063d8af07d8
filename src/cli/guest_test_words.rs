//! The words of `anshi guest test`, in English and Chinese. Owns wording alone; both languages match exhaustively.

use std::path::PathBuf;
use std::time::Duration;

use super::english::some;
use crate::guest::Fault;
use crate::model::{Bilingual, Chinese, Lang};
use crate::workbench::ColumnName;

/// A line about a guest that is tested.
#[derive(Clone, Debug)]
pub enum TestMessage {
    /// The policy takes no request with this guest, and why.
    Refused { id: String, version: String, digest: String, reasons: Vec<Bilingual> },
    /// What follows is about this guest; of a table, the largest of so many units.
    Measured { guest: String, units: Option<u64> },
    /// What one run used at most.
    Used { of: Limit, used: u64, limit: u64 },
    /// How long a call took.
    Took { median: Duration, timed: usize, slot_ms: u32 },
    /// Runs without an answer.
    Failed { failed: u64, fault: Fault },
    /// Columns that changed no answer when they were blanked.
    Unneeded(Vec<ColumnName>),
    /// Columns that are granted and not read.
    Unread(Vec<ColumnName>),
    /// Something must change before it is tested again.
    Watching,
    /// No case was answered by it.
    NothingMeasured { guest: String },
}

/// What a policy limits of one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    Fuel,
    Memory,
}

/// What is wrong with what was to be tested.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TestProblem {
    /// A folder without a project.
    #[error("`{}` has no `guest.toml`: name a project's folder, or a guest with `--guest` and its `--policy`", .0.display())]
    NotAProject(PathBuf),
    /// No such policy comes with the program.
    #[error("no policy `{id}` comes with this program: {}; say with `--policy` or `--policies` where it is{}", known.join(", "), meant(close))]
    UnknownPolicy {
        /// Its id.
        id: String,
        /// Those that do.
        known: Vec<String>,
        /// The one that was perhaps meant.
        close: Option<String>,
    },
    /// A path where an id belongs.
    #[error("`{0}` is a path, and `--policy` takes a policy's id: a folder of policies goes with `--policies`")]
    PolicyPath(String),
    /// No cases.
    #[error("there are no cases in `{}`: say with `--cases` where they are", .0.display())]
    CasesMissing(PathBuf),
}

fn meant(close: &Option<String>) -> String {
    close.as_ref().map(|close| format!("; did you mean `{close}`?")).unwrap_or_default()
}

impl Chinese for TestProblem {
    fn chinese(&self) -> String {
        match self {
            Self::NotAProject(folder) => format!(
                "`{}` 中没有 `guest.toml`：请写明项目的文件夹，或用 `--guest` 和 `--policy` 指明程序及其政策",
                folder.display()
            ),
            Self::UnknownPolicy { id, known, close } => {
                let close = close.as_ref().map(|close| format!("；是否指 `{close}`？")).unwrap_or_default();
                let known = known.join("、");
                format!("没有内置的政策 `{id}`：内置的有 {known}；请用 `--policy` 或 `--policies` 指明其所在{close}")
            }
            Self::PolicyPath(path) => {
                format!("`{path}` 是路径，而 `--policy` 应为政策标识：政策的总文件夹请用 `--policies` 指明")
            }
            Self::CasesMissing(path) => format!("`{}` 中没有用例：请用 `--cases` 指明用例所在的文件", path.display()),
        }
    }
}

impl TestMessage {
    /// The line in `lang`.
    pub fn text(&self, lang: Lang) -> String {
        match lang {
            Lang::En => self.english(),
            Lang::Zh => self.chinese(),
        }
    }

    fn english(&self) -> String {
        match self {
            Self::Refused { id, version, digest, reasons } => {
                let lines = reasons.iter().map(|reason| format!("\n  {}", reason.en));
                format!("{id} {version} refuses the guest {digest}, so no case was asked:{}", lines.collect::<String>())
            }
            Self::Measured { guest, units: None } => format!("  {guest}, at most in one run of all cases:"),
            Self::Measured { guest, units: Some(units) } => {
                format!("  {guest}, at most in one run, of all cases and {}:", some(*units, "unit", "units"))
            }
            Self::Used { of: Limit::Fuel, used, limit } => {
                format!("    fuel    {used} of {limit} ({} %)", percent(*used, *limit))
            }
            Self::Used { of: Limit::Memory, used, limit } => {
                format!("    memory  {} of {} ({} %)", size(*used), size(*limit), percent(*used, *limit))
            }
            Self::Took { median, timed, slot_ms } => format!(
                "    time    {} for a fresh instance and its call: the median of {} on this machine; the slot is {slot_ms} ms whatever they take",
                shown(*median),
                some(*timed as u64, "run", "runs")
            ),
            Self::Failed { failed, fault: why } => {
                format!("    {} gave no answer; the first: {}", some(*failed, "run", "runs"), fault(why).en)
            }
            Self::Unneeded(columns) => format!(
                "    no case needs what follows: each blanked alone, nothing came out otherwise. Read it no more, or add a case that shows what it is for{}",
                by_table(columns, ": ", ", ")
            ),
            Self::Unread(columns) => format!("    granted, but not read{}", by_table(columns, ": ", ", ")),
            Self::Watching => "waiting for a change; Ctrl-C ends it".to_owned(),
            Self::NothingMeasured { guest } => format!("  {guest} answered no case: nothing was measured"),
        }
    }

    fn chinese(&self) -> String {
        match self {
            Self::Refused { id, version, digest, reasons } => {
                let lines = reasons.iter().map(|reason| format!("\n  {}", reason.zh));
                format!("{id} {version} 拒绝程序 {digest}，因此未询问任何用例：{}", lines.collect::<String>())
            }
            Self::Measured { guest, units: None } => format!("  {guest}，全部用例中单次运行的最大值："),
            Self::Measured { guest, units: Some(units) } => {
                format!("  {guest}，全部用例、{units} 个主体中单次运行的最大值：")
            }
            Self::Used { of: Limit::Fuel, used, limit } => {
                format!("    燃料  {used}，上限 {limit}（{} %）", percent(*used, *limit))
            }
            Self::Used { of: Limit::Memory, used, limit } => {
                format!("    内存  {}，上限 {}（{} %）", size(*used), size(*limit), percent(*used, *limit))
            }
            Self::Took { median, timed, slot_ms } => format!(
                "    用时  新建实例并调用一次 {}：本机 {timed} 次运行的中位数；无论用时多少，时隙均为 {slot_ms} 毫秒",
                shown(*median)
            ),
            Self::Failed { failed, fault: why } => {
                format!("    有 {failed} 次运行没有给出回答；第一次：{}", fault(why).zh)
            }
            Self::Unneeded(columns) => format!(
                "    没有用例需要以下各列：单独置为缺失后结果均不变。请不再读取，或补充说明其用途的用例{}",
                by_table(columns, "：", "、")
            ),
            Self::Unread(columns) => format!("    已授予而未读取{}", by_table(columns, "：", "、")),
            Self::Watching => "等待改动；按 Ctrl-C 结束".to_owned(),
            Self::NothingMeasured { guest } => format!("  {guest} 没有回答任何用例：没有测量结果"),
        }
    }
}

/// Why a run gave no answer. The data are invented, so a trap's own text may be told.
pub fn fault(fault: &Fault) -> Bilingual {
    match fault {
        Fault::Trap(text) => {
            let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
            Bilingual { zh: format!("陷阱：{line}"), en: format!("a trap: {line}") }
        }
        Fault::Fuel => Bilingual { zh: "燃料用尽".to_owned(), en: "its fuel was used up".to_owned() },
        Fault::Memory => {
            let (zh, en) = ("所需内存超过政策允许", "it wanted more memory than the policy allows");
            Bilingual { zh: zh.to_owned(), en: en.to_owned() }
        }
    }
}

/// A line for each dataset of each role.
fn by_table(columns: &[ColumnName], colon: &str, separator: &str) -> String {
    let mut tables: Vec<(String, Vec<&str>)> = Vec::new();
    for ColumnName { role, dataset, column } in columns {
        let table = role.as_ref().map_or_else(|| dataset.clone(), |role| format!("{role}.{dataset}"));
        match tables.last_mut().filter(|(last, _)| *last == table) {
            Some((_, names)) => names.push(column),
            None => tables.push((table, vec![column])),
        }
    }
    tables.into_iter().map(|(table, names)| format!("\n      `{table}`{colon}{}", names.join(separator))).collect()
}

/// A share in percent, with one decimal, rounded up: what is used is never told as less.
pub fn percent(used: u64, limit: u64) -> String {
    let tenths = u128::from(used).saturating_mul(1_000).div_ceil(u128::from(limit.max(1)));
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// Bytes in a unit that can be read.
pub fn size(bytes: u64) -> String {
    const KIB: u64 = 1 << 10;
    const MIB: u64 = 1 << 20;
    match bytes {
        _ if bytes >= MIB && bytes.is_multiple_of(MIB) => format!("{} MiB", bytes / MIB),
        _ if bytes >= KIB && bytes.is_multiple_of(KIB) => format!("{} KiB", bytes / KIB),
        _ => format!("{bytes} B"),
    }
}

fn shown(time: Duration) -> String {
    let nanos = time.as_nanos();
    let tenths = |unit: u128| format!("{}.{}", nanos / unit, nanos % unit * 10 / unit);
    match nanos {
        0..1_000_000 => format!("{} µs", tenths(1_000)),
        _ => format!("{} ms", tenths(1_000_000)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_sizes_and_times_are_told_in_units_that_can_be_read() {
        assert_eq!(
            (percent(1, 500_000), percent(500_000, 500_000), percent(0, 7)),
            ("0.1".into(), "100.0".into(), "0.0".into())
        );
        assert_eq!((size(65_536), size(1 << 20), size(1_000)), ("64 KiB".into(), "1 MiB".into(), "1000 B".into()));
        let times = [Duration::from_nanos(9_149), Duration::from_micros(2_750)].map(shown);
        assert_eq!(times, ["9.1 µs", "2.7 ms"]);
    }
}
