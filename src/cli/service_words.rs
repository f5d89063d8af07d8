//! The words about the service and its callers, in English and Chinese. Owns wording alone; both languages match
//! exhaustively.

use crate::model::Lang;

/// A line about the service.
#[derive(Clone, Debug)]
pub enum ServiceMessage {
    Listening { address: String, public_url: String },
    Stopping,
    Stopped,
    ClientAdded { id: String, kind: &'static str, kid: String, keys: usize },
    Client { id: String, kind: &'static str, kids: Vec<String> },
    ClientsNone,
    ClientRetired { id: String, kid: String, keys: usize },
    Waiting,
    Answered { label: String, out: String, kept: bool },
    TableAnswered { out: String, kept: bool },
    TableNone { out: String },
}

impl ServiceMessage {
    /// The line in `lang`.
    pub fn text(&self, lang: Lang) -> String {
        match lang {
            Lang::En => self.english(),
            Lang::Zh => self.chinese(),
        }
    }

    fn english(&self) -> String {
        match self {
            Self::Listening { address, public_url } => {
                format!("listening on {address}; clients call `{public_url}`")
            }
            Self::Stopping => "stopping: no new connections; what is charged will be answered".to_owned(),
            Self::Stopped => "stopped".to_owned(),
            Self::ClientAdded { id, kind, kid, keys } => format!(
                "`{id}` ({kind}) has the key {kid}{}; a running engine takes it at its next reload",
                if *keys > 1 { format!(", {keys} in all") } else { String::new() }
            ),
            Self::Client { id, kind, kids } => format!("{id} ({kind}): {}", kids.join(", ")),
            Self::ClientsNone => "nobody may speak to this engine: add somebody with `anshi client add`".to_owned(),
            Self::ClientRetired { id, kid, keys: 0 } => {
                format!(
                    "the key {kid} is retired, and `{id}` with it: it was the last; a running engine takes that at its next reload"
                )
            }
            Self::ClientRetired { id, kid, keys } => {
                format!(
                    "the key {kid} of `{id}` is retired, {keys} left; a running engine takes that at its next reload"
                )
            }
            Self::Waiting => "until the table's tick".to_owned(),
            Self::Answered { label, out, kept } => {
                format!("answer: {label}; receipt verified{}, in `{out}`", english_trust(*kept))
            }
            Self::TableAnswered { out, kept } => {
                format!("table released; receipt verified{}, in `{out}`", english_trust(*kept))
            }
            Self::TableNone { out } => {
                format!("no table: it was not done at its tick, or cancelled; receipt verified, in `{out}`")
            }
        }
    }

    fn chinese(&self) -> String {
        match self {
            Self::Listening { address, public_url } => format!("正在 {address} 监听；调用方使用 `{public_url}`"),
            Self::Stopping => "正在停止：不再接受新连接；已扣额度的作业都会得到回答".to_owned(),
            Self::Stopped => "已停止".to_owned(),
            Self::ClientAdded { id, kind, kid, keys } => format!(
                "`{id}`（{kind}）的密钥为 {kid}{}；运行中的引擎在下次重新载入时采用",
                if *keys > 1 { format!("，共 {keys} 个") } else { String::new() }
            ),
            Self::Client { id, kind, kids } => format!("{id}（{kind}）：{}", kids.join("、")),
            Self::ClientsNone => "尚无人可以使用本引擎：用 `anshi client add` 添加".to_owned(),
            Self::ClientRetired { id, kid, keys: 0 } => {
                format!(
                    "密钥 {kid} 已停用，这是 `{id}` 的最后一个密钥，`{id}` 一并移除；运行中的引擎在下次重新载入时采用"
                )
            }
            Self::ClientRetired { id, kid, keys } => {
                format!("`{id}` 的密钥 {kid} 已停用，尚余 {keys} 个；运行中的引擎在下次重新载入时采用")
            }
            Self::Waiting => "等待统计表的公布时刻".to_owned(),
            Self::Answered { label, out, kept } => {
                format!("回答：{label}；回执已验证{}，写入 `{out}`", chinese_trust(*kept))
            }
            Self::TableAnswered { out, kept } => {
                format!("统计表已公布；回执已验证{}，写入 `{out}`", chinese_trust(*kept))
            }
            Self::TableNone { out } => format!("没有统计表：到时未完成，或已取消；回执已验证，写入 `{out}`"),
        }
    }
}

/// What a verification rests on, where the keys are not those that were kept.
const fn english_trust(kept: bool) -> &'static str {
    if kept { "" } else { " with the keys that the engine shows (keep them for `--jwks` and `--log-key`)" }
}

const fn chinese_trust(kept: bool) -> &'static str {
    if kept {
        ""
    } else {
        "（所用公钥为引擎当前公布者；请留存，以便 `--jwks` 和 `--log-key` 使用）"
    }
}
