//! What can be wrong with a cell of a client's own rows, in both languages. Owns wording alone, and never has the cell's
//! value: the client knows it, and nobody else needs to.

use super::{Chinese, IdError};

/// The longest text of a client's own row, in characters.
pub const CLIENT_TEXT_CHARS_MAX: usize = 1_024;

/// What is wrong with a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RowFault {
    /// The row has no such member.
    #[error("the row must have this column, as `null` where its value is missing")]
    Absent,
    /// The row has a member that the policy does not know.
    #[error("the policy's dataset has no such column")]
    Unknown,
    /// `null` where a value must be.
    #[error("the value must not be missing here")]
    Needed,
    /// No truth value.
    #[error("must be `true` or `false`")]
    Boolean,
    /// No integer.
    #[error("must be a whole number, counted as the policy counts: money in fen")]
    Integer,
    /// An integer that not every reader of JSON reads as it is.
    #[error("a number beyond ±(2⁵³ − 1) must be written as a string")]
    Unsafe,
    /// Below the policy's `min`.
    #[error("must be at least {0}")]
    Min(i64),
    /// Above the policy's `max`.
    #[error("must be at most {0}")]
    Max(i64),
    /// No day.
    #[error("must be a day such as \"2026-01-31\"")]
    Date,
    /// No point in time.
    #[error("must be a time such as \"2026-01-31T08:00:00Z\"")]
    Timestamp,
    /// No text.
    #[error("must be a text")]
    Text,
    /// A longer text than [`CLIENT_TEXT_CHARS_MAX`].
    #[error("a text has at most {CLIENT_TEXT_CHARS_MAX} characters")]
    Long,
    /// Not one of the policy's `values`.
    #[error("must be one of the policy's `values`")]
    Value,
    /// What the column names has another form.
    #[error("{0}")]
    Id(IdError),
    /// No identifier.
    #[error("an identifier is printable, without white space around it, and has 1 to 64 characters")]
    Identifier,
    /// An identifier of a unit that is not written in its one canonical form.
    #[error("a unit's identifier must be in its canonical form, or it would be equal to nothing")]
    Spelling,
    /// A row of somebody whom the job does not name in the dataset's role.
    #[error("must be a party that the request names in the dataset's role")]
    Stranger,
}

impl Chinese for RowFault {
    fn chinese(&self) -> String {
        match self {
            Self::Absent => "每行都须有此列；值缺失时写 `null`".to_owned(),
            Self::Unknown => "政策的该数据集没有此列".to_owned(),
            Self::Needed => "此处的值不得缺失".to_owned(),
            Self::Boolean => "应为 `true` 或 `false`".to_owned(),
            Self::Integer => "应为整数，按政策的计量单位计：金额以分计".to_owned(),
            Self::Unsafe => "绝对值超过 2⁵³ − 1 的数须写成字符串".to_owned(),
            Self::Min(min) => format!("不得小于 {min}"),
            Self::Max(max) => format!("不得大于 {max}"),
            Self::Date => "应为日期，如 \"2026-01-31\"".to_owned(),
            Self::Timestamp => "应为时间，如 \"2026-01-31T08:00:00Z\"".to_owned(),
            Self::Text => "应为文本".to_owned(),
            Self::Long => format!("文本至多 {CLIENT_TEXT_CHARS_MAX} 个字符"),
            Self::Value => "应为政策 `values` 所列取值之一".to_owned(),
            Self::Id(error) => error.chinese(),
            Self::Identifier => "标识应可打印，首尾无空白，长 1 至 64 个字符".to_owned(),
            Self::Spelling => "主体的标识须为规范形式，否则与任何标识都不相等".to_owned(),
            Self::Stranger => "应为本次询问中担任该数据集之角色的当事方".to_owned(),
        }
    }
}
