//! The invented cities of populations. Many populations ask the same city, of one policy or of several: it is invented once,
//! grows by the datasets that are asked for, and is copied into the home of each. Never holds a real row.

use std::path::{Path, PathBuf};

use super::error::PlayError;
use super::stage::deliver;
use crate::catalog::Catalog;
use crate::data::synth::{Examples, SynthOptions};
use crate::env::{Durable, TemporaryDir, copy_durable, create_dir, list_tree};
use crate::job::HomePaths;
use crate::model::Digest;

/// The cities that were invented in a run.
#[derive(Default)]
pub struct Cities(Vec<City>);

struct City {
    /// What it was invented from: with the same of all three it is the same city.
    data: SynthOptions,
    catalog: Digest,
    folder: TemporaryDir,
    datasets: Vec<String>,
    examples: Option<Examples>,
}

impl Cities {
    /// Gives a new home the data of the city: at least these datasets of it.
    pub(super) fn settle(
        &mut self,
        home: &Path,
        catalog: &Catalog,
        datasets: &[String],
        data: &SynthOptions,
    ) -> Result<Examples, PlayError> {
        let is_it = |city: &&mut City| city.data == *data && city.catalog == catalog.sha256();
        if let Some(city) = self.0.iter_mut().find(is_it) {
            return city.settle(home, catalog, datasets);
        }
        let folder = TemporaryDir::new().map_err(PlayError::of)?;
        let mut city = City { data: *data, catalog: catalog.sha256(), folder, datasets: Vec::new(), examples: None };
        let examples = city.settle(home, catalog, datasets);
        self.0.push(city);
        examples
    }
}

impl City {
    fn settle(&mut self, home: &Path, catalog: &Catalog, datasets: &[String]) -> Result<Examples, PlayError> {
        let lacking = |dataset: &&String| !self.datasets.contains(dataset);
        let further: Vec<String> = datasets.iter().filter(lacking).cloned().collect();
        let examples = match self.examples {
            Some(examples) if further.is_empty() => examples,
            _ => deliver(&self.home(), self.folder.path(), catalog, &further, &self.data)?,
        };
        self.examples = Some(examples);
        self.datasets.extend(further);
        let (from, to) = (HomePaths::new(&self.home()).data(), HomePaths::new(home).data());
        for file in list_tree(&from).map_err(PlayError::of)? {
            // Every file lies below the folder that was listed.
            let Ok(inside) = file.strip_prefix(&from) else { continue };
            let place = to.join(inside);
            create_dir(place.parent().unwrap_or(&to)).map_err(PlayError::of)?;
            copy_durable(&file, &place, Durable::Private, &mut |_| {}).map_err(PlayError::of)?;
        }
        Ok(examples)
    }

    /// Where its data lie as a home's would.
    fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Snapshot;
    use crate::job::unpack_catalog;

    #[test]
    fn a_city_is_invented_once_and_grows() {
        let (catalog, homes) = (unpack_catalog().unwrap(), TemporaryDir::new().unwrap());
        let data = SynthOptions { scale_ppm: 200, seed: 1, as_of: "2026-09-30".parse().unwrap() };
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let mut cities = Cities::default();
        let mut settle = |home: &str, wanted: &[&str], data: &SynthOptions| {
            let home = homes.path().join(home);
            let examples = cities.settle(&home, &catalog, &names(wanted), data).unwrap();
            (examples, cities.0.len(), Snapshot::open(&HomePaths::new(&home).data(), &catalog, None).unwrap())
        };
        let (first, one, small) = settle("first", &["business_registration"], &data);
        let (second, still_one, grown) = settle("second", &["business_registration", "invoices"], &data);
        assert_eq!((first, one, still_one), (second, 1, 1));
        let firms = |snapshot: &Snapshot| snapshot.dataset("business_registration").unwrap().unit_ids().to_vec();
        assert!(!firms(&small).is_empty() && firms(&small) == firms(&grown));
        // What was given to a home stays as it was given.
        assert!(small.dataset("invoices").is_none() && grown.dataset("invoices").is_some());
        let (_, two, other) = settle("third", &["business_registration"], &SynthOptions { seed: 2, ..data });
        assert!(two == 2 && firms(&other) != firms(&small));
    }
}
