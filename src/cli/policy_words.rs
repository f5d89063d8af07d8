//! The words about policies and their approvals, in English and Chinese. Owns wording alone; both languages match
//! exhaustively.

use std::path::PathBuf;

use super::english::some;
use crate::model::{Chinese, Date, Lang, Millis};
use crate::policy::Approval;
use crate::review::{Change, Direction, Warning};

/// What is approved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A policy.
    Policy { id: String, version: String },
    /// The accounts.
    Accounts,
}

impl Subject {
    /// The word in JSON.
    pub fn word(&self) -> String {
        match self {
            Self::Policy { id, .. } => id.clone(),
            Self::Accounts => "accounts".to_owned(),
        }
    }

    fn text(&self, lang: Lang) -> String {
        match (self, lang) {
            (Self::Policy { id, version }, Lang::En) => format!("{id} {version}"),
            (Self::Policy { id, version }, Lang::Zh) => format!(" {id} {version}"),
            (Self::Accounts, Lang::En) => "the accounts".to_owned(),
            (Self::Accounts, Lang::Zh) => "额度账户".to_owned(),
        }
    }
}

/// A line about policies.
#[derive(Clone, Debug)]
pub enum PolicyMessage {
    Approved {
        subject: Subject,
        digest: String,
        auditor: String,
        until: Date,
        out: String,
        count: Option<(usize, u32)>,
    },
    Revoked {
        subject: Subject,
        digest: String,
        auditor: String,
        had: bool,
        out: String,
        count: Option<(usize, u32)>,
    },
    /// One change between two versions.
    Changed {
        policy: String,
        change: Change,
    },
    /// All of them together; `None` where there is none.
    Verdict(Option<Direction>),
    /// Something unwise.
    Warned(Warning),
    /// Something unwise that was considered.
    Accepted {
        warning: Warning,
        reason: String,
    },
    /// Whose approvals a policy or the accounts have.
    Approvals {
        accounts: bool,
        given: Vec<Approval>,
        needed: u32,
    },
}

/// What is wrong with an approval.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApprovalProblem {
    /// The key is no auditor's.
    #[error(
        "the key {kid} is none of this home's auditors ({}): `anshi client add --kind auditor` says who is one",
        named(.known, "nobody is one", ", ")
    )]
    NotAnAuditor {
        /// Its thumbprint.
        kid: String,
        /// The auditors.
        known: Vec<String>,
    },
    /// It would have ended.
    #[error("the approval would end on {until}, and today is {today}: say a later day with `--until`")]
    Past {
        /// Its last day.
        until: Date,
        /// Today, in UTC.
        today: Date,
    },
}

fn named(names: &[String], nobody: &str, separator: &str) -> String {
    match names.is_empty() {
        true => nobody.to_owned(),
        false => names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(separator),
    }
}

impl Chinese for ApprovalProblem {
    fn chinese(&self) -> String {
        match self {
            Self::NotAnAuditor { kid, known } => format!(
                "密钥 {kid} 不属于该暗室的任何审计员（{}）：审计员由 `anshi client add --kind auditor` 添加",
                named(known, "尚无审计员", "、")
            ),
            Self::Past { until, today } => {
                format!("批准将止于 {until}，而今日已是 {today}：请用 `--until` 指定更晚的日期")
            }
        }
    }
}

/// Why two versions cannot be compared, or that one is looser.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DiffProblem {
    /// Neither a policy nor accounts.
    #[error("`{}` is no policy, no `accounts.toml` and no folder of policies", .0.display())]
    Nothing(PathBuf),
    /// A policy and a folder, or the like.
    #[error("both must be of one kind: two policies, two `accounts.toml`, or two folders of policies")]
    Kinds,
    /// The verdict.
    #[error("the new version is looser: auditors decide about it anew")]
    Looser,
}

impl Chinese for DiffProblem {
    fn chinese(&self) -> String {
        match self {
            Self::Nothing(path) => format!("`{}` 不是政策、`accounts.toml` 或政策的总文件夹", path.display()),
            Self::Kinds => "两者须为同一种类：两项政策、两个 `accounts.toml`、或两个政策的总文件夹".to_owned(),
            Self::Looser => "新版本有所放宽：须由审计员重新决定".to_owned(),
        }
    }
}

/// Why files are not in order.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckProblem {
    /// A folder without policies.
    #[error("`{}` has neither `policy.toml` nor `accounts.toml`, nor has a folder in it a policy", .0.display())]
    NothingThere(PathBuf),
    /// Guests are tried on data that are nobody's.
    #[error("`--trial` runs a guest outside of the gate, and so on invented data alone: name a synthetic home")]
    TrialOnRealData,
    /// How much is wrong in all of them.
    #[error(
        "{} in {bad} of {}",
        some(*mistakes as u64, "mistake", "mistakes"),
        some(*files as u64, "file", "files")
    )]
    Mistakes {
        /// In all files.
        mistakes: usize,
        /// Files with mistakes.
        bad: usize,
        /// Files that were checked.
        files: usize,
    },
}

impl Chinese for CheckProblem {
    fn chinese(&self) -> String {
        match self {
            Self::NothingThere(path) => {
                format!("`{}` 中既没有 `policy.toml`，也没有 `accounts.toml`，其下的文件夹中也没有政策", path.display())
            }
            Self::TrialOnRealData => "`--trial` 在出口检查之外运行程序，只可用于合成数据：请指明合成的暗室".to_owned(),
            Self::Mistakes { mistakes, bad, files } => {
                format!("共 {files} 个文件，其中 {bad} 个有误，错误 {mistakes} 处")
            }
        }
    }
}

/// `sme-credit-check  looser   grant.rows_max (enterprise.tax_payment): 500 → 600`.
fn changed(policy: &str, change: &Change, lang: Lang) -> String {
    let Change { field, of, old, new, direction } = change;
    let (word, there_was, there_is) = match lang {
        Lang::En => (direction.word(), "-", "-"),
        Lang::Zh => (chinese_direction(*direction), "无", "无"),
    };
    let of = if of.is_empty() { String::new() } else { format!(" ({of})") };
    let (old, new) = (old.as_deref().unwrap_or(there_was), new.as_deref().unwrap_or(there_is));
    format!("{policy}  {word:8} {field}{of}: {old} → {new}")
}

const fn chinese_direction(direction: Direction) -> &'static str {
    match direction {
        Direction::Looser => "放宽",
        Direction::Tighter => "收紧",
        Direction::Neither => "皆非",
    }
}

const fn verdict_text(verdict: Option<Direction>, lang: Lang) -> &'static str {
    match (verdict, lang) {
        (None, Lang::En) => "nothing has changed but layout, comments and the order of what is listed, if those",
        (None, Lang::Zh) => "除排版、注释和列举的顺序外没有改动",
        (Some(Direction::Neither), Lang::En) => "neither looser nor tighter: words, or what no answer depends on",
        (Some(Direction::Neither), Lang::Zh) => "既未放宽也未收紧：只改了文字或与回答无关之处",
        (Some(Direction::Tighter), Lang::En) => "tighter: what the new version allows, the old one allowed",
        (Some(Direction::Tighter), Lang::Zh) => "收紧：新版本所允许的，旧版本均已允许",
        (Some(Direction::Looser), Lang::En) => "looser: the new version allows something that the old one did not",
        (Some(Direction::Looser), Lang::Zh) => "放宽：新版本允许了旧版本不允许的内容",
    }
}

/// The last whole day before `until`.
pub fn last_day(until: Millis) -> Date {
    until.plus(-1).day()
}

impl PolicyMessage {
    /// The line in `lang`.
    pub fn text(&self, lang: Lang) -> String {
        match lang {
            Lang::En => self.english(),
            Lang::Zh => self.chinese(),
        }
    }

    fn english(&self) -> String {
        match self {
            Self::Approved { subject, digest, auditor, until, out, count } => format!(
                "`{auditor}` approves {} until {until}: {digest}, in `{out}`{}",
                subject.text(Lang::En),
                counted_english(*count)
            ),
            Self::Revoked { subject, digest, auditor, had, out, count } => format!(
                "`{auditor}` {} {}: {digest}, in `{out}`{}",
                if *had { "no longer approves" } else { "had not approved, and now expressly does not approve," },
                subject.text(Lang::En),
                counted_english(*count)
            ),
            Self::Warned(warning) => format!("warning {}: {warning} (docs/policies.md)", warning.code()),
            Self::Accepted { warning, reason } => format!("accepted {}, because “{reason}”: {warning}", warning.code()),
            Self::Changed { policy, change } => changed(policy, change, Lang::En),
            Self::Verdict(verdict) => verdict_text(*verdict, Lang::En).to_owned(),
            Self::Approvals { accounts, given, needed } => format!(
                "{}{} of {} needed{}",
                if *accounts { "accounts: " } else { "  " },
                some(given.len() as u64, "approval", "approvals"),
                needed,
                whose(given, ": ", ", ", |auditor, day| format!("`{auditor}` until {day}"))
            ),
        }
    }

    fn chinese(&self) -> String {
        match self {
            Self::Approved { subject, digest, auditor, until, out, count } => format!(
                "`{auditor}` 批准{}，至 {until} 止：{digest}，写入 `{out}`{}",
                subject.text(Lang::Zh),
                counted_chinese(*count)
            ),
            Self::Revoked { subject, digest, auditor, had, out, count } => format!(
                "`{auditor}` {}{}：{digest}，写入 `{out}`{}",
                if *had { "撤回对以下内容的批准：" } else { "此前未曾批准，现明确不批准：" },
                subject.text(Lang::Zh),
                counted_chinese(*count)
            ),
            Self::Warned(warning) => format!("警告 {}：{}（docs/policies.md）", warning.code(), warning.chinese()),
            Self::Accepted { warning, reason } => {
                format!("已接受 {}，理由为“{reason}”：{}", warning.code(), warning.chinese())
            }
            Self::Changed { policy, change } => changed(policy, change, Lang::Zh),
            Self::Verdict(verdict) => verdict_text(*verdict, Lang::Zh).to_owned(),
            Self::Approvals { accounts, given, needed } => format!(
                "{}需 {needed} 份批准，已有 {} 份{}",
                if *accounts { "额度账户：" } else { "  " },
                given.len(),
                whose(given, "：", "、", |auditor, day| format!("`{auditor}` 至 {day}"))
            ),
        }
    }
}

fn whose(given: &[Approval], first: &str, separator: &str, one: impl Fn(&str, Date) -> String) -> String {
    let all: Vec<String> = given.iter().map(|approval| one(&approval.auditor, last_day(approval.until))).collect();
    if all.is_empty() { String::new() } else { format!("{first}{}", all.join(separator)) }
}

fn counted_english(count: Option<(usize, u32)>) -> String {
    match count {
        None => "; give the file to whoever runs the engine".to_owned(),
        Some((have, needed)) => format!(
            "; {} of {needed} needed; a running engine takes it at its next reload",
            some(have as u64, "approval", "approvals")
        ),
    }
}

fn counted_chinese(count: Option<(usize, u32)>) -> String {
    match count {
        None => "；请将该文件交给引擎的运行方".to_owned(),
        Some((have, needed)) => format!("；需 {needed} 份批准，已有 {have} 份；运行中的引擎在下次重新载入时采用"),
    }
}
