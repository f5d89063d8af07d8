//! The Chinese of this module's errors; the English is their `Display`. Owns wording alone.

use super::error::{BuildError, CreateError};
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

impl Chinese for CreateError {
    fn chinese(&self) -> String {
        match self {
            Self::Name(error) => error.chinese(),
            Self::There(folder) => format!(
                "`{}` 已存在且不是空文件夹：请用 --dir 指定其他文件夹，或用 --force 重写其中属于开发包的文件",
                folder.display()
            ),
            Self::NoFolder(path) => format!("`{}` 不是文件夹", path.display()),
            Self::Bindings(words) => format!("无法生成绑定代码：{}", foreign(words)),
            Self::Template(language, world) => {
                format!("此版本没有 `{}` 语言的 `{}` 模板", language.word(), world.word())
            }
            Self::File(error) => error.chinese(),
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
