//! The Chinese of this module's errors; the English is their `Display`. Owns wording alone.

use super::error::BuildError;
use super::name::ProjectNameError;
use super::project::ProjectError;
use crate::model::{Chinese, foreign};

impl Chinese for BuildError {
    fn chinese(&self) -> String {
        match self {
            Self::Missing(missing) => missing.chinese(),
            Self::Start { tool, error } => format!("`{tool}` 无法启动：{}", foreign(error)),
            Self::Failed { tool } => format!("程序编译失败：原因见 `{tool}` 在上方给出的信息"),
            Self::NoModule => "编译没有产生 `.wasm`：该 crate 是否为 `cdylib`？".to_owned(),
            Self::NoProject(folder) => {
                format!("`{}` 中既没有 guest.toml，也没有 Cargo.toml：请指明程序所在的文件夹", folder.display())
            }
            Self::Guest(error) => error.chinese(),
            Self::File(error) => error.chinese(),
            Self::Language(language) => format!("此版本不能编译 `{}` 的程序", language.word()),
        }
    }
}

impl Chinese for ProjectError {
    fn chinese(&self) -> String {
        match self {
            Self::File(error) => error.chinese(),
            Self::Document(error) => error.chinese(),
        }
    }
}

impl Chinese for ProjectNameError {
    fn chinese(&self) -> String {
        match self {
            Self::Form(error) => error.chinese(),
            Self::Shape(name) => {
                format!("`{name}` 不能用作项目名称：应以字母开头，并用单个 `-` 代替 `_`")
            }
            Self::Taken(name) => format!("`{name}` 不能用作项目名称：语言或工具已有此名"),
        }
    }
}
