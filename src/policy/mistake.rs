//! What can be wrong in a policy's file or in the accounts', in both languages: the English is `Display`. Owns wording
//! alone; where a mistake lies, and what to do beside what its own words say, is the check's.

use super::check::{FUEL_MAX, MEMORY_MIB_MAX, PARTIES_MAX, ROWS_MAX, SLOT_MS_MAX};
use super::check_answer::{
    BOUND_MAX, CELLS_PER_UNIT_MAX, DIMENSIONS_MAX, EPSILON_MAX, FIGURES_MAX, MEASURES_MAX, SLOT_S_MAX, UNITS_MAX,
};
use super::client_dataset::{CLIENT_COLUMNS_MAX, CLIENT_ROWS_MAX};
use crate::model::{Chinese, DecimalError};

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
    #[error("`{0}` has a character that nobody sees or that begins a new line: leave it out")]
    Unseen(String),
    #[error("the file is not UTF-8: save it as UTF-8")]
    Encoding,
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
    #[error("`max` is from 1 to {PARTIES_MAX}, and not below `min`")]
    Count,
    #[error("the policy has no role `{0}`")]
    NoRole(String),
    #[error("the catalog has no dataset `{0}`")]
    NoDataset(String),
    #[error("the rows of `{dataset}` are about the unit `{unit}`, and the {} is not", if *.table { "table" } else { "role" })]
    OtherUnit { dataset: String, unit: &'static str, table: bool },
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
    #[error("`{dataset}` is granted{} twice", role.as_ref().map(|role| format!(" to `{role}`")).unwrap_or_default())]
    GrantTwice { role: Option<String>, dataset: String },
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
    #[error("this is not {}, and the parameter's `kind` asks for one", .0.english())]
    Value(ValueKind),
    #[error("this value stands here twice")]
    ValueTwice,
    #[error("this engine does not answer `{0}`: `kind` is \"label\" or \"table\"")]
    AnswerKind(String),
    #[error("`{key}` has no meaning for an answer of kind `{kind}`")]
    Stray { key: &'static str, kind: &'static str },
    #[error("an answer of kind `{kind}` needs `{key}`")]
    Needed { key: &'static str, kind: &'static str },
    #[error("`cells_per_unit` is from 1 to {CELLS_PER_UNIT_MAX}")]
    CellsPerUnit,
    #[error("a table has 1 to {DIMENSIONS_MAX} dimensions")]
    Dimensions,
    #[error("the dimension `{0}` stands here twice")]
    DimensionTwice(String),
    #[error("a table has at most {MEASURES_MAX} measures")]
    Measures,
    #[error("the measure `{0}` stands here twice")]
    MeasureTwice(String),
    #[error("a table has at most {FIGURES_MAX} figures: cells times measures, and the count")]
    Cells,
    #[error("a measure has `lower` ≤ `upper`, not both 0, neither beyond ±{BOUND_MAX}")]
    Bounds,
    #[error("a measure without a share of ε has no noise that could protect it: `share` is above 0")]
    Share,
    #[error("the measures' shares must leave some of the whole, 1, to the count of units")]
    Shares,
    #[error("`noise` is \"discrete-laplace\" or \"discrete-gaussian\"")]
    Noise,
    #[error("{}", number_english(.0))]
    Number(DecimalError),
    #[error("`epsilon_per_job` is above 0 and at most {EPSILON_MAX}")]
    Epsilon,
    #[error("`fuel_per_unit` is from 1 to {FUEL_MAX}")]
    FuelPerUnit,
    #[error("`units_max` is from 1 to {UNITS_MAX}")]
    Units,
    #[error("{}", table_slot_english(*worst_s))]
    TableSlot { worst_s: u64 },
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
    #[error("{}", slot_english(*worst_ms))]
    Slot { worst_ms: u64 },
    #[error("no label policy has a shorter slot, and it must hold a run of `{other}` too: at least {worst_ms} ms")]
    SlotBeside { other: String, worst_ms: u64 },
    #[error("`{0}.{1}`: a unit is `enterprise` or `person`")]
    AccountUnit(&'static str, String),
    #[error("a window has at least one day")]
    Window,
    #[error("the lifetime of `{0}` is less than its window's quota")]
    Lifetime(String),
    #[error(
        "the clients' quotas add up to {window} in the window and {lifetime} over the lifetime, and the limit is {limit} and {ever}"
    )]
    Sum { window: String, lifetime: String, limit: String, ever: String },
}

/// One mistake in a dataset whose rows the client sends along.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum ClientMistake {
    #[error("the catalog has a dataset `{0}`: the client's own needs another name")]
    Taken(String),
    #[error("the client's dataset `{0}` stands here twice")]
    Twice(String),
    #[error("a client's dataset has 1 to {CLIENT_COLUMNS_MAX} columns")]
    Columns,
    #[error("`rows_max` of a client's dataset is from 1 to {CLIENT_ROWS_MAX}")]
    RowsMax,
    #[error("the key is an identifier that names the role's unit: its column has `names = \"{0}\"`")]
    Key(&'static str),
    #[error("the role `{0}` has more than one party: say with `key` which column names whom a row is about")]
    KeyNeeded(String),
    #[error("the time is a column of type `date`")]
    Time,
}

/// What to do about a mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Cure {
    #[error("a shorter slot would show how long a guest ran")]
    Slot,
    #[error("raise the limit or lower the quotas: they must be disjoint")]
    Sum,
    #[error("write a decimal of at most nine places in quotes: \"0.5\"")]
    Decimal,
    #[error("here it is `{0}`")]
    Own(&'static str),
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

fn other_unit_chinese(dataset: &str, unit: &str, table: bool) -> String {
    let other = if table { "本表" } else { "该角色" };
    format!("`{dataset}` 的行是关于主体种类 `{unit}` 的，而{other}不是")
}

fn number_english(error: &DecimalError) -> String {
    match error {
        DecimalError::Syntax => error.to_string(),
        _ => format!("the number {error}"),
    }
}

fn number_chinese(error: DecimalError) -> String {
    match error {
        DecimalError::Syntax => error.chinese(),
        _ => format!("该数{}", error.chinese()),
    }
}

fn slot_english(worst_ms: u64) -> String {
    let what = "the worst case of fuel, memory and rows on this machine, and a part of another job's";
    match worst_ms > u64::from(SLOT_MS_MAX) {
        true => format!("no slot can hold {what}: that is {worst_ms} ms, a slot at most {SLOT_MS_MAX} ms; grant less"),
        false => format!("the slot must hold {what}: {worst_ms} to {SLOT_MS_MAX} ms"),
    }
}

fn slot_chinese(worst_ms: u64) -> String {
    let what = "燃料、内存与数据行在本机的最坏情况，以及另一任务的一部分";
    match worst_ms > u64::from(SLOT_MS_MAX) {
        true => format!("没有时隙容得下{what}：共 {worst_ms} 毫秒，而时隙至多 {SLOT_MS_MAX} 毫秒；请减少授予"),
        false => format!("时隙须容得下{what}：{worst_ms} 至 {SLOT_MS_MAX} 毫秒"),
    }
}

fn table_slot_english(worst_s: u64) -> String {
    let what = "`units_max` times a unit's worst case on half of this machine's processors";
    match worst_s > u64::from(SLOT_S_MAX) {
        true => format!("no slot can hold {what}: that is {worst_s} s, a slot at most {SLOT_S_MAX} s; grant less"),
        false => format!("the slot must hold {what}: {worst_s} to {SLOT_S_MAX} s"),
    }
}

fn table_slot_chinese(worst_s: u64) -> String {
    let what = "`units_max` 个主体在本机一半处理器上的最坏情况";
    match worst_s > u64::from(SLOT_S_MAX) {
        true => format!("没有时隙容得下 {what}：共 {worst_s} 秒，而时隙至多 {SLOT_S_MAX} 秒；请减少授予"),
        false => format!("时隙须容得下 {what}：{worst_s} 至 {SLOT_S_MAX} 秒"),
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
            Self::Unseen(text) => format!("`{text}` 含有看不见或换行的字符：请删去"),
            Self::Encoding => "文件不是 UTF-8 编码：请另存为 UTF-8".to_owned(),
            Self::Guests => "`guests` 应为 \"any\" 或 `sha256:…` 摘要的列表".to_owned(),
            Self::NoRoles => "标签政策至少须有一个 `[role.…]`".to_owned(),
            Self::Unit => "主体种类应为 `enterprise` 或 `person`".to_owned(),
            Self::NoConsentBasis => "无须授权的角色应写明其依据 `basis`".to_owned(),
            Self::Consent => "`consent` 应为 \"required\" 或 \"not-required\"".to_owned(),
            Self::Count => format!("`max` 应在 1 至 {PARTIES_MAX} 之间，且不小于 `min`"),
            Self::NoRole(role) => format!("政策没有角色 `{role}`"),
            Self::NoDataset(dataset) => format!("目录中没有数据集 `{dataset}`"),
            Self::OtherUnit { dataset, unit, table } => other_unit_chinese(dataset, unit, *table),
            Self::RowsMax => format!("`rows_max` 应在 1 至 {ROWS_MAX} 之间"),
            Self::NoColumn { dataset, column } => format!("数据集 `{dataset}` 没有列 `{column}`"),
            Self::ColumnTwice(column) => format!("列 `{column}` 在此出现两次"),
            Self::NoTime(dataset) => format!("数据集 `{dataset}` 没有可据以计算历史的 `time`"),
            Self::History => "`history_months` 至少为 1".to_owned(),
            Self::NoHistory(dataset) => format!("`{dataset}` 有时间列：请用 `history_months` 说明可回溯多久"),
            Self::GrantTwice { role: Some(role), dataset } => format!("`{dataset}` 对 `{role}` 授予了两次"),
            Self::GrantTwice { role: None, dataset } => format!("`{dataset}` 授予了两次"),
            Self::ParameterTwice(name) => format!("参数 `{name}` 在此出现两次"),
            Self::IdentifierListed => "标识参数没有取值列表：程序只能比较它".to_owned(),
            Self::Range => "取值范围应满足 `min` ≤ `max` 且 `step` ≥ 1".to_owned(),
            Self::Allowed => "参数应有有限的取值列表 `values`；整数也可用 `min`、`max` 和 `step`".to_owned(),
            Self::ParameterKind => "参数种类应为 `integer`、`date`、`text` 或 `identifier`".to_owned(),
            Self::Value(kind) => format!("此值不是{}，而参数的 `kind` 如此要求", kind.chinese()),
            Self::ValueTwice => "此值在此出现两次".to_owned(),
            Self::AnswerKind(kind) => format!("本引擎不回答 `{kind}`：`kind` 应为 \"label\" 或 \"table\""),
            Self::Stray { key, kind } => format!("`{key}` 对 `{kind}` 类的回答没有意义"),
            Self::Needed { key, kind } => format!("`{kind}` 类的回答须有 `{key}`"),
            Self::CellsPerUnit => format!("`cells_per_unit` 应在 1 至 {CELLS_PER_UNIT_MAX} 之间"),
            Self::Dimensions => format!("统计表应有 1 至 {DIMENSIONS_MAX} 个维度"),
            Self::DimensionTwice(name) => format!("维度 `{name}` 在此出现两次"),
            Self::Measures => format!("统计表至多有 {MEASURES_MAX} 个指标"),
            Self::MeasureTwice(name) => format!("指标 `{name}` 在此出现两次"),
            Self::Cells => format!("统计表至多有 {FIGURES_MAX} 个数字：单元格数乘以（指标数加一）"),
            Self::Bounds => format!("指标应满足 `lower` ≤ `upper`，不同为 0，且绝对值不超过 {BOUND_MAX}"),
            Self::Share => "没有分得 ε 的指标没有噪声保护：`share` 应大于 0".to_owned(),
            Self::Shares => "各指标的份额合计须小于 1，其余归主体计数".to_owned(),
            Self::Noise => "`noise` 应为 \"discrete-laplace\" 或 \"discrete-gaussian\"".to_owned(),
            Self::Number(error) => number_chinese(*error),
            Self::Epsilon => format!("`epsilon_per_job` 应大于 0 且不超过 {EPSILON_MAX}"),
            Self::FuelPerUnit => format!("`fuel_per_unit` 应在 1 至 {FUEL_MAX} 之间"),
            Self::Units => format!("`units_max` 应在 1 至 {UNITS_MAX} 之间"),
            Self::TableSlot { worst_s } => table_slot_chinese(*worst_s),
            Self::NoLabels => "标签政策至少须有一个标签".to_owned(),
            Self::Reserved => "`undetermined` 是每个政策都有的额外回答：不能作为标签".to_owned(),
            Self::LabelTwice(label) => format!("标签 `{label}` 在此出现两次"),
            Self::Fuel => format!("`fuel` 应在 1 至 {FUEL_MAX} 之间"),
            Self::Memory => format!("`memory_mib` 应在 1 至 {MEMORY_MIB_MAX} 之间"),
            Self::Rate => "`jobs_per_minute` 至少为 1".to_owned(),
            Self::Slot { worst_ms } => slot_chinese(*worst_ms),
            Self::SlotBeside { other, worst_ms } => {
                format!("此政策的时隙在标签政策中最短，还须容得下 `{other}` 的一次运行：至少 {worst_ms} 毫秒")
            }
            Self::AccountUnit(kind, unit) => format!("`{kind}.{unit}`：主体种类应为 `enterprise` 或 `person`"),
            Self::Window => "窗口期至少一天".to_owned(),
            Self::Lifetime(client) => format!("`{client}` 的终身额度小于其窗口期额度"),
            Self::Sum { window, lifetime, limit, ever } => {
                format!("各客户的额度合计为窗口期 {window}、终身 {lifetime}，而上限为 {limit}、{ever}")
            }
        }
    }
}

impl Chinese for ClientMistake {
    fn chinese(&self) -> String {
        match self {
            Self::Taken(name) => format!("目录中已有数据集 `{name}`：自有数据集须另取名称"),
            Self::Twice(name) => format!("自有数据集 `{name}` 在此出现两次"),
            Self::Columns => format!("自有数据集应有 1 至 {CLIENT_COLUMNS_MAX} 列"),
            Self::RowsMax => format!("自有数据集的 `rows_max` 应在 1 至 {CLIENT_ROWS_MAX} 之间"),
            Self::Key(unit) => format!("键应为指明该角色之主体的标识列：其列须有 `names = \"{unit}\"`"),
            Self::KeyNeeded(role) => {
                format!("角色 `{role}` 可有多个当事方：请用 `key` 写明以哪一列指明各行所关于者")
            }
            Self::Time => "时间应为 `date` 类型的列".to_owned(),
        }
    }
}

/// One mistake in what a policy accepts.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum AcceptMistake {
    #[error("a warning's code is `A` and three digits, as `anshi policy check` shows it")]
    Code,
    #[error("the warning `{0}` is accepted twice")]
    Twice(String),
    #[error("say why the warning is accepted")]
    NoReason,
}

impl Chinese for AcceptMistake {
    fn chinese(&self) -> String {
        match self {
            Self::Code => "警告的编号为 `A` 加三位数字，如 `anshi policy check` 所示".to_owned(),
            Self::Twice(code) => format!("警告 `{code}` 接受了两次"),
            Self::NoReason => "请说明为何接受该警告".to_owned(),
        }
    }
}

impl Chinese for Cure {
    fn chinese(&self) -> String {
        match self {
            Self::Slot => "更短的时隙会泄露程序运行了多久".to_owned(),
            Self::Sum => "请提高上限或降低额度：各客户的额度不得重叠".to_owned(),
            Self::Decimal => "请写成带引号的小数，至多九位：\"0.5\"".to_owned(),
            Self::Own(key) => format!("此处应为 `{key}`"),
        }
    }
}
