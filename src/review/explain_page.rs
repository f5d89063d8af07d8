//! An explanation as a page: plain text, or one HTML file that needs no other. Owns layout alone.

use super::sentence::{Explanation, Section, Sentence};
use crate::model::Lang;

const STYLE: &str = "body{font:16px/1.6 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#222}\
    h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:1.6rem;border-bottom:1px solid #ccc}li{margin:.4rem 0}\
    code{overflow-wrap:anywhere}small{color:#666}@media print{body{margin:0}}";

/// As text: a heading, then its sentences, each in a line of its own.
pub fn explanation_text(explanation: &Explanation, lang: Lang) -> String {
    let Explanation { policy, version, title, sha256, sections } = explanation;
    let mut text = format!("{policy} {version}  \"{}\"\n{sha256}\n", title.in_lang(lang));
    for Section { heading, sentences } in sections {
        text += &format!("\n{}\n", heading.text(lang));
        for sentence in sentences {
            text += &format!("  - {}\n", sentence.words.in_lang(lang));
        }
    }
    text.trim_end().to_owned()
}

/// As one HTML file.
pub fn explanation_html(explanation: &Explanation, lang: Lang) -> String {
    let Explanation { policy, version, title, sha256, sections } = explanation;
    let (tag, title) = (if lang == Lang::Zh { "zh-CN" } else { "en" }, escaped(title.in_lang(lang)));
    let mut page = format!(
        "<!doctype html>\n<html lang=\"{tag}\">\n<head>\n<meta charset=\"utf-8\">\n<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n<p>{} {}<br><small><code>{sha256}</code></small></p>\n",
        escaped(policy),
        escaped(version)
    );
    page += &sections_html(sections, "h2", lang);
    page + "</body>\n</html>\n"
}

/// The sentences as HTML, below headings of this element: a part of a page.
pub fn sections_html(sections: &[Section], heading_element: &str, lang: Lang) -> String {
    let mut part = String::new();
    for Section { heading, sentences } in sections {
        part += &format!("<{heading_element}>{}</{heading_element}>\n<ul>\n", heading.text(lang));
        for Sentence { id, words } in sentences {
            part += &format!("<li id=\"{}\">{}</li>\n", id.word(), marked(words.in_lang(lang)));
        }
        part += "</ul>\n";
    }
    part
}

/// A text that is no markup, in an element or an attribute.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

/// The same, and what stands in backticks is code.
pub fn marked(text: &str) -> String {
    let parts = text.split('`').enumerate();
    let one = |(place, part): (usize, &str)| match place % 2 {
        0 => escaped(part),
        _ => format!("<code>{}</code>", escaped(part)),
    };
    parts.map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_policys_author_writes_is_no_markup() {
        assert_eq!(marked("a `<b>` & <script>"), "a <code>&lt;b&gt;</code> &amp; &lt;script&gt;");
        assert_eq!(escaped("\"><'"), "&quot;&gt;&lt;&#39;");
    }
}
