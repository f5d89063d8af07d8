//! The Chinese of this module's errors; the English is their `Display`. Owns wording alone.

use super::ingest::percent;
use super::intake::ROWS_MAX;
use super::reject::{CELL_BYTES_MAX, Reason};
use super::source::ROW_BYTES_MAX;
use super::{
    Damage, DatabaseFault, DatasetError, Fault, HeaderProblem, IngestError, ManifestFault, RowFault, RowsFault,
    SnapshotError, SourceError, StoreError, StreamError, Unfit, UnitFault, VerifyError, WriteError,
};
use crate::model::{Chinese, DecimalError, foreign};

impl Chinese for SourceError {
    fn chinese(&self) -> String {
        match self {
            Self::File(error) => error.chinese(),
            Self::Csv { path, source } => format!("无法读取 `{}`：{}", path.display(), foreign(source)),
            Self::Header { origin, problems } => {
                let problems = problems.iter().map(Chinese::chinese).collect::<Vec<_>>().join("\n  ");
                format!("`{origin}` 的表头与目录不符：\n  {problems}")
            }
            Self::Rows => format!("超过 {ROWS_MAX} 行：请拆分数据集"),
            Self::Duplicate { one, other } => format!(
                "`{}` 与 `{}` 是同一份文件，其各行会重复计入：请从交付中去掉其一",
                one.display(),
                other.display()
            ),
            Self::Changed(path) => format!(
                "`{}` 在读取期间被改动、截断或删除：请待其完整后重新入库；写文件时应先用别的名称，写完再改名",
                path.display()
            ),
            Self::Cut { path, line } => format!(
                "`{}` 在最后一行（第 {line} 行）中途结束：其单元格少于表头，且没有换行。文件被截断：请重新交付",
                path.display()
            ),
            Self::Long { path, line } => format!(
                "`{}`：始于第 {line} 行的一行超过 {ROW_BYTES_MAX} 字节：是否有引号未闭合，或并非 CSV 文件？",
                path.display()
            ),
            Self::Parquet { path, said } => {
                format!("无法将 `{}` 作为 Parquet 读取：{}；请重新交付", path.display(), foreign(said))
            }
            Self::Workbook { path, said } => format!(
                "无法将 `{}` 作为 Excel 工作簿读取：{}；请另存为 .xlsx，不设密码",
                path.display(),
                foreign(said)
            ),
            Self::Database { connection, fault } => format!("连接 `{connection}`：{}", fault.chinese()),
            Self::Unread(kind) => {
                format!("此 `anshi` 构建不读取 `{kind}` 类来源：请使用启用了 cargo 特性 `{kind}` 的构建")
            }
        }
    }
}

impl Chinese for HeaderProblem {
    fn chinese(&self) -> String {
        match self {
            Self::Empty => "文件为空：第一行应为列名".to_owned(),
            Self::Encoding { stated, file } => format!(
                "不是 `{file}` 所称的编码 `{}`：如部门写的是 `{}`，请修改其中的 `encoding`",
                stated.word(),
                super::source::other(*stated).word()
            ),
            Self::Foreign { is, file } => {
                format!("不是 CSV 文本，而是 {}：请以 CSV 交付，或修改 `{file}` 中的 `kind`", is.name())
            }
            Self::Type { name, is, file } => format!(
                "列 `{name}` 的类型为 {is}，目录中没有列可以存放：请以文本、数字或日期交付，或在 `{file}` 中去掉该列"
            ),
            Self::Sheet { wanted, names } => {
                let names = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join("、");
                match wanted {
                    Some(wanted) => format!("工作簿中没有工作表 `{wanted}`：其工作表为 {names}"),
                    None => format!("数据在哪个工作表？请在 `sheet` 中写明：其工作表为 {names}"),
                }
            }
            Self::Merged { sheet, first, last } => {
                format!("工作表 `{sheet}` 第 {first} 至 {last} 行有合并单元格：每一行都应有自己的值，请取消合并")
            }
            Self::Nothing(names) => {
                let names = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join("、");
                format!("没有任何已知的列名：第一行应为 {names}")
            }
            Self::Twice(name) => format!("列 `{name}` 出现两次：须去掉其一"),
            Self::Unknown { name, file } => {
                format!("未知的列 `{name}`：请在 `{file}` 的 `[source.columns]` 中说明，或去掉该列")
            }
            Self::Renamed { name, close, file } => {
                format!("未知的列 `{name}`：是否指 `{close}`？如部门已改名，请修改 `{file}` 的 `[source.columns]`")
            }
            Self::Missing { header, column } => format!("缺少列 `{header}`（即目录中的 `{column}`）：交付中必须有"),
        }
    }
}

impl Chinese for DatabaseFault {
    fn chinese(&self) -> String {
        match self {
            Self::Synthetic => "合成环境不读数据库：只接收 `anshi synth` 所写的文件".to_owned(),
            Self::Unknown => "`anshi.toml` 中没有这个 `[connection.…]`：请加上，或修改目录中的 `connection`".to_owned(),
            Self::Kind { wanted, is } => format!("在 `anshi.toml` 中属 `{is}` 类，而来源属 `{wanted}` 类"),
            Self::File(error) => error.chinese(),
            Self::Exposed(path) => format!("他人可读取 `{}` 中的口令：请 `chmod 600`", path.display()),
            Self::Authority { path, said } => {
                format!("`{}` 中没有可用于核验服务器的证书（PEM）：{}", path.display(), foreign(said))
            }
            Self::Server { code, said } => format!("服务器报告：{}（SQLSTATE {code}）", foreign(said)),
            Self::NoDataSource(dsn) => format!(
                "ODBC 中没有数据源 `{dsn}`：请写入 `odbc.ini`（`odbcinst -j` 会说明其位置），或修改 `anshi.toml` 中的 `dsn`"
            ),
            Self::Driver { code, said } => format!("ODBC 驱动报告：{}（SQLSTATE {code}）", foreign(said)),
            Self::NoRows => "查询不返回任何行，连列也没有：请写一条 `select`".to_owned(),
            Self::Lost(said) => {
                format!("无法连接服务器，或服务器中途断开：{}；其数据行一行也未入库", foreign(said))
            }
            Self::Long(row) => format!("第 {row} 行超过 {ROW_BYTES_MAX} 字节：请去掉其中过长的列"),
        }
    }
}

impl Chinese for Reason {
    fn chinese(&self) -> String {
        match self {
            Self::Ragged { cells, header } => format!("该行有 {cells} 个单元格，表头有 {header} 个"),
            Self::KeyMissing => "缺少标识".to_owned(),
            Self::Key(error) => error.chinese(),
            Self::Invented => "该标识是 `anshi synth` 编造的，真实主体不可能有：编造的数据不得进入生产暗室".to_owned(),
            Self::Encoding => "文本不是目录所称的编码".to_owned(),
            Self::Long => format!("单元格超过 {CELL_BYTES_MAX} 字节：是否有引号未闭合？"),
            Self::Open => "有引号未闭合：其后的内容全被当作一个单元格".to_owned(),
            Self::Integer(error @ DecimalError::Syntax) => error.chinese(),
            Self::Integer(error) => format!("该数{}", error.chinese()),
            Self::Min(min) => format!("该数小于 {min}（按目录的计量）"),
            Self::Max(max) => format!("该数大于 {max}（按目录的计量）"),
            Self::Date => "不是目录所列形式的日期，或该日不存在".to_owned(),
            Self::Timestamp => "不是时间，例如 `2026-01-31T08:00:00Z` 或 `2026-01-31 08:00:00`".to_owned(),
            Self::Boolean => "不是真假值：true、false、1、0、是、否".to_owned(),
            Self::Value => "不在目录所列的取值之中".to_owned(),
            Self::Rounded => "工作簿只保留数字的前 15 位，其余已丢失：请将该列存为文本".to_owned(),
            Self::Formula => "单元格的公式出错".to_owned(),
            Self::Serial => "单元格的格式是日期或时长，却不是 1900-02-28 之后的日期".to_owned(),
        }
    }
}

impl Chinese for WriteError {
    fn chinese(&self) -> String {
        match self {
            Self::File(error) => error.chinese(),
            Self::Arrow(error) => format!("无法写入数据行：{}", foreign(error)),
            Self::Torn => "排序用的临时文件在读取时被改动：请检查磁盘后重新导入".to_owned(),
        }
    }
}

impl Chinese for DatasetError {
    fn chinese(&self) -> String {
        match self {
            Self::Source(error) => error.chinese(),
            Self::Write(error) => error.chinese(),
            Self::File(error) => error.chinese(),
            Self::Rejects { rejected, rows, max_ppm, list } => format!(
                "{rows} 行中有 {rejected} 行被拒收，超过允许的 {}：{}请部门改正后重新交付，或提高目录中的 `rejects_max`",
                percent(*max_ppm),
                list.as_ref().map(|list| format!("清单见 `{}`；", list.display())).unwrap_or_default()
            ),
            Self::Empty => "交付中没有任何一行：不能以空数据取代原有数据".to_owned(),
        }
    }
}

impl Chinese for IngestError {
    fn chinese(&self) -> String {
        match self {
            Self::Store(error) => error.chinese(),
            Self::Unknown { name, close: None } => format!("目录中没有数据集 `{name}`"),
            Self::Unknown { name, close: Some(close) } => format!("目录中没有数据集 `{name}`：是否指 `{close}`？"),
            Self::Older { given, current } => {
                format!("交付的数据截至 {given}，当前快照截至 {current}：数据日期不能倒退")
            }
            Self::Delivery(path) => format!("`{}` 不是文件夹：请指明交付数据所在的文件夹", path.display()),
        }
    }
}

impl Chinese for StoreError {
    fn chinese(&self) -> String {
        match self {
            Self::File(error) => error.chinese(),
            Self::Busy(path) => format!("另一次入库正在 `{}` 中进行：请等待其结束", path.display()),
            Self::Current(path) => {
                format!("`{}` 中不是快照名：请从备份恢复，或将其删除后全部重新入库", path.display())
            }
            Self::Manifest { path, fault } => format!(
                "快照清单 `{}` 无法使用：{}；请从备份恢复，或将其删除（`current` 指向它时一并删除）后全部重新入库",
                path.display(),
                fault.chinese()
            ),
            Self::Canonical(error) => error.chinese(),
            Self::Pruned(name) => format!("快照 {name} 正在被清理：请指定另一个"),
        }
    }
}

impl Chinese for ManifestFault {
    fn chinese(&self) -> String {
        match self {
            Self::Json(error) => format!("不是快照清单：{}", foreign(error)),
            Self::Format(found) => format!("其格式为 {found}，本引擎只读 {}", super::manifest::FORMAT),
            Self::Field(name) => format!("`{name}` 的取值不正确"),
            Self::Order => "其数据集未按名称排序".to_owned(),
            Self::Canonical(error) => error.chinese(),
            Self::Name => "其内容与名称不符：已被改动".to_owned(),
        }
    }
}

impl Chinese for RowsFault {
    fn chinese(&self) -> String {
        match self {
            Self::Format => "不是完整的 Arrow IPC 文件".to_owned(),
            Self::Schema => "其列与数据集不符".to_owned(),
            Self::Form => "其 Arrow 形式不是本引擎所写".to_owned(),
            Self::Count => "其行数或主体数与清单不符".to_owned(),
        }
    }
}

impl Chinese for SnapshotError {
    fn chinese(&self) -> String {
        match self {
            Self::Store(error) => error.chinese(),
            Self::File(error) => error.chinese(),
            Self::None(folder) => format!("`{folder}` 中尚无快照：请运行 `anshi ingest`"),
            Self::Size { dataset, part, wanted, found, path } => {
                format!("`{dataset}` 的{}应为 {wanted} 字节，实为 {found} 字节：请从备份恢复 `{path}`", part_word(part))
            }
            Self::Rows { dataset, fault, path } => {
                format!("`{dataset}` 的数据行无法使用：{}；请从备份恢复 `{path}`，或重新入库", fault.chinese())
            }
        }
    }
}

/// The files that a dataset is made of.
fn part_word(part: &str) -> &str {
    match part {
        "rows" => "数据行文件",
        "units" => "主体字典",
        "offsets" => "偏移表",
        _ => "文件",
    }
}

impl Chinese for Unfit {
    fn chinese(&self) -> String {
        match self {
            Self::Unknown(name) => format!("`{name}` 不在目录中：请补上 `{name}.toml`，或重新入库以去掉其数据"),
            Self::Changed(name) => format!("`{name}` 上次入库之后，目录中的列有改动：请重新入库"),
        }
    }
}

impl Chinese for Fault {
    fn chinese(&self) -> String {
        match self {
            Self::File(words) => words.chinese(),
            Self::Digest { part, wanted, found } => {
                format!("{}的摘要应为 {wanted}，实为 {found}", part_word(part))
            }
            Self::Units => "主体未按升序排列".to_owned(),
            Self::Offsets(unit) => format!("第 {unit} 个主体的偏移与前一个不相接"),
            Self::End { offsets, rows } => format!("偏移止于第 {offsets} 行，数据止于第 {rows} 行"),
            Self::Identifier(unit) => format!("第 {unit} 个主体的标识不正确"),
            Self::Rows(unit, fault) => format!("第 {unit} 个主体的数据行：{}", fault.chinese()),
        }
    }
}

impl Chinese for UnitFault {
    fn chinese(&self) -> String {
        match self {
            Self::Batch => "跨越两个批次".to_owned(),
            Self::Column => "缺少一列".to_owned(),
            Self::Stranger => "其中有另一主体的行".to_owned(),
            Self::Order => "未按次序排列".to_owned(),
            Self::Utf8(column) => format!("`{column}`：有文本不是 UTF-8"),
            Self::Value(column) => format!("`{column}`：有文本不在目录所列取值之中"),
            Self::Missing(column) => format!("`{column}`：缺失值之下不为空"),
        }
    }
}

impl Chinese for Damage {
    fn chinese(&self) -> String {
        let Self { dataset, what } = self;
        format!("`{dataset}`：{}", what.chinese())
    }
}

impl Chinese for VerifyError {
    fn chinese(&self) -> String {
        let damages = self.0.iter().map(Chinese::chinese).collect::<Vec<_>>().join("\n  ");
        format!("快照已损坏，请从备份恢复：\n  {damages}")
    }
}

impl Chinese for StreamError {
    fn chinese(&self) -> String {
        match self {
            Self::Arrow => "不是完整的 Arrow IPC 流".to_owned(),
            Self::Write => "无法写出流：读取方可能已结束".to_owned(),
            Self::Unknown(column) => format!("流中有任务所不知的列 `{column}`"),
            Self::Twice(column) => format!("流中的列 `{column}` 出现两次"),
            Self::Missing(column) => format!("流中没有列 `{column}`"),
            Self::Form(column) => format!("流中列 `{column}` 的类型与任务所述不符"),
            Self::Row { row, fault } => format!("流的第 {row} 行：{}", fault.chinese()),
            Self::Open(bucket) => format!("流在第 {bucket} 桶之内结束：流被截断，或缺少结束该桶的行"),
            Self::Tail => "流结束之后还有内容".to_owned(),
        }
    }
}

impl Chinese for RowFault {
    fn chinese(&self) -> String {
        let words = match self {
            Self::Bucket => "缺少桶号，或此桶已出现过：桶号应递增，每桶结束一次",
            Self::Unclosed => "前一桶尚未结束",
            Self::Unit => "其主体不在前一主体之后：同一桶的各行应按主体排序",
            Self::Table => "其表不属于该任务，或不在前一行的表之后：同一主体的各行应按表排序",
            Self::Time => "其主体在该表中的各行未按时间排序（缺失者在前）",
            Self::Value => "有不代表任何内容的值",
        };
        words.to_owned()
    }
}
