//! A policy's dossier: what an auditor decides by, as one HTML file to read and to print. It has no script and asks for nothing
//! from elsewhere; every text that somebody wrote is escaped. Owns the order of its parts and how they look.

use super::dossier_parts::{approvals, cases, changes, decision, guests, summary, warnings};
use super::play::Played;
use crate::model::{Bilingual, Date, Lang};
use crate::policy::{Approval, Policy};
use crate::review::{Difference, Explanation, Warning, escaped, sections_html};

/// What a dossier is made of.
pub struct Dossier<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// The policy in sentences.
    pub explanation: &'a Explanation,
    /// The day that it is made on, in UTC.
    pub made: Date,
    /// Whether it is in force in the home that it is made of; `None` where it is made of no home.
    pub in_force: Option<InForce>,
    /// The earlier version.
    pub earlier: Earlier,
    /// What came of its cases, or why they were not asked.
    pub played: Result<&'a Played, Bilingual>,
    /// What is unwise in it.
    pub warnings: &'a [Warning],
    /// What is unwise and was accepted, with the reasons.
    pub accepted: &'a [(Warning, String)],
}

/// The state of a policy in a home.
#[derive(Clone, Debug)]
pub struct InForce {
    /// The home's ledger.
    pub ledger: String,
    /// How many approvals are needed.
    pub needed: u32,
    /// Those of the policy that hold.
    pub policy: Vec<Approval>,
    /// Those of the accounts that hold.
    pub accounts: Vec<Approval>,
    /// Whether today is a day of its validity.
    pub is_valid: bool,
}

impl InForce {
    /// Whether jobs are admitted under it.
    pub fn holds(&self) -> bool {
        let enough = |given: &[Approval]| given.len() as u64 >= u64::from(self.needed);
        self.is_valid && enough(&self.policy) && enough(&self.accounts)
    }
}

/// What a policy is compared with.
#[derive(Clone, Debug)]
pub enum Earlier {
    /// An earlier version.
    Version {
        /// How it was named.
        named: String,
        /// Its version.
        version: String,
        /// What has changed since.
        difference: Difference,
    },
    /// Nothing was named.
    Unnamed,
}

const STYLE: &str = "@page{size:A4;margin:18mm 16mm}\
    *{box-sizing:border-box}\
    body{font:15px/1.55 system-ui,-apple-system,'Noto Sans','Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif;\
    max-width:52rem;margin:2rem auto;padding:0 1rem;color:#1c1c1c;background:#fff}\
    h1{font-size:1.7rem;line-height:1.25;margin:0 0 .3rem}\
    h2{font-size:1.2rem;margin:2.2rem 0 .6rem;padding-bottom:.2rem;border-bottom:2px solid #1c1c1c;break-after:avoid}\
    h3{font-size:1rem;margin:1.2rem 0 .3rem;break-after:avoid}\
    p{margin:.4rem 0}ul{margin:.3rem 0;padding-left:1.3rem}li{margin:.25rem 0}\
    code{font:.88em/1.4 ui-monospace,'DejaVu Sans Mono',monospace;overflow-wrap:anywhere}\
    table{border-collapse:collapse;width:100%;margin:.6rem 0;font-size:.93em}\
    th,td{text-align:left;vertical-align:top;padding:.35rem .5rem;border-bottom:1px solid #ccc;overflow-wrap:anywhere}\
    th{border-bottom:1px solid #1c1c1c;font-weight:600}tr{break-inside:avoid}\
    td.n{text-align:right;white-space:nowrap;color:#666}td.w{white-space:nowrap;overflow-wrap:normal}th{overflow-wrap:normal}\
    .meta{color:#555}.meta code{font-size:.8em}\
    .summary{border:1px solid #1c1c1c;padding:.4rem .9rem;margin:1.2rem 0}.summary th{width:11rem;border:0}\
    .summary td{border:0}.summary table{margin:0}\
    .good,.bad,.note{font-weight:600;white-space:nowrap}.good{color:#14602b}.bad{color:#a31212}.note{color:#7a5200}\
    .sign td{height:3.2rem;vertical-align:bottom;width:33%}\
    small{color:#555}footer{margin-top:2rem;color:#555;font-size:.85em}\
    @media print{body{margin:0;padding:0;max-width:none;font-size:10.5pt}}";

/// The dossier as one HTML file.
pub fn dossier_html(dossier: &Dossier<'_>, lang: Lang) -> String {
    let Dossier { policy, explanation, made, .. } = dossier;
    let title = escaped(policy.title.in_lang(lang));
    let (tag, kind) = match lang {
        Lang::En => ("en", "Dossier of a policy"),
        Lang::Zh => ("zh-CN", "政策审查材料"),
    };
    let other = match lang {
        Lang::En => &policy.title.zh,
        Lang::Zh => &policy.title.en,
    };
    let mut page = format!(
        "<!doctype html>\n<html lang=\"{tag}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <p class=\"meta\">{kind} · {made}</p>\n<h1>{title}</h1>\n<p class=\"meta\">{other} · <code>{id}</code> {version}<br>\
         <code>{sha256}</code></p>\n",
        other = escaped(other),
        id = escaped(&policy.id),
        version = policy.version_text(),
        sha256 = policy.sha256,
    );
    page += &summary(dossier, lang);
    let part = |heading: (&str, &str), body: String| {
        let heading = if lang == Lang::Zh { heading.1 } else { heading.0 };
        format!("<section>\n<h2>{heading}</h2>\n{body}</section>\n")
    };
    page += &part(("What it says", "政策说明"), sections_html(&explanation.sections, "h3", lang));
    page += &part(("What has changed", "与早先版本的差异"), changes(&dossier.earlier, lang));
    page += &part(("What it does: its cases", "实际表现：用例"), cases(&dossier.played, lang));
    page += &part(("What its guests read", "程序读取什么"), guests(dossier, lang));
    page += &part(("Warnings", "警告"), warnings(dossier, lang));
    page += &part(("Approvals", "批准"), approvals(dossier.in_force.as_ref(), lang));
    page += &part(("Decision", "审查决定"), decision(lang));
    page + "</body>\n</html>\n"
}
