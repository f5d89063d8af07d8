//! What can be wrong in a policy's file or in the accounts', in both languages: the English is `Display`. Owns wording
//! alone; where a mistake lies, and what to do beside what its own words say, is the check's.

use super::check::{FUEL_MAX, MEMORY_MIB_MAX, PARTIES_MAX, ROWS_MAX, SLOT_MS_MAX};
use crate::model::Chinese;

/// One mistake in a policy's file or in the accounts'.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Mistake {
    #[error("the folder must be called `{0}`, as its policy")]
    FolderName(String),
    #[error("the document has no digest: {0}")]
    Digest(String),
    #[error("a version is three numbers: `1.0.0`")]
    Version,
    #[error("`until` is before `from`")]
    Validity,
    #[error("a policy names at least one legal `basis`")]
    NoBasis,
    #[error("`guests` is \"any\" or a list of `sha256:…` digests")]
    Guests,
    #[error("a label policy has at least one `[role.…]`")]
    NoRoles,
    #[error("a unit is `enterprise` or `person`")]
    Unit,
    #[error("a role without consent names the `basis` that makes consent unnecessary")]
    NoConsentBasis,
    #[error("`consent` is \"required\" or \"not-required\"")]
    Consent,
    #[error("a role has at least `min` and at most {PARTIES_MAX} parties")]
    Count,
    #[error("the policy has no role `{0}`")]
    NoRole(String),
    #[error("the catalog has no dataset `{0}`")]
    NoDataset(String),
    #[error("the rows of `{dataset}` are about the unit `{unit}`, the role is not")]
    OtherUnit { dataset: String, unit: &'static str },
    #[error("`rows_max` is from 1 to {ROWS_MAX}")]
    RowsMax,
    #[error("the dataset `{dataset}` has no column `{column}`")]
    NoColumn { dataset: String, column: String },
    #[error("the column `{0}` stands here twice")]
    ColumnTwice(String),
    #[error("the dataset `{0}` has no `time` to count history on")]
    NoTime(String),
    #[error("`history_months` is at least 1")]
    History,
    #[error("`{0}` has a time: say how far back with `history_months`")]
    NoHistory(String),
    #[error("`{dataset}` is granted to `{role}` twice")]
    GrantTwice { role: String, dataset: String },
    #[error("the parameter `{0}` stands here twice")]
    ParameterTwice(String),
    #[error("an identifier has no list: a guest only compares it")]
    IdentifierListed,
    #[error("a range has `min` ≤ `max` and `step` ≥ 1")]
    Range,
    #[error("a parameter has a finite list of `values`, or, for integers, `min`, `max` and `step`")]
    Allowed,
    #[error("a parameter is an `integer`, a `date`, a `text` or an `identifier`")]
    ParameterKind,
    #[error("this is not {}", .0.english())]
    Value(ValueKind),
    #[error("this value stands here twice")]
    ValueTwice,
    #[error("this engine does not answer `{0}`: `kind` is \"label\"")]
    AnswerKind(String),
    #[error("a label policy has at least one label")]
    NoLabels,
    #[error("`undetermined` is every policy's extra answer: it cannot be a label")]
    Reserved,
    #[error("the label `{0}` stands here twice")]
    LabelTwice(String),
    #[error("`fuel` is from 1 to {FUEL_MAX}")]
    Fuel,
    #[error("`memory_mib` is from 1 to {MEMORY_MIB_MAX}")]
    Memory,
    #[error("`jobs_per_minute` is at least 1")]
    Rate,
    #[error("the slot must hold the fuel limit's worst case on this machine: {worst_ms} to {SLOT_MS_MAX} ms")]
    Slot { worst_ms: u64 },
    #[error("`label.{0}`: a unit is `enterprise` or `person`")]
    AccountUnit(String),
    #[error("a window has at least one day")]
    Window,
    #[error("the lifetime of `{0}` is less than its window's bits")]
    Lifetime(String),
    #[error("the clients' quotas add up to {bits} bits and {lifetime} over the lifetime, more than the limit")]
    Sum { bits: u64, lifetime: u64 },
}

/// What to do about a mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Cure {
    #[error("a shorter slot would show how long a guest ran")]
    Slot,
    #[error("raise the limit or lower the quotas: they must be disjoint")]
    Sum,
}

/// What a parameter's value should have been.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ValueKind {
    Integer,
    Day,
    Text,
}

impl ValueKind {
    const fn english(self) -> &'static str {
        match self {
            Self::Integer => "an integer",
            Self::Day => "a day",
            Self::Text => "a printable text",
        }
    }

    const fn chinese(self) -> &'static str {
        match self {
            Self::Integer => "整数",
            Self::Day => "日期",
            Self::Text => "可打印的文本",
        }
    }
}

impl Chinese for Mistake {
    fn chinese(&self) -> String {
        match self {
            Self::FolderName(id) => format!("文件夹应与政策同名，即 `{id}`"),
            Self::Digest(error) => format!("该文件无法计算摘要：`{error}`"),
            Self::Version => "版本应为三个数：`1.0.0`".to_owned(),
            Self::Validity => "`until` 早于 `from`".to_owned(),
            Self::NoBasis => "政策至少须写明一项法律依据 `basis`".to_owned(),
            Self::Guests => "`guests` 应为 \"any\" 或 `sha256:…` 摘要的列表".to_owned(),
            Self::NoRoles => "标签政策至少须有一个 `[role.…]`".to_owned(),
            Self::Unit => "主体种类应为 `enterprise` 或 `person`".to_owned(),
            Self::NoConsentBasis => "无须授权的角色应写明其依据 `basis`".to_owned(),
            Self::Consent => "`consent` 应为 \"required\" 或 \"not-required\"".to_owned(),
            Self::Count => format!("一个角色的当事方不少于 `min`，不多于 {PARTIES_MAX}"),
            Self::NoRole(role) => format!("政策没有角色 `{role}`"),
            Self::NoDataset(dataset) => format!("目录中没有数据集 `{dataset}`"),
            Self::OtherUnit { dataset, unit } => {
                format!("`{dataset}` 的行是关于主体种类 `{unit}` 的，而该角色不是")
            }
            Self::RowsMax => format!("`rows_max` 应在 1 至 {ROWS_MAX} 之间"),
            Self::NoColumn { dataset, column } => format!("数据集 `{dataset}` 没有列 `{column}`"),
            Self::ColumnTwice(column) => format!("列 `{column}` 在此出现两次"),
            Self::NoTime(dataset) => format!("数据集 `{dataset}` 没有可据以计算历史的 `time`"),
            Self::History => "`history_months` 至少为 1".to_owned(),
            Self::NoHistory(dataset) => format!("`{dataset}` 有时间列：请用 `history_months` 说明可回溯多久"),
            Self::GrantTwice { role, dataset } => format!("`{dataset}` 对 `{role}` 授予了两次"),
            Self::ParameterTwice(name) => format!("参数 `{name}` 在此出现两次"),
            Self::IdentifierListed => "标识参数没有取值列表：程序只能比较它".to_owned(),
            Self::Range => "取值范围应满足 `min` ≤ `max` 且 `step` ≥ 1".to_owned(),
            Self::Allowed => "参数应有有限的取值列表 `values`；整数也可用 `min`、`max` 和 `step`".to_owned(),
            Self::ParameterKind => "参数种类应为 `integer`、`date`、`text` 或 `identifier`".to_owned(),
            Self::Value(kind) => format!("此值不是{}", kind.chinese()),
            Self::ValueTwice => "此值在此出现两次".to_owned(),
            Self::AnswerKind(kind) => format!("本引擎不回答 `{kind}`：`kind` 应为 \"label\""),
            Self::NoLabels => "标签政策至少须有一个标签".to_owned(),
            Self::Reserved => "`undetermined` 是每个政策都有的额外回答：不能作为标签".to_owned(),
            Self::LabelTwice(label) => format!("标签 `{label}` 在此出现两次"),
            Self::Fuel => format!("`fuel` 应在 1 至 {FUEL_MAX} 之间"),
            Self::Memory => format!("`memory_mib` 应在 1 至 {MEMORY_MIB_MAX} 之间"),
            Self::Rate => "`jobs_per_minute` 至少为 1".to_owned(),
            Self::Slot { worst_ms } => {
                format!("时隙须容得下燃料上限在本机的最坏情况：{worst_ms} 至 {SLOT_MS_MAX} 毫秒")
            }
            Self::AccountUnit(unit) => format!("`label.{unit}`：主体种类应为 `enterprise` 或 `person`"),
            Self::Window => "窗口期至少一天".to_owned(),
            Self::Lifetime(client) => format!("`{client}` 的终身额度小于其窗口期额度"),
            Self::Sum { bits, lifetime } => {
                format!("各客户的额度合计为窗口期 {bits} 比特、终身 {lifetime} 比特，超过上限")
            }
        }
    }
}

impl Chinese for Cure {
    fn chinese(&self) -> String {
        match self {
            Self::Slot => "更短的时隙会泄露程序运行了多久".to_owned(),
            Self::Sum => "请提高上限或降低额度：各客户的额度不得重叠".to_owned(),
        }
    }
}
