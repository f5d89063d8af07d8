//! What can be wrong with what a demo was to show, in English and Chinese.

use std::path::PathBuf;

use crate::model::{Bilingual, Chinese, Lang};
use crate::workbench::Deviation;

/// What is wrong with what was to be shown, or with what came of it.
#[derive(Clone, Debug, thiserror::Error)]
pub enum DemoProblem {
    /// No such scenario.
    #[error(
        "there is no scenario `{name}`{} There are\n{}",
        close.as_ref().map_or_else(|| ".".to_owned(), |close| format!(", did you mean `{close}`?")),
        listed(known, Lang::En)
    )]
    NoScenario {
        /// What was named.
        name: String,
        /// What was perhaps meant.
        close: Option<String>,
        /// What there is.
        known: Vec<(String, Bilingual)>,
    },
    /// A folder that is not there.
    #[error("the folder `{}` does not exist", .0.display())]
    NoFolder(PathBuf),
    /// A policy without cases.
    #[error("`{0}` has no `cases.toml`: they say what a demo asks (docs/policies.md)")]
    NoCases(String),
    /// A guest that is nowhere.
    #[error(
        "the guest `{guest}` is not at hand: {}",
        match is_project {
            true => "`make guests` builds it into `target/guests`".to_owned(),
            false => format!("say with `--guests` in which folder `{guest}.wasm` is, or with `--guest` which file it is"),
        }
    )]
    NoGuest {
        /// Its name.
        guest: String,
        /// Whether this is the project's folder, where it can be built.
        is_project: bool,
    },
    /// The folder that was named has it not.
    #[error(
        "`{}` has no `{guest}.wasm`: say with `--guests` in which folder `{guest}.wasm` is, or with `--guest` which file it is",
        folder.display()
    )]
    NotThere {
        /// The guest's name.
        guest: String,
        /// The folder.
        folder: PathBuf,
    },
    /// More units than the policy's table is for.
    #[error(
        "about {units} units are more than the policy `{policy}` counts, {most} (`units_max`): take a smaller `--scale`"
    )]
    ManyUnits {
        /// The policy.
        policy: String,
        /// So many there would be, or are.
        units: u64,
        /// So many it counts at most.
        most: u32,
    },
    /// The policy lists another guest.
    #[error("the policy `{policy}` allows listed guests alone, and `{}` is not one of them: it is {digest}. `make guests` builds the listed one", file.display())]
    OtherGuest {
        /// The policy.
        policy: String,
        /// The guest's file.
        file: PathBuf,
        /// What it is.
        digest: String,
    },
    /// A table that nobody would wait for.
    #[error(
        "a table of so many units under `{policy}` would take more than the two minutes that a demo waits at most: take a smaller \
         `--scale`"
    )]
    LongTable {
        /// The policy.
        policy: String,
    },
    /// A case came out otherwise.
    #[error("{path}:{line}: the case came out otherwise than it says: {}", said(differences, Lang::En))]
    Otherwise {
        /// The file of cases.
        path: String,
        /// The line.
        line: usize,
        /// In what.
        differences: Vec<Deviation>,
    },
}

impl Chinese for DemoProblem {
    fn chinese(&self) -> String {
        match self {
            Self::NoScenario { name, close, known } => {
                let close = close.as_ref().map_or_else(|| "。".to_owned(), |close| format!("，是否指 `{close}`？"));
                format!("没有场景 `{name}`{close}现有场景：\n{}", listed(known, Lang::Zh))
            }
            Self::NoFolder(folder) => format!("文件夹 `{}` 不存在", folder.display()),
            Self::NoCases(id) => format!("`{id}` 没有 `cases.toml`：演示问什么，由用例决定（docs/policies.md）"),
            Self::NoGuest { guest, is_project: true } => {
                format!("程序 `{guest}` 尚未编译：`make guests` 会将其编译到 `target/guests`")
            }
            Self::NoGuest { guest, is_project: false } => {
                format!("没有程序 `{guest}`：请用 `--guests` 指明 `{guest}.wasm` 所在的文件夹，或用 `--guest` 指明文件")
            }
            Self::NotThere { guest, folder } => format!(
                "`{}` 中没有 `{guest}.wasm`：请用 `--guests` 指明其所在的文件夹，或用 `--guest` 指明文件",
                folder.display()
            ),
            Self::ManyUnits { policy, units, most } => {
                format!("约 {units} 个主体，多于政策 `{policy}` 的上限 {most}（`units_max`）：请用更小的 `--scale`")
            }
            Self::OtherGuest { policy, file, digest } => format!(
                "政策 `{policy}` 只允许所列的程序，`{}`（{digest}）不在其中：所列的程序由 `make guests` 编译",
                file.display()
            ),
            Self::LongTable { policy } => {
                format!("按政策 `{policy}`，这么多主体的统计表须等两分钟以上，演示至多等两分钟：请用更小的 `--scale`")
            }
            Self::Otherwise { path, line, differences } => {
                format!("{path}:{line}：用例的结果与其所述不符：{}", said(differences, Lang::Zh))
            }
        }
    }
}

fn listed(known: &[(String, Bilingual)], lang: Lang) -> String {
    let width = known.iter().map(|(id, _)| id.len()).max().unwrap_or_default();
    let line = |(id, title): &(String, Bilingual)| format!("  {id:<width$}  {}", title.in_lang(lang));
    known.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn said(differences: &[Deviation], lang: Lang) -> String {
    let one = |Deviation { what, expected, got }: &Deviation| {
        let (what, expected, got) = (what.in_lang(lang), expected.in_lang(lang), got.in_lang(lang));
        match lang {
            Lang::En => format!("{what}: expected {expected}, got {got}"),
            Lang::Zh => format!("{what}：预期{expected}，实际{got}"),
        }
    };
    differences.iter().map(one).collect::<Vec<_>>().join(if lang == Lang::En { "; " } else { "；" })
}
