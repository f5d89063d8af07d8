//! What usually brings an import, and how to be rid of it in each language, in English and Chinese. Owns wording alone.

use std::collections::BTreeSet;

use crate::guest::Import;
use crate::kit::Language;
use crate::model::Bilingual;

/// What usually brings an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// A language's standard library, which asks for clock, files, randomness and the like.
    Wasi,
    /// JavaScript that crates bring along.
    Bindgen,
    /// A function that nothing defines.
    Undefined,
    /// Types or functions of the contract itself.
    Contract,
    /// Anything else.
    Other,
}

fn both(en: &str, zh: &str) -> Bilingual {
    Bilingual { zh: zh.to_owned(), en: en.to_owned() }
}

impl Cause {
    /// All, in the order in which they are told.
    pub const ALL: [Self; 5] = [Self::Wasi, Self::Bindgen, Self::Undefined, Self::Contract, Self::Other];

    /// What usually brings this one.
    pub fn of(import: &Import) -> Self {
        match import.from.as_str() {
            from if from.starts_with("wasi:") || from.starts_with("wasi_") => Self::Wasi,
            from if from.starts_with("__wbindgen") || from == "wbg" => Self::Bindgen,
            "env" | "" => Self::Undefined,
            from if from.starts_with("anshi:sandbox") => Self::Contract,
            _ => Self::Other,
        }
    }

    /// What it is.
    pub fn told(self) -> Bilingual {
        match self {
            Self::Wasi => both(
                "the system's interface (clock, files, randomness, output)",
                "系统接口（时钟、文件、随机数、输出）",
            ),
            Self::Bindgen => both("JavaScript of a browser, by wasm-bindgen", "浏览器的 JavaScript（wasm-bindgen）"),
            Self::Undefined => both("functions that nothing in the guest defines", "程序中没有定义的函数"),
            Self::Contract => both("types of the contract, taken from outside", "从外部取得的接口类型"),
            Self::Other => both("something that no guest has", "任何程序都没有的外部功能"),
        }
    }

    /// How to be rid of it: in the language that the file's tools name, or in each.
    pub fn cures(self, made_by: &BTreeSet<String>) -> Vec<Bilingual> {
        match self {
            Self::Wasi => match language(made_by) {
                Some(language) => vec![wasi(language)],
                None => Language::ALL.map(wasi).into(),
            },
            Self::Bindgen => vec![both(
                "Rust: a crate has its browser feature on (`js` of getrandom, `wasmbind` of chrono): `cargo tree -i wasm-bindgen` says which; switch it off",
                "Rust：某个 crate 启用了浏览器特性（如 getrandom 的 `js`、chrono 的 `wasmbind`）：`cargo tree -i wasm-bindgen` 可查出，请关闭",
            )],
            Self::Undefined => vec![
                both(
                    "C: define the function or leave it out (the SDK has memcpy, memset and an allocator), and link without `--allow-undefined`",
                    "C：请定义该函数或不再使用（SDK 有 memcpy、memset 和分配器），链接时不用 `--allow-undefined`",
                ),
                both(
                    "Rust: an `extern \"C\"` block declares it; link what defines it, or leave it out",
                    "Rust：某个 `extern \"C\"` 声明了它；请链接其定义，或不再使用",
                ),
            ],
            Self::Contract => vec![both(
                "build against `wit/sandbox.wit` as it is: its two interfaces repeat their types so that nothing is imported",
                "请按原样使用 `wit/sandbox.wit`：其两个接口各自重复类型，因此无须导入",
            )],
            Self::Other => vec![both(
                "build for the world `verifier` or `contributor` of `wit/sandbox.wit`, which import nothing: `anshi guest build` does",
                "请按 `wit/sandbox.wit` 的 `verifier` 或 `contributor` 编译，二者不导入任何功能：`anshi guest build` 即如此",
            )],
        }
    }
}

fn wasi(language: Language) -> Bilingual {
    match language {
        Language::Rust => both(
            "Rust: build for `wasm32-unknown-unknown`, not for a `wasip` target (`anshi guest build` does); use no `println!`, `std::time`, `std::env`, `std::fs`",
            "Rust：请编译到 `wasm32-unknown-unknown` 而非 `wasip` 目标（`anshi guest build` 即如此）；不用 `println!`、`std::time`、`std::env`、`std::fs`",
        ),
        Language::JavaScript => both(
            "JavaScript: switch every feature off: `disableFeatures: ['random', 'stdio', 'clocks', 'http', 'fetch-event']` (`anshi guest build` does)",
            "JavaScript：请关闭全部特性：`disableFeatures: ['random', 'stdio', 'clocks', 'http', 'fetch-event']`（`anshi guest build` 即如此）",
        ),
        Language::Python => both(
            "Python: `componentize-py componentize --stub-wasi` (`anshi guest build` does)",
            "Python：请用 `componentize-py componentize --stub-wasi`（`anshi guest build` 即如此）",
        ),
        Language::C => both(
            "C: link with `-nostdlib` and without wasi-libc's files, output and clock; `anshi guest build` brings what little a guest needs",
            "C：链接时用 `-nostdlib`，不用 wasi-libc 的文件、输出和时钟；程序所需的少量函数由 `anshi guest build` 提供",
        ),
    }
}

/// The language that a file's tools name. An interpreter is itself made of Rust and C, so it is looked for first.
fn language(made_by: &BTreeSet<String>) -> Option<Language> {
    let named = |word: &str| made_by.iter().any(|name| name.to_lowercase().contains(word));
    let signs = [
        (Language::Python, "python"),
        (Language::Python, "componentize-py"),
        (Language::JavaScript, "componentize-js"),
        (Language::JavaScript, "javascript"),
        (Language::JavaScript, "starlingmonkey"),
        (Language::Rust, "rustc"),
        (Language::C, "clang"),
    ];
    signs.into_iter().find(|(_, word)| named(word)).map(|(language, _)| language)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn import(from: &str) -> Import {
        Import { from: from.to_owned(), name: String::new() }
    }

    #[test]
    fn the_cure_is_that_of_the_language_that_made_it_or_of_each() {
        let wasi = Cause::of(&import("wasi:clocks/wall-clock@0.2.6"));
        assert_eq!(wasi, Cause::of(&import("wasi_snapshot_preview1")));
        let of = |names: &[&str]| wasi.cures(&names.iter().map(|name| (*name).to_owned()).collect());
        assert_eq!(of(&[]).len(), 4);
        for (made_by, begins) in [
            (&["clang", "componentize-py"][..], "Python: "),
            (&["rustc", "wit-component"], "Rust: "),
            (&["ComponentizeJS", "rustc", "componentize-js"], "JavaScript: "),
            (&["clang"], "C: "),
        ] {
            let cures = of(made_by);
            assert!(cures.len() == 1 && cures[0].en.starts_with(begins), "{made_by:?}: {cures:?}");
        }
        assert_eq!(Cause::of(&import("env")), Cause::Undefined);
        assert_eq!(Cause::of(&import("__wbindgen_placeholder__")), Cause::Bindgen);
        assert_eq!(Cause::of(&import("anshi:sandbox/types@0.1.0")), Cause::Contract);
        assert_eq!(Cause::of(&import("bank:secret/door")), Cause::Other);
    }
}
