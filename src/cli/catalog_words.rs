//! The words about the catalog, in English and Chinese: lines, and the heads of tables. Owns wording alone; both
//! languages match exhaustively.

use crate::catalog::{ColumnType, IntegerBounds};
use crate::model::{Lang, UnitKind};

/// A line about the catalog.
#[derive(Clone, Debug)]
pub enum CatalogMessage {
    /// A file without mistakes.
    FileGood { path: String, dataset: String, columns: usize },
    /// A table that is ready to be read.
    Table(String),
    /// How many datasets the table above lists.
    Listed { datasets: usize },
    /// A file is being read.
    Reading,
    /// A draft is in a file.
    /// `rename`: what the file must be called, where it is called otherwise.
    DraftWritten { out: String, rename: Option<String>, columns: usize, key: String, places: usize },
}

/// What heads a column of a table or a line of a list.
#[derive(Clone, Copy, Debug)]
pub enum Head {
    Name,
    Title,
    Department,
    Library,
    Collections,
    Unit,
    Key,
    Time,
    Class,
    Update,
    Columns,
    Type,
    Values,
    Delivered,
    Source,
    Files,
    Encoding,
    Delimiter,
    Connection,
    Rows,
    Dates,
    Missing,
    RejectsMax,
    Schema,
}

impl CatalogMessage {
    /// The line in `lang`.
    pub fn text(&self, lang: Lang) -> String {
        match (self, lang) {
            (Self::FileGood { path, dataset, columns }, Lang::En) => {
                format!("`{path}` is in order: dataset {dataset}, {columns} columns")
            }
            (Self::FileGood { path, dataset, columns }, Lang::Zh) => {
                format!("`{path}` 检查通过：数据集 {dataset}，{columns} 列")
            }
            (Self::Table(text), _) => text.clone(),
            (Self::Listed { datasets: 1 }, Lang::En) => "1 dataset".to_owned(),
            (Self::Listed { datasets }, Lang::En) => format!("{datasets} datasets"),
            (Self::Listed { datasets }, Lang::Zh) => format!("共 {datasets} 个数据集"),
            (Self::Reading, Lang::En) => "reading".to_owned(),
            (Self::Reading, Lang::Zh) => "正在读取".to_owned(),
            (Self::DraftWritten { out, rename, columns, key, places }, Lang::En) => format!(
                "draft in `{out}`: {columns} columns, key `{key}`, {places} comments to read; then {}`anshi catalog check {}`",
                rename.as_ref().map(|name| format!("call it `{name}` as its dataset, and ")).unwrap_or_default(),
                rename.as_ref().unwrap_or(out)
            ),
            (Self::DraftWritten { out, rename, columns, key, places }, Lang::Zh) => format!(
                "草稿已写入 `{out}`：{columns} 列，主体列 `{key}`，请阅读其中 {places} 处注释；{}再运行 `anshi catalog check {}`",
                rename.as_ref().map(|name| format!("然后按数据集的名称改名为 `{name}`，")).unwrap_or_default(),
                rename.as_ref().unwrap_or(out)
            ),
        }
    }
}

impl Head {
    /// The word in `lang`.
    pub const fn text(self, lang: Lang) -> &'static str {
        match lang {
            Lang::En => self.english(),
            Lang::Zh => self.chinese(),
        }
    }

    const fn english(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Title => "title",
            Self::Department => "department",
            Self::Library => "library",
            Self::Collections => "collections",
            Self::Unit => "unit",
            Self::Key => "key",
            Self::Time => "time",
            Self::Class => "class",
            Self::Update => "update",
            Self::Columns => "columns",
            Self::Type => "type",
            Self::Values => "values",
            Self::Delivered => "delivered as",
            Self::Source => "source",
            Self::Files => "files",
            Self::Encoding => "encoding",
            Self::Delimiter => "delimiter",
            Self::Connection => "connection",
            Self::Rows => "rows",
            Self::Dates => "dates",
            Self::Missing => "missing",
            Self::RejectsMax => "rejects at most",
            Self::Schema => "schema",
        }
    }

    const fn chinese(self) -> &'static str {
        match self {
            Self::Name => "名称",
            Self::Title => "标题",
            Self::Department => "部门",
            Self::Library => "所属库",
            Self::Collections => "专题",
            Self::Unit => "主体",
            Self::Key => "主体列",
            Self::Time => "时间列",
            Self::Class => "分级",
            Self::Update => "更新频率",
            Self::Columns => "列数",
            Self::Type => "类型",
            Self::Values => "取值",
            Self::Delivered => "来源列名",
            Self::Source => "来源",
            Self::Files => "文件",
            Self::Encoding => "编码",
            Self::Delimiter => "分隔符",
            Self::Connection => "连接",
            Self::Rows => "数据行",
            Self::Dates => "日期格式",
            Self::Missing => "缺失标记",
            Self::RejectsMax => "拒收上限",
            Self::Schema => "结构摘要",
        }
    }
}

/// Whom a dataset's rows are about.
pub const fn unit(kind: UnitKind, lang: Lang) -> &'static str {
    match (kind, lang) {
        (UnitKind::Enterprise, Lang::En) => "enterprise",
        (UnitKind::Person, Lang::En) => "person",
        (UnitKind::Enterprise, Lang::Zh) => "企业",
        (UnitKind::Person, Lang::Zh) => "个人",
    }
}

/// What a column's cells may be: its values, or its unit of measure and bounds.
pub fn values(kind: &ColumnType, names: Option<UnitKind>, lang: Lang) -> String {
    match (kind, lang) {
        (ColumnType::Text { values: Some(values) }, _) => values.join(" | "),
        (ColumnType::Integer(bounds), _) => measure(bounds),
        (ColumnType::Identifier, Lang::En) => names.map_or(String::new(), |kind| format!("of a {}", kind.word())),
        (ColumnType::Identifier, Lang::Zh) => names.map_or(String::new(), |kind| format!("{}标识", unit(kind, lang))),
        (ColumnType::Boolean | ColumnType::Date | ColumnType::Timestamp | ColumnType::Text { values: None }, _) => {
            String::new()
        }
    }
}

fn measure(bounds: &IntegerBounds) -> String {
    let unit = bounds.unit.clone().unwrap_or_default();
    let unit = if bounds.scale == 0 { unit } else { format!("{unit} × 10^-{}", bounds.scale) };
    let range = match (bounds.min, bounds.max) {
        (i64::MIN, i64::MAX) => String::new(),
        (min, i64::MAX) => format!("≥ {min}"),
        (i64::MIN, max) => format!("≤ {max}"),
        (min, max) => format!("{min} – {max}"),
    };
    [unit, range].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}
