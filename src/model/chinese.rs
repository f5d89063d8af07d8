//! The Chinese of this module's errors; the English is their `Display`. Owns wording alone.

use super::manifest::ManifestPlace;
use super::name::NAME_CHARS_MAX;
use super::{Chinese, DateError, DecimalError, DigestError, IdError, ManifestError, NameError};

impl Chinese for IdError {
    fn chinese(&self) -> String {
        match self {
            Self::Length => "标识应为 18 位".to_owned(),
            Self::Character(place) => format!("标识第 {place} 位不是标准允许的字符"),
            Self::Check => "标识的校验位不正确".to_owned(),
            Self::Birth => "标识中的出生日期不存在".to_owned(),
            Self::Century => "15 位号码属于 1900 年以前出生的人，须用 18 位号码才能确定年份".to_owned(),
        }
    }
}

impl Chinese for NameError {
    fn chinese(&self) -> String {
        match self {
            Self::Empty => "名称为空".to_owned(),
            Self::Long(start) => format!("名称 `{start}…` 超过 {NAME_CHARS_MAX} 个字符"),
            Self::Character(name) => format!("`{name}` 不能作名称：只用 a–z、0–9、`_`、`-`，且以字母或数字开头"),
            Self::Unprintable(label) => format!("标签 `{label}` 含有不可打印的字符"),
        }
    }
}

impl Chinese for DateError {
    fn chinese(&self) -> String {
        let Self = self;
        "不是日期：请写成 2026-01-31 的形式".to_owned()
    }
}

impl Chinese for DecimalError {
    fn chinese(&self) -> String {
        match self {
            Self::Syntax => "不是数：只允许数字、至多一个 `.` 和正负号".to_owned(),
            Self::Precision(decimals) => format!("小数超过 {decimals} 位"),
            Self::Range => "数值过大".to_owned(),
        }
    }
}

impl Chinese for DigestError {
    fn chinese(&self) -> String {
        format!("`{}` 不是摘要：请写 `sha256:` 和 64 位小写十六进制数字", self.given())
    }
}

impl Chinese for ManifestPlace {
    fn chinese(&self) -> String {
        match self {
            Self::Parameters => "参数表".to_owned(),
            Self::Roles => "角色表".to_owned(),
            Self::Labels => "标签表".to_owned(),
            Self::Tables => "数据集表".to_owned(),
            Self::Dimensions => "维度表".to_owned(),
            Self::Dimension(name) => format!("维度 `{name}`"),
            Self::Measures => "指标表".to_owned(),
            Self::Dataset(role, dataset) if role.is_empty() => format!("数据集 `{dataset}`"),
            Self::Column(role, dataset, column) if role.is_empty() => format!("数据集 `{dataset}` 的列 `{column}`"),
            Self::Role(role) => format!("角色 `{role}`"),
            Self::Dataset(role, dataset) => format!("角色 `{role}` 的数据集 `{dataset}`"),
            Self::Column(role, dataset, column) => format!("角色 `{role}` 的数据集 `{dataset}` 的列 `{column}`"),
        }
    }
}

impl Chinese for ManifestError {
    fn chinese(&self) -> String {
        match self {
            Self::Name { place, source } => format!("{}：{}", place.chinese(), source.chinese()),
            Self::Duplicate { place, name } => format!("{}中 `{name}` 出现两次", place.chinese()),
            Self::TooMany { place, count, max } => format!("{}：共 {count} 项，至多允许 {max} 项", place.chinese()),
            Self::Missing(place) => format!("{}：至少需要一项", place.chinese()),
        }
    }
}
