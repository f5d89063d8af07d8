//! The Chinese words of the operator's commands. Owns wording alone; what is found and done is `upkeep`'s business.

use super::chinese::quoted;
use super::upkeep_english::amount;
use super::upkeep_message::{UpkeepMessage, UpkeepProblem};
use crate::catalog::Update;
use crate::upkeep::{Content, Diagnosis, Level, Setup, State};

impl UpkeepMessage {
    /// The line.
    pub(super) fn chinese(&self) -> String {
        match self {
            Self::BackingUp => "正在备份".to_owned(),
            Self::BackedUp { to, files, bytes, entries, digest } => format!(
                "已备份到 `{to}`：{files} 个文件，{}，日志 {entries} 条\n备份摘要，请另处保存：{digest}",
                amount(*bytes)
            ),
            Self::KeysApart { folder } => {
                format!("私钥在 `{folder}`：请与备份分开保管；两者同时在手，就能冒名签发，也能看出账本涉及何人")
            }
            Self::KeysLeftOut { home } => {
                format!("备份不含私钥；丢失 `{home}/keys/salt.key` 即丢失全部账户：请用 --keys-to 把私钥复制到另一处")
            }
            Self::Outside { place } => format!("位于暗室之外，未备份：`{place}`"),
            Self::Restoring => "正在恢复".to_owned(),
            Self::Restored { home, ledger, entries, files } => {
                format!("已恢复到 `{home}`：{files} 个文件，账本 {ledger}，日志 {entries} 条")
            }
            Self::RestoredCurrent { mirror } => format!("不落后于镜像 `{mirror}`：已扣的额度无一缺失"),
            Self::KeysMissing { home } => format!("启动之前：请把私钥放入 `{home}/keys`，仅限所有者可读"),
            Self::OutsideMissing { place } => format!("启动之前：请恢复暗室之外的 `{place}`"),
            Self::Rotated { kid, resumed: false } => format!("今后用新密钥 {kid} 签发回执"),
            Self::Rotated { kid, resumed: true } => format!("此前中断的轮换现已完成：今后用密钥 {kid} 签发回执"),
            Self::Retired { kid, until } => {
                format!("密钥 {kid} 已停用：可验证 {until}（UTC）及以前的回执，不再签发")
            }
            Self::Pruned { name, jobs, dry_run } => pruned(name, *jobs, *dry_run),
            Self::PruneInUse { name } => format!("保留 {name}：引擎、审计或备份正在使用"),
            Self::PruneFreed { files, bytes, dry_run } => {
                format!("{} {files} 个文件，{}", if *dry_run { "将清除" } else { "已清除" }, amount(*bytes))
            }
            Self::PruneRequests { requests, dry_run } => {
                format!("已移除快照上的询问，其留存的请求 {requests} 份{}", if *dry_run { "将移除" } else { "已移除" })
            }
            Self::PruneWaiting { requests } => {
                format!(
                    "已移除快照上的询问，其留存的请求 {requests} 份将在引擎下次重新载入时移除；如不重新载入，请在其停止后再次清理"
                )
            }
            Self::PruneNothing => "没有可清理的快照".to_owned(),
            Self::Examining => "正在检查".to_owned(),
            Self::Examined { check, level, diagnosis } => {
                format!("{}　{}：{}", level_word(*level), check_word(check), diagnosis.chinese())
            }
            Self::ExaminedSum { errors: 0, warnings: 0 } => "暗室一切正常".to_owned(),
            Self::ExaminedSum { errors, warnings } => format!("错误 {errors} 项，警告 {warnings} 项"),
        }
    }
}

fn pruned(name: &str, jobs: u64, dry_run: bool) -> String {
    let what = if dry_run { "将移除" } else { "已移除" };
    match jobs {
        0 => format!("{what} {name}：没有任务用过它"),
        jobs => format!("{what} {name}：{jobs} 个任务用过它，今后无法重算；回执、日志和账户不受影响"),
    }
}

const fn level_word(level: Level) -> &'static str {
    match level {
        Level::Ok => "正常",
        Level::Warning => "警告",
        Level::Error => "错误",
    }
}

fn check_word(check: &str) -> &str {
    match check {
        "configuration" => "配置",
        "catalog" => "目录",
        "policies" => "政策",
        "calibration" => "校准",
        "folder" => "文件夹",
        "keys" => "密钥",
        "disk" => "磁盘",
        "writing" => "写入",
        "ledger" => "账本",
        "accounts" => "账户",
        "published log" => "公开日志",
        "mirror" => "镜像",
        "clock" => "时钟",
        "snapshot" => "快照",
        "guests" => "程序",
        other => other,
    }
}

impl UpkeepProblem {
    /// What is wrong, and what to do.
    pub(super) fn chinese(&self) -> String {
        match self {
            Self::MirrorAhead { mirror, entries, seen, after } => {
                let lost = seen.saturating_sub(*entries);
                let when = match after {
                    Some((days, day)) => format!("{day} 以前不得应答（最长的 {days} 天窗口届时方才过去）"),
                    None => "最长的窗口过去以前不得应答".to_owned(),
                };
                format!(
                    "暗室已就位，但不会启动：其日志有 {entries} 条，镜像 `{mirror}` 已见到 {seen} 条。中间 {lost} 条所扣的额度不在备份中，旧副本不得使额度复原\n\
                     办法：1. 恢复更新的备份，或找回最后运行的暗室：这样什么也不丢\n\
                     \x20     2. 留作查阅：`anshi audit verify`、`anshi budget show` 和全部回执无需启动即可使用\n\
                     \x20     3. 更新的副本如已全部丢失，请用 `anshi init` 另建暗室：另一账本、另一日志，客户与审计员都能看见。新暗室在 {when}，其额度的 `lifetime` 须减去此处已用和其后可能用掉的部分\n\
                     \x20     切勿改动或删除镜像：它是缺失内容的证据"
                )
            }
            Self::MirrorMissing { mirror, entries } => format!(
                "暗室已就位，但不会启动：`{mirror}` 没有其日志的检查点，无从得知 {entries} 条之后是否有缺失\n办法：把镜像放回原处，或在 `anshi.toml` 的 `checkpoint_mirror` 写明其位置；镜像如已丢失，此暗室仅供查阅（`anshi audit verify`、`anshi budget show`），须用 `anshi init` 另建暗室"
            ),
            Self::LogKeyStays => "日志的密钥不轮换：回执、镜像和审计员都凭它认定这份日志，换了密钥就是另一份日志\n办法：密钥如已泄露，请用 `anshi init` 另建暗室；原因见 docs/decisions/0021-keys-are-retired.md".to_owned(),
            Self::Ill(errors) => format!("暗室有 {errors} 项错误"),
        }
    }
}

impl Diagnosis {
    /// What it is, and what to do.
    pub(super) fn chinese(&self) -> String {
        match self {
            Self::Setup(setup) => setup.chinese(),
            Self::State(state) => state.chinese(),
            Self::Content(content) => content.chinese(),
        }
    }
}

impl Setup {
    /// What it is, and what to do.
    fn chinese(&self) -> String {
        match self {
            Self::Config { kind: "production", ledger } => format!("生产暗室，账本 {ledger}"),
            Self::Config { ledger, .. } => format!("合成数据暗室，账本 {ledger}"),
            Self::ConfigBad(error) => format!("{}\n  请改正配置；其余未检查", error.zh),
            Self::Catalog { datasets } => format!("数据集 {datasets} 个"),
            Self::CatalogBad(error) => format!("请改正目录：\n{}", error.zh),
            Self::Policies { in_force } => format!("生效 {in_force} 项"),
            Self::PoliciesBad(error) => format!("请改正政策：\n{}", error.zh),
            Self::PoliciesUnapproved { ids, needed } => format!("未生效，须 {needed} 位审计员批准：{}", quoted(ids)),
            Self::AccountsUnapproved { needed } => {
                format!("`accounts.toml` 未经审计员批准（须 {needed} 位）：此前一概不应答")
            }
            Self::Accounts => "已用与可用之和均在上限之内".to_owned(),
            Self::AccountsExceeded(error) => format!("暗室不会启动：{}", error.zh),
            Self::PolicyOutside(validity) => format!(
                "`{}` 有效期 {} 至 {}，今天不在其内：请发布有效期更新的新版本，或将其移除",
                validity.id, validity.from, validity.until
            ),
            Self::PoliciesNone => "没有生效的政策：所有任务都会被拒绝".to_owned(),
            Self::Pace { measured, configured } => format!(
                "1,000 燃料至多 {} 纳秒，每 MiB 内存至多 {} 纳秒；配置为 {} 纳秒和 {} 纳秒",
                measured.nanos_per_kilofuel,
                measured.nanos_per_mib,
                configured.nanos_per_kilofuel,
                configured.nanos_per_mib
            ),
            Self::PaceTight { measured, configured } => format!(
                "1,000 燃料（含余量）需 {} 纳秒，每 MiB 内存需 {} 纳秒，配置为 {} 纳秒和 {} 纳秒：机器当时是否繁忙？若否，请把 `nanos_per_kilofuel` 和 `nanos_per_mib` 改为测得的数值，并延长因此不足的时隙",
                measured.nanos_per_kilofuel,
                measured.nanos_per_mib,
                configured.nanos_per_kilofuel,
                configured.nanos_per_mib
            ),
            Self::PaceSlow { measured, configured } => format!(
                "本机比时隙所允许的慢：请把 `nanos_per_kilofuel` 从 {} 改为 {}，把 `nanos_per_mib` 从 {} 改为 {}，并延长因此不足的时隙，否则任务会以“无法判定”告终",
                configured.nanos_per_kilofuel,
                measured.nanos_per_kilofuel,
                configured.nanos_per_mib,
                measured.nanos_per_mib
            ),
            Self::PaceBad(error) => error.zh.clone(),
            Self::Keys { count } => format!("{count} 个，仅所有者可读，与公开的公钥成对"),
            Self::FolderPrivate => "只有所有者可以进入暗室".to_owned(),
            Self::FolderOpen { path, mode } => {
                format!("他人可进入 `{path}`（{mode:03o}），并读取其中的数据和账本：请执行 `chmod 700 {path}`")
            }
            Self::FolderBad(error) => error.zh.clone(),
            Self::KeyMissing { path } => format!("缺少 `{path}`：请从密钥保管处取回"),
            Self::KeyExposed { path, mode } => {
                format!("他人可读 `{path}`（{mode:03o}）：请执行 `chmod 600 {path}`；如已被人读取，请轮换密钥")
            }
            Self::KeyBad { path, error } => format!("`{path}` 无法使用：{}；请从密钥保管处取回", error.zh),
            Self::KeyMixed { path, public } => format!("`{path}` 与 `{public}` 不成对：请取回配套的那一个"),
            Self::RotationOpen => "有一次轮换中断：请用 `anshi key rotate --kind receipt` 完成".to_owned(),
        }
    }
}

impl State {
    /// What it is, and what to do.
    fn chinese(&self) -> String {
        match self {
            Self::Clock { now } => format!("今天是 {}（UTC）", now.day()),
            Self::ClockBack { now, seen } => {
                format!("显示 {}，而账本已见到 {seen}：请校正；其间额度记在较晚的一天，新的请求会被拒绝", now.day())
            }
            Self::ClockWrong { now } => format!("显示 {}，不可能：请校正", now.day()),
            Self::ClockAhead { now, last } => {
                format!(
                    "显示 {}，而最后一个任务在 {last}：时钟如有误，请在受理任务前校正，否则窗口会白白过去",
                    now.day()
                )
            }
            Self::Room { free } => format!("可用 {}", amount(*free)),
            Self::RoomLow { free, place } => format!(
                "`{place}` 所在磁盘可用 {}：请腾出空间（`anshi snapshot prune`）；磁盘写满会使账本停止",
                amount(*free)
            ),
            Self::RoomBad(error) | Self::WritingBad(error) => {
                format!("{}；引擎无法在此工作：请修复磁盘或暗室的权限", error.zh)
            }
            Self::Writing { millis } => format!("写入并落盘用时 {millis} 毫秒"),
            Self::WritingSlow { millis } => format!("落盘用时 {millis} 毫秒，而每个任务要等两次：请换用更快的磁盘"),
            Self::Ledger { entries, open: 0 } => format!("日志 {entries} 条"),
            Self::Ledger { entries, open } => format!("日志 {entries} 条，{open} 个任务进行中或待结清"),
            Self::SchemaOther { found, needed } => {
                format!("结构版本为 {found}，本程序需要 {needed}：请用建室时的程序")
            }
            Self::LedgerBad(error) => {
                format!("{}；如最新备份不落后于镜像，请恢复之，并运行 `anshi audit verify`", error.zh)
            }
            Self::Published { entries } => format!("{entries} 条"),
            Self::PublishedBehind { entries, published } => {
                format!("显示 {entries} 条中的 {published} 条：引擎至迟在下次启动时补齐")
            }
            Self::PublishedBad(error) => {
                format!("{}；请把 `log` 移出暗室留待调查：引擎下次启动时会从账本重新生成", error.zh)
            }
            Self::Mirror { entries } => format!("{entries} 条，在另一文件系统上"),
            Self::MirrorBehind { entries, seen } => {
                format!("见到 {entries} 条中的 {seen} 条：引擎至迟在下次启动时补齐")
            }
            Self::MirrorAhead { entries, seen } => format!(
                "暗室是旧的：其日志有 {entries} 条，镜像已见到 {seen} 条，因而不会启动：请找回最新的暗室或备份；切勿改动镜像"
            ),
            Self::MirrorBeside { mirror } => format!(
                "`{mirror}` 与暗室在同一文件系统上，会一同丢失或回滚：请放到另一磁盘或机器，并在 `checkpoint_mirror` 写明"
            ),
            Self::MirrorBad(error) => format!("{}；暗室不会启动：请找回其自己的镜像", error.zh),
        }
    }
}

impl Content {
    /// What it is, and what to do.
    fn chinese(&self) -> String {
        match self {
            Self::Snapshot { name, datasets, deep } => format!(
                "{name}，数据集 {datasets} 个，{}",
                if *deep { "全部文件与发布时一致" } else { "文件大小与发布时一致" }
            ),
            Self::SnapshotNone => "尚无快照：请用 `anshi ingest` 接收交付".to_owned(),
            Self::SnapshotBad(error) => error.zh.clone(),
            Self::DatasetOld { name, as_of, days, update } => {
                format!("`{name}` 的数据截至 {as_of}，已有 {days} 天，应{}更新：请向部门催要交付", rhythm(*update))
            }
            Self::DatasetAhead { name, as_of } => {
                format!("`{name}` 的数据截至 {as_of}，这一天还没有到：时钟或 `--as-of` 是否有误？")
            }
            Self::DatasetAbsent { name } => format!("`{name}` 在目录中，却从未交付"),
            Self::DatasetRefused { reason } => reason.zh.clone(),
            Self::Guests { count } => format!("{count} 个，与登记一致"),
            Self::GuestBad { guest, error } => format!("{guest}：{}；请重新登记", error.zh),
            Self::GuestOther { guest } => format!("{guest} 不是为本程序编译的：使用前请重新登记"),
        }
    }
}

const fn rhythm(update: Update) -> &'static str {
    match update {
        Update::Daily => "每日",
        Update::Weekly => "每周",
        Update::Monthly => "每月",
        Update::Quarterly => "每季",
        Update::Yearly => "每年",
    }
}
