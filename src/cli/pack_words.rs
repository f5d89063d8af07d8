//! The words about packs, in English and Chinese. Owns wording alone; both languages match exhaustively.

use serde_json::{Value, json};

use super::english::some;
use super::upkeep_english::amount;
use crate::model::Lang;
use crate::pack::LeftOut;

/// A line about a pack, or about what the program tells of itself.
#[derive(Clone, Debug)]
pub enum PackMessage {
    /// A pack was written.
    Exported { out: String, client: String, files: u64, bytes: u64, policies: Vec<String> },
    /// Something stayed behind.
    LeftOut(LeftOut),
    /// What never goes along.
    Never,
    /// The pack's digest.
    Digest(String),
    /// A pack became a folder.
    Imported { folder: String, client: String, anshi: String, files: u64, datasets: u64, policies: Vec<String> },
    /// Manual pages were written.
    Manual { folder: String, pages: u64 },
}

impl PackMessage {
    /// The line in `lang`.
    pub(super) fn text(&self, lang: Lang) -> String {
        match lang {
            Lang::En => self.english(),
            Lang::Zh => self.chinese(),
        }
    }

    fn english(&self) -> String {
        match self {
            Self::Exported { out, client, files, bytes, policies } => format!(
                "exported for `{client}` to `{out}`: {}, {}\n  policies: {}",
                some(*files, "file", "files"),
                amount(*bytes),
                policies.join(", ")
            ),
            Self::LeftOut(LeftOut::Unapproved(id)) => format!("  stays behind: policy `{id}`, which lacks approvals"),
            Self::LeftOut(LeftOut::Foreign(id)) => format!("  stays behind: policy `{id}`, which does not name the client"),
            Self::LeftOut(LeftOut::Cases(id)) => format!(
                "  stays behind: the cases of `{id}`, which are the home's own, and may name anybody"
            ),
            Self::LeftOut(LeftOut::BadCases(id)) => {
                format!("  stays behind: the cases of `{id}`, which have mistakes: `anshi policy test` names them")
            }
            Self::Never => {
                "  stays behind, always: sources of datasets, quotas of other clients, comments, keys, data, ledger, log".to_owned()
            }
            Self::Digest(digest) => format!("its digest, to be sent by another way: {digest}"),
            Self::Imported { folder, client, anshi, files, datasets, policies } => format!(
                "imported in `{folder}`: {} for `{client}`, made by Anshi {anshi}; {}\n  policies: {}",
                some(*files, "file", "files"),
                some(*datasets, "dataset", "datasets"),
                policies.join(", ")
            ),
            Self::Manual { folder, pages } => {
                format!("{} in `{folder}`: `man -l {folder}/anshi.1` shows the first", some(*pages, "page", "pages"))
            }
        }
    }

    fn chinese(&self) -> String {
        match self {
            Self::Exported { out, client, files, bytes, policies } => format!(
                "已为 `{client}` 导出到 `{out}`：{files} 个文件，{}\n  政策：{}",
                amount(*bytes),
                policies.join("、")
            ),
            Self::LeftOut(LeftOut::Unapproved(id)) => format!("  未导出：政策 `{id}`，尚缺批准"),
            Self::LeftOut(LeftOut::Foreign(id)) => format!("  未导出：政策 `{id}`，其中没有写明该客户"),
            Self::LeftOut(LeftOut::Cases(id)) => {
                format!("  未导出：`{id}` 的用例，是此暗室自行编写的，其中可能写有任何人")
            }
            Self::LeftOut(LeftOut::BadCases(id)) => {
                format!("  未导出：`{id}` 的用例，其中有错误：可用 `anshi policy test` 查看")
            }
            Self::Never => "  从不导出：数据集的来源、其他客户的额度、注释、密钥、数据、账本、日志".to_owned(),
            Self::Digest(digest) => format!("其摘要，请以另一途径告知对方：{digest}"),
            Self::Imported { folder, client, anshi, files, datasets, policies } => format!(
                "已导入到 `{folder}`：为 `{client}` 制作的 {files} 个文件，由 {anshi} 版制成；{datasets} 个数据集\n  政策：{}",
                policies.join("、")
            ),
            Self::Manual { folder, pages } => {
                format!("`{folder}` 中有 {pages} 页手册：可用 `man -l {folder}/anshi.1` 查看第一页")
            }
        }
    }
}

/// The same for programs.
pub(super) fn left_out_json(what: &LeftOut) -> Value {
    let (reason, policy) = match what {
        LeftOut::Unapproved(id) => ("policy-unapproved", id),
        LeftOut::Foreign(id) => ("policy-of-others", id),
        LeftOut::Cases(id) => ("own-cases", id),
        LeftOut::BadCases(id) => ("cases-with-mistakes", id),
    };
    json!({ "reason": reason, "policy": policy })
}
