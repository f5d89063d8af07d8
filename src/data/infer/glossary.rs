//! What the headers of government tables commonly mean: a name, an English title, and a hint for what cells alone do
//! not show. Never decides a type: cells do.

use crate::model::{UnitKind, check_name};

/// What a header hints at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hint {
    /// A unit's identifier.
    Id(UnitKind),
    /// The number of a certificate, an account, a case; a name, an address, a telephone: only ever a token.
    Token,
    /// Money.
    Money,
    /// Digits that are no number.
    Code,
    /// Yes or no.
    Truth,
    /// The day that a row is about.
    Period,
    /// Nothing.
    None,
}

/// What is known of a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Known {
    /// A name for the column, where there is one.
    pub name: Option<String>,
    /// An English title.
    pub title: Option<&'static str>,
    pub hint: Hint,
    /// The unit of measure in parentheses, or of the header's kind.
    pub measure: Option<Measure>,
}

/// A unit of measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Measure {
    /// Yuan × 10^`exponent`.
    Yuan(u8),
    /// Anything else, by its symbol.
    Other(&'static str),
}

const FIRM: Hint = Hint::Id(UnitKind::Enterprise);
const PERSON: Hint = Hint::Id(UnitKind::Person);

/// Headers, the name of the column (money gets `_fen` behind it), its title, its hint.
const HEADERS: &[(&[&str], &str, &str, Hint)] = &[
    (&["统一社会信用代码", "社会信用代码", "信用代码"], "uscc", "Unified social credit code", FIRM),
    (&["纳税人识别号", "纳税人统一社会信用代码"], "uscc", "Unified social credit code", FIRM),
    (&["单位统一社会信用代码", "缴存单位代码"], "employer_uscc", "Unified social credit code of the employer", FIRM),
    (&["被执行人证照号", "企业证照号"], "uscc", "Unified social credit code", FIRM),
    (&["公民身份号码", "公民身份证号码", "身份证号", "身份证号码", "居民身份证号"], "citizen_id", "Citizen id", PERSON),
    (&["权利人证件号", "人员证件号码", "证件号码", "法定代表人证件号码"], "citizen_id", "Citizen id", PERSON),
    (
        &["姓名", "法定代表人", "法定代表人姓名", "法人姓名", "联系人", "户主姓名"],
        "person_name",
        "Name of a person",
        Hint::Token,
    ),
    (
        &["企业名称", "单位名称", "纳税人名称", "机构名称", "名称"],
        "enterprise_name",
        "Name of the enterprise",
        Hint::Token,
    ),
    (&["联系电话", "电话", "手机号", "手机号码", "移动电话"], "telephone", "Telephone", Hint::Token),
    (
        &["地址", "住址", "住所", "经营场所", "注册地址", "户籍地址", "家庭住址", "不动产坐落"],
        "address",
        "Address",
        Hint::Token,
    ),
    (&["不动产权证号", "不动产权证书号"], "title_number", "Number of the title", Hint::Token),
    (&["不动产单元号"], "parcel_number", "Number of the parcel", Hint::Token),
    (&["案号"], "case_number", "Number of the case", Hint::Token),
    (&["决定文书号", "行政处罚决定书文号", "文号"], "record_number", "Number of the record", Hint::Token),
    (&["许可证号", "许可证编号"], "licence_number", "Number of the licence", Hint::Token),
    (&["证书编号", "证照编号", "证照号码"], "certificate_number", "Number of the certificate", Hint::Token),
    (&["注册号", "工商注册号", "登记号"], "registration_number", "Registration number", Hint::Token),
    (&["个人账号", "账号", "银行账号", "公积金账号"], "account", "Account", Hint::Token),
    (&["户号", "用户编号", "用电户号"], "household", "Number of the household or customer", Hint::Token),
    (&["税款所属期止", "费款所属期止", "缴存所属期止", "所属期止"], "period_end", "End of the period", Hint::Period),
    (&["抄表日期", "统计日期", "数据日期"], "period_end", "End of the period", Hint::Period),
    (&["税款所属期起", "费款所属期起", "所属期起"], "period_start", "Start of the period", Hint::None),
    (&["登记日期", "注册日期"], "registered_on", "Date of registration", Hint::None),
    (&["成立日期"], "established", "Date of establishment", Hint::None),
    (&["认定日期", "处罚日期", "决定日期"], "recorded_on", "Date of the record", Hint::Period),
    (&["移出日期"], "removed_on", "Date of removal", Hint::None),
    (&["立案日期"], "filed_on", "Date of filing", Hint::Period),
    (&["结案日期"], "closed_on", "Date of closing", Hint::None),
    (&["申报日期"], "filed_date", "Date of filing", Hint::None),
    (&["申报期限", "缴款期限"], "due_date", "Due date", Hint::None),
    (&["缴款日期", "缴费日期", "入库日期"], "paid_date", "Date of payment", Hint::None),
    (&["变更日期"], "changed_on", "Date of the change", Hint::None),
    (&["出生日期"], "born", "Date of birth", Hint::None),
    (&["有效期至", "有效期止"], "valid_until", "Last day of validity", Hint::None),
    (&["更新时间", "入库时间", "时间戳"], "updated_at", "Time of the update", Hint::None),
    (&["应缴金额", "应纳税额", "应缴存额", "应缴费额"], "payable", "Amount payable", Hint::Money),
    (&["实缴金额", "实缴税额", "实缴存额", "实缴费额"], "paid", "Amount paid", Hint::Money),
    (&["应收金额", "应收电费", "应收水费"], "billed", "Amount billed", Hint::Money),
    (&["应税销售额", "销售收入", "营业收入"], "revenue", "Revenue", Hint::Money),
    (&["注册资本", "注册资金"], "capital", "Registered capital", Hint::Money),
    (&["罚款金额"], "fine", "Fine", Hint::Money),
    (&["缴存基数", "缴费基数"], "base", "Base of the contribution", Hint::Money),
    (&["账户余额", "余额"], "balance", "Balance", Hint::Money),
    (&["被担保债权数额"], "mortgage", "Debt secured", Hint::Money),
    (&["执行标的"], "claim", "Claim", Hint::Money),
    (&["已履行金额"], "performed", "Amount performed", Hint::Money),
    (&["金额"], "amount", "Amount", Hint::Money),
    (&["用电量"], "usage", "Energy used", Hint::None),
    (&["用量", "用水量", "用气量"], "usage", "Amount used", Hint::None),
    (&["建筑面积", "面积"], "area", "Area", Hint::None),
    (&["参保人数", "从业人数", "职工人数"], "heads", "Head count", Hint::None),
    (&["欠费天数", "逾期天数"], "overdue_days", "Days overdue", Hint::None),
    (&["出资比例", "权利份额"], "share", "Share", Hint::None),
    (&["税种"], "tax_kind", "Kind of tax", Hint::None),
    (&["登记状态", "企业状态", "经营状态"], "status", "Status", Hint::None),
    (&["案件状态", "人口状态", "状态"], "status", "Status", Hint::None),
    (&["企业类型"], "enterprise_type", "Kind of enterprise", Hint::None),
    (&["行业门类", "行业代码", "所属行业"], "industry", "Industry", Hint::Code),
    (&["行政区划", "行政区划代码", "区县", "户籍地", "坐落"], "county", "County", Hint::Code),
    (&["职务"], "position", "Position", Hint::None),
    (&["性别"], "sex", "Sex", Hint::Code),
    (&["用途"], "purpose", "Purpose", Hint::None),
    (&["用能种类"], "utility", "Utility", Hint::None),
    (&["认定机关", "登记机关", "主管税务机关"], "authority", "Authority", Hint::None),
    (&["是否抵押"], "mortgaged", "Whether mortgaged", Hint::Truth),
    (&["是否查封"], "seized", "Whether seized", Hint::Truth),
];

/// Ends of headers that say what is not in the table.
const ENDINGS: &[(&str, Hint)] = &[
    ("姓名", Hint::Token),
    ("名称", Hint::Token),
    ("地址", Hint::Token),
    ("电话", Hint::Token),
    ("证号", Hint::Token),
    ("编号", Hint::Token),
    ("账号", Hint::Token),
    ("号码", Hint::Token),
    ("户号", Hint::Token),
    ("文号", Hint::Token),
    ("代码", Hint::Code),
    ("编码", Hint::Code),
    ("邮编", Hint::Code),
    ("标志", Hint::Truth),
    ("金额", Hint::Money),
    ("税额", Hint::Money),
    ("费额", Hint::Money),
    ("工资", Hint::Money),
    ("余额", Hint::Money),
    ("所属期止", Hint::Period),
    ("所属期", Hint::Period),
];

/// Latin headers that are tokens, whatever they hold.
const LATIN_TOKENS: [&str; 12] =
    ["name", "xm", "mc", "phone", "mobile", "tel", "telephone", "address", "addr", "dz", "email", "person_name"];

const MEASURES: &[(&[&str], Measure)] = &[
    (&["元", "人民币元", "CNY", "RMB"], Measure::Yuan(0)),
    (&["百元"], Measure::Yuan(2)),
    (&["千元"], Measure::Yuan(3)),
    (&["万元"], Measure::Yuan(4)),
    (&["千瓦时", "度", "kWh"], Measure::Other("kWh")),
    (&["平方米", "㎡", "m2"], Measure::Other("m2")),
    (&["立方米", "m3"], Measure::Other("m3")),
    (&["吨"], Measure::Other("t")),
    (&["%", "％"], Measure::Other("percent")),
    (&["人"], Measure::Other("person")),
    (&["天", "日"], Measure::Other("day")),
    (&["月", "个月"], Measure::Other("month")),
];

/// What the header says.
pub(super) fn known(header: &str) -> Known {
    let (base, measure) = parts(header);
    let measure = measure.and_then(|text| MEASURES.iter().find(|(texts, _)| texts.contains(&text.as_str())));
    let measure = measure.map(|(_, measure)| *measure);
    let counted = base.ends_with("天数").then_some(Measure::Other("day"));
    let counted = counted.or_else(|| base.ends_with("人数").then_some(Measure::Other("person")));
    let measure = measure.or(counted);
    if let Some((_, name, title, hint)) = HEADERS.iter().find(|(headers, ..)| headers.contains(&base.as_str())) {
        return Known { name: Some((*name).to_owned()), title: Some(title), hint: *hint, measure };
    }
    let ending = ENDINGS.iter().find(|(ending, _)| base.ends_with(ending)).map(|(_, hint)| *hint);
    let truth = base.starts_with("是否").then_some(Hint::Truth);
    let money = matches!(measure, Some(Measure::Yuan(_))).then_some(Hint::Money);
    let name = latin(header);
    let token = name.as_deref().is_some_and(|name| LATIN_TOKENS.contains(&name)).then_some(Hint::Token);
    Known { name, title: None, hint: truth.or(money).or(token).or(ending).unwrap_or(Hint::None), measure }
}

/// The header without white space, and without the unit of measure that stands in parentheses at its end.
fn parts(header: &str) -> (String, Option<String>) {
    let narrow = |c| match c {
        '（' => '(',
        '）' => ')',
        '/' | '／' => '/',
        other => other,
    };
    let text: String = header.chars().filter(|c| !c.is_whitespace()).map(narrow).collect();
    let inner = text.strip_suffix(')').and_then(|text| text.rsplit_once('('));
    match inner.or_else(|| text.rsplit_once('/')) {
        Some((base, measure)) => (base.to_owned(), Some(measure.to_owned())),
        None => (text, None),
    }
}

/// A name made of a header of Latin letters.
fn latin(header: &str) -> Option<String> {
    if !header.is_ascii() {
        return None;
    }
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    let name: String = header.trim().chars().map(plain).collect();
    let name = name.trim_matches('_').to_owned();
    let begins = name.chars().next().is_some_and(|c| c.is_ascii_lowercase());
    (begins && check_name(&name).is_ok()).then_some(name)
}

/// Family names that together are most people's.
const FAMILY_NAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程\
                            苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤";

/// Whether a text looks like a person's Chinese name: a family name and one or two characters more.
pub(super) fn looks_like_a_name(text: &str) -> bool {
    let han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    let length = text.chars().count();
    (2..=3).contains(&length) && text.chars().all(han) && text.chars().next().is_some_and(|c| FAMILY_NAMES.contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_known_with_and_without_their_unit() {
        for (header, name, hint, measure) in [
            ("统一社会信用代码", Some("uscc"), FIRM, None),
            ("身份证号", Some("citizen_id"), PERSON, None),
            ("实缴金额(元)", Some("paid"), Hint::Money, Some(Measure::Yuan(0))),
            (" 注册资本 （万元）", Some("capital"), Hint::Money, Some(Measure::Yuan(4))),
            ("金额/元", Some("amount"), Hint::Money, Some(Measure::Yuan(0))),
            ("用电量(千瓦时)", Some("usage"), Hint::None, Some(Measure::Other("kWh"))),
            ("滞纳金(元)", None, Hint::Money, Some(Measure::Yuan(0))),
            ("欠费天数", Some("overdue_days"), Hint::None, Some(Measure::Other("day"))),
            ("经办人姓名", None, Hint::Token, None),
            ("是否注销", None, Hint::Truth, None),
            ("Tax Kind", Some("tax_kind"), Hint::None, None),
            ("XM", Some("xm"), Hint::Token, None),
            ("备注", None, Hint::None, None),
            ("2026", None, Hint::None, None),
        ] {
            let known = known(header);
            assert_eq!((known.name.as_deref(), known.hint, known.measure), (name, hint, measure), "{header}");
        }
    }

    #[test]
    fn every_name_of_the_glossary_is_one_and_no_header_stands_twice() {
        let mut seen = std::collections::BTreeSet::new();
        for (headers, name, title, _) in HEADERS {
            assert_eq!(check_name(name), Ok(()));
            assert!(!title.is_empty());
            headers.iter().for_each(|header| assert!(seen.insert(*header), "{header}"));
        }
    }

    #[test]
    fn names_of_persons_are_noticed() {
        assert!(looks_like_a_name("王某") && looks_like_a_name("李某某"));
        assert!(!looks_like_a_name("正常") && !looks_like_a_name("存续") && !looks_like_a_name("VAT"));
    }
}
