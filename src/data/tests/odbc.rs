//! A real ODBC driver before a real PostgreSQL server (Debian: unixodbc, odbc-postgresql); where one of them is absent,
//! the test says so and ends. The driver manager finds its data sources by the environment, so a child does the work.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::postgresql::{Server, table};
use super::support::{Home, date, failure, outcome, person, show};
use super::typed::typed;
use crate::config::{Connection, OdbcSource};
use crate::data::{Databases, Delivery, IngestOptions, IngestProgress, IngestReport, Outcome, ingest};

/// Tells the child where the server's folder is.
const PLACE: &str = "ANSHI_TEST_ODBC";
const SOURCE: &str = "kind = \"odbc\"\nconnection = \"registry\"\n";

fn driver() -> Option<PathBuf> {
    let folders = fs::read_dir("/usr/lib").into_iter().flatten().flatten().map(|entry| entry.path());
    folders.map(|folder| folder.join("odbc/psqlodbcw.so")).find(|driver| driver.exists())
}

#[test]
fn a_driver_gives_what_the_database_holds() {
    let Some(driver) = driver() else {
        println!("skipped: no ODBC driver of PostgreSQL here (Debian: apt-get install odbc-postgresql)");
        return;
    };
    let Some(server) = Server::start() else { return };
    server.psql(&table(person(1).as_str())).unwrap();
    server
        .psql(
            "create table u as select 1 as one; create function drop_u() returns text language plpgsql as \
             $$begin drop table if exists u; return ''; end$$",
        )
        .unwrap();
    let place = server.dir.path();
    let source = format!(
        "Driver = {}\nServername = {}\nPort = 5432\nDatabase = postgres\nUseDeclareFetch = 1\nFetch = 1000\n",
        driver.display(),
        place.display()
    );
    fs::write(place.join("odbc.ini"), format!("[anshi test]\n{source}")).unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "data::tests::odbc::child", "--ignored", "--nocapture", "--test-threads=1"]);
    // Where Latin letters are all that there is: text must not depend on it.
    child.env(PLACE, place).env("ODBCINI", place.join("odbc.ini")).env("LC_ALL", "C");
    let output = child.output().unwrap();
    let said = [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned()).concat();
    assert!(output.status.success() && said.contains("1 passed") && said.contains("the child is through"), "{said}");
}

/// The child's side; does nothing in a process that no test has started as one.
#[test]
#[ignore = "a test starts it as its child"]
fn child() {
    let Some(place) = std::env::var_os(PLACE).map(PathBuf::from) else { return };
    rows_are_read_exactly(&place);
    what_is_wrong_is_told_and_undone(&place);
    the_server_goes_away(&place);
    println!("the child is through");
}

fn connections(dsn: &str, password_file: Option<PathBuf>, timeout_seconds: u32) -> BTreeMap<String, Connection> {
    let user = Some("owner".to_owned());
    let source = OdbcSource { dsn: dsn.to_owned(), user, password_file, timeout_seconds };
    BTreeMap::from([("registry".to_owned(), Connection::Odbc(source))])
}

fn take(
    home: &Home,
    connections: &BTreeMap<String, Connection>,
    progress: &mut dyn FnMut(IngestProgress<'_>),
) -> IngestReport {
    let folder = home.delivery();
    let delivery = Delivery { folder: &folder, databases: Databases::Known(connections) };
    let options = IngestOptions { as_of: date("2026-12-31"), only: None };
    ingest(&home.data(), &home.dir.path().join("rejects"), &home.catalog, delivery, &options, progress).unwrap()
}

fn rows_are_read_exactly(place: &Path) {
    let a = person(1);
    let good = [format!("{a}|-|-|-|-|-"), format!("{a}|2026-01-31|1250|1769846400000|true|甲\t\n\\N")];
    let query = "select \"身份证号\", \"日期\"::date, \"金额(元)\", \"时间\", \"参保\", \"类别\" from t -- rows";
    let password = place.join("password");
    fs::write(&password, "not asked for\n").unwrap();
    fs::set_permissions(&password, fs::Permissions::from_mode(0o600)).unwrap();
    for rows in ["table = \"public.t\"".to_owned(), format!("query = '''\n{query}\n'''")] {
        let home = typed(&format!("{SOURCE}{rows}"));
        let report = take(&home, &connections("anshi test", Some(password.clone()), 60), &mut |_| {});
        assert!(matches!(outcome(&report, "typed"), Outcome::Published { rows: 2, rejected: 1, .. }), "{report:?}");
        assert!(home.rejects("typed").contains(",3,paid_fen,the number has more than 2 decimals"));
        assert_eq!(show(&home.open(), "typed", &a), good);
    }
    // Longer than a driver thinks that texts are, and longer than a cell may be: whole, or refused.
    for (length, rows, rejected) in [(16_384, 1, 0), (16_385, 0, 1)] {
        let text = format!("repeat('x', {length})");
        let query = query.replace("\"类别\" from", &format!("{text} as \"类别\" from"));
        let home = typed(&format!("{SOURCE}query = '''{query}\nwhere \"参保\"'''"));
        let report = take(&home, &connections("anshi test", None, 60), &mut |_| {});
        match outcome(&report, "typed") {
            Outcome::Published { rows: taken, rejected: refused, .. } => {
                assert_eq!((*taken, *refused), (rows, rejected))
            }
            Outcome::Failed { error, .. } => assert!(rows == 0, "{error}"),
            other => panic!("{other:?}"),
        }
        match rows {
            1 => assert!(show(&home.open(), "typed", &a)[0].ends_with(&format!("|{}", "x".repeat(length)))),
            _ => assert!(home.rejects("typed").contains("kind,the cell is longer than")),
        }
    }
}

fn what_is_wrong_is_told_and_undone(place: &Path) {
    let columns = "\"日期\", \"金额(元)\", \"时间\", \"参保\", \"类别\"";
    let told = |rows: &str, connections: &BTreeMap<String, Connection>, wanted: &[&str]| {
        let home = typed(&format!("{SOURCE}{rows}"));
        let message = failure(&take(&home, connections, &mut |_| {}), "typed");
        assert!(wanted.iter().all(|part| message.contains(part)), "{message}");
    };
    let here = connections("anshi test", None, 1);
    told("table = \"nowhere\"", &here, &["the ODBC driver says", "nowhere", "42P01"]);
    told("query = \"select 1 as one\"", &here, &["names none of the columns"]);
    told(
        &format!("query = '''select pg_sleep(20)::text as \"身份证号\", {columns} from t'''"),
        &here,
        &["the ODBC driver says"],
    );
    told("query = '''select 1) to stdout; drop table t; --'''", &here, &["42601"]);
    told(
        "query = '''select \"身份证号\", \"日期\", 'x' as \"金额(元)\", \"时间\", \"参保\", \"电话\" from t'''",
        &here,
        &["unknown column `电话`", "`类别` (`kind` of the catalog) is missing"],
    );
    // What a query does beside reading is undone, whether its rows are taken or not.
    told(&format!("query = '''select drop_u() as \"身份证号\", {columns} from t'''"), &here, &["rows were refused"]);
    let home = typed(&format!("{SOURCE}query = '''select \"身份证号\", {columns} from t, u'''"));
    assert!(matches!(outcome(&take(&home, &here, &mut |_| {}), "typed"), Outcome::Published { rows: 2, .. }));
    let renamed =
        "query = '''select \"身份证号\", \"日期\", \"金额(元)\", \"时间\", \"参保\" as \"参保人\", \"类别\" from t'''";
    told(renamed, &here, &["unknown column `参保人`: did you mean `参保`?"]);

    let nowhere = connections("no such source", None, 1);
    told("table = \"t\"", &nowhere, &["ODBC knows no data source `no such source`", "odbc.ini"]);
    let open = place.join("open");
    fs::write(&open, "secret\n").unwrap();
    fs::set_permissions(&open, fs::Permissions::from_mode(0o644)).unwrap();
    told("table = \"t\"", &connections("anshi test", Some(open), 1), &["others can read the password", "chmod 600"]);
}

fn the_server_goes_away(place: &Path) {
    let a = person(1);
    let here = connections("anshi test", None, 60);
    let more = "query = '''select t.* from (select \"身份证号\", \"日期\", \"金额(元)\", \"时间\", \"参保\", \"类别\" from t \
                where \"类别\" is null) t, generate_series(1, 300000)'''";
    let home = typed(&format!("{SOURCE}table = \"t\""));
    let before = take(&home, &here, &mut |_| {}).snapshot;
    assert!(before.is_some());
    let larger = typed(&format!("{SOURCE}{more}"));
    let home = Home { catalog: larger.catalog, dir: home.dir };
    let mut killed = 0;
    let report = take(&home, &here, &mut |progress| {
        if progress.rows > 5_000 && killed == 0 {
            killed = progress.rows;
            let pid = fs::read_to_string(place.join("db/postmaster.pid")).unwrap();
            let pid = pid.lines().next().unwrap().to_owned();
            assert!(Command::new("kill").args(["-QUIT", &pid]).status().unwrap().success());
        }
    });
    assert!(killed > 0 && killed < 300_000, "{killed}");
    let message = failure(&report, "typed");
    assert!(message.contains("the connection `registry`"), "{message}");
    assert_eq!((report.snapshot, report.published), (before, false));
    assert_eq!(show(&home.open(), "typed", &a).len(), 2);
    let message = failure(&take(&home, &here, &mut |_| {}), "typed");
    assert!(message.contains("cannot be reached"), "{message}");
}
