//! Deliveries to a production home, by the command, as a bureau takes them: what is wrong with one is told in both
//! languages with place and cure, and leaves the last good data and nothing half done.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::Command;

use anshi::catalog::Catalog;
use anshi::data::{IngestOptions, ingest};
use anshi::job::HomePaths;

use super::bureau::{Bureau, TAX_HEADER, anshi, ended, rows, taxes};
use super::languages::fails;
use crate::support::firm;

#[test]
fn each_refused_delivery_is_told_in_both_languages_and_leaves_the_last_good_data() {
    let (bureau, current) = Bureau::with_taxes();
    let before = bureau.published();
    let (home, delivery) = (bureau.home(), bureau.delivery().display().to_string());
    let words = ["ingest", "--home", &home, "--from", &delivery, "--as-of", "2020-12-31"];
    let good = taxes(&rows(100));
    let row = rows(1);
    let with_header = |header: &str| format!("{header}\n{row}").into_bytes();
    let cases: Vec<Vec<u8>> = vec![
        with_header(&format!("{TAX_HEADER},电话")),
        with_header(&TAX_HEADER.replace(",税种", "")),
        with_header(&TAX_HEADER.replace("税种", "税种类")),
        with_header(&format!("{TAX_HEADER},税种")),
        with_header("张三,李四"),
        Vec::new(),
        b"\xef\xbb\xbf".to_vec(),
        with_header(TAX_HEADER)[..TAX_HEADER.len()].to_vec(),
        taxes(&row.replace("20260131", "20260231")).into_bytes(),
        taxes(&row.replace(",1,1,", ",\"1,000\",１,")).into_bytes(),
        taxes(&row.replacen(firm(1).as_str(), "91371402MA769M6L9X", 1)).into_bytes(),
        taxes(&format!("{}\"open", rows(30))).into_bytes(),
        b"\xc4\xc9\xcb\xb0,\xb1\xf0\n".to_vec(),
        b"PK\x03\x04".to_vec(),
        b"\xff\xfe\0".to_vec(),
        [good.as_bytes(), &[b'x'; 5 << 20]].concat(),
    ];
    for case in cases {
        bureau.deliver("tax_payment/a.csv", case);
        fails(&words, 1);
        fails(&[&words[..], &["--dry-run"]].concat(), 1);
        assert_eq!(bureau.current(), current);
    }
    bureau.deliver("tax_payment/a.csv", &good);
    bureau.deliver("tax_payment/b.csv", &good);
    fails(&words, 1);
    fs::remove_file(bureau.delivery().join("tax_payment/b.csv")).unwrap();
    fails(&[&words[..], &["--dataset", "tax_payments"]].concat(), 1);
    fails(&["ingest", "--home", &home, "--from", &delivery, "--as-of", "2020-11-29"], 1);
    fails(&["ingest", "--home", &home, "--from", &delivery], 2);
    fails(&["ingest", "--home", &home, "--from", "/nowhere", "--as-of", "2020-12-31"], 2);
    assert_eq!((bureau.current(), bureau.published()), (current, before));
    let (code, said) = bureau.ingest("2020-12-31", &[]);
    assert!(code == 0 && said.contains("100 rows"), "{said}");
}

#[test]
fn every_kind_of_source_tells_what_is_wrong_in_both_languages() {
    let (bureau, current) = Bureau::with_taxes();
    let (home, delivery) = (bureau.home(), bureau.delivery().display().to_string());
    let catalog = bureau.path().join("catalog/tax_payment.toml");
    let good = fs::read_to_string(&catalog).unwrap();
    let (start, _) = good.split_once("[source]").unwrap();
    let (_, end) = good.split_once("[synthetic]").unwrap();
    let config = bureau.path().join("anshi.toml");
    let mut text = fs::read_to_string(&config).unwrap();
    text.push_str(
        "\n[connection.gone]\nkind = \"postgresql\"\nhost = \"/nowhere\"\ndbname = \"d\"\nuser = \"u\"\n\
         [connection.exposed]\nkind = \"postgresql\"\nhost = \"/nowhere\"\ndbname = \"d\"\nuser = \"u\"\n\
         password_file = \"password\"\n\
         [connection.other]\nkind = \"odbc\"\ndsn = \"no such source\"\n",
    );
    fs::write(&config, text).unwrap();
    fs::write(bureau.path().join("password"), "secret").unwrap();
    bureau.deliver("a.bin", "PAR1 and no more");
    for source in [
        "kind = \"parquet\"\nfiles = \"a.bin\"",
        "kind = \"excel\"\nfiles = \"a.bin\"",
        "kind = \"postgresql\"\nconnection = \"gone\"\ntable = \"t\"",
        "kind = \"postgresql\"\nconnection = \"exposed\"\ntable = \"t\"",
        "kind = \"postgresql\"\nconnection = \"unknown\"\ntable = \"t\"",
        "kind = \"postgresql\"\nconnection = \"other\"\ntable = \"t\"",
        "kind = \"odbc\"\nconnection = \"other\"\ntable = \"t\"",
    ] {
        fs::write(&catalog, format!("{start}[source]\n{source}\non_bad_id = \"reject\"\n[synthetic]{end}")).unwrap();
        fails(&["ingest", "--home", &home, "--from", &delivery, "--as-of", "2020-12-31"], 1);
        assert_eq!(bureau.current(), current);
    }
    let folder = bureau.path().join("catalog").display().to_string();
    for source in [
        "kind = \"parquet\"\nfiles = \"../a\"",
        "kind = \"cvs\"\nfiles = \"a\"",
        "kind = \"csv\"\nfiles = \"a\"\nencoding = \"gbk\"",
        "kind = \"csv\"\nfiles = \"a\"\nencoding = \"utf-8\"\nsheet = \"x\"\ndates = [\"%Y\"]",
        "kind = \"excel\"\nfiles = \"a\"\nheader_row = 0",
        "kind = \"odbc\"\nconnection = \"x\"\ntable = \"a\"\nquery = \"select 1\"",
        "kind = \"postgresql\"\nconnection = \"x\"\nquery = \"drop table t\"",
        "kind = \"postgresql\"\nconnection = \"x\"\ncolumns = { \"a\" = \"nobody\" }\nrejects_max = \"2\"",
    ] {
        fs::write(&catalog, format!("{start}[source]\n{source}\non_bad_id = \"mend\"\n[synthetic]{end}")).unwrap();
        fails(&["catalog", "check", &folder], 1);
    }
}

#[test]
fn two_ingests_at_once_are_refused() {
    let (bureau, current) = Bureau::with_taxes();
    bureau.deliver("tax_payment/a.csv", taxes(&rows(20)));
    let paths = HomePaths::new(&bureau.path());
    let catalog = Catalog::load(&bureau.path().join("catalog")).unwrap();
    let options = IngestOptions { as_of: "2020-12-31".parse().unwrap(), only: None };
    let mut refused = 0;
    // Another process begins while this one is in the middle.
    let report = ingest(&paths.data(), &paths.rejects(), &catalog, &bureau.delivery(), &options, &mut |_| {
        for more in [&[] as &[&str], &["--dry-run"]] {
            let (code, said) = bureau.ingest("2020-12-31", more);
            assert!(
                code == 1 && said.contains("another ingest works in") && said.contains("wait for its end"),
                "{said}"
            );
            assert_eq!(bureau.current(), current);
            refused += 1;
        }
    });
    assert!(refused > 0 && report.unwrap().published);
    assert_eq!(anshi(&["snapshot", "verify", "--home", &bureau.home()]).0, 0);
}

#[test]
fn a_line_of_two_gigabytes_takes_no_two_gigabytes() {
    let (bureau, current) = Bureau::with_taxes();
    let path = bureau.delivery().join("tax_payment/a.csv");
    let mut file = File::create(&path).unwrap();
    file.write_all(taxes(&rows(3)).as_bytes()).unwrap();
    // A hole: zeros that take no room on the disk.
    file.set_len(2 << 30).unwrap();
    let (home, delivery) = (bureau.home(), bureau.delivery().display().to_string());
    let limited = |words: &[&str]| {
        let mut shell = Command::new("sh");
        // However many threads this machine makes: address space alone is no memory.
        shell.env("MALLOC_ARENA_MAX", "2");
        shell.args(["-c", "ulimit -v 1800000 && exec \"$@\"", "sh", env!("CARGO_BIN_EXE_anshi")]);
        ended(shell.args(words).args(["--lang", "en"]))
    };
    let (code, said) = limited(&["ingest", "--home", &home, "--from", &delivery, "--as-of", "2020-12-31"]);
    assert!(code == 1 && said.contains("tax_payment/a.csv`: the row that begins on line 5 is longer"), "{said}");
    assert_eq!(bureau.current(), current);
    let draft = bureau.folder().join("draft.toml").display().to_string();
    let file = path.display().to_string();
    let (code, said) = limited(&["catalog", "infer", &file, "--name", "taxes", "--out", &draft]);
    assert!(code == 1 && said.contains("a.csv`") && said.contains("line 5"), "{said}");
    assert!(!Path::new(&draft).exists());
}

/// A small disk of its own, in a mount namespace; `None` where this machine gives none.
fn on_a_small_disk(folder: &Path, script: &str) -> Option<(i32, String)> {
    let mount = "mount -t tmpfs -o size=24m tmpfs \"$DISK\"";
    let root = is_root();
    let namespace = if root { "-m" } else { "-rm" };
    let disk = folder.join("disk");
    fs::create_dir(&disk).unwrap();
    let run = |script: &str| {
        let mut command = Command::new("unshare");
        command.args([namespace, "sh", "-euc", script]).env("DISK", &disk);
        command.env("ANSHI", env!("CARGO_BIN_EXE_anshi")).env("DELIVERIES", folder);
        ended(&mut command)
    };
    let tried = Command::new("unshare").arg("--version").output().is_ok() && run(mount).0 == 0;
    tried.then(|| run(&format!("{mount}\n{script}")))
}

fn is_root() -> bool {
    let own = fs::metadata("/proc/self").unwrap();
    std::os::unix::fs::MetadataExt::uid(&own) == 0
}

#[test]
fn a_full_disk_leaves_the_last_good_data_and_work_goes_on_once_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    for (name, count) in [("small", 100), ("large", 60_000)] {
        let to = folder.path().join(name).join("tax_payment");
        fs::create_dir_all(&to).unwrap();
        let line = |n: usize| format!("{},202601{:02},VAT,{n},1,,\n", firm(n as u32 % 50_000), n % 28 + 1);
        fs::write(to.join("a.csv"), taxes(&(0..count).map(line).collect::<String>())).unwrap();
    }
    let script = r#"
        H="$DISK/home"
        ingest() { "$ANSHI" ingest --home "$H" --from "$DELIVERIES/$1" --as-of "$2" --lang en; }
        "$ANSHI" init --home "$H" --kind production
        ingest small 2020-11-30
        before=$(cat "$H/data/current")
        # Leaves room for the lists and not for the rows.
        free=$(df -k --output=avail "$DISK" | tail -n 1)
        head -c $((free * 1024 - 400000)) /dev/zero > "$DISK/ballast"
        set +e
        ingest large 2020-12-31
        echo "exit code $?"
        set -e
        test "$before" = "$(cat "$H/data/current")" && echo "the same snapshot"
        "$ANSHI" snapshot verify --home "$H" --lang en
        rm "$DISK/ballast"
        ingest large 2020-12-31
        "$ANSHI" snapshot verify --home "$H" --lang en
        test "$before" != "$(cat "$H/data/current")" && echo "another snapshot"
        test -z "$(ls "$H/data/tmp")" && echo "nothing left over"
    "#;
    let Some((code, said)) = on_a_small_disk(folder.path(), script) else {
        println!("skipped: this machine lets nobody mount a small disk (unshare -m)");
        return;
    };
    for wanted in [
        "No space left on device",
        "exit code 1",
        "the same snapshot",
        "another snapshot",
        "60000 rows",
        "nothing left over",
    ] {
        assert!(said.replace(',', "").contains(wanted), "{wanted}: {said}");
    }
    assert_eq!(code, 0, "{said}");
}

fn flip(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let mut bytes = fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap();
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_damaged_snapshot_is_told_and_mended_by_the_same_delivery() {
    let (bureau, current) = Bureau::with_taxes();
    let home = bureau.home();
    let whole = bureau.published();
    let verify = ["snapshot", "verify", "--home", &home];
    for (path, bytes) in &whole {
        flip(path);
        let is_manifest = path.extension().is_some();
        // What is found by its form is no start; what by its hash, a failed verification.
        let code = anshi(&verify).0;
        assert!(code == 4 || code == 1, "{}", path.display());
        fails(&verify, code);
        let (code, said) = bureau.ingest("2020-11-30", &[]);
        if is_manifest {
            assert!(code == 1 && said.contains("restore it from a backup, or remove it"), "{said}");
            fs::remove_file(path).unwrap();
            fs::remove_file(bureau.path().join("data/current")).unwrap();
            assert_eq!(bureau.ingest("2020-11-30", &[]).0, 0);
        } else {
            assert_eq!(code, 0, "{said}");
        }
        assert_eq!((anshi(&verify).0, bureau.current()), (0, current.clone()));
        assert_eq!(fs::read(path).unwrap(), *bytes);
    }
    // Half written, as a power cut may leave what was never published, and cut afterwards.
    for (path, bytes) in &whole {
        let cut = &bytes[..bytes.len() / 2];
        fs::remove_file(path).unwrap();
        fs::write(path, cut).unwrap();
        fails(&verify, 1);
        fs::remove_file(path).unwrap();
        fails(&verify, 1);
        fs::write(path, bytes).unwrap();
    }
    fs::write(bureau.path().join("data/current"), "sha256:").unwrap();
    fails(&verify, 1);
    fails(&["ingest", "--home", &home, "--from", &bureau.delivery().display().to_string(), "--as-of", "2020-12-31"], 1);
}

#[test]
fn invented_and_real_data_do_not_mix() {
    let (bureau, current) = Bureau::with_taxes();
    let invented = bureau.folder().join("invented").display().to_string();
    assert_eq!(anshi(&["synth", "--out", &invented, "--scale", "0.001"]).0, 0);
    fails(&["ingest", "--home", &bureau.home(), "--from", &invented, "--as-of", "2020-12-31"], 1);
    assert_eq!(bureau.current(), current);
    // Without the file that says so: of every dataset, each row tells it.
    fs::remove_file(Path::new(&invented).join("synthetic.json")).unwrap();
    let home = bureau.home();
    let words = ["ingest", "--home", &home, "--from", &invented, "--as-of", "2020-12-31"];
    fails(&words, 1);
    let (_, said) = anshi(&words);
    let refused = said.lines().filter(|line| line.contains("not taken") && line.contains("rows were refused"));
    let datasets = fs::read_dir(bureau.path().join("catalog")).unwrap().count();
    assert_eq!(refused.count(), datasets, "{said}");
    let lists = fs::read_dir(bureau.path().join("rejects")).unwrap();
    for list in lists.map(|list| fs::read_to_string(list.unwrap().path()).unwrap()) {
        assert!(list.lines().skip(1).all(|row| row.contains("`anshi synth` invents")), "{list}");
    }
    assert_eq!(bureau.current(), current);
    fs::remove_dir_all(&invented).unwrap();
    assert_eq!(anshi(&["synth", "--out", &invented, "--scale", "0.001"]).0, 0);
    let synthetic = bureau.folder().join("synthetic").display().to_string();
    assert_eq!(anshi(&["init", "--home", &synthetic, "--kind", "synthetic"]).0, 0);
    let real = bureau.delivery().display().to_string();
    fails(&["ingest", "--home", &synthetic, "--from", &real], 1);
    // A row that nobody invented, in a delivery that was.
    let mut file =
        fs::OpenOptions::new().append(true).open(Path::new(&invented).join("tax_payment/tax_payment.csv")).unwrap();
    file.write_all(rows(1).as_bytes()).unwrap();
    fails(&["ingest", "--home", &synthetic, "--from", &invented], 1);
    assert!(!Path::new(&synthetic).join("data/current").exists());
}
