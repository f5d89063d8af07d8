//! What a drafted policy says in its comments, in both languages. Owns wording alone.

use crate::model::{Digest, Lang};

/// A comment of a drafted policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DraftNote {
    /// What this file is.
    Head(Digest),
    /// What the marks mean.
    Marks,
    /// The policy's name.
    Id,
    /// What people call it.
    Title,
    /// What answers may be used for.
    Purpose,
    /// The legal bases.
    Basis,
    /// The days.
    Valid,
    /// Who may ask.
    Clients,
    /// Whom a role without data is about.
    Unit,
    /// How many parties.
    Count,
    /// Consent.
    Consent,
    /// How far back.
    History,
    /// How many rows.
    Rows,
    /// A dataset that no department delivers.
    ClientDataset(String),
    /// What kind of column.
    ColumnType,
    /// The values that the guest tells apart.
    ColumnValues,
    /// What a parameter may be.
    Values,
    /// To how many cells.
    CellsPerUnit,
    /// The threshold.
    MinUnits,
    /// What a measure is counted in.
    MeasureUnit,
    /// A measure's bounds.
    Bounds,
    /// A measure's share of ε.
    Share,
    /// ε.
    Epsilon,
    /// Fuel.
    Fuel,
    /// Memory.
    Memory,
    /// The slot.
    Slot,
    /// How many units.
    Units,
    /// Jobs a minute.
    Rate,
}

impl DraftNote {
    /// The comment in `lang`. What a person has to decide begins with `DECIDE` or `待定`.
    pub fn text(&self, lang: Lang) -> String {
        match lang {
            Lang::En => self.english(),
            Lang::Zh => self.chinese(),
        }
    }

    fn english(&self) -> String {
        let decide = match self {
            Self::Head(guest) => return format!("The smallest policy that accepts the guest {guest}, as a draft."),
            Self::Marks => {
                return "Lines marked DECIDE have a value that a check takes and that nobody has thought about."
                    .to_owned();
            }
            Self::ClientDataset(name) => {
                return format!(
                    "The catalog has no `{name}`: the client would send its rows along. Or is it misspelt?"
                );
            }
            Self::Id => "the policy's name, and its folder's",
            Self::Title => "what people call it",
            Self::Purpose => "what answers may be used for",
            Self::Basis => "the legal bases",
            Self::Valid => "the days on which it is in force",
            Self::Clients => "who may ask; each needs a quota in the accounts",
            Self::Unit => "nothing is read of it: enterprise or person?",
            Self::Count => "how many parties",
            Self::Consent => "or not-required, with its `basis`",
            Self::History => "as far back as the question needs, and no farther",
            Self::Rows => "as many of the newest rows as the question needs",
            Self::ColumnType => "what type it is",
            Self::ColumnValues => "all values that occur; the guest tells these apart",
            Self::Values => "all values that a client may choose",
            Self::CellsPerUnit => "to how many cells one unit adds at most",
            Self::MinUnits => "cells with fewer units, by the noisy count, are not printed",
            Self::MeasureUnit => "what it is counted in",
            Self::Bounds => "what one unit adds to a cell at least and at most: noise grows with it",
            Self::Share => "its share of ε; the count has what is left",
            Self::Epsilon => "what a table costs",
            Self::Fuel => "`anshi guest test` says what a run uses",
            Self::Memory => "what the guest begins with; `anshi guest test` says what it comes to have",
            Self::Slot => "it must hold the worst case: `anshi policy check`",
            Self::Units => "as many units as there can be",
            Self::Rate => "what one client may ask",
        };
        format!("DECIDE: {decide}")
    }

    fn chinese(&self) -> String {
        let decide = match self {
            Self::Head(guest) => return format!("能接受程序 {guest} 的最小政策（草稿）。"),
            Self::Marks => return "标有“待定”的行，其取值能通过检查，但尚未经人考虑。".to_owned(),
            Self::ClientDataset(name) => {
                return format!("目录中没有 `{name}`：须由客户随请求提交其各行。或是名称有误？");
            }
            Self::Id => "政策的编号，也是其文件夹的名称",
            Self::Title => "政策的名称",
            Self::Purpose => "答案可以作何用途",
            Self::Basis => "法律依据",
            Self::Valid => "生效的日期",
            Self::Clients => "谁可以询问；各自须在额度账户中有额度",
            Self::Unit => "没有读取其任何数据：是 enterprise 还是 person？",
            Self::Count => "当事方的数目",
            Self::Consent => "或 not-required，并写明 `basis`",
            Self::History => "只到问题所需的月数为止",
            Self::Rows => "问题所需的最新行数",
            Self::ColumnType => "列的类型",
            Self::ColumnValues => "所有可能的取值；程序区分的是这些",
            Self::Values => "客户可选的全部取值",
            Self::CellsPerUnit => "一个主体至多计入的格数",
            Self::MinUnits => "含噪主体数小于此数的格不输出",
            Self::MeasureUnit => "计量单位",
            Self::Bounds => "一个主体对一格至少和至多计入多少：噪声随之增大",
            Self::Share => "占 ε 的份额；余下的归主体数",
            Self::Epsilon => "一份统计表的代价",
            Self::Fuel => "运行用量见 `anshi guest test`",
            Self::Memory => "程序的初始内存；运行中所需见 `anshi guest test`",
            Self::Slot => "须容纳最坏情况：见 `anshi policy check`",
            Self::Units => "主体的最大数目",
            Self::Rate => "每个客户每分钟可询问的次数",
        };
        format!("待定：{decide}")
    }
}
