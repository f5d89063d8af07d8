//! What goes into a pack, and what does not.

use std::fs;

use anshi::catalog::Catalog;
use anshi::data::synth::synthesise;
use anshi::data::{IngestOptions, ingest};
use anshi::document::Document;
use anshi::model::{AccountKind, Millis, Pace, UnitKind};
use anshi::pack::{Exported, LeftOut, PackError};
use anshi::policy::{Accounts, ApprovalTrust, check_policy_file};

use super::room::{CLIENT, Room, files, seeds};

/// What stayed behind beside the policies that other clients alone may use.
fn left_out(exported: &Exported) -> Vec<LeftOut> {
    exported.left_out.iter().filter(|what| !matches!(what, LeftOut::Foreign(_))).cloned().collect()
}

#[test]
fn the_same_home_gives_the_same_bytes_whatever_lies_beside() {
    let room = Room::new();
    let first = room.export();
    assert_eq!(first.bytes, room.export().bytes);
    fs::write(room.home.join("policies/sme-credit-check/notes.txt"), "x").unwrap();
    fs::write(room.home.join("catalog/tax_payment.toml.bak"), "x").unwrap();
    room.change("catalog/tax_payment.toml", |text| format!("# a comment\n{text}"));
    room.change("policies/sme-credit-check/policy.toml", |text| format!("# a comment\n{text}"));
    assert_eq!(first.bytes, room.export().bytes);
}

#[test]
fn a_pack_is_made_of_what_its_policies_and_their_cases_need() {
    let room = Room::new();
    let exported = room.export();
    assert!(left_out(&exported).is_empty(), "{:?}", exported.left_out);
    room.import(&exported.bytes, false).unwrap();
    let packed = files(&room.path("bank"));
    let shipped = files(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("policies").as_path());
    let same = |path: &str| packed.get(&format!("policies/{path}")) == shipped.get(path);
    let goes_along = |path: &&String| {
        let ours = exported.policies.iter().any(|id| path.starts_with(&format!("{id}/")));
        ours && (path.contains("/rows/") || path.ends_with("cases.toml"))
    };
    assert!(shipped.keys().filter(goes_along).count() > 5);
    for path in shipped.keys().filter(goes_along) {
        assert!(same(path), "{path}");
    }
    assert_eq!(packed["wit/sandbox.wit"], include_bytes!("../../sandbox-guests/wit/sandbox.wit"));
    // The accounts' approvals are of what all clients may spend.
    assert!(packed.keys().all(|path| !path.starts_with("policies/approvals/")));
}

#[test]
fn policies_keep_their_digests_and_their_approvals() {
    let room = Room::new();
    room.import(&room.export().bytes, false).unwrap();
    let catalog = Catalog::load(&room.home.join("catalog")).unwrap();
    let packed = Catalog::load(&room.path("bank/catalog")).unwrap();
    let auditors = anshi::config::Config::load(&room.home).unwrap().auditors();
    let trust = ApprovalTrust { needed: 1, auditors, now: Millis(1_800_000_000_000) };
    let mut seen = 0;
    for folder in fs::read_dir(room.home.join("policies")).unwrap().map(|entry| entry.unwrap().path()) {
        let other = room.path("bank/policies").join(folder.file_name().unwrap());
        if !other.join("policy.toml").is_file() {
            continue;
        }
        let read = |folder: &std::path::Path, catalog| {
            check_policy_file(&folder.join("policy.toml"), catalog, Pace::NONE).unwrap()
        };
        let (own, theirs) = (read(&folder, &catalog), read(&other, &packed));
        assert_eq!(own, theirs);
        assert!(trust.approvals(&other.join("approvals"), theirs.sha256).unwrap().at(trust.now).is_some());
        seen += 1;
    }
    assert!(seen > 4);
}

#[test]
fn a_client_sees_its_own_quotas_and_no_limit_of_others() {
    let room = Room::new();
    let text = "[label.enterprise]\nclients = { smart-finance = { bits = 5, lifetime = 50 }, other = { bits = 9, \
                lifetime = 90 } }\nlimit = { bits = 30, lifetime = 300 }\nwindow_days = 90\n\
                [label.person]\nclients = { other = { bits = 9, lifetime = 90 } }\nlimit = { bits = 9, lifetime = 90 }\n\
                window_days = 90\n[table.enterprise]\nclients = { smart-finance = { epsilon = \"1\", lifetime = \"2\" } }\n\
                limit = { epsilon = \"4\", lifetime = \"8\" }\nwindow_days = 365\n";
    room.change("policies/accounts.toml", |_| text.to_owned());
    room.approve_all();
    room.import(&room.export().bytes, false).unwrap();
    let read = fs::read_to_string(room.path("bank/policies/accounts.toml")).unwrap();
    assert!(!read.contains("other"), "{read}");
    let (own, all) =
        (Accounts::check(&Document::new("own", read)).unwrap(), Accounts::check(&Document::new("all", text)).unwrap());
    let quotas = |accounts: &Accounts| accounts.quotas_of(CLIENT).collect::<Vec<_>>();
    assert_eq!(quotas(&own), quotas(&all));
    let limits: Vec<(AccountKind, u64)> = own.limits().map(|(account, limit)| (account, limit.window)).collect();
    let [label, table] = [AccountKind::Label(UnitKind::Enterprise), AccountKind::Table(UnitKind::Enterprise)];
    assert_eq!(limits, [(label, 5), (table, 1_000_000_000)]);
}

#[test]
fn the_twin_of_a_pack_has_the_rows_of_the_twin_of_its_home() {
    let room = Room::new();
    room.import(&room.export().bytes, false).unwrap();
    let rows = |catalog: &std::path::Path, name: &str| {
        let catalog = Catalog::load(catalog).unwrap().delivered_as_csv();
        let (delivery, data) = (room.path(&format!("{name}.delivery")), room.path(name));
        fs::create_dir_all(&delivery).unwrap();
        synthesise(&catalog, &delivery, &seeds(), &mut |_, _| {}).unwrap();
        let options = IngestOptions { as_of: seeds().as_of, only: None };
        let rejects = room.path(&format!("{name}.rejects"));
        let report = ingest(&data, &rejects, &catalog, &delivery, &options, &mut |_| {}).unwrap();
        assert!(report.published && !report.failed(), "{report:?}");
        files(&data.join("files")).into_keys().collect::<Vec<_>>()
    };
    // Files of a snapshot are called by their digests.
    let (home, bank) = (rows(&room.home.join("catalog"), "own"), rows(&room.path("bank/catalog"), "theirs"));
    assert!(home.len() > 10);
    assert_eq!(home, bank);
}

#[test]
fn a_dataset_tells_nothing_of_its_source() {
    let room = Room::new();
    room.import(&room.export().bytes, false).unwrap();
    let (home, bank) = (room.home.join("catalog"), room.path("bank/catalog"));
    let (own, theirs) = (Catalog::load(&home).unwrap(), Catalog::load(&bank).unwrap());
    for (own, theirs) in own.datasets().zip(theirs.datasets()) {
        assert_eq!(
            (&own.name, own.schema_sha256, own.rows_per_unit),
            (&theirs.name, theirs.schema_sha256, theirs.rows_per_unit)
        );
        assert_eq!((&own.title, &own.department, &own.columns), (&theirs.title, &theirs.department, &theirs.columns));
        assert_ne!(own.source, theirs.source, "{}", own.name);
        assert_eq!(theirs.source.headers, own.columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>());
    }
}

#[test]
fn cases_that_a_home_wrote_itself_stay_behind() {
    let room = Room::new();
    let cases = "policies/sme-credit-check/cases.toml";
    // A comment makes them other than the program's own: its titles, clients and texts may say anything.
    room.change(cases, |text| format!("# mine\n{text}"));
    assert_eq!(left_out(&room.export()), [LeftOut::Cases("sme-credit-check".to_owned())]);
    assert!(!room.export().manifest.files.iter().any(|file| file.path == cases));
    room.change(cases, |text| format!("{text}odd = 1\n"));
    assert_eq!(left_out(&room.export()), [LeftOut::BadCases("sme-credit-check".to_owned())]);
}

#[test]
fn policies_of_others_and_drafts_stay_behind() {
    let room = Room::new();
    room.change("policies/guarantor-check/policy.toml", |text| text.replace("\"smart-finance\"", "\"other-bank\""));
    room.approve_all();
    room.change("policies/enterprise-vitality/policy.toml", |text| text.replacen("version = \"", "version = \"9", 1));
    let exported = room.export();
    let [foreign, draft] = ["guarantor-check", "enterprise-vitality"].map(str::to_owned);
    assert!(exported.left_out.contains(&LeftOut::Foreign(foreign.clone())));
    assert_eq!(left_out(&exported), [LeftOut::Unapproved(draft.clone())]);
    assert!(!exported.manifest.files.iter().any(|file| file.path.contains(&foreign) || file.path.contains(&draft)));
    assert!(matches!(room.export_for("other-bank"), Err(PackError::NoQuota(_))));
    let Err(PackError::NoClient { known, .. }) = room.export_for("nobody") else { panic!("nobody got a pack") };
    assert!(["other-bank", CLIENT].iter().all(|&client| known.iter().any(|name| name == client)), "{known:?}");
}
