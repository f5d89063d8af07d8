//! The words about what may be wrong with a delivery that was taken, or rehearsed, in English and Chinese. Owns wording
//! alone; both languages match exhaustively.

use std::path::PathBuf;

use super::english::some;
use crate::data::{DeliveryWarning, Overlooked, RejectedRow};
use crate::model::{Date, Lang};

/// A line about a delivery.
#[derive(Clone, Debug)]
pub enum DeliveryMessage {
    /// What may be wrong with a dataset of so many rows.
    Warned { name: String, rows: u64, warning: DeliveryWarning },
    /// Files that belong to no dataset.
    Overlooked(Overlooked),
    /// A row that would be refused.
    RowRefused { name: String, row: RejectedRow },
    /// The end of a rehearsal.
    Rehearsed { rejects: Option<String> },
}

/// What is wrong with a delivery as a whole.
#[derive(Clone, Debug)]
pub enum DeliveryProblem {
    /// Nothing for any dataset; `patterns`: the first of those that files are looked for by.
    Nothing { folder: PathBuf, patterns: Vec<String> },
    /// Of a day that has not come.
    Ahead { as_of: Date, today: Date },
}

impl DeliveryMessage {
    /// The line in `lang`.
    pub fn text(&self, lang: Lang) -> String {
        match lang {
            Lang::En => self.english(),
            Lang::Zh => self.chinese(),
        }
    }

    fn english(&self) -> String {
        let rows = |count: &u64| some(*count, "row", "rows");
        match self {
            Self::Warned { name, rows: taken, warning: DeliveryWarning::MuchFewerRows { before } } => format!(
                "warning: {name}: {} where there were {before} before: is the delivery whole? If not, deliver it again",
                rows(taken)
            ),
            Self::Warned { name, warning: DeliveryWarning::NoLineEnd { files, first }, .. } => format!(
                "warning: {name}: nothing ends the last row of `{first}`{}: it may have been cut within its last cell. Compare the row, and have files written with a line end after each row",
                match files {
                    1 => String::new(),
                    more => format!(" and of {}", some(more - 1, "other file", "other files")),
                }
            ),
            Self::Warned { name, rows: taken, warning: DeliveryWarning::RepeatedRows { repeated } } => format!(
                "warning: {name}: {repeated} of {} repeat another row in every column: did a part come twice? If so, take it out and deliver again",
                rows(taken)
            ),
            Self::Overlooked(overlooked) => format!(
                "warning: {} {} to no dataset, and {} passed over: {}{}; `files` in the catalog says where a dataset's files lie",
                some(overlooked.count, "file", "files"),
                if overlooked.count == 1 { "belongs" } else { "belong" },
                if overlooked.count == 1 { "was" } else { "were" },
                named(&overlooked.first, ", "),
                if overlooked.count > overlooked.first.len() as u64 { " and more" } else { "" }
            ),
            Self::RowRefused { name, row } => {
                let column = if row.column.is_empty() { String::new() } else { format!(", column `{}`", row.column) };
                format!("  {name}: `{}`, row {}{column}: {}", row.file, row.row, row.reason.en)
            }
            Self::Rehearsed { rejects: Some(folder) } => {
                format!("nothing was published or changed; the rows that would be rejected are listed in `{folder}`")
            }
            Self::Rehearsed { rejects: None } => {
                "nothing was published or changed; --rejects FOLDER lists all rows that would be rejected".to_owned()
            }
        }
    }

    fn chinese(&self) -> String {
        match self {
            Self::Warned { name, rows, warning: DeliveryWarning::MuchFewerRows { before } } => {
                format!("警告：{name}：仅 {rows} 行，此前为 {before} 行：交付是否完整？如不完整，请重新交付")
            }
            Self::Warned { name, warning: DeliveryWarning::NoLineEnd { files, first }, .. } => format!(
                "警告：{name}：`{first}`{}的最后一行没有换行：可能在最后一个单元格中被截断。请核对该行，并请部门在每行之后写换行",
                if *files == 1 { String::new() } else { format!(" 等 {files} 个文件") }
            ),
            Self::Warned { name, rows, warning: DeliveryWarning::RepeatedRows { repeated } } => format!(
                "警告：{name}：{rows} 行中有 {repeated} 行与另一行的每一列都相同：是否有一部分交付了两次？如是，请去掉后重新交付"
            ),
            Self::Overlooked(overlooked) => format!(
                "警告：有 {} 个文件不属于任何数据集，未予读取：{}{}；目录中的 `files` 说明数据集的文件在何处",
                overlooked.count,
                named(&overlooked.first, "、"),
                if overlooked.count > overlooked.first.len() as u64 { " 等" } else { "" }
            ),
            Self::RowRefused { name, row } => {
                let column = if row.column.is_empty() { String::new() } else { format!("，列 `{}`", row.column) };
                format!("  {name}：`{}` 第 {} 行{column}：{}", row.file, row.row, row.reason.zh)
            }
            Self::Rehearsed { rejects: Some(folder) } => format!("未发布也未改动任何内容；将拒收的各行列于 `{folder}`"),
            Self::Rehearsed { rejects: None } => {
                "未发布也未改动任何内容；用 --rejects FOLDER 可列出将拒收的全部各行".to_owned()
            }
        }
    }
}

impl DeliveryProblem {
    /// The problem in `lang`.
    pub fn text(&self, lang: Lang) -> String {
        match lang {
            Lang::En => self.english(),
            Lang::Zh => self.chinese(),
        }
    }

    fn english(&self) -> String {
        match self {
            Self::Nothing { folder, patterns } => format!(
                "nothing in `{}` belongs to a dataset: files are looked for as {}; name the folder that holds them",
                folder.display(),
                named(patterns, ", ")
            ),
            Self::Ahead { as_of, today } => format!(
                "the data cannot be of {as_of}: it is {today} UTC, and a day once published is never gone behind; is the clock right?"
            ),
        }
    }

    fn chinese(&self) -> String {
        match self {
            Self::Nothing { folder, patterns } => format!(
                "`{}` 中没有任何文件属于某个数据集：应有的文件为 {}；请指明存放它们的文件夹",
                folder.display(),
                named(patterns, "、")
            ),
            Self::Ahead { as_of, today } => {
                format!("数据不可能截至 {as_of}：今天是 {today}（UTC），而已发布的日期不能倒退；时钟是否有误？")
            }
        }
    }
}

fn named(files: &[String], between: &str) -> String {
    // A file's name may hold anything.
    let shown = |file: &String| format!("`{}`", file.escape_debug().to_string().replace('`', "'"));
    files.iter().map(shown).collect::<Vec<_>>().join(between)
}
