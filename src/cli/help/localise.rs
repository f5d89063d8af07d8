//! Puts the Chinese words where clap would print the English ones. Owns layout; the words are in `words`.

use clap::builder::Str;
use clap::{Arg, ArgAction, Command};

use super::words::{about, argument, value_name};

/// How a command's help is laid out.
const TEMPLATE: &str = "{about-with-newline}\n用法：{usage}\n\n{all-args}{after-help}";
const EXAMPLE: &str = "Example: ";
const EXIT_CODES: &str = "退出码：0 完成，1 失败，2 用法有误，3 被政策拒绝，4 验证未通过。\n";
/// Help and version come last, as clap puts them.
const LAST: usize = 999;

/// `command` and all below it, in Chinese.
pub fn localise(command: Command) -> Command {
    let version = Arg::new("version").short('V').long("version").action(ArgAction::Version).display_order(LAST);
    under(command, "").disable_version_flag(true).arg(version.help(argument("anshi", "version")).help_heading("选项"))
}

fn under(command: Command, above: &str) -> Command {
    let path = if above.is_empty() { command.get_name().to_owned() } else { format!("{above} {}", command.get_name()) };
    let after = command.get_after_help().map(|help| after_help(&help.to_string(), above.is_empty()));
    let help = Arg::new("help").short('h').long("help").action(ArgAction::Help).display_order(LAST);
    let command = command
        .about(about(&path))
        .long_about(None)
        .help_template(TEMPLATE)
        .subcommand_help_heading("命令")
        .subcommand_value_name("命令")
        .disable_help_flag(true)
        .mut_args(|arg| localise_argument(arg, &path))
        .arg(help.help(argument(&path, "help")).help_heading("选项"))
        .mut_subcommands(|inner| under(inner, &path));
    match after {
        Some(after) => command.after_help(after),
        None => command,
    }
}

fn localise_argument(arg: Arg, path: &str) -> Arg {
    let heading = if arg.is_positional() { "参数" } else { "选项" };
    let names = arg.get_value_names().unwrap_or_default().iter();
    let names: Vec<Str> = names.map(|name| value_name(name).map_or_else(|| name.clone(), Str::from)).collect();
    let defaults = arg.get_default_values().iter();
    let defaults: Vec<String> = defaults.map(|value| value.to_string_lossy().into_owned()).collect();
    let mut words = argument(path, arg.get_id().as_str()).unwrap_or_default().to_owned();
    if arg.get_action().takes_values() && !defaults.is_empty() {
        words += &format!(" [默认：{}]", defaults.join("、"));
    }
    let arg = arg.help(words).long_help(None).help_heading(heading).hide_default_value(true).hide_possible_values(true);
    if names.is_empty() { arg } else { arg.value_names(names) }
}

/// What stands below a command's help: the examples, which have no language, and for the whole the exit codes.
fn after_help(english: &str, root: bool) -> String {
    let example = english.split_once(EXAMPLE).map_or(english, |(_, example)| example);
    format!("{}示例：{example}", if root { EXIT_CODES } else { "" })
}

/// What clap prints in any case, in Chinese.
pub fn chinese_help(rendered: &str) -> String {
    rendered.replace("[OPTIONS]", "[选项]")
}
