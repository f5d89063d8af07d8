//! The words about the service and its callers, in English and Chinese. Owns wording alone; both languages match
//! exhaustively.

use crate::model::Lang;

/// A line about the service.
#[derive(Clone, Debug)]
pub enum ServiceMessage {
    Listening { address: String, public_url: String },
    Stopping,
    Stopped,
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
        }
    }

    fn chinese(&self) -> String {
        match self {
            Self::Listening { address, public_url } => format!("正在 {address} 监听；调用方使用 `{public_url}`"),
            Self::Stopping => "正在停止：不再接受新连接；已扣额度的作业都会得到回答".to_owned(),
            Self::Stopped => "已停止".to_owned(),
        }
    }
}
