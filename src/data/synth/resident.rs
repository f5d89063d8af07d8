//! Everybody of the city: the persons of the firms, and the families at their places. Who is married, who are the children
//! and the parents, and who has died is drawn here once, so that all datasets about persons tell of the same families. Never
//! writes a row.

use super::calendar::Calendar;
use super::cast::{self, Part};
use super::draw::{Draws, tag};
use super::firm::{Firm, Firms};
use super::ids::{self, KinSex, Kinship};
use super::person::{PERSONS_PER_FIRM, Person, Place};
use crate::model::{Date, IdError, UnitId};

/// What somebody is to the person of a firm at whose place they live.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kin {
    /// The person of the firm.
    Own,
    Spouse,
    /// The first, the second, the third child.
    Child(u8),
    Father,
    Mother,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Marriage {
    Single,
    Married,
    Divorced,
    Widowed,
}

/// What somebody is to the head of their household.
pub(super) const RELATIONS: [&str; 5] = ["HEAD", "SPOUSE", "CHILD", "PARENT", "OTHER"];

/// Somebody of the city.
#[derive(Clone, Copy)]
pub(super) struct Resident {
    pub id: UnitId,
    /// Where all their draws come from.
    pub key: u64,
    /// The person of the firm at whose place they live: themselves, where they are [`Kin::Own`].
    pub person: Person,
    pub kin: Kin,
    pub part: Part,
    pub born: Date,
    pub is_woman: bool,
    pub status: &'static str,
    /// Years of age on the day of the delivery.
    pub age: i32,
    /// The day of death, where they have died.
    pub died: Option<Date>,
    pub head: UnitId,
    pub relation: &'static str,
    pub marriage: Marriage,
    /// The day of the wedding, where there was one.
    pub wed: Option<Date>,
    pub spouse: Option<UnitId>,
    pub father: Option<UnitId>,
    pub mother: Option<UnitId>,
    /// How many living members the household has.
    pub members: u32,
}

/// Spouses are this many days younger than the person, or older.
const SPOUSE_DAYS: [i32; 8] = [-1_423, -877, -402, -131, 95, 388, 811, 1_309];
/// A first child is at least so many days younger than its parent; each variant adds a step.
const CHILD_DAYS_MIN: i32 = 8_497;
const CHILD_STEP_DAYS: i32 = 617;
const SIBLING_DAYS: i32 = 1_133;
const CHILD_VARIANTS: u64 = 8;
const PARENT_DAYS_MIN: i32 = -11_003;
const PARENT_STEP_DAYS: i32 = 701;
const PARENT_VARIANTS: u64 = 4;
const YEAR_DAYS: i32 = 365;
/// From this age on, in years, children live somewhere else.
const GROWN_YEARS: i32 = 23;
const MARRIED_YEARS_MIN: i32 = 22;
const MOTHER_YEARS: std::ops::RangeInclusive<i32> = 20..=46;
const PARENT_YEARS_MAX: i32 = 99;
/// Married couples of two persons of one firm differ by so many days at most.
const COUPLE_DAYS: u32 = 8 * 365;
/// Parents who died did so within so many days.
const DIED_DAYS: i64 = 1_000;

/// How old somebody is who was born on that day, in years.
pub(super) fn years(born: Date, day: Date) -> i32 {
    let ((year, month, of_month), (now, this_month, today)) = (born.ymd(), day.ymd());
    i32::from(now) - i32::from(year) - i32::from((this_month, today) < (month, of_month))
}

impl Resident {
    /// True where a cell is to be missing: in `ppm` of a million, and never around the examples.
    pub(super) fn gap(&self, ppm: u64, draws: &mut Draws) -> bool {
        self.person.gap(ppm, draws)
    }

    /// The draws about one thing of this person.
    pub(super) fn draws(&self, about: &str) -> Draws {
        Draws::new(self.key, tag(about), 0)
    }

    pub(super) fn is_own(&self) -> bool {
        self.kin == Kin::Own
    }

    /// Whether they live, and live here.
    pub(super) fn lives(&self) -> bool {
        self.status == "REGISTERED"
    }

    /// Whether nothing befalls them by chance.
    pub(super) fn example(&self) -> bool {
        self.person.firm.example
    }

    /// Something that happens to one in so many, and to those of the examples who play one of `parts`.
    pub(super) fn happens(&self, about: &str, ppm: u64, parts: &[Part]) -> bool {
        if self.example() { parts.contains(&self.part) } else { self.draws(about).chance(ppm) }
    }

    /// The first day on which they could act for themselves, and no later than the delivery.
    pub(super) fn adult_on(&self, calendar: &Calendar) -> Date {
        Firms::adult_on(&self.id).min(calendar.as_of())
    }

    /// A day in the last `days`, when they were grown.
    pub(super) fn day_within(&self, days: i64, calendar: &Calendar, draws: &mut Draws) -> Date {
        calendar.as_of().plus_days(-(draws.between(1, days) as i32)).max(self.adult_on(calendar))
    }
}

impl Firms<'_> {
    /// The persons of a firm, the first first.
    pub(super) fn persons(&self, firm: &Firm) -> Result<[Person; 3], IdError> {
        let person = |place: Place| self.person_of(*firm, place.of(firm.number));
        Ok([person(Place::First)?, person(Place::Second)?, person(Place::Third)?])
    }

    /// The person `number`, and the kin at their place.
    pub(super) fn family(&self, number: u64) -> Result<Vec<Resident>, IdError> {
        let firm = self.firm(number / PERSONS_PER_FIRM)?;
        self.family_of(&self.persons(&firm)?, number)
    }

    /// The same, where the persons of the firm are known.
    pub(super) fn family_of(&self, persons: &[Person; 3], number: u64) -> Result<Vec<Resident>, IdError> {
        let [first, second, third] = persons;
        let shares = second.household != second.number;
        let couple = shares
            && first.is_woman != second.is_woman
            && first.born.days().abs_diff(second.born.days()) <= COUPLE_DAYS;
        let (host, guest) = match number % PERSONS_PER_FIRM {
            2 => (third, None),
            1 if !shares => (second, None),
            _ => (first, shares.then_some(second)),
        };
        let partner = guest.filter(|_| couple);
        let mut family = if cast::is_of_cast(host.firm.number) {
            self.cast_family(host)?
        } else {
            self.drawn_family(host, partner)?
        };
        if let Some(guest) = guest {
            let relation = if couple { "SPOUSE" } else { "OTHER" };
            let mut resident = self.resident(guest, (guest.id, Kin::Own, Part::None), relation);
            if couple {
                let wed = family.first().and_then(|own| own.wed);
                (resident.marriage, resident.spouse, resident.wed) = (Marriage::Married, Some(host.id), wed);
            }
            family.push(resident);
        }
        let members = family.iter().filter(|member| member.lives()).count();
        for member in &mut family {
            (member.head, member.members) = (host.id, members as u32);
        }
        // Who lives at another's place is a family of its own as far as the tables go: nobody comes twice.
        family.retain(|member| (guest.is_some_and(|guest| member.id == guest.id)) == (number != host.number));
        Ok(family)
    }

    /// A relative of `person`, as yet without kin of their own.
    fn resident(&self, person: &Person, (id, kin, part): (UnitId, Kin, Part), relation: &'static str) -> Resident {
        let slot = match kin {
            Kin::Own => 0,
            Kin::Spouse => 1,
            Kin::Father => 2,
            Kin::Mother => 3,
            Kin::Child(place) => 4 + u64::from(place),
        };
        let key = if slot == 0 { person.key } else { Draws::new(person.key, tag("kin"), slot).bits() };
        let born = ids::born(&id);
        let own = kin == Kin::Own;
        let mut resident = Resident {
            id,
            key,
            person: *person,
            kin,
            part,
            born,
            is_woman: ids::is_woman(&id),
            status: if own { person.status } else { "REGISTERED" },
            age: years(born, self.calendar.as_of()),
            died: None,
            head: person.id,
            relation,
            marriage: Marriage::Single,
            wed: None,
            spouse: None,
            father: None,
            mother: None,
            members: 1,
        };
        if own && person.status == "DECEASED" {
            let changed = super::register::changed_on(person, self.calendar);
            resident.died = Some(changed.plus_days(-(resident.draws("death").between(1, 9) as i32)).max(born));
        }
        resident
    }

    /// The host, and whom chance gives them.
    fn drawn_family(&self, host: &Person, partner: Option<&Person>) -> Result<Vec<Resident>, IdError> {
        let draws = &mut Draws::new(host.key, tag("family"), 0);
        let mut own = self.resident(host, (host.id, Kin::Own, Part::None), "HEAD");
        own.marriage = match partner {
            Some(_) => Marriage::Married,
            None => marriage(own.age, draws),
        };
        let (alone, left) = (own.marriage == Marriage::Single, own.status == "MOVED_OUT");
        let mut kin = Vec::new();
        if own.marriage == Marriage::Married && partner.is_none() {
            kin.push(self.spouse(host, draws)?);
        }
        let spouse = partner.map(|partner| (partner.id, partner.born)).or(kin.first().map(|kin| (kin.id, kin.born)));
        own.spouse = spouse.map(|(id, _)| id);
        own.wed = (!alone).then(|| self.wedding(host, spouse.map(|(_, born)| born)));
        for spouse in &mut kin {
            (spouse.spouse, spouse.wed) = (Some(host.id), own.wed);
        }
        if !alone {
            self.children(&own, spouse, draws, &mut kin)?;
        }
        if own.age <= 60 {
            self.parents(&mut own, draws, &mut kin)?;
        }
        // Who has left took the family along, and the city knows of it no more.
        if left {
            kin.clear();
            (own.father, own.mother) = (None, None);
            if partner.is_none() {
                (own.marriage, own.wed, own.spouse) = (Marriage::Single, None, None);
            }
        }
        kin.insert(0, own);
        Ok(kin)
    }

    fn spouse(&self, host: &Person, draws: &mut Draws) -> Result<Resident, IdError> {
        let group = draws.below(SPOUSE_DAYS.len() as u64);
        let born_after_days = SPOUSE_DAYS.get(group as usize).copied().unwrap_or(0);
        let id = self.ids.relative(host.number, Kinship { group, born_after_days, sex: KinSex::Other })?;
        let mut spouse = self.resident(host, (id, Kin::Spouse, Part::None), "SPOUSE");
        spouse.marriage = Marriage::Married;
        Ok(spouse)
    }

    /// Between the younger one's twenty-second birthday and two years later.
    fn wedding(&self, host: &Person, spouse: Option<Date>) -> Date {
        let younger = spouse.map_or(host.born, |born| born.max(host.born));
        let days = Draws::new(host.key, tag("wedding"), 0).between(0, 2 * 365) as i32;
        younger.plus_days(MARRIED_YEARS_MIN * YEAR_DAYS + 6 + days).min(self.calendar.as_of())
    }

    fn children(
        &self,
        own: &Resident,
        spouse: Option<(UnitId, Date)>,
        draws: &mut Draws,
        kin: &mut Vec<Resident>,
    ) -> Result<(), IdError> {
        let count = draws.pick(&[22, 46, 28, 4]) as u8;
        let variant = draws.below(CHILD_VARIANTS);
        let (mother, mother_born) = match spouse {
            Some((id, born)) if !own.is_woman => (Some(id), born),
            _ => (Some(own.id).filter(|_| own.is_woman), own.born),
        };
        let father = if own.is_woman { spouse.map(|(id, _)| id) } else { Some(own.id) };
        for place in 0..count {
            let later = CHILD_STEP_DAYS * variant as i32 + SIBLING_DAYS * i32::from(place);
            let group = SPOUSE_DAYS.len() as u64 + CHILD_VARIANTS * u64::from(place) + variant;
            let kinship = Kinship { group, born_after_days: CHILD_DAYS_MIN + later, sex: KinSex::Drawn };
            let id = self.ids.relative(own.person.number, kinship)?;
            let mut child = self.resident(&own.person, (id, Kin::Child(place), Part::None), "CHILD");
            let is_born = child.born <= self.calendar.as_of() && MOTHER_YEARS.contains(&years(mother_born, child.born));
            (child.father, child.mother) = (father, mother);
            if is_born && child.age < GROWN_YEARS {
                kin.push(child);
            }
        }
        Ok(())
    }

    fn parents(&self, own: &mut Resident, draws: &mut Draws, kin: &mut Vec<Resident>) -> Result<(), IdError> {
        let variant = draws.below(PARENT_VARIANTS);
        let odd = u64::from(self.ids.is_odd(own.person.number));
        let mut found = Vec::new();
        for (place, kin, sex) in [(0, Kin::Father, KinSex::Man), (1, Kin::Mother, KinSex::Woman)] {
            let group = 32 + 8 * place + 2 * variant + odd;
            let born_after_days = PARENT_DAYS_MIN + PARENT_STEP_DAYS * (variant as i32 + place as i32);
            let id = self.ids.relative(own.person.number, Kinship { group, born_after_days, sex })?;
            let parent = self.resident(&own.person, (id, kin, Part::None), "PARENT");
            if draws.chance(150_000) && parent.age <= PARENT_YEARS_MAX {
                found.push(self.perhaps_dead(parent));
            }
        }
        let id = |kin| found.iter().find(|parent| parent.kin == kin).map(|parent| parent.id);
        (own.father, own.mother) = (id(Kin::Father), id(Kin::Mother));
        if let [father, mother] = &mut found[..] {
            wed(father, mother, self.calendar);
        }
        kin.append(&mut found);
        Ok(())
    }

    fn perhaps_dead(&self, mut parent: Resident) -> Resident {
        let draws = &mut parent.draws("death");
        let ppm = match parent.age {
            ..60 => 10_000,
            60..70 => 30_000,
            70..80 => 80_000,
            _ => 250_000,
        };
        if draws.chance(ppm) {
            parent.status = "DECEASED";
            parent.died = Some(self.calendar.as_of().plus_days(-(draws.between(20, DIED_DAYS) as i32)));
        }
        parent
    }

    /// The families of the cast are as they are written down.
    fn cast_family(&self, host: &Person) -> Result<Vec<Resident>, IdError> {
        let part = cast::role_of(host.number).map_or(Part::None, |role| role.part);
        let mut family = vec![self.resident(host, (host.id, Kin::Own, part), "HEAD")];
        for role in cast::kin_of(host.number) {
            let relation = match role.kin {
                Kin::Own | Kin::Spouse => "SPOUSE",
                Kin::Child(_) => "CHILD",
                Kin::Father | Kin::Mother => "PARENT",
            };
            let mut member = self.resident(host, (role.id(self)?, role.kin, role.part), relation);
            if role.part == Part::DeceasedClaimant {
                member.status = "DECEASED";
                member.died = Some(self.calendar.as_of().plus_days(-180));
            }
            family.push(member);
        }
        let id = |kin| family.iter().find(|member| member.kin == kin).map(|member| member.id);
        let (spouse, father, mother) = (id(Kin::Spouse), id(Kin::Father), id(Kin::Mother));
        let wed = spouse.map(|_| self.wedding(host, None));
        let [man, woman] = if host.is_woman { [spouse, Some(host.id)] } else { [Some(host.id), spouse] };
        for member in &mut family {
            let (marriage, other) = match member.kin {
                Kin::Own => (Marriage::Married, spouse),
                Kin::Spouse => (Marriage::Married, Some(host.id)),
                Kin::Father | Kin::Mother => (Marriage::Widowed, None),
                Kin::Child(_) => (Marriage::Single, None),
            };
            let is_couple = matches!(member.kin, Kin::Own | Kin::Spouse);
            (member.marriage, member.spouse) = (marriage, other);
            member.wed = wed.filter(|_| is_couple);
            match member.kin {
                Kin::Child(_) => (member.father, member.mother) = (man, woman),
                Kin::Own => (member.father, member.mother) = (father, mother),
                _ => {}
            }
        }
        Ok(family)
    }
}

/// Two parents are a couple; whoever outlives the other is widowed.
fn wed(father: &mut Resident, mother: &mut Resident, calendar: &Calendar) {
    let day = father.born.max(mother.born).plus_days((MARRIED_YEARS_MIN + 1) * YEAR_DAYS).min(calendar.as_of());
    let state = |other: &Resident| if other.died.is_some() { Marriage::Widowed } else { Marriage::Married };
    let (fathers, mothers) = (state(mother), state(father));
    (father.marriage, father.spouse, father.wed) = (fathers, Some(mother.id), Some(day));
    (mother.marriage, mother.spouse, mother.wed) = (mothers, Some(father.id), Some(day));
}

fn marriage(age: i32, draws: &mut Draws) -> Marriage {
    let weights = match age {
        ..MARRIED_YEARS_MIN => [1, 0, 0, 0],
        MARRIED_YEARS_MIN..25 => [75, 25, 0, 0],
        25..30 => [40, 57, 3, 0],
        30..65 => [9, 81, 8, 2],
        _ => [4, 75, 4, 17],
    };
    match draws.pick(&weights) {
        0 => Marriage::Single,
        1 => Marriage::Married,
        2 => Marriage::Divorced,
        _ => Marriage::Widowed,
    }
}
