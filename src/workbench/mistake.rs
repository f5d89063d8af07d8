//! What can be wrong in a file of cases, in both languages: the English is `Display`. Owns wording alone.

use super::check::TIMES_MAX;
use super::check_population::MOST_MAX;
use crate::model::{Chinese, Date};

/// One mistake in a file of cases.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Mistake {
    #[error("there is no `[[case]]`: a file without one shows nothing")]
    NoCase,
    #[error("a guest is a name such as `{0}`, or a `sha256:…` digest")]
    Guest(String),
    #[error("`scale` is a decimal above 0 and at most 1, in quotes: \"0.001\"")]
    Scale,
    #[error("{0} is before {1}: the clock does not go back")]
    DayBack(Date, Date),
    #[error("{0} is before the data, which are of {1}")]
    DayBeforeData(Date, Date),
    #[error("`times` is from 1 to {TIMES_MAX}")]
    Times,
    #[error("the invented city has no example `{0}`: name one of its examples, or write an identifier")]
    NoExample(String),
    #[error("`{0}` is neither an example of the invented city nor an identifier of 18 characters")]
    NotAUnit(String),
    #[error("`{0}` is no unit kind: what is left for tables is left for `enterprise` or `person`")]
    NotAKind(String),
    #[error("the policy has no role `{0}`")]
    NoRole(String),
    #[error("a version is three numbers: `1.0.0`")]
    Version,
    #[error("`expect` says one of `answer`, `table` and `refused`")]
    Expect,
    #[error("`detail` stands only beside `refused`")]
    Detail,
    #[error("a `detail` that is empty would be a part of any")]
    DetailEmpty,
    #[error("a refusal costs nothing: `cost` stands beside an answer")]
    CostOfRefusal,
    #[error("the policy has no label `{0}`")]
    NoLabel(String),
    #[error("there is no refusal `{0}`")]
    NoRefusal(String),
    #[error("the policy answers with a label: it has no table")]
    NoTable,
    #[error("the policy answers with a table, or `undetermined`")]
    NoAnswer,
    #[error("the policy's table has no dimension `{0}`")]
    NoDimension(String),
    #[error("the policy's table has no measure `{0}`; the count of units is `count`")]
    NoMeasure(String),
    #[error("bits are a whole number, without quotes")]
    Bits,
    #[error("ε is a decimal in quotes, such as \"0.5\"")]
    Epsilon,
    #[error("the rows' file lies below the policy's folder: `{0}` does not")]
    RowsPath(String),
    #[error("a table is asked of everybody: a `[[population]]` is asked label by label")]
    PopulationOfTable,
    #[error("`most` is from 1 to {MOST_MAX}")]
    Most,
    #[error("nobody plays `{0}` yet, whose rows could name others")]
    NobodyYet(String),
    #[error("the share of `{0}` is not said: every label has one")]
    NoShare(String),
    #[error("a share is two decimals from 0 to 1 in quotes, the smaller first: [\"0.25\", \"0.40\"]")]
    Share,
}

impl Chinese for Mistake {
    fn chinese(&self) -> String {
        match self {
            Self::NoCase => "没有 `[[case]]`：没有用例的文件说明不了什么".to_owned(),
            Self::Guest(example) => format!("程序写名称（例如 `{example}`）或 `sha256:…` 摘要"),
            Self::Scale => "`scale` 应为大于 0、至多为 1 的小数，加引号：\"0.001\"".to_owned(),
            Self::DayBack(day, before) => format!("{day} 早于 {before}：时钟不会倒退"),
            Self::DayBeforeData(day, as_of) => format!("{day} 早于数据截止日 {as_of}"),
            Self::Times => format!("`times` 应为 1 至 {TIMES_MAX}"),
            Self::NoExample(name) => format!("合成城市中没有示例 `{name}`：请写一个示例的名称，或一个标识"),
            Self::NotAUnit(name) => format!("`{name}` 既不是合成城市的示例，也不是 18 位的标识"),
            Self::NotAKind(name) => format!("`{name}` 不是主体种类：统计表的剩余额度按 `enterprise` 或 `person` 写明"),
            Self::NoRole(role) => format!("政策没有角色 `{role}`"),
            Self::Version => "版本应为三个数：`1.0.0`".to_owned(),
            Self::Expect => "`expect` 须写明 `answer`、`table`、`refused` 之一".to_owned(),
            Self::Detail => "`detail` 只能与 `refused` 同用".to_owned(),
            Self::DetailEmpty => "空的 `detail` 与任何内容都相符，没有意义".to_owned(),
            Self::CostOfRefusal => "拒绝不扣额度：`cost` 只能与回答同用".to_owned(),
            Self::NoLabel(label) => format!("政策没有标签 `{label}`"),
            Self::NoRefusal(word) => format!("没有 `{word}` 这种拒绝"),
            Self::NoTable => "该政策以标签作答，没有统计表".to_owned(),
            Self::NoAnswer => "该政策以统计表作答，或为 `undetermined`".to_owned(),
            Self::NoDimension(name) => format!("政策的统计表没有维度 `{name}`"),
            Self::NoMeasure(name) => format!("政策的统计表没有指标 `{name}`；主体数写作 `count`"),
            Self::Bits => "比特数为整数，不加引号".to_owned(),
            Self::Epsilon => "ε 为加引号的小数，例如 \"0.5\"".to_owned(),
            Self::RowsPath(path) => format!("自有数据的文件须在政策的文件夹之内：`{path}` 不在"),
            Self::PopulationOfTable => "统计表问的就是所有主体：`[[population]]` 用于逐个作答的标签".to_owned(),
            Self::Most => format!("`most` 应为 1 至 {MOST_MAX}"),
            Self::NobodyYet(role) => format!("尚无主体充当 `{role}`，无从由其数据行得知他人"),
            Self::NoShare(label) => format!("没有写明 `{label}` 的占比：每个标签都须写明"),
            Self::Share => "占比应为两个 0 至 1 的小数，加引号，小者在前：[\"0.25\", \"0.40\"]".to_owned(),
        }
    }
}
