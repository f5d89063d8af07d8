//! Keeps what was played on: the home as it is before the first case, and what was asked and answered, so that anybody can ask
//! another engine the same. Invented from the first byte to the last; never reads another home.

use std::ffi::OsStr;
use std::path::Path;

use super::error::PlayError;
use crate::env::{Durable, copy_durable, create_dir, create_private_dir, list_tree, write_atomic};
use crate::job::Answered;

/// The home and the mirror beside it, in a new folder: `home` and `home.mirror`.
pub(super) fn keep_home(home: &Path, to: &Path) -> Result<(), PlayError> {
    create_dir(to).map_err(PlayError::of)?;
    let Some(above) = home.parent() else { return Ok(()) };
    let name = home.file_name().unwrap_or_default();
    let mut mirror = name.to_owned();
    mirror.push(".mirror");
    for part in [name, OsStr::new(&mirror)] {
        let from = above.join(part);
        create_private_dir(&to.join(part)).map_err(PlayError::of)?;
        for file in list_tree(&from).map_err(PlayError::of)? {
            // Every file lies below the folder that was listed.
            let Ok(inside) = file.strip_prefix(above) else { continue };
            let place = to.join(inside);
            create_dir(place.parent().unwrap_or(to)).map_err(PlayError::of)?;
            copy_durable(&file, &place, Durable::Private, &mut |_| {}).map_err(PlayError::of)?;
        }
    }
    Ok(())
}

/// A request, and the bundle that answered it: `requests/3.jws`, `bundles/3.json`; of a later turn of a case `3-2`.
pub(super) fn keep_asked(
    to: &Path,
    (number, turn): (usize, u32),
    token: &str,
    answered: Option<&Answered>,
) -> Result<(), PlayError> {
    let name = if turn > 1 { format!("{number}-{turn}") } else { number.to_string() };
    let put = |folder: &str, file: String, text: &str| {
        create_dir(&to.join(folder)).map_err(PlayError::of)?;
        write_atomic(&to.join(folder).join(file), text.as_bytes(), Durable::Private).map_err(PlayError::of)
    };
    put("requests", format!("{name}.jws"), token)?;
    match answered {
        Some(answered) => {
            let bundle =
                answered.bundle().and_then(|bundle| serde_json::to_string_pretty(&bundle)).map_err(PlayError::of)?;
            put("bundles", format!("{name}.json"), &bundle)
        }
        None => Ok(()),
    }
}
