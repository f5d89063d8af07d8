//! The Chinese of this module's errors; the English is their `Display`. Owns wording alone.

use super::error::UpkeepError;
use crate::model::Chinese;

impl Chinese for UpkeepError {
    fn chinese(&self) -> String {
        match self {
            Self::File(error) => error.chinese(),
            Self::Config(error) => error.chinese(),
            Self::Catalog(error) => error.chinese(),
            Self::Store(error) => error.chinese(),
            Self::Snapshot(error) => error.chinese(),
            Self::Ledger(error) => error.chinese(),
            Self::Key(error) => error.chinese(),
            Self::Canonical(error) => error.chinese(),
            Self::Entropy(error) => error.chinese(),
            Self::LogKey(error) => format!("日志公钥 `log.vkey` 无法使用：{}", error.chinese()),
            Self::Used(place) => format!("`{place}` 不是空文件夹：请指定尚不存在的文件夹"),
            Self::Inside { inner, outer } => format!("`{inner}` 在 `{outer}` 之内：请指定其外的文件夹"),
            Self::LeftOver(place) => {
                format!("`{place}` 是中断的恢复留下的，或另一恢复正在进行：确认没有恢复在进行后将其删除")
            }
            Self::Damaged(path) => format!(
                "`{path}` 已损坏：内容与文件名不符；未做备份。`anshi doctor --deep` 可查出其余损坏；请用更早的备份恢复该文件，或重新入库、重新登记"
            ),
            Self::Mixed(path) => format!("`{path}` 与本暗室公开的公钥不成对：私钥与公开文件必须配套"),
            Self::NoBackup(place) => {
                format!("`{place}` 不是备份，或备份没有完成：缺少 `backup.json` 或 `backup.sha256`")
            }
            Self::Manifest { wanted, found } => format!("备份清单被改动：应为 {wanted}，实为 {found}"),
            Self::Form { path, reason } => format!("`{path}` 无法使用：{}", reason.zh),
            Self::Torn(damages) => format!(
                "备份已损坏，没有恢复任何内容：\n  {}",
                damages.iter().map(|words| words.zh.clone()).collect::<Vec<_>>().join("\n  ")
            ),
            Self::Foreign { mirror, reason } => format!(
                "检查点镜像 `{mirror}` 与此备份不属于同一日志：{}；没有恢复任何内容。请指定镜像所属的暗室，或换一个备份",
                reason.zh
            ),
            Self::Running(home) => format!("引擎或另一命令正在使用 `{home}`：请先停止，再重试"),
            Self::KeySet { path, error } => format!("`{path}` 无法使用：{}", error.chinese()),
        }
    }
}
