//! Proof tokens: a value that says that a step was taken can be built by that step alone, once.

use crate::house::{NOT_FOR_TOKENS, PROOF_TOKENS};
use crate::names::{Name, written_path, written_type};
use crate::scan::{Written, mentions, plain};
use crate::source::House;
use crate::tree::Violation;
use proc_macro2::TokenStream;
use syn::spanned::Spanned;

const RULE: &str = "proof-token";

pub fn check(house: &House) -> Vec<Violation> {
    let mut found = Vec::new();
    for (_, source) in house.layered() {
        let mut view = View { house, path: source.path, found: &mut found };
        view.items(&source.module, &source.ast.items);
    }
    found
}

struct View<'h, 'f> {
    house: &'h House<'h>,
    path: &'h str,
    found: &'f mut Vec<Violation>,
}

impl View<'_, '_> {
    fn items(&mut self, at: &[String], items: &[syn::Item]) {
        for item in items {
            match item {
                syn::Item::Mod(module) => {
                    let inner: Name = at.iter().cloned().chain([plain(&module.ident)]).collect();
                    self.items(&inner, module.content.as_ref().map_or(&[], |(_, items)| items));
                }
                syn::Item::Struct(item) if is_token(&item.ident) => self.token(at, item),
                syn::Item::Enum(item) if is_token(&item.ident) => {
                    let message = format!("`{}` is an enum, which anybody can build: make it a struct", item.ident);
                    self.complain(&item.ident, message);
                }
                syn::Item::Impl(item) => self.implementation(at, item),
                _ => {}
            }
        }
    }

    fn complain(&mut self, place: &impl Spanned, message: String) {
        self.found.push(Violation::new(self.path, place.span().start().line, RULE, message));
    }

    fn token(&mut self, at: &[String], item: &syn::ItemStruct) {
        let name = &item.ident;
        for attribute in &item.attrs {
            for derived in self.derives(at, attribute) {
                self.complain(attribute, format!("`{name}` derives `{derived}`, which makes another one: take it out"));
            }
        }
        for field in item.fields.iter().filter(|field| !matches!(field.vis, syn::Visibility::Inherited)) {
            self.complain(
                &field.vis,
                format!("`{name}` has a field that is not private: give it a method that reads it"),
            );
        }
        if item.fields.is_empty() {
            self.complain(name, format!("`{name}` has no field, so that anybody can build it: give it a private one"));
        }
    }

    /// What a `derive`, or one inside `cfg_attr`, derives that a token must not.
    fn derives(&self, at: &[String], attribute: &syn::Attribute) -> Vec<&'static str> {
        let syn::Meta::List(list) = &attribute.meta else { return Vec::new() };
        if !list.path.is_ident("derive") && !list.path.is_ident("cfg_attr") {
            return Vec::new();
        }
        let mentioned = mentions(TokenStream::clone(&list.tokens), at);
        mentioned.iter().filter_map(|mention| self.forbidden(at, mention.what.written()?)).collect()
    }

    fn implementation(&mut self, at: &[String], item: &syn::ItemImpl) {
        let (Some((implemented, _)), Some(of)) = (&item.trait_, written_type(&item.self_ty)) else { return };
        let Some(forbidden) = self.forbidden(at, &written_path(implemented)) else { return };
        let token = self.ends_in(at, &of, PROOF_TOKENS);
        if let Some(token) = token {
            self.complain(
                &item.impl_token,
                format!("`{token}` implements `{forbidden}`, which makes another one: take it out"),
            );
        }
    }

    fn forbidden(&self, at: &[String], written: &Written) -> Option<&'static str> {
        self.ends_in(at, written, NOT_FOR_TOKENS)
    }

    /// Which of `words` the path ends in, as it is written or by what it stands for.
    fn ends_in(&self, at: &[String], written: &Written, words: &[&'static str]) -> Option<&'static str> {
        let meanings = self.house.names.meanings(at, written);
        let ends_in = |word: &&&str| meanings.iter().any(|path| path.last().is_some_and(|last| last == **word));
        words.iter().find(ends_in).copied()
    }
}

fn is_token(ident: &syn::Ident) -> bool {
    PROOF_TOKENS.iter().any(|token| ident == token)
}

// ---------------------------------------------------------------------------------------------------------------------

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::case::{catches, passes};
    use crate::house::{NOT_FOR_TOKENS, PROOF_TOKENS};

    #[test]
    fn the_lists_are_whole() {
        assert_eq!(
            PROOF_TOKENS,
            ["Permit", "Reservation", "RawOutput", "Gathered", "Disclosed", "Logged", "Verified", "Invented"]
        );
        assert_eq!(NOT_FOR_TOKENS, ["Clone", "Copy", "Default", "Serialize", "Deserialize"]);
    }

    #[test]
    fn each_token_is_held_to_each_trait() {
        for token in PROOF_TOKENS {
            for name in NOT_FOR_TOKENS {
                let clean = format!(
                    "#[derive(Debug)] pub struct {token} {{ job: JobId }}\nimpl Drop for {token} {{}}\n#[derive({name})] struct Other;"
                );
                for bad in [
                    format!("#[derive({name})] pub struct {token} {{ job: JobId }}"),
                    format!("#[derive(Debug, x::{name})] pub struct {token}(JobId);"),
                    format!("#[cfg_attr(test, derive({name}))] pub struct {token}(JobId);"),
                    format!("mod inner {{ #[derive({name})] pub struct {token}(JobId); }}"),
                    format!("impl {name} for {token} {{}}"),
                    format!("impl<'a> x::{name}<'a> for super::{token}<'a> {{}}"),
                    format!("use x::{name} as Y; impl Y for {token} {{}}"),
                    format!("use x::{name} as Y; #[derive(Y)] struct {token}(JobId);"),
                    format!("use crate::x::{token} as Y; impl {name} for Y {{}}"),
                ] {
                    catches(RULE, "src/policy/decide.rs", &bad, &clean);
                }
            }
        }
    }

    #[test]
    fn a_token_that_others_can_build_is_caught() {
        for bad in [
            "pub struct Permit { pub job: JobId }",
            "pub struct Permit { job: JobId,\npub(crate) query: Query, // <-\n}",
            "pub struct Permit(pub(super) JobId);",
            "pub struct Permit { pub(in crate::policy) job: JobId }",
            "pub struct Permit;",
            "pub struct Permit {}",
            "pub enum Permit { Given(JobId) }",
        ] {
            catches(RULE, "src/policy/decide.rs", bad, "pub struct Permit { job: JobId, query: Query }");
        }
        passes(RULE, "src/policy/decide.rs", "pub struct Permits { pub job: JobId }\npub enum State { Logged }");
        passes(RULE, "tests/main.rs", "#[derive(Clone)] pub struct Permit;");
    }
}
