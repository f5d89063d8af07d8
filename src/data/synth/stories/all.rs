//! The table of all stories. Never tells one.

use super::super::story::{Of, Story};
use super::{business, certificates, education, families, homes, justice, market, supply, taxes, trade, welfare, work};
use crate::model::UnitKind;

const ALL: [&[Story]; 12] = [
    &market::STORIES,
    &business::STORIES,
    &taxes::STORIES,
    &trade::STORIES,
    &justice::STORIES,
    &supply::STORIES,
    &homes::STORIES,
    &work::STORIES,
    &families::STORIES,
    &education::STORIES,
    &welfare::STORIES,
    &certificates::STORIES,
];

/// The story of a dataset of this name, about units of this kind.
pub(in super::super) fn of(unit: UnitKind, dataset: &str) -> Option<&'static Story> {
    static STORIES: [&[Story]; 12] = ALL;
    let is_about = |story: &&Story| match story.of {
        Of::Firms { .. } => unit == UnitKind::Enterprise,
        Of::Residents { .. } => unit == UnitKind::Person,
    };
    STORIES.iter().flat_map(|stories| stories.iter()).filter(is_about).find(|story| story.dataset == dataset)
}
