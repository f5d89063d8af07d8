//! The life of an invented firm: what it is, how it fares, and how it pays. The hand-made datasets all
//! tell about this one life, so that they agree with each other. Never writes a row.

use super::calendar::{Calendar, Month};
use super::cast;
use super::draw::{Draws, UnitKeys, tag};
use super::ids::Ids;
use crate::model::{Date, IdError, UnitId};

/// The example of a firm that does well.
pub(super) const HEALTHY_NUMBER: u64 = 0;
/// The example of a firm that fails.
pub(super) const FAILING_NUMBER: u64 = 1;

pub(super) const COUNTIES: [&str; 11] =
    ["371402", "371403", "371422", "371423", "371424", "371425", "371426", "371427", "371428", "371481", "371482"];
const COUNTY_WEIGHTS: [u32; 11] = [200, 90, 60, 80, 70, 110, 70, 80, 70, 80, 90];

pub(super) const STATUSES: [&str; 4] = ["ACTIVE", "SUSPENDED", "REVOKED", "CANCELLED"];
pub(super) const KINDS: [&str; 4] = ["LIMITED", "SOLE_PROPRIETOR", "PARTNERSHIP", "JOINT_STOCK"];

/// A section of GB/T 4754, with what is typical of its firms.
#[derive(Clone, Copy)]
pub(super) struct Industry {
    pub section: &'static str,
    weight: u32,
    /// Sales of one month per head, in yuan.
    sales_yuan: i64,
    /// Electricity of one month per head, in kWh.
    power_kwh: i64,
}

const fn industry(section: &'static str, weight: u32, sales_yuan: i64, power_kwh: i64) -> Industry {
    Industry { section, weight, sales_yuan, power_kwh }
}

pub(super) const INDUSTRIES: [Industry; 20] = [
    industry("A", 60, 18_000, 260),
    industry("B", 5, 60_000, 2_400),
    industry("C", 180, 42_000, 1_350),
    industry("D", 8, 70_000, 3_200),
    industry("E", 70, 34_000, 210),
    industry("F", 320, 65_000, 190),
    industry("G", 50, 38_000, 320),
    industry("H", 45, 14_000, 520),
    industry("I", 40, 28_000, 280),
    industry("J", 8, 80_000, 160),
    industry("K", 30, 48_000, 240),
    industry("L", 70, 26_000, 130),
    industry("M", 40, 24_000, 150),
    industry("N", 10, 20_000, 420),
    industry("O", 40, 11_000, 230),
    industry("P", 8, 13_000, 140),
    industry("Q", 6, 17_000, 260),
    industry("R", 8, 15_000, 340),
    industry("S", 1, 10_000, 120),
    industry("T", 1, 10_000, 120),
];

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Size {
    Micro,
    Small,
    Medium,
    Large,
}

/// How a firm fares.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Course {
    Healthy,
    Ordinary,
    Struggling,
    Failing,
}

/// How a firm settles what it owes for one period.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Payment {
    OnTime,
    Late,
    Part,
    Unpaid,
}

/// A firm.
#[derive(Clone, Copy)]
pub(super) struct Firm {
    /// Its number among the firms.
    pub number: u64,
    pub id: UnitId,
    /// Where all its draws come from.
    pub key: u64,
    pub county: &'static str,
    pub industry: Industry,
    pub kind: &'static str,
    pub size: Size,
    pub status: &'static str,
    pub course: Course,
    pub established: Date,
    /// Months from its first to the newest.
    pub age_months: u32,
    /// How much of the history that a dataset keeps there is of this firm, in thousandths.
    pub history_permille: u32,
    /// Months between its end and the newest; 0 while it goes on.
    pub ended: u32,
    /// For how many months it has been in trouble, where its course has trouble.
    pub onset: u32,
    /// Yearly growth, in thousandths.
    pub growth_permille: i64,
    /// Insured heads before any trouble.
    pub heads: i64,
    /// Average sales of a month.
    pub sales_fen: i64,
    /// Average electricity of a month, in hundredths of a kWh.
    pub power: i64,
    pub capital_fen: i64,
    /// One of the examples: chance leaves its pattern alone.
    pub example: bool,
}

/// Invents firms by number.
pub(super) struct Firms<'a> {
    pub calendar: &'a Calendar,
    pub ids: Ids,
    pub keys: UnitKeys,
}

impl Firms<'_> {
    pub(super) fn firm(&self, number: u64) -> Result<Firm, IdError> {
        let key = self.keys.key(number);
        let draws = &mut Draws::new(key, tag("firm"), 0);
        let county = COUNTIES.get(draws.pick(&COUNTY_WEIGHTS)).copied().unwrap_or("371402");
        let industry = INDUSTRIES.get(draws.pick(&INDUSTRIES.map(|industry| industry.weight)));
        let industry = industry.copied().unwrap_or(industry_of_examples());
        let course = course(draws);
        let size = size(draws);
        let age_days = draws.skewed(100, 30 * 365);
        let established = self.calendar.as_of().plus_days(-(age_days as i32));
        let heads = heads(size, draws);
        let mut firm = Firm {
            number,
            id: self.ids.enterprise(number, county)?,
            key,
            county,
            industry,
            kind: kind(size, draws),
            size,
            status: "ACTIVE",
            course,
            established,
            age_months: 0,
            history_permille: if draws.chance(700_000) { 1000 } else { draws.below(1000) as u32 },
            ended: 0,
            onset: 6 + draws.below(4) as u32,
            growth_permille: growth(course, draws),
            heads,
            sales_fen: heads * industry.sales_yuan * draws.skewed(350, 2_600) / 10,
            power: heads * industry.power_kwh * draws.skewed(350, 2_600) / 10,
            capital_fen: capital_fen(size, draws),
            example: false,
        };
        close_some(&mut firm, draws);
        match number {
            HEALTHY_NUMBER => firm = self.healthy(firm)?,
            FAILING_NUMBER => firm = self.failing(firm)?,
            number if cast::is_of_cast(number) => firm = cast::firm(self, firm)?,
            _ => {}
        }
        firm.age_months = self.calendar.months_since(firm.established);
        Ok(firm)
    }

    /// What both examples are: a limited company in manufacturing, on the register and with all its history.
    fn example(&self, firm: Firm, county: &'static str, age_years: u32) -> Result<Firm, IdError> {
        Ok(Firm {
            id: self.ids.enterprise(firm.number, county)?,
            county,
            industry: industry_of_examples(),
            kind: "LIMITED",
            status: "ACTIVE",
            established: self.calendar.as_of().months_before(age_years * 12 + 5).plus_days(-11),
            history_permille: 1000,
            ended: 0,
            example: true,
            ..firm
        })
    }

    /// Pays about 90,000 yuan of VAT a month: over 24 months far above any threshold of a credit check.
    fn healthy(&self, firm: Firm) -> Result<Firm, IdError> {
        Ok(Firm {
            size: Size::Medium,
            course: Course::Healthy,
            growth_permille: 60,
            heads: 120,
            sales_fen: 260_000_000,
            power: 16_200_000,
            capital_fen: 2_000_000_000,
            ..self.example(firm, "371402", 12)?
        })
    }

    /// Has not paid properly for eight months, and paid little before.
    fn failing(&self, firm: Firm) -> Result<Firm, IdError> {
        Ok(Firm {
            size: Size::Small,
            course: Course::Failing,
            growth_permille: -30,
            onset: 8,
            heads: 24,
            sales_fen: 12_000_000,
            power: 3_200_000,
            capital_fen: 100_000_000,
            ..self.example(firm, "371403", 6)?
        })
    }
}

pub(super) const fn industry_of_examples() -> Industry {
    industry("C", 0, 42_000, 1_350)
}

fn course(draws: &mut Draws) -> Course {
    match draws.below(100) {
        0..45 => Course::Healthy,
        45..83 => Course::Ordinary,
        83..93 => Course::Struggling,
        _ => Course::Failing,
    }
}

fn size(draws: &mut Draws) -> Size {
    match draws.below(1000) {
        0..850 => Size::Micro,
        850..970 => Size::Small,
        970..995 => Size::Medium,
        _ => Size::Large,
    }
}

fn heads(size: Size, draws: &mut Draws) -> i64 {
    match size {
        Size::Micro => draws.skewed(1, 12),
        Size::Small => draws.skewed(10, 100),
        Size::Medium => draws.skewed(60, 400),
        Size::Large => draws.skewed(300, 9_000),
    }
}

fn kind(size: Size, draws: &mut Draws) -> &'static str {
    let weights = match size {
        Size::Micro => [740, 200, 60, 0],
        Size::Small => [900, 40, 50, 10],
        Size::Medium => [880, 0, 20, 100],
        Size::Large => [650, 0, 0, 350],
    };
    KINDS.get(draws.pick(&weights)).copied().unwrap_or("LIMITED")
}

/// Registered capital comes in round sums; here in units of 10,000 yuan.
fn capital_fen(size: Size, draws: &mut Draws) -> i64 {
    let choices: &[i64] = match size {
        Size::Micro => &[3, 5, 10, 10, 20, 30, 50, 50, 100, 100, 200, 500],
        Size::Small => &[50, 100, 100, 200, 300, 500, 500, 800, 1_000],
        Size::Medium => &[500, 800, 1_000, 1_000, 2_000, 3_000, 5_000],
        Size::Large => &[5_000, 8_000, 10_000, 20_000, 50_000],
    };
    draws.choose(choices, 100) * 1_000_000
}

fn growth(course: Course, draws: &mut Draws) -> i64 {
    match course {
        Course::Healthy => draws.between(0, 120),
        Course::Ordinary => draws.between(-40, 50),
        Course::Struggling => draws.between(-80, 0),
        Course::Failing => draws.between(-60, 0),
    }
}

/// Some firms are suspended, or have left the register, and their rows end before the newest month.
fn close_some(firm: &mut Firm, draws: &mut Draws) {
    let (closed_ppm, revoked_ppm) = match firm.course {
        Course::Healthy => (10_000, 0),
        Course::Ordinary => (40_000, 50_000),
        Course::Struggling => (120_000, 300_000),
        Course::Failing => (280_000, 600_000),
    };
    if draws.chance(closed_ppm) {
        firm.status = if draws.chance(revoked_ppm) { "REVOKED" } else { "CANCELLED" };
        firm.ended = 1 + draws.below(20) as u32;
    } else if firm.course == Course::Failing && draws.chance(100_000) {
        firm.status = "SUSPENDED";
    }
}

impl Firm {
    pub(super) fn is_healthy_example(&self) -> bool {
        self.number == HEALTHY_NUMBER
    }

    pub(super) fn is_failing_example(&self) -> bool {
        self.number == FAILING_NUMBER
    }

    /// For how many months the firm has been in trouble in `month`; `None` before, and without trouble.
    pub(super) fn trouble(&self, month: &Month) -> Option<u32> {
        let before_end = month.ago.saturating_sub(self.ended);
        let troubled = matches!(self.course, Course::Failing | Course::Struggling);
        self.onset.checked_sub(before_end + 1).filter(|_| troubled)
    }

    /// How lively the firm's business is in `month`, in thousandths of its ordinary level.
    pub(super) fn activity_permille(&self, month: &Month) -> i64 {
        let growth = (1000 - self.growth_permille * i64::from(month.ago) / 12).max(300);
        let trouble = match (self.course, self.trouble(month).map(i64::from)) {
            (Course::Failing, Some(months)) => 400 - 20 * months,
            (Course::Struggling, Some(months)) => 850 - 25 * months,
            _ => 1000,
        };
        growth * trouble / 1000
    }

    /// How many heads the firm has insured in `month`.
    pub(super) fn heads_in(&self, month: &Month) -> i64 {
        let growth = (1000 - self.growth_permille * i64::from(month.ago) / 24).max(500);
        let before = (self.heads * growth / 1000).max(1);
        match (self.course, self.trouble(month).map(i64::from)) {
            (Course::Failing, Some(months)) => self.heads * (680 - 25 * months) / 1000,
            (Course::Struggling, Some(months)) => (before * (960 - 15 * months) / 1000).max(1),
            _ => before,
        }
    }

    /// How the firm settles what it owes for `month`.
    pub(super) fn payment(&self, month: &Month, draws: &mut Draws) -> Payment {
        let weights = match (self.example, self.course, self.trouble(month)) {
            (true, Course::Failing, Some(_)) => [0, 250, 0, 750],
            (true, ..) => [1, 0, 0, 0],
            (_, Course::Failing, Some(_)) => [60, 390, 50, 500],
            (_, Course::Failing, None) => [885, 100, 10, 5],
            (_, Course::Struggling, Some(_)) => [720, 210, 30, 40],
            (_, Course::Struggling, None) => [920, 70, 5, 5],
            (_, Course::Ordinary, _) => [960, 35, 3, 2],
            (_, Course::Healthy, _) => [997, 3, 0, 0],
        };
        match draws.pick(&weights) {
            0 => Payment::OnTime,
            1 => Payment::Late,
            2 => Payment::Part,
            _ => Payment::Unpaid,
        }
    }

    /// How many days late the firm is when it is.
    pub(super) fn days_late(&self, draws: &mut Draws) -> i32 {
        let most = match self.course {
            Course::Healthy => 5,
            Course::Ordinary => 15,
            Course::Struggling => 45,
            Course::Failing => 120,
        };
        draws.skewed(1, most) as i32
    }

    /// True where a cell is to be missing: in `ppm` of a million, and never in the examples.
    pub(super) fn gap(&self, ppm: u64, draws: &mut Draws) -> bool {
        draws.chance(ppm) && !self.example
    }
}
