//! What can be wrong in a dataset's file, in both languages: the English is `Display`. Owns wording alone; where a
//! mistake lies, and what to do beside what its own words say, is the check's.

use super::check::SCALE_MAX;
use crate::model::Chinese;

/// One mistake in a dataset's file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Mistake {
    #[error("the file must be called `{0}.toml`, as its dataset")]
    FileName(String),
    #[error("the dataset has no digest: {0}")]
    Digest(String),
    #[error("the key must be a column of type `identifier`")]
    KeyType,
    #[error("the time must be a column of type `date`")]
    TimeType,
    #[error("`max` is less than `min`")]
    Bounds,
    #[error("unknown {} `{word}`: one of {}", of.english(), quoted(known, ", "))]
    Word { of: Vocabulary, word: String, known: Vec<String> },
    #[error("the {} `{name}` is not a column", role.english())]
    NoColumn { role: ColumnRole, name: String },
    #[error("the column `{0}` stands here twice")]
    ColumnTwice(String),
    #[error("only a column of type `integer` has `scale`, `min` and `max`")]
    NotInteger,
    #[error("only a column of type `text` has `values`")]
    NotText,
    #[error("a scale is at most {SCALE_MAX}")]
    Scale,
    #[error("the value `{0}` stands here twice")]
    ValueTwice(String),
    #[error("the dataset has dates: say in `dates` how the source writes them")]
    NoDates,
    #[error("`{0}` is not a form of dates")]
    DateForm(String),
    #[error("`{0}` is not `folder/name.csv` or `folder/*.csv` below the delivery")]
    Files(String),
    #[error("`{0}` is not a column")]
    SourceColumn(String),
    #[error("two source columns are named `{0}`")]
    SourceTwice(String),
    #[error("`{0}` is not a column of type `integer`")]
    DecimalsColumn(String),
    #[error("decimals are at most {SCALE_MAX}")]
    Decimals,
    #[error("a share is a decimal string from \"0\" to \"1\", with at most six decimals")]
    Share,
}

/// What to do about a mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Cure {
    #[error("use each of `%Y`, `%m` and `%d` once")]
    DateForm,
}

/// A closed list of words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Vocabulary {
    Unit,
    Type,
    SourceKind,
    Encoding,
    BadId,
}

impl Vocabulary {
    const fn english(self) -> &'static str {
        match self {
            Self::Unit => "unit",
            Self::Type => "type",
            Self::SourceKind => "kind of source",
            Self::Encoding => "encoding",
            Self::BadId => "rule",
        }
    }

    const fn chinese(self) -> &'static str {
        match self {
            Self::Unit => "主体种类",
            Self::Type => "列类型",
            Self::SourceKind => "来源种类",
            Self::Encoding => "编码",
            Self::BadId => "规则",
        }
    }
}

/// What a dataset uses a column as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ColumnRole {
    Key,
    Time,
}

impl ColumnRole {
    const fn english(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Time => "time",
        }
    }

    const fn chinese(self) -> &'static str {
        match self {
            Self::Key => "键",
            Self::Time => "时间",
        }
    }
}

fn quoted(words: &[String], between: &str) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(between)
}

impl Chinese for Mistake {
    fn chinese(&self) -> String {
        match self {
            Self::FileName(name) => format!("文件应与数据集同名，即 `{name}.toml`"),
            Self::Digest(error) => format!("数据集无法计算摘要：`{error}`"),
            Self::KeyType => "键应为 `identifier` 类型的列".to_owned(),
            Self::TimeType => "时间应为 `date` 类型的列".to_owned(),
            Self::Bounds => "`max` 小于 `min`".to_owned(),
            Self::Word { of, word, known } => {
                format!("未知的{} `{word}`：应为 {} 之一", of.chinese(), quoted(known, "、"))
            }
            Self::NoColumn { role, name } => format!("作为{}的 `{name}` 不是列", role.chinese()),
            Self::ColumnTwice(name) => format!("列 `{name}` 在此出现两次"),
            Self::NotInteger => "只有 `integer` 类型的列可有 `scale`、`min` 和 `max`".to_owned(),
            Self::NotText => "只有 `text` 类型的列可有 `values`".to_owned(),
            Self::Scale => format!("`scale` 至多为 {SCALE_MAX}"),
            Self::ValueTwice(value) => format!("取值 `{value}` 在此出现两次"),
            Self::NoDates => "该数据集有日期：请在 `dates` 中说明来源的日期写法".to_owned(),
            Self::DateForm(form) => format!("`{form}` 不是日期写法"),
            Self::Files(pattern) => {
                format!("`{pattern}` 应为交付文件夹之下的 `folder/name.csv` 或 `folder/*.csv`")
            }
            Self::SourceColumn(name) => format!("`{name}` 不是列"),
            Self::SourceTwice(name) => format!("来源中有两列都称为 `{name}`"),
            Self::DecimalsColumn(name) => format!("`{name}` 不是 `integer` 类型的列"),
            Self::Decimals => format!("小数至多 {SCALE_MAX} 位"),
            Self::Share => "比例应为 \"0\" 至 \"1\" 之间的十进制字符串，至多六位小数".to_owned(),
        }
    }
}

impl Chinese for Cure {
    fn chinese(&self) -> String {
        match self {
            Self::DateForm => "`%Y`、`%m`、`%d` 各用一次".to_owned(),
        }
    }
}
