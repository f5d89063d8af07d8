//! Deliveries by hand, in the departments' form, so that a test knows every row of every firm.

use std::fmt::Write;
use std::path::Path;

use anshi::model::{UnitId, UnitKind};

/// What firm 1 has paid, in fen: odd, which is the adversary guest's secret, and long enough to be searched for.
pub const ODD_FEN: i64 = 7_355_608_123;
/// A firm whose rows are all older than the policy's history.
pub const OLD: u32 = 9_000;
/// A firm that is registered and has no tax rows.
pub const BARE: u32 = 9_001;
/// A firm that no dataset knows.
pub const ABSENT: u32 = 9_999;

/// Firms 1 to so many have one recent payment each; that of an odd firm is odd.
const FIRMS: u32 = 1_000;

/// The firm with this number.
pub fn firm(number: u32) -> UnitId {
    let head = format!("91371400MA{number:07}");
    UnitId::with_check(UnitKind::Enterprise, head.as_bytes().try_into().unwrap()).unwrap()
}

/// Writes the delivery in which firm 1 has paid `paid_fen`.
pub fn deliver(folder: &Path, paid_fen: i64) {
    let mut tax = "纳税人识别号,税款所属期止,税种,应缴金额(元),实缴金额(元),缴款期限,缴款日期\n".to_owned();
    let mut payment = |number: u32, day: &str, fen: i64| {
        let yuan = format!("{}.{:02}", fen / 100, fen % 100);
        writeln!(tax, "{},{day},VAT,{yuan},{yuan},{day},{day}", firm(number)).unwrap();
    };
    payment(1, "20260531", paid_fen);
    (2..=FIRMS)
        .for_each(|number| payment(number, "20260531", 4_500_000 + 1_000 * i64::from(number) + i64::from(number % 2)));
    payment(OLD, "20150131", 4_711);
    let mut firms = "统一社会信用代码,成立日期,登记状态,企业类型,行业门类,行政区划,注册资本(元)\n".to_owned();
    for number in (1..=FIRMS).chain([OLD, BARE]) {
        writeln!(firms, "{},2015-03-01,ACTIVE,LIMITED,C,371402,1000000.00", firm(number)).unwrap();
    }
    for (dataset, text) in [("tax_payment", tax), ("business_registration", firms)] {
        let folder = folder.join(dataset);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("delivery.csv"), text).unwrap();
    }
}

/// The delivery in which no dataset knows this firm, as files of a setup.
pub fn delivery_without(number: u32) -> Vec<(String, String)> {
    let folder = tempfile::tempdir().unwrap();
    deliver(folder.path(), ODD_FEN);
    let id = firm(number).to_string();
    let datasets = ["tax_payment", "business_registration"].map(|dataset| {
        let path = format!("{dataset}/delivery.csv");
        let text = std::fs::read_to_string(folder.path().join(&path)).unwrap();
        let left: String = text.lines().filter(|line| !line.contains(&id)).map(|line| format!("{line}\n")).collect();
        (format!("delivery/{path}"), left)
    });
    datasets.to_vec()
}
