//! Firms made by hand, one for each border of the rules of the kit's two guests, as the departments would deliver them.

use std::fmt::Write;
use std::path::Path;

use anshi::model::{UnitId, UnitKind};

/// One firm's rows.
#[derive(Clone, Default)]
pub struct Firm {
    /// What is special about it.
    pub what: String,
    /// County and industry, each perhaps empty; none where it is not registered.
    place: Option<[&'static str; 2]>,
    /// End of the period, kind, day of filing, yuan.
    filings: Vec<[String; 4]>,
    /// End of the period, kWh, days overdue.
    readings: Vec<[String; 3]>,
    /// End of the period, yuan.
    payments: Vec<[String; 2]>,
    /// End of the period, heads.
    heads: Vec<[String; 2]>,
}

impl Firm {
    /// A firm of which nothing is known.
    pub fn new(what: &str) -> Self {
        Self { what: what.to_owned(), ..Self::default() }
    }

    pub fn placed(mut self, county: &'static str, industry: &'static str) -> Self {
        self.place = Some([county, industry]);
        self
    }

    pub fn filing(mut self, end: &str, kind: &str, filed: &str, yuan: &str) -> Self {
        self.filings.push([end, kind, filed, yuan].map(str::to_owned));
        self
    }

    pub fn reading(mut self, end: &str, kwh: &str, overdue: &str) -> Self {
        self.readings.push([end, kwh, overdue].map(str::to_owned));
        self
    }

    pub fn payment(mut self, end: &str, yuan: &str) -> Self {
        self.payments.push([end, yuan].map(str::to_owned));
        self
    }

    pub fn heads(mut self, end: &str, heads: &str) -> Self {
        self.heads.push([end, heads].map(str::to_owned));
        self
    }

    /// Power that was used and paid for in the last month.
    pub fn powered(self) -> Self {
        self.reading("2026-09-30", "120.5", "0")
    }

    /// 1,000 yuan of sales, declared in time.
    pub fn declared(self) -> Self {
        self.filing("2026-08-31", "VAT", "2026-09-15", "1000.00")
    }
}

/// Who the firm at this place is.
pub fn id(place: usize) -> UnitId {
    let head = format!("91371400MA{place:07}");
    UnitId::with_check(UnitKind::Enterprise, head.as_bytes().try_into().unwrap()).unwrap()
}

/// Writes what the departments know of these firms.
pub fn deliver(firms: &[Firm], folder: &Path) {
    let mut filings = "纳税人识别号,税款所属期止,税种,应税销售额(元),应纳税额(元),申报期限,申报日期\n".to_owned();
    let mut readings = "统一社会信用代码,抄表日期,用电量(千瓦时),应收电费(元),欠费天数\n".to_owned();
    let mut payments = "纳税人识别号,税款所属期止,税种,应缴金额(元),实缴金额(元),缴款期限,缴款日期\n".to_owned();
    let mut heads = "统一社会信用代码,费款所属期止,参保人数,应缴金额(元),实缴金额(元)\n".to_owned();
    let mut register = "统一社会信用代码,成立日期,登记状态,企业类型,行业门类,行政区划,注册资本(元)\n".to_owned();
    for (place, firm) in firms.iter().enumerate() {
        let id = id(place);
        if let Some([county, industry]) = firm.place {
            writeln!(register, "{id},2015-03-01,ACTIVE,LIMITED,{industry},{county},1000000.00").unwrap();
        }
        for [end, kind, filed, yuan] in &firm.filings {
            writeln!(filings, "{id},{end},{kind},{yuan},0.00,{end},{filed}").unwrap();
        }
        for [end, kwh, overdue] in &firm.readings {
            writeln!(readings, "{id},{end},{kwh},1.00,{overdue}").unwrap();
        }
        for [end, yuan] in &firm.payments {
            writeln!(payments, "{id},{end},VAT,{yuan},{yuan},{end},{end}").unwrap();
        }
        for [end, number] in &firm.heads {
            writeln!(heads, "{id},{end},{number},1.00,1.00").unwrap();
        }
    }
    // The tax bureau writes its days in another form.
    let files = [
        ("business_registration", register),
        ("tax_filing", filings.replace('-', "/")),
        ("electricity_usage", readings),
        ("tax_payment", payments.replace('-', "/")),
        ("social_insurance", heads),
    ];
    for (dataset, text) in files {
        let folder = folder.join(dataset);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("delivery.csv"), text).unwrap();
    }
}

/// The days at which rules turn, in months before the last of September 2026: the last of each month.
const MONTH_ENDS: [&str; 14] = [
    "2026-09-30",
    "2026-08-31",
    "2026-07-31",
    "2026-06-30",
    "2026-05-31",
    "2026-04-30",
    "2026-03-31",
    "2026-02-28",
    "2026-01-31",
    "2025-12-31",
    "2025-11-30",
    "2025-10-31",
    "2025-09-30",
    "2025-08-31",
];
/// The most fen that 64 bits hold, in yuan.
const MOST_YUAN: &str = "92233720368547758.07";

/// All of them. Sales are about 1,000 yuan, so that claims around that decide.
pub fn firms() -> Vec<Firm> {
    let mut firms = Vec::new();
    declarations(&mut firms);
    power(&mut firms);
    places(&mut firms);
    themes(&mut firms);
    firms
}

fn declarations(firms: &mut Vec<Firm>) {
    let one = |what: &str, end: &str, kind: &str, filed: &str, yuan: &str| {
        Firm::new(what).filing(end, kind, filed, yuan).powered()
    };
    firms.extend([
        Firm::new("declares in time").declared().powered(),
        Firm::new("declares, without power").declared(),
        Firm::new("uses power, declares nothing").powered(),
        one("another tax", "2026-08-31", "CIT", "2026-09-15", "1000.00"),
        one("a tax of no kind", "2026-08-31", "", "2026-09-15", "1000.00"),
        one("not filed", "2026-08-31", "VAT", "", "1000.00"),
        one("filed on the day", "2026-08-31", "VAT", "2026-09-30", "1000.00"),
        one("filed after the day", "2026-08-31", "VAT", "2026-10-01", "1000.00"),
        one("sales are missing", "2026-08-31", "VAT", "2026-09-15", ""),
        one("sales are zero", "2026-08-31", "VAT", "2026-09-15", "0.00"),
        one("the first day that counts", "2025-10-01", "VAT", "2025-11-15", "1000.00"),
        one("the last day that does not", "2025-09-30", "VAT", "2025-10-15", "1000.00"),
        one("a period that ends today", "2026-09-30", "VAT", "2026-09-30", "1000.00"),
        one("a leap day", "2024-02-29", "VAT", "2026-09-15", "1000.00"),
        one("the most that there is", "2026-08-31", "VAT", "2026-09-15", MOST_YUAN),
        one("the most and two periods", "2026-07-31", "VAT", "2026-08-15", MOST_YUAN).declared(),
        Firm::new("corrected downwards")
            .filing("2026-08-31", "VAT", "2026-09-10", "9000.00")
            .filing("2026-08-31", "VAT", "2026-09-15", "700.00")
            .powered(),
        Firm::new("corrected upwards, beside another tax filed later")
            .filing("2026-08-31", "VAT", "2026-09-15", "1000.00")
            .filing("2026-08-31", "VAT", "2026-09-10", "1.00")
            .filing("2026-08-31", "CIT", "2026-09-20", "5.00")
            .powered(),
        Firm::new("two on one day")
            .filing("2026-08-31", "VAT", "2026-09-15", "1000.00")
            .filing("2026-08-31", "VAT", "2026-09-15", "999.99")
            .powered(),
        Firm::new("a correction without sales").declared().filing("2026-08-31", "VAT", "2026-09-20", "").powered(),
    ]);
    let mut monthly = Firm::new("fourteen months of 100 yuan").powered();
    let mut most = Firm::new("as many declarations as are given").powered();
    for (month, end) in MONTH_ENDS.iter().enumerate() {
        monthly = monthly.filing(end, "VAT", "2026-09-30", "100.00");
        for day in 0..9 {
            let kind = ["VAT", "CIT", ""][(month + day) % 3];
            most = most.filing(end, kind, &format!("2026-09-{:02}", 10 + day), &format!("{}.50", 90 + day));
        }
    }
    firms.extend([monthly, most]);
}

fn power(firms: &mut Vec<Firm>) {
    let one = |what: &str, end: &str, kwh: &str, overdue: &str| Firm::new(what).declared().reading(end, kwh, overdue);
    firms.extend([
        one("no power used", "2026-09-30", "0.00", "0"),
        one("the least power", "2026-09-30", "0.01", "0"),
        one("power is missing", "2026-09-30", "", "0"),
        one("the first day of the quarter", "2026-07-01", "5.00", "0"),
        one("the day before the quarter", "2026-06-30", "5.00", "0"),
        one("sixty days overdue", "2026-08-31", "5.00", "60"),
        one("sixty-one days overdue", "2026-08-31", "5.00", "61"),
        one("overdue is missing", "2026-08-31", "5.00", ""),
        one("overdue for ten years", "2026-08-31", "5.00", "3660"),
        one("overdue before the quarter", "2026-06-30", "5.00", "3000").powered(),
        one("one bill is overdue, one is not", "2026-07-31", "5.00", "100").powered(),
        one("an overdue bill behind a good one", "2026-09-30", "", "61").powered(),
        one("the most power", "2026-09-30", MOST_YUAN, "0"),
    ]);
    let mut meters = Firm::new("more meters than are given").declared().placed("371402", "C");
    for meter in 0..40 {
        meters = meters.reading("2026-08-31", &format!("0.0{}", meter % 2), if meter % 7 == 0 { "" } else { "3" });
        meters = meters.reading(MONTH_ENDS[meter % 12], "250.25", "0");
    }
    firms.push(meters);
}

fn places(firms: &mut Vec<Firm>) {
    let one = |what: &str, county, industry| {
        let firm = Firm::new(what).placed(county, industry).payment("2026-08-31", "12345.67");
        firm.reading("2026-08-31", "199.99", "0").heads("2026-08-31", "7")
    };
    firms.extend([
        one("the first cell", "371402", "A"),
        one("the last cell", "371482", "T"),
        one("no county", "", "A"),
        one("no industry", "371402", ""),
        one("neither", "", ""),
        Firm::new("not registered").payment("2026-08-31", "500.00").heads("2026-08-31", "5"),
        Firm::new("registered and no more").placed("371423", "G"),
    ]);
}

fn themes(firms: &mut Vec<Firm>) {
    let firm = |what: &str| Firm::new(what).placed("371481", "F");
    let series = |what: &str, ends: &[&str], yuan: &str, heads: &str| {
        let add = |firm: Firm, end: &&str| firm.payment(end, yuan).reading(end, yuan, "0").heads(end, heads);
        ends.iter().fold(firm(what), add)
    };
    firms.extend([
        series("fourteen months", &MONTH_ENDS, "100.01", "3"),
        series("the first day that counts", &["2025-10-01"], "100.00", "1"),
        series("the last day that does not", &["2025-09-30"], "100.00", "1"),
        series("figures are missing", &["2026-08-31", "2026-07-31"], "", ""),
        series("figures are zero", &["2026-08-31"], "0.00", "0"),
        series("a part of a unit", &["2026-08-31"], "99.99", "1"),
        series("a whole unit", &["2026-08-31"], "100.00", "1"),
        series("the most there is", &["2026-08-31"], MOST_YUAN, "1000000"),
        series("the most, twice", &["2026-08-31", "2026-07-31"], MOST_YUAN, "1000000"),
        series("one is missing", &["2026-08-31"], "", "").payment("2026-07-31", "300.00").heads("2026-07-31", "4"),
    ]);
    let mut most = firm("as many rows as are given");
    for row in 0..70 {
        let end = MONTH_ENDS[row % 12];
        most = most.payment(end, &format!("{row}.{row:02}")).reading(end, &format!("1{row}.01"), "").heads(end, "9");
    }
    firms.push(most);
}
