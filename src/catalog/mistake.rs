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
    #[error("only a column of type `identifier` has `names`")]
    NotIdentifier,
    #[error("the key names the dataset's unit, `{0}`")]
    KeyNames(&'static str),
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
    #[error("a source of kind `{kind}` has no `{key}`")]
    StrangeKey { kind: &'static str, key: &'static str },
    #[error("a source of kind `{kind}` needs `{key}`")]
    KeyNeeded { kind: String, key: &'static str },
    #[error("`{0}` is not one mark such as `,`, `;`, `|` or `\\t`")]
    Mark(String),
    #[error("the same mark cannot stand between cells and around them")]
    SameMark,
    #[error("rows are counted from 1")]
    HeaderRow,
    #[error("`{0}` is not `table` or `schema.table`: for anything else write a `query`")]
    Table(String),
    #[error("either `table` or `query`, not both")]
    TableAndQuery,
    #[error("a query begins with `select`, `with`, `table` or `values`")]
    Query,
    #[error("two columns would be read from `{0}` of the source")]
    SharedColumn(String),
    #[error("a share is a decimal string from \"0\" to \"1\", with at most six decimals")]
    Share,
}

/// What to do about a mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Cure {
    #[error("use each of `%Y`, `%m` and `%d` once")]
    DateForm,
    #[error("leave `names` out, or change `unit`")]
    KeyNames,
    #[error("`{key}` belongs to {}", kinds.iter().map(|kind| format!("`{kind}`")).collect::<Vec<_>>().join(", "))]
    KeyOf { key: &'static str, kinds: &'static [&'static str] },
    #[error("GBK and GB 2312 are parts of it: write `gb18030`")]
    Gbk,
    #[error("write `utf-8`: a byte order mark does not matter")]
    Utf8,
    #[error("have the files saved as UTF-8")]
    Utf16,
    #[error("name a `[connection.…]` of the home's `anshi.toml`, which says where the server is and who asks")]
    Connection,
    #[error("name the source's columns in `columns`")]
    Columns,
}

/// A closed list of words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Vocabulary {
    Unit,
    Update,
    Classification,
    Type,
    SourceKind,
    Encoding,
    BadId,
}

impl Vocabulary {
    const fn english(self) -> &'static str {
        match self {
            Self::Unit => "unit",
            Self::Update => "rhythm of updates",
            Self::Classification => "classification",
            Self::Type => "type",
            Self::SourceKind => "kind of source",
            Self::Encoding => "encoding",
            Self::BadId => "rule",
        }
    }

    const fn chinese(self) -> &'static str {
        match self {
            Self::Unit => "主体种类",
            Self::Update => "更新周期",
            Self::Classification => "数据分级",
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
            Self::NotIdentifier => "只有 `identifier` 类型的列可有 `names`".to_owned(),
            Self::KeyNames(unit) => format!("键所指的是数据集的主体，即 `{unit}`"),
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
            Self::StrangeKey { kind, key } => format!("`{kind}` 类来源没有 `{key}`"),
            Self::KeyNeeded { kind, key } => format!("`{kind}` 类来源须有 `{key}`"),
            Self::Mark(mark) => format!("`{mark}` 不是单个符号，例如 `,`、`;`、`|` 或 `\\t`"),
            Self::SameMark => "分隔符与引号不能相同".to_owned(),
            Self::HeaderRow => "行号从 1 起".to_owned(),
            Self::Table(name) => format!("`{name}` 应为 `table` 或 `schema.table`：其他情形请写 `query`"),
            Self::TableAndQuery => "`table` 与 `query` 只能写其一".to_owned(),
            Self::Query => "查询应以 `select`、`with`、`table` 或 `values` 开头".to_owned(),
            Self::SharedColumn(name) => format!("有两列都取自来源的 `{name}`"),
            Self::Share => "比例应为 \"0\" 至 \"1\" 之间的十进制字符串，至多六位小数".to_owned(),
        }
    }
}

impl Chinese for Cure {
    fn chinese(&self) -> String {
        match self {
            Self::DateForm => "`%Y`、`%m`、`%d` 各用一次".to_owned(),
            Self::KeyNames => "去掉 `names`，或修改 `unit`".to_owned(),
            Self::KeyOf { key, kinds } => {
                let kinds = kinds.iter().map(|kind| format!("`{kind}`")).collect::<Vec<_>>().join("、");
                format!("`{key}` 属于 {kinds}")
            }
            Self::Gbk => "GBK 和 GB 2312 是其一部分：请写 `gb18030`".to_owned(),
            Self::Utf8 => "请写 `utf-8`：有无字节顺序标记均可".to_owned(),
            Self::Utf16 => "请将文件存为 UTF-8".to_owned(),
            Self::Connection => {
                "请写 `anshi.toml` 中某个 `[connection.…]` 的名称：服务器在何处、以何身份查询由它说明".to_owned()
            }
            Self::Columns => "请在 `columns` 中说明来源的各列".to_owned(),
        }
    }
}
