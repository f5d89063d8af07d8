//! The words of `anshi guest inspect`, in English and Chinese. Owns wording alone; both languages match exhaustively.

use std::collections::BTreeSet;

use super::english::some;
use super::guest_import_words::Cause;
use super::guest_test_words::size;
use crate::guest::Tier;
use crate::model::{Bilingual, Chinese, Lang, ParameterKind};

/// A line about a guest that is looked into.
#[derive(Clone, Debug)]
pub enum InspectMessage {
    Inspected {
        digest: String,
        bytes: u64,
    },
    Shape {
        world: &'static str,
        functions: u64,
        memory_bytes: u64,
        tier: Tier,
    },
    Parameter {
        name: String,
        kind: ParameterKind,
    },
    Reads {
        role: Option<String>,
        dataset: String,
        columns: String,
    },
    Answers {
        labels: String,
    },
    Dimension {
        name: String,
        count: usize,
        labels: String,
    },
    Measures {
        measures: String,
    },
    /// Whether a policy accepts it: nothing keeps it from it, or these do.
    Judged {
        id: String,
        version: String,
        reasons: Vec<Bilingual>,
    },
    /// Policies that ask something else.
    NotMeant {
        ids: Vec<String>,
    },
    /// The smallest policy was written.
    Drafted {
        path: String,
    },
    CanBeDrafted,
    /// No policy accepts it.
    NoPolicy {
        reasons: Vec<Bilingual>,
    },
    /// What a file imports, and why.
    Imports {
        names: Vec<String>,
        cause: Cause,
        made_by: BTreeSet<String>,
    },
}

/// There is no draft to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no policy accepts this guest, so there is none to draft")]
pub struct NotDrafted;

impl Chinese for NotDrafted {
    fn chinese(&self) -> String {
        "没有政策能接受该程序，因此无从起草".to_owned()
    }
}

/// A policy names its guests, and not this one.
pub fn unlisted(listed: usize) -> Bilingual {
    Bilingual {
        zh: format!("政策只许所列的 {listed} 个程序作答，其中没有该程序"),
        en: format!("the policy lets {} answer by digest, and not this one", some(listed as u64, "guest", "guests")),
    }
}

impl InspectMessage {
    /// The line in `lang`.
    pub fn text(&self, lang: Lang) -> String {
        match lang {
            Lang::En => self.english(),
            Lang::Zh => self.chinese(),
        }
    }

    fn english(&self) -> String {
        match self {
            Self::Inspected { digest, bytes } => format!("guest {digest}, {bytes} bytes, imports nothing"),
            Self::Shape { world, functions, memory_bytes, tier } => format!(
                "  a `{world}` of {}, begins with {} of memory, runs on the engine for {} guests",
                some(*functions, "function", "functions"),
                size(*memory_bytes),
                tier.word()
            ),
            Self::Parameter { name, kind } => format!("  takes the parameter `{name}` ({})", kind.word()),
            Self::Reads { role: Some(role), dataset, columns } => {
                format!("  reads `{dataset}` of `{role}`: {columns}")
            }
            Self::Reads { role: None, dataset, columns } => format!("  reads `{dataset}`: {columns}"),
            Self::Answers { labels } => format!("  answers one of: {labels}"),
            Self::Dimension { name, count, labels } => {
                format!("  adds to a table by `{name}`, {}: {labels}", some(*count as u64, "label", "labels"))
            }
            Self::Measures { measures } if measures.is_empty() => "  adds nothing but to the count".to_owned(),
            Self::Measures { measures } => format!("  adds to the measures: {measures}"),
            Self::Judged { id, version, reasons } if reasons.is_empty() => {
                format!("  accepted by policy `{id}` {version}")
            }
            Self::Judged { id, version, reasons } => {
                format!("  not accepted by policy `{id}` {version}: {}", joined(reasons, Lang::En))
            }
            Self::NotMeant { ids } => format!(
                "  not meant for {}: {} (`--policy ID` says why not)",
                some(ids.len() as u64, "other policy", "other policies"),
                quoted(ids, ", ")
            ),
            Self::Drafted { path } => {
                format!(
                    "the smallest policy that accepts it is in `{path}`, as a draft: decide every line marked DECIDE"
                )
            }
            Self::CanBeDrafted => "  `--draft FILE` writes the smallest policy that accepts it".to_owned(),
            Self::NoPolicy { reasons } => format!("  no policy can accept it: {}", joined(reasons, Lang::En)),
            Self::Imports { names, cause, made_by } => {
                let cures = cause.cures(made_by).into_iter().map(|cure| format!("\n    {}", cure.en));
                format!("imports {}: {}{}", cause.told().en, quoted(names, ", "), cures.collect::<String>())
            }
        }
    }

    fn chinese(&self) -> String {
        match self {
            Self::Inspected { digest, bytes } => format!("程序 {digest}，{bytes} 字节，不导入任何外部功能"),
            Self::Shape { world, functions, memory_bytes, tier } => {
                let tier = match tier {
                    Tier::Small => "小程序",
                    Tier::Large => "大程序",
                };
                let memory = size(*memory_bytes);
                format!("  `{world}`，{functions} 个函数，初始内存 {memory}，在{tier}的引擎上运行")
            }
            Self::Parameter { name, kind } => format!("  参数 `{name}`（{}）", kind.chinese()),
            Self::Reads { role: Some(role), dataset, columns } => {
                format!("  读取 `{role}` 的 `{dataset}`：{columns}")
            }
            Self::Reads { role: None, dataset, columns } => format!("  读取 `{dataset}`：{columns}"),
            Self::Answers { labels } => format!("  只回答：{labels}"),
            Self::Dimension { name, count, labels } => {
                format!("  按 `{name}` 汇入统计表，共 {count} 个取值：{labels}")
            }
            Self::Measures { measures } if measures.is_empty() => "  只计入主体数".to_owned(),
            Self::Measures { measures } => format!("  汇入指标：{measures}"),
            Self::Judged { id, version, reasons } if reasons.is_empty() => format!("  政策 `{id}` {version} 接受"),
            Self::Judged { id, version, reasons } => {
                format!("  政策 `{id}` {version} 不接受：{}", joined(reasons, Lang::Zh))
            }
            Self::NotMeant { ids } => {
                let (count, ids) = (ids.len(), quoted(ids, "、"));
                format!("  另有 {count} 项政策与该程序无关：{ids}（`--policy 编号` 说明原因）")
            }
            Self::Drafted { path } => {
                format!("能接受它的最小政策已写入 `{path}`（草稿）：标有“待定”的各行须由人决定")
            }
            Self::CanBeDrafted => "  能接受它的最小政策可用 `--draft 文件` 写出".to_owned(),
            Self::NoPolicy { reasons } => format!("  没有政策能接受它：{}", joined(reasons, Lang::Zh)),
            Self::Imports { names, cause, made_by } => {
                let cures = cause.cures(made_by).into_iter().map(|cure| format!("\n    {}", cure.zh));
                format!("导入了{}：{}{}", cause.told().zh, quoted(names, "、"), cures.collect::<String>())
            }
        }
    }
}

fn joined(reasons: &[Bilingual], lang: Lang) -> String {
    let between = if lang == Lang::Zh { "；" } else { "; " };
    reasons.iter().map(|reason| reason.in_lang(lang)).collect::<Vec<_>>().join(between)
}

fn quoted(names: &[String], separator: &str) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(separator)
}
