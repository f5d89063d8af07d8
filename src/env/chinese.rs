//! The Chinese of this module's errors; the English is their `Display`. Owns wording alone.

use std::io;

use super::files::NOT_UTF8;
use super::{ChildError, EntropyError, FileError};
use crate::model::{Chinese, foreign};

/// What the operating system said, in Chinese where it is common, in its own words where it is not.
fn system(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "不存在".to_owned(),
        io::ErrorKind::PermissionDenied => "没有权限".to_owned(),
        io::ErrorKind::AlreadyExists => "已存在".to_owned(),
        io::ErrorKind::StorageFull => "磁盘已满".to_owned(),
        io::ErrorKind::ReadOnlyFilesystem => "文件系统只读".to_owned(),
        io::ErrorKind::NotADirectory => "其中一段不是文件夹".to_owned(),
        io::ErrorKind::IsADirectory => "是文件夹".to_owned(),
        io::ErrorKind::InvalidData if error.to_string() == NOT_UTF8 => {
            "不是 UTF-8 编码的文本，请另存为 UTF-8".to_owned()
        }
        io::ErrorKind::InvalidData => format!("内容不合格式：{}", foreign(error)),
        _ => foreign(error),
    }
}

/// What was tried with a file. A verb that is new here is said as such: the path and the cause matter more.
fn action(verb: &str) -> &str {
    match verb {
        "create" => "创建",
        "find" => "找到",
        "inspect" => "查看",
        "list" => "列出",
        "lock" => "锁定",
        "map" => "映射",
        "open" => "打开",
        "protect" => "设置权限于",
        "exchange" => "换入",
        "read" => "读取",
        "remove" => "删除",
        "rename" | "name" => "命名",
        "sync" => "落盘",
        "write" => "写入",
        _ => "处理",
    }
}

impl Chinese for FileError {
    fn chinese(&self) -> String {
        let Self { action: verb, path, source } = self;
        format!("无法{} `{}`：{}", action(verb), path.display(), system(source))
    }
}

impl Chinese for EntropyError {
    fn chinese(&self) -> String {
        let Self = self;
        "操作系统未能提供随机数".to_owned()
    }
}

impl Chinese for ChildError {
    fn chinese(&self) -> String {
        match self {
            Self::Io(error) => format!("无法运行子进程：{}", system(error)),
            Self::Killed => "子进程因超出时间或内存上限而被终止".to_owned(),
            Self::Output => "子进程的输出过多".to_owned(),
        }
    }
}

impl Chinese for io::Error {
    fn chinese(&self) -> String {
        format!("系统报告：{}", system(self))
    }
}
