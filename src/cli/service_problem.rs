//! What is wrong with a call to an engine elsewhere, or with the list of who may call: the problems and their words, in
//! English and Chinese.

use std::path::PathBuf;

use super::problem::Problem;
use crate::model::Lang;

/// What is wrong with the list of who may speak to an engine, or with what is sent to one.
#[derive(Clone, Debug)]
pub enum ServiceProblem {
    NotAConfiguration(PathBuf),
    NotAKey {
        path: PathBuf,
        error: String,
    },
    KeyKnown {
        id: String,
    },
    OtherKind {
        id: String,
        kind: &'static str,
    },
    NoSuchKey {
        id: String,
        kid: String,
    },
    NoClientDataset {
        name: String,
        known: Vec<String>,
    },
    /// `close` is an id that was perhaps meant.
    NoPolicyThere {
        id: String,
        close: Option<String>,
        known: Vec<String>,
    },
}

impl ServiceProblem {
    pub(super) fn english(&self) -> String {
        match self {
            Self::NotAKey { path, error } => format!("`{}` is no public key as a JWK: `{error}`", path.display()),
            Self::KeyKnown { id } => format!("this is a key of `{id}` already: every key has one owner"),
            Self::OtherKind { id, kind } => format!("`{id}` is of the kind `{kind}`, which stays"),
            Self::NoSuchKey { id, kid } => format!("`{id}` has no key `{kid}`: see `anshi client list`"),
            Self::NotAConfiguration(path) => {
                format!("`{}` is no configuration of a home: that is called `anshi.toml`", path.display())
            }
            Self::NoClientDataset { name, known } if known.is_empty() => {
                format!("the policy takes no rows of the client's own: `--rows {name}=…` has no place")
            }
            Self::NoClientDataset { name, known } => {
                format!("the policy has no dataset `{name}` of the client's own: there is {}", known.join(", "))
            }
            Self::NoPolicyThere { id, close: Some(close), .. } => {
                format!("the engine has no policy `{id}`: did you mean `{close}`?")
            }
            Self::NoPolicyThere { id, close: None, known } => {
                format!("the engine has no policy `{id}`: it has {}", known.join(", "))
            }
        }
    }

    pub(super) fn chinese(&self) -> String {
        match self {
            Self::NotAKey { path, error } => format!("`{}` 不是 JWK 公钥：`{error}`", path.display()),
            Self::KeyKnown { id } => format!("该密钥已属于 `{id}`：每个密钥只属于一个主体"),
            Self::OtherKind { id, kind } => format!("`{id}` 的种类是 `{kind}`：不能更改"),
            Self::NoSuchKey { id, kid } => format!("`{id}` 没有密钥 `{kid}`：用 `anshi client list` 查看"),
            Self::NotAConfiguration(path) => {
                format!("`{}` 不是暗室的配置：配置文件名为 `anshi.toml`", path.display())
            }
            Self::NoClientDataset { name, known } if known.is_empty() => {
                format!("该政策不接受自有数据：`--rows {name}=…` 无处可用")
            }
            Self::NoClientDataset { name, known } => {
                format!("该政策没有自有数据集 `{name}`：有 {}", known.join("、"))
            }
            Self::NoPolicyThere { id, close: Some(close), .. } => {
                format!("引擎没有政策 `{id}`：是否指 `{close}`？")
            }
            Self::NoPolicyThere { id, close: None, known } => {
                format!("引擎没有政策 `{id}`：有 {}", known.join("、"))
            }
        }
    }
}

impl From<ServiceProblem> for Problem {
    fn from(problem: ServiceProblem) -> Self {
        Self::Service(problem)
    }
}

/// What an engine elsewhere says no with, or that it cannot be reached.
#[derive(Clone, Debug)]
pub enum RemoteProblem {
    /// The line, the name, the certificate.
    Transport(String),
    /// An RFC 9457 problem.
    Said {
        status: u16,
        kind: String,
        title: String,
        detail: String,
    },
    NotText,
    Abandoned,
}

impl RemoteProblem {
    /// The problem in `lang`.
    pub fn text(&self, lang: Lang) -> String {
        match (self, lang) {
            (Self::Transport(error), Lang::En) => format!("the engine cannot be reached: `{error}`"),
            (Self::Transport(error), Lang::Zh) => format!("无法连接引擎：`{error}`"),
            (Self::Said { status, kind, title, detail }, _) if detail.is_empty() => {
                format!("{kind} ({status}): {title}")
            }
            (Self::Said { status, kind, title, detail }, _) => format!("{kind} ({status}): {title} ({detail})"),
            (Self::NotText, Lang::En) => "what answers there is no engine of Anshi".to_owned(),
            (Self::NotText, Lang::Zh) => "那里应答的不是暗室引擎".to_owned(),
            (Self::Abandoned, Lang::En) => {
                "the job was open when the engine crashed: its charge stays; sign a new request".to_owned()
            }
            (Self::Abandoned, Lang::Zh) => "引擎崩溃时作业尚未结束：已扣额度不退；请签署新的请求".to_owned(),
        }
    }
}

impl From<RemoteProblem> for Problem {
    fn from(problem: RemoteProblem) -> Self {
        Self::Remote(problem)
    }
}
