//! What a Rust file mentions: a walk over its tokens that collects paths, imports, macros, floats, `unsafe`, lint
//! attributes and the length of functions. It works on tokens and not on the syntax tree, so that code inside a macro
//! call is read like all other code. It never looks into strings or comments (but for the paths in `#[serde(with =
//! "…")]`, which are code), and never says what a name stands for: that is `names.rs`.

use proc_macro2::{Delimiter, Group, Ident, Literal, Spacing, Span, TokenStream, TokenTree};
use std::rc::Rc;

/// A path as it is written; `external` if it begins with `::`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Written {
    pub external: bool,
    pub segments: Vec<String>,
}

pub struct Mention {
    pub line: usize,
    /// The module, inline ones included, where it stands.
    pub module: Rc<[String]>,
    pub what: What,
}

pub enum What {
    Path(Written),
    Macro(Written),
    /// One leaf of a `use`, or an `extern crate`. It has no alias where it is a glob or `as _`.
    Import {
        written: Written,
        alias: Option<String>,
        glob: bool,
        public: bool,
    },
    Float,
    Unsafe,
    /// `#[allow(…)]`.
    Allow,
    /// `#[expect(…)]` without `reason = "…"`.
    ExpectWithoutReason,
    /// `#[path = "…"]`.
    PathAttribute,
    Function {
        name: String,
        lines: usize,
    },
}

impl What {
    pub fn written(&self) -> Option<&Written> {
        match self {
            Self::Path(written) | Self::Macro(written) | Self::Import { written, .. } => Some(written),
            _ => None,
        }
    }
}

/// Everything that `tokens`, standing in `module`, mention.
pub fn mentions(tokens: TokenStream, module: &[String]) -> Vec<Mention> {
    let mut walker = Walker { module: module.into(), line: None, mentions: Vec::new() };
    walker.walk(tokens);
    walker.mentions
}

/// The paths that a `use` imports.
fn leaves(tree: &syn::UseTree, before: &Written, public: bool, found: &mut Vec<(Span, What)>) {
    let grown = |ident: &Ident| {
        let mut written = before.clone();
        if ident != "self" || written.segments.is_empty() {
            written.segments.push(plain(ident));
        }
        written
    };
    let import = |written: Written, alias: Option<String>| What::Import { written, alias, glob: false, public };
    match tree {
        syn::UseTree::Path(path) => leaves(&path.tree, &grown(&path.ident), public, found),
        syn::UseTree::Group(group) => {
            for item in &group.items {
                leaves(item, before, public, found);
            }
        }
        syn::UseTree::Name(name) => {
            let written = grown(&name.ident);
            let alias = written.segments.last().cloned();
            found.push((name.ident.span(), import(written, alias)));
        }
        syn::UseTree::Rename(rename) => {
            let alias = Some(plain(&rename.rename)).filter(|name| name != "_");
            found.push((rename.ident.span(), import(grown(&rename.ident), alias)));
        }
        syn::UseTree::Glob(glob) => {
            let what = What::Import { written: before.clone(), alias: None, glob: true, public };
            found.push((glob.star_token.spans.first().copied().unwrap_or_else(Span::call_site), what));
        }
    }
}

/// An identifier without `r#`.
pub fn plain(ident: &Ident) -> String {
    let name = ident.to_string();
    name.strip_prefix("r#").map(str::to_owned).unwrap_or(name)
}

fn is_word(token: Option<&TokenTree>, word: &str) -> bool {
    matches!(token, Some(TokenTree::Ident(ident)) if ident == word)
}

fn is_mark(token: &TokenTree, mark: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == mark)
}

fn after_word<'t>(tokens: &'t [TokenTree], word: &str) -> Option<&'t [TokenTree]> {
    tokens.split_first().filter(|(first, _)| is_word(Some(first), word)).map(|(_, rest)| rest)
}

fn after_mark(tokens: &[TokenTree], mark: char) -> Option<&[TokenTree]> {
    tokens.split_first().filter(|(first, _)| is_mark(first, mark)).map(|(_, rest)| rest)
}

fn after_colons(tokens: &[TokenTree]) -> Option<&[TokenTree]> {
    let joint = matches!(tokens.first(), Some(TokenTree::Punct(punct)) if punct.spacing() == Spacing::Joint);
    after_mark(tokens, ':').filter(|_| joint).and_then(|rest| after_mark(rest, ':'))
}

fn after_ident(tokens: &[TokenTree]) -> Option<(&Ident, &[TokenTree])> {
    match tokens {
        [TokenTree::Ident(ident), rest @ ..] => Some((ident, rest)),
        _ => None,
    }
}

/// The path at the head of the tokens, where it begins, and the tokens behind it.
fn after_path(tokens: &[TokenTree]) -> Option<(Written, Span, &[TokenTree])> {
    let bare = after_colons(tokens);
    let (first, mut rest) = after_ident(bare.unwrap_or(tokens))?;
    let mut written = Written { external: bare.is_some(), segments: vec![plain(first)] };
    while let Some((next, behind)) = after_colons(rest).and_then(after_ident) {
        written.segments.push(plain(next));
        rest = behind;
    }
    Some((written, first.span(), rest))
}

type Rest<'t> = Option<&'t [TokenTree]>;
type Step = for<'t> fn(&mut Walker, &'t [TokenTree]) -> Rest<'t>;

/// Each step takes what it knows from the head of the tokens and says where to go on, or leaves it to the next one.
const STEPS: [Step; 10] = [
    Walker::member,
    Walker::attribute,
    Walker::import,
    Walker::external_crate,
    Walker::inline_module,
    Walker::function,
    Walker::qualified_path,
    Walker::path,
    Walker::literal,
    Walker::group,
];

struct Walker {
    module: Rc<[String]>,
    /// The line of every mention, where the tokens come out of a string.
    line: Option<usize>,
    mentions: Vec<Mention>,
}

impl Walker {
    fn walk(&mut self, stream: TokenStream) {
        let tokens: Vec<TokenTree> = stream.into_iter().collect();
        let mut rest = tokens.as_slice();
        while let Some((_, behind)) = rest.split_first() {
            rest = STEPS.iter().find_map(|step| step(self, rest)).unwrap_or(behind);
        }
    }

    fn note(&mut self, span: Span, what: What) {
        let line = self.line.unwrap_or(span.start().line);
        self.mentions.push(Mention { line, module: Rc::clone(&self.module), what });
    }

    /// `.field`, `.method`, `.0.1` name no item; `..` stands before an expression.
    fn member<'t>(&mut self, tokens: &'t [TokenTree]) -> Rest<'t> {
        let mut rest = after_mark(tokens, '.')?;
        if let [TokenTree::Ident(_) | TokenTree::Literal(_), behind @ ..] = rest {
            return Some(behind);
        }
        while let Some(behind) = after_mark(rest, '.') {
            rest = behind;
        }
        Some(rest)
    }

    fn attribute<'t>(&mut self, tokens: &'t [TokenTree]) -> Rest<'t> {
        let rest = after_mark(tokens, '#')?;
        let rest = after_mark(rest, '!').unwrap_or(rest);
        let [TokenTree::Group(group), behind @ ..] = rest else { return None };
        if group.delimiter() != Delimiter::Bracket {
            return None;
        }
        let inside: Vec<TokenTree> = group.stream().into_iter().collect();
        if is_word(inside.first(), "serde") {
            self.paths_in_strings(group.stream());
        }
        self.attribute_head(&inside);
        self.walk(group.stream());
        Some(behind)
    }

    /// `path = …`, `allow(…)` and `expect(…)`, at the head of an attribute or inside `cfg_attr(…)`.
    fn attribute_head(&mut self, attribute: &[TokenTree]) {
        let Some((word, rest)) = after_ident(attribute) else { return };
        if word == "path" && after_mark(rest, '=').is_some() {
            self.note(word.span(), What::PathAttribute);
        }
        let [TokenTree::Group(group), ..] = rest else { return };
        let inside: Vec<TokenTree> = group.stream().into_iter().collect();
        if word == "allow" {
            self.note(word.span(), What::Allow);
        }
        if word == "expect" && !inside.iter().any(|token| is_word(Some(token), "reason")) {
            self.note(word.span(), What::ExpectWithoutReason);
        }
        if word == "cfg_attr" {
            for clause in inside.split(|token| is_mark(token, ',')).skip(1) {
                self.attribute_head(clause);
            }
        }
    }

    /// `#[serde(with = "crate::a::b")]` calls what the string names.
    fn paths_in_strings(&mut self, attribute: TokenStream) {
        const KEYS: [&str; 10] = [
            "bound",
            "crate",
            "default",
            "deserialize_with",
            "from",
            "into",
            "remote",
            "serialize_with",
            "try_from",
            "with",
        ];
        let tokens: Vec<TokenTree> = attribute.into_iter().collect();
        for window in tokens.windows(3) {
            let [TokenTree::Ident(key), equals, TokenTree::Literal(literal)] = window else { continue };
            let syn::Lit::Str(text) = syn::Lit::new(literal.clone()) else { continue };
            if is_mark(equals, '=') && KEYS.iter().any(|known| key == known) {
                let line = self.line.replace(literal.span().start().line);
                self.walk(text.value().parse().unwrap_or_default());
                self.line = line;
            }
        }
        for token in tokens {
            if let TokenTree::Group(group) = token {
                self.paths_in_strings(group.stream());
            }
        }
    }

    fn import<'t>(&mut self, tokens: &'t [TokenTree]) -> Rest<'t> {
        let public = after_word(tokens, "pub").map(|rest| match rest {
            [TokenTree::Group(group), behind @ ..] if group.delimiter() == Delimiter::Parenthesis => behind,
            _ => rest,
        });
        let rest = after_word(public.unwrap_or(tokens), "use")?;
        let end = rest.iter().position(|token| is_mark(token, ';'))?;
        let (tree, behind) = rest.split_at_checked(end)?;
        let bare = after_colons(tree);
        let tree: syn::UseTree = syn::parse2(bare.unwrap_or(tree).iter().cloned().collect()).ok()?;
        let before = Written { external: bare.is_some(), segments: Vec::new() };
        let mut found = Vec::new();
        leaves(&tree, &before, public.is_some(), &mut found);
        for (span, what) in found {
            self.note(span, what);
        }
        Some(behind)
    }

    fn external_crate<'t>(&mut self, tokens: &'t [TokenTree]) -> Rest<'t> {
        let (name, rest) =
            after_word(tokens, "extern").and_then(|rest| after_word(rest, "crate")).and_then(after_ident)?;
        let (alias, rest) = after_word(rest, "as").and_then(after_ident).unwrap_or((name, rest));
        let written = Written { external: true, segments: vec![plain(name)] };
        self.note(name.span(), What::Import { written, alias: Some(plain(alias)), glob: false, public: false });
        Some(rest)
    }

    fn inline_module<'t>(&mut self, tokens: &'t [TokenTree]) -> Rest<'t> {
        let (name, rest) = after_word(tokens, "mod").and_then(after_ident)?;
        let [TokenTree::Group(body), behind @ ..] = rest else { return None };
        let inner = self.module.iter().cloned().chain([plain(name)]).collect();
        let outer = std::mem::replace(&mut self.module, inner);
        self.walk(body.stream());
        self.module = outer;
        Some(behind)
    }

    /// Notes the length of a function and goes on behind its name: the body is read like everything else.
    fn function<'t>(&mut self, tokens: &'t [TokenTree]) -> Rest<'t> {
        let (first, rest) = tokens.split_first()?;
        after_word(tokens, "fn")?;
        let (name, behind) = rest.split_first().filter(|(name, _)| !matches!(name, TokenTree::Group(_)))?;
        let body = behind.iter().take_while(|token| !is_mark(token, ';')).find_map(|token| match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Some(group),
            _ => None,
        });
        if let Some(body) = body {
            let lines = body.span_close().end().line.saturating_sub(first.span().start().line) + 1;
            self.note(first.span(), What::Function { name: name.to_string(), lines });
        }
        Some(behind)
    }

    /// `<std::time::Instant>::now` is `std::time::Instant::now`.
    fn qualified_path<'t>(&mut self, tokens: &'t [TokenTree]) -> Rest<'t> {
        let (mut written, span, rest) = after_mark(tokens, '<').and_then(after_path)?;
        let (member, _, rest) =
            after_mark(rest, '>').filter(|rest| after_colons(rest).is_some()).and_then(after_path)?;
        written.segments.extend(member.segments);
        self.note(span, What::Path(written));
        Some(rest)
    }

    fn path<'t>(&mut self, tokens: &'t [TokenTree]) -> Rest<'t> {
        let (written, span, rest) = after_path(tokens)?;
        if is_word(tokens.first(), "unsafe") {
            self.note(span, What::Unsafe);
        }
        let called = after_mark(rest, '!').and_then(<[TokenTree]>::first);
        let what = match called {
            Some(TokenTree::Group(_) | TokenTree::Ident(_)) => What::Macro(written),
            _ => What::Path(written),
        };
        self.note(span, what);
        Some(rest)
    }

    fn literal<'t>(&mut self, tokens: &'t [TokenTree]) -> Rest<'t> {
        let [TokenTree::Literal(literal), rest @ ..] = tokens else { return None };
        if is_float(literal) {
            self.note(literal.span(), What::Float);
        }
        Some(rest)
    }

    fn group<'t>(&mut self, tokens: &'t [TokenTree]) -> Rest<'t> {
        let [TokenTree::Group(group), rest @ ..] = tokens else { return None };
        self.walk(Group::stream(group));
        Some(rest)
    }
}

fn is_float(literal: &Literal) -> bool {
    match syn::Lit::new(literal.clone()) {
        syn::Lit::Float(_) => true,
        syn::Lit::Int(integer) => matches!(integer.suffix(), "f32" | "f64"),
        _ => false,
    }
}
