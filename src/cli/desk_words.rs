//! The words about cases, dossiers and revisions of git, in English and Chinese. Owns wording alone; both languages match
//! exhaustively.

use std::path::PathBuf;

use super::english::some;
use crate::model::{Bilingual, Chinese, Lang, foreign};
use crate::workbench::{Counted, Deviation, PlayedCase, PlayedPopulation, percent};

/// A line about a policy's cases or its dossier.
#[derive(Clone, Debug)]
pub enum DeskMessage {
    /// Cases are played: a sign of life.
    Playing,
    /// The policy whose cases follow, and the guests that answer.
    Policy { id: String, version: String, guests: Vec<(String, String)> },
    /// A case, and where its file is.
    Case { case: PlayedCase, path: String },
    /// Many are asked: a sign of life.
    Asking,
    /// What came of many, and where their file is.
    Population { played: PlayedPopulation, path: String },
    /// Labels that no case expects.
    Unreached(Vec<String>),
    /// All of them.
    Counted { cases: usize, wrong: usize },
    /// Why a dossier is without its cases.
    NotPlayed(Bilingual),
    /// A dossier was written.
    Written { id: String, version: String, out: String },
}

/// What is wrong with what was to be tested, or with the result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CaseProblem {
    /// An id without a place to look it up.
    #[error("`{0}` is no folder: say with `--home` or `--policies` where the policy of this id is")]
    NoPlace(String),
    /// Nothing is named.
    #[error("name policies by their folders, or say with `--home` or `--policies` whose are tested")]
    Nothing,
    /// A folder without policies.
    #[error("`{}` is neither a policy's folder nor a folder of policies", .0.display())]
    NoPolicies(PathBuf),
    /// A policy without cases.
    #[error(
        "`{}` has no `cases.toml`: write one, or nobody knows whether the policy does what it should",
        .0.display()
    )]
    NoCases(PathBuf),
    /// A guest that nobody has.
    #[error(
        "the guest `{guest}` of `{}` is not at hand: say with `--guests` in which folder `{guest}.wasm` is",
        cases.display()
    )]
    NoGuest {
        /// The guest.
        guest: String,
        /// The file of cases.
        cases: PathBuf,
    },
    /// A folder that is not there.
    #[error("the folder `{}` does not exist", .0.display())]
    NoFolder(PathBuf),
    /// The folder that was named has it not.
    #[error(
        "`{}` has no `{guest}.wasm`, the guest of `{}`: say with `--guests` in which folder `{guest}.wasm` is",
        folder.display(),
        cases.display()
    )]
    NotThere {
        /// The guest.
        guest: String,
        /// The folder.
        folder: PathBuf,
        /// The file of cases.
        cases: PathBuf,
    },
    /// One guest for several policies.
    #[error("`--guest` is for one policy: say with `--guests` in which folder the guests of several are")]
    OneGuest,
    /// Some came out otherwise.
    #[error("{} came out otherwise than expected", some(*.0 as u64, "case", "cases"))]
    Wrong(usize),
    /// The dossier compares with another kind of thing.
    #[error("`{0}` is no policy: a dossier compares with an earlier version of its policy")]
    NotAPolicy(String),
}

impl Chinese for CaseProblem {
    fn chinese(&self) -> String {
        match self {
            Self::NoPlace(id) => format!("`{id}` 不是文件夹：请用 `--home` 或 `--policies` 指明此政策在何处"),
            Self::Nothing => "请写明政策的文件夹，或用 `--home` 或 `--policies` 指明测试何处的政策".to_owned(),
            Self::NoPolicies(path) => format!("`{}` 既不是政策的文件夹，也不是政策的总文件夹", path.display()),
            Self::NoCases(path) => {
                format!("`{}` 没有 `cases.toml`：请编写，否则无人知道该政策是否如其所愿", path.display())
            }
            Self::NoGuest { guest, cases } => format!(
                "没有 `{}` 所用的程序 `{guest}`：请用 `--guests` 指明 `{guest}.wasm` 所在的文件夹",
                cases.display()
            ),
            Self::NoFolder(folder) => format!("文件夹 `{}` 不存在", folder.display()),
            Self::NotThere { guest, folder, cases } => format!(
                "`{}` 中没有 `{}` 所用的程序 `{guest}.wasm`：请用 `--guests` 指明其所在的文件夹",
                folder.display(),
                cases.display()
            ),
            Self::OneGuest => "`--guest` 只用于一项政策：多项政策的程序请用 `--guests` 指明所在的文件夹".to_owned(),
            Self::Wrong(cases) => format!("有 {cases} 个用例的结果与预期不符"),
            Self::NotAPolicy(named) => format!("`{named}` 不是政策：审查材料只与同一政策的早先版本比较"),
        }
    }
}

/// What is wrong with a revision of git.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GitProblem {
    /// There is no git.
    #[error("there is no `git` here: compare two folders instead, one for each version")]
    Absent,
    /// What can be no revision.
    #[error("`{0}` is no revision of git: name a commit, a branch or a tag")]
    NotARevision(String),
    /// No such revision.
    #[error("the git repository here has no revision `{0}`")]
    NoRevision(String),
    /// Nothing of a policy there.
    #[error("`{path}` of the revision `{revision}` is no policy, no `accounts.toml` and no folder of policies")]
    Nothing {
        /// The revision.
        revision: String,
        /// The path.
        path: String,
    },
    /// A file that is no text.
    #[error("what git has there is no UTF-8 text of at most 16 MiB")]
    NotText,
    /// Git says no.
    #[error("git: {0}")]
    Failed(String),
}

impl Chinese for GitProblem {
    fn chinese(&self) -> String {
        match self {
            Self::Absent => "此处没有 `git`：请改为比较两个文件夹，每个版本一个".to_owned(),
            Self::NotARevision(revision) => {
                format!("`{revision}` 不是 git 的版本：请写一个提交、分支或标签")
            }
            Self::NoRevision(revision) => format!("此处的 git 仓库没有版本 `{revision}`"),
            Self::Nothing { revision, path } => {
                format!("版本 `{revision}` 中的 `{path}` 不是政策、`accounts.toml` 或政策的总文件夹")
            }
            Self::NotText => "git 中的该文件不是至多 16 MiB 的 UTF-8 文本".to_owned(),
            Self::Failed(words) => format!("git：{}", foreign(words)),
        }
    }
}

impl DeskMessage {
    /// The line in `lang`.
    pub fn text(&self, lang: Lang) -> String {
        match lang {
            Lang::En => self.english(),
            Lang::Zh => self.chinese(),
        }
    }

    fn english(&self) -> String {
        match self {
            Self::Playing => "asking".to_owned(),
            Self::Policy { id, version, guests } => {
                let lines = guests.iter().map(|(name, digest)| format!("\n  answered by {name}, {digest}"));
                format!("{id} {version}{}", lines.collect::<String>())
            }
            Self::Case { case, path } => shown(case, path, Lang::En),
            Self::Asking => "asking many".to_owned(),
            Self::Population { played, path } => shared_out(played, path, Lang::En),
            Self::Unreached(labels) => format!("  no case expects {}", quoted(labels, ", ")),
            Self::Counted { cases, wrong: 0 } => format!("{}, all as expected", some(*cases as u64, "case", "cases")),
            Self::Counted { cases, wrong } => {
                format!("{}, {wrong} not as expected", some(*cases as u64, "case", "cases"))
            }
            Self::NotPlayed(why) => format!("the cases were not asked, and the dossier says so: {}", why.en),
            Self::Written { id, version, out } => format!("the dossier of {id} {version} is in `{out}`"),
        }
    }

    fn chinese(&self) -> String {
        match self {
            Self::Playing => "正在询问".to_owned(),
            Self::Policy { id, version, guests } => {
                let lines = guests.iter().map(|(name, digest)| format!("\n  作答的程序：{name}，{digest}"));
                format!("{id} {version}{}", lines.collect::<String>())
            }
            Self::Case { case, path } => shown(case, path, Lang::Zh),
            Self::Asking => "正在逐一询问".to_owned(),
            Self::Population { played, path } => shared_out(played, path, Lang::Zh),
            Self::Unreached(labels) => format!("  没有用例预期 {}", quoted(labels, "、")),
            Self::Counted { cases, wrong: 0 } => format!("共 {cases} 个用例，全部与预期相符"),
            Self::Counted { cases, wrong } => format!("共 {cases} 个用例，{wrong} 个与预期不符"),
            Self::NotPlayed(why) => format!("用例未能测试，审查材料中已注明：{}", why.zh),
            Self::Written { id, version, out } => format!("{id} {version} 的审查材料已写入 `{out}`"),
        }
    }
}

fn quoted(names: &[String], separator: &str) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(separator)
}

/// A case in a line; where it came out otherwise, with where it stands, and in what.
fn shown(case: &PlayedCase, path: &str, lang: Lang) -> String {
    let PlayedCase { number, line, title, expected, got, left, deviations } = case;
    let in_lang = |words: &Bilingual| words.in_lang(lang).to_owned();
    let (good, wrong, colon, semicolon) = match lang {
        Lang::En => ("ok   ", "WRONG", ": ", "; "),
        Lang::Zh => ("相符", "不符", "：", "；"),
    };
    if deviations.is_empty() {
        let said = if title == expected { String::new() } else { format!("{}{colon}", in_lang(title)) };
        let left: String = left.iter().map(|left| format!("{semicolon}{}", in_lang(left))).collect();
        return format!("  {good} {number:>2}  {said}{}{left}", in_lang(got));
    }
    let one = |Deviation { what, expected, got }: &Deviation| {
        let (what, expected, got) = (in_lang(what), in_lang(expected), in_lang(got));
        match lang {
            Lang::En => {
                format!("\n             {what}\n               expected  {expected}\n               got       {got}")
            }
            Lang::Zh => format!("\n             {what}\n               预期  {expected}\n               实际  {got}"),
        }
    };
    let told: String = deviations.iter().map(one).collect();
    format!("  {wrong} {number:>2}  {}  ({path}:{line}){told}", in_lang(title))
}

/// How the answers of many are shared out, a label a line.
fn shared_out(played: &PlayedPopulation, path: &str, lang: Lang) -> String {
    let PlayedPopulation { line, title, asked, left_out, counts, refused, .. } = played;
    let title = title.in_lang(lang);
    let (good, wrong) = match lang {
        Lang::En => ("ok   ", "WRONG"),
        Lang::Zh => ("相符", "不符"),
    };
    let mut told = match lang {
        Lang::En => format!("  {title}: {asked} asked"),
        Lang::Zh => format!("  {title}：询问 {asked} 个"),
    };
    match (left_out, lang) {
        (0, _) => {}
        (_, Lang::En) => told.push_str(&format!(", {left_out} left out, for whom a role is empty")),
        (_, Lang::Zh) => told.push_str(&format!("，略去 {left_out} 个，因其缺少某角色的主体")),
    }
    if !played.is_as_expected() {
        told.push_str(&format!("  ({path}:{line})"));
    }
    for Counted { share, count, is_within } in counts {
        let (sign, label) = (if *is_within { good } else { wrong }, &share.label);
        let (got, least, most) = (percent(played.share(*count)), percent(share.least), percent(share.most));
        told.push_str(&match lang {
            Lang::En => format!("\n    {sign} {got:>6} %  `{label}`  ({least} – {most} %)"),
            Lang::Zh => format!("\n    {sign} {got:>6} %  `{label}`（{least} – {most} %）"),
        });
    }
    for (word, count) in refused {
        told.push_str(&match lang {
            Lang::En => format!("\n    {wrong} {count} refused: {word}"),
            Lang::Zh => format!("\n    {wrong} 拒绝 {count} 个：{word}"),
        });
    }
    told
}
