//! `anshi guest test` of a project: built first, with the project's own cases, under the policy that it names.

use std::fs;

use super::run::{Desk, ended};
use crate::workbench::guest_test::Watching;

#[test]
fn a_new_project_passes_its_test_at_once() {
    let desk = Desk::new();
    let missing = desk.make("mine", "rust", "verifier");
    desk.run(&["guest", "test", "mine", "--no-build"]).with(1).saying("mine/build/mine.wasm");
    let told = desk.run(&["guest", "test", "mine", "--json"]).with(0).json();
    assert_eq!((told["policy"].as_str(), told["wrong"].as_u64()), (Some("revenue-verification"), Some(0)));
    assert_eq!(told["file"], "mine/cases.toml");
    assert!(told["measured"][0]["most"]["fuel"].as_u64().unwrap() > 0);
    let within = ended(desk.command(&["guest", "test", "--no-build"]).current_dir(&missing)).with(0);
    within.saying("all as expected").saying("on this machine; the slot is ");
}

#[test]
fn a_table_projects_units_are_measured() {
    let desk = Desk::new();
    desk.make("mine", "rust", "contributor");
    let told = desk.run(&["guest", "test", "mine", "--json"]).with(0).json();
    assert_eq!(told["policy"], "fiscal-themes");
    assert!(told["measured"][0]["most"]["runs"].as_u64().unwrap() > 1, "one run for each unit");
}

/// What is wrong is the project's: a case, the build, the policy that it names. None of them ends a watch.
#[test]
fn each_way_to_fail_has_its_exit_code_and_none_ends_a_watch() {
    let desk = Desk::new();
    let project = desk.make("mine", "rust", "verifier");
    let watching = Watching::start(&mut desk.command(&["guest", "test", "mine", "--watch"]));
    watching.line_with("all as expected");
    watching.line_with("waiting for a change");
    let (source, cases, settings) =
        (project.join("src/lib.rs"), project.join("cases.toml"), project.join("guest.toml"));
    let [good_source, good_cases, good_settings] =
        [&source, &cases, &settings].map(|file| fs::read_to_string(file).unwrap());
    assert!(good_cases.contains("answer = \"yes\""));
    fs::write(&cases, good_cases.replacen("answer = \"yes\"", "answer = \"no\"", 1)).unwrap();
    watching.line_with("1 not as expected");
    watching.line_with("waiting for a change");
    desk.run(&["guest", "test", "mine"]).with(1).saying("1 case came out otherwise than expected");
    fs::write(&cases, &good_cases).unwrap();
    watching.line_with("all as expected");
    watching.line_with("waiting for a change");
    fs::write(&source, "pub fn broken() -> u32 { \"seven\" }\n").unwrap();
    watching.line_with("waiting for a change");
    desk.run(&["guest", "test", "mine"]).with(1).saying("the guest does not build");
    fs::write(&source, &good_source).unwrap();
    watching.line_with("all as expected");
    watching.end();
    // The project's guest, under a policy that does not grant what it reads.
    fs::write(&settings, good_settings.replace("revenue-verification", "guarantor-check")).unwrap();
    fs::write(&cases, "guest = \"mine\"\n[[case]]\nexpect = { answer = \"yes\" }\n").unwrap();
    desk.run(&["guest", "test", "mine"]).with(3).saying("the policy does not grant `tax_filing` of role `enterprise`");
    fs::write(&settings, good_settings.replace("revenue-verification", "revenue-verfication")).unwrap();
    desk.run(&["guest", "test", "mine"]).with(2).saying("did you mean `revenue-verification`?");
}
