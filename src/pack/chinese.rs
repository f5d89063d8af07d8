//! The Chinese of this module's errors; the English is their `Display`. Owns wording alone.

use super::error::{EntryFault, PackError};
use crate::model::{Chinese, foreign};

impl Chinese for PackError {
    fn chinese(&self) -> String {
        match self {
            Self::File(error) => error.chinese(),
            Self::Config(error) => error.chinese(),
            Self::Catalog(error) => error.chinese(),
            Self::Policy(error) => error.chinese(),
            Self::Document(error) => error.chinese(),
            Self::Canonical(error) => error.chinese(),
            Self::NoClient { client, known } => {
                let known: Vec<String> = known.iter().map(|client| format!("`{client}`")).collect();
                let others = if known.is_empty() {
                    "，也没有写明其他客户".to_owned()
                } else {
                    format!("；写明的有：{}", known.join("、"))
                };
                format!("生效的政策都没有写明客户 `{client}`{others}")
            }
            Self::NoQuota(client) => format!("`{client}` 在 `accounts.toml` 中没有额度，什么也不能问：请先给予额度"),
            Self::Rewritten(path) => format!("`{path}` 重写之后含义有变：没有导出任何内容。这是本程序的缺陷"),
            Self::Path(path) => {
                format!("`{path}` 不能作为包内的路径：只用小写字母、数字、`-`、`_`，不超过 100 字节")
            }
            Self::Archive(error) => format!("这不是包，或已损坏：{}", foreign(error)),
            Self::Bomb => "归档展开后会超过 64 MiB：没有这样的包；没有写入任何内容".to_owned(),
            Self::Crowd => "归档中的文件超过 4,096 个：没有这样的包；没有写入任何内容".to_owned(),
            Self::Behind => "归档的结尾之后还有内容：制成之后被改动过；没有写入任何内容".to_owned(),
            Self::Entry { path, fault } => {
                let fault = match fault {
                    EntryFault::Kind => "不是普通文件",
                    EntryFault::Path => "不是包内的路径",
                    EntryFault::Twice => "出现了两次",
                    EntryFault::Cut => "过早结束",
                };
                format!("归档中的 `{path}` {fault}；没有写入任何内容")
            }
            Self::NoManifest => "这不是包：其中没有 `pack.json`".to_owned(),
            Self::Manifest(reason) => format!("包的 `pack.json` 无法使用：{}", reason.zh),
            Self::Format { found, anshi } => {
                format!("包的格式为 {found}（由 {anshi} 版制成），本程序只读格式 1：请使用随包而来的程序")
            }
            Self::Missing(path) => format!("包中缺少清单所列的 `{path}`；没有写入任何内容"),
            Self::Unlisted(path) => format!("包的清单没有列出 `{path}`；没有写入任何内容"),
            Self::Changed(path) => format!("包中的 `{path}` 被改动：摘要与清单不符；没有写入任何内容"),
            Self::Digest { wanted, found } => {
                format!("这是另一个包：摘要应为 {wanted}，实为 {found}；没有写入任何内容")
            }
            Self::Used(folder) => {
                format!("`{folder}` 不是空文件夹：请指定尚不存在的文件夹，或用 `--force` 替换以前的包")
            }
            Self::NotAPack { folder, name } => {
                format!("`{folder}` 中的 `{name}` 与导入的包不符：`--force` 只替换未经改动的旧包；请指定另一文件夹")
            }
            Self::LeftOver(place) => {
                format!("`{place}` 是中断的导入留下的，或另一导入正在进行：确认没有导入在进行后将其删除")
            }
        }
    }
}
