//! `synthetic.toml` of a pack: the seeds of an invented city, as `anshi synth` takes them. Never holds a row.

use std::path::Path;

use serde::Deserialize;

use super::error::PackError;
use crate::data::synth::SynthOptions;
use crate::document::{Document, Finding, LocalDate, Spanned};
use crate::env::read_text;
use crate::model::{Chinese, parse_decimal};

/// The seeds' file in a pack.
pub const SEEDS_FILE: &str = "synthetic.toml";
/// Decimals of a scale.
const SCALE_DECIMALS: u8 = 6;
/// A hundred times 9.2 million rows.
const SCALE_PPM_MAX: u64 = 100_000_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSeeds {
    seed: u64,
    scale: Spanned<String>,
    as_of: LocalDate,
}

/// A scale that is none.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("a scale is a decimal in quotes from \"0.000001\" to \"100\"")]
struct ScaleMistake;

impl Chinese for ScaleMistake {
    fn chinese(&self) -> String {
        "规模是带引号的小数，从 \"0.000001\" 到 \"100\"".to_owned()
    }
}

/// The seeds as their file has them.
pub(super) fn seeds_text(options: &SynthOptions) -> String {
    let SynthOptions { scale_ppm, seed, as_of } = options;
    let (whole, part) = (scale_ppm / 1_000_000, scale_ppm % 1_000_000);
    let decimals = format!("{part:06}");
    let scale = match decimals.trim_end_matches('0') {
        "" => whole.to_string(),
        decimals => format!("{whole}.{decimals}"),
    };
    format!(
        "# The invented city of this pack: `anshi synth --pack FOLDER` makes it.\nseed = {seed}\nscale = \"{scale}\"\nas_of = {as_of}\n"
    )
}

/// The seeds of the pack in `folder`.
pub fn read_seeds(folder: &Path) -> Result<SynthOptions, PackError> {
    let path = folder.join(SEEDS_FILE);
    let document = Document::new(path.display().to_string(), read_text(&path)?);
    let raw: RawSeeds = document.parse()?;
    let scale = parse_decimal(raw.scale.get_ref().as_bytes(), SCALE_DECIMALS).ok();
    let scale = scale.and_then(|scale| u64::try_from(scale).ok()).filter(|ppm| (1..=SCALE_PPM_MAX).contains(ppm));
    let findings = match scale {
        Some(_) => Vec::new(),
        None => vec![Finding::at(raw.scale.span(), ScaleMistake)],
    };
    let options = scale.map(|scale_ppm| SynthOptions { scale_ppm, seed: raw.seed, as_of: raw.as_of.0 });
    Ok(document.check(options, findings)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Date;

    #[test]
    fn seeds_are_read_as_they_were_written() {
        let folder = crate::env::TemporaryDir::new().unwrap();
        for scale_ppm in [1, 10_000, 999_999, 1_000_000, 2_200_000, SCALE_PPM_MAX] {
            let options = SynthOptions { scale_ppm, seed: 7, as_of: Date::from_ymd(2026, 9, 30).unwrap() };
            let path = folder.path().join(SEEDS_FILE);
            let text = seeds_text(&options);
            crate::env::write_unsynced(&path, text.as_bytes()).unwrap();
            assert_eq!(read_seeds(folder.path()).unwrap(), options);
            for (from, to) in [("seed = 7", "seed = 7\nrows = 1"), ("scale = \"", "scale = \"-"), ("as_of", "day")] {
                crate::env::write_unsynced(&path, text.replacen(from, to, 1).as_bytes()).unwrap();
                assert!(read_seeds(folder.path()).is_err(), "{to}");
            }
        }
    }
}
