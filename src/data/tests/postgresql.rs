//! A real PostgreSQL server, started for these tests alone; where there is none, they say so and end.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::support::{Home, date, failure, outcome, person, show};
use super::typed::typed;
use crate::config::{Connection, PostgresqlServer, Tls};
use crate::data::{Databases, Delivery, IngestOptions, IngestReport, Outcome, ingest, rehearse};

/// The newest server that Debian's package, or the PATH, has.
fn binaries() -> Option<PathBuf> {
    let mut found: Vec<PathBuf> =
        fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|e| e.path()).collect();
    found.sort();
    found.into_iter().rev().map(|path| path.join("bin")).find(|path| path.join("initdb").exists())
}

/// A server of its own, on a socket in its folder alone.
pub struct Server {
    pub dir: tempfile::TempDir,
    process: Child,
    bin: PathBuf,
}

/// The command as somebody who is not root: the server refuses to run as such.
fn command(program: &Path) -> Command {
    if !rustix::process::geteuid().is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=nobody", "--regid=nogroup", "--clear-groups"]).arg(program);
    command
}

impl Server {
    /// Starts one; `None`, and a message, where there is none to start.
    pub fn start() -> Option<Self> {
        let Some(bin) = binaries() else {
            println!("skipped: no PostgreSQL server here (Debian: apt-get install postgresql)");
            return None;
        };
        let dir = tempfile::tempdir().unwrap();
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o777)).unwrap();
        let data = dir.path().join("db");
        let mut initdb = command(&bin.join("initdb"));
        initdb
            .args(["--auth=trust", "--username=owner", "--encoding=UTF8", "--locale=C", "--no-sync", "-D"])
            .arg(&data);
        let made = initdb.stdout(Stdio::null()).status().unwrap();
        assert!(made.success());
        let mut postgres = command(&bin.join("postgres"));
        postgres.arg("-D").arg(&data).arg("-k").arg(dir.path()).args(["-c", "listen_addresses=", "-c", "fsync=off"]);
        let process = postgres.stderr(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
        let server = Self { dir, process, bin };
        for _ in 0..300 {
            if server.psql("select 1").is_some() {
                return Some(server);
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("the server does not start");
    }

    /// What the server says to `sql`; `None` where that failed.
    pub fn psql(&self, sql: &str) -> Option<String> {
        let mut psql = Command::new(self.bin.join("psql"));
        psql.arg("-h").arg(self.dir.path()).args([
            "-U",
            "owner",
            "-d",
            "postgres",
            "-qAtX",
            "-v",
            "ON_ERROR_STOP=1",
            "-c",
            sql,
        ]);
        let output = psql.stderr(Stdio::null()).output().unwrap();
        output.status.success().then(|| String::from_utf8(output.stdout).unwrap())
    }

    fn connection(&self, timeout_seconds: u32) -> BTreeMap<String, Connection> {
        let connection = Connection::Postgresql(PostgresqlServer {
            host: self.dir.path().display().to_string(),
            port: 5_432,
            dbname: "postgres".to_owned(),
            user: "owner".to_owned(),
            password_file: None,
            tls: Tls::Off,
            timeout_seconds,
        });
        BTreeMap::from([("registry".to_owned(), connection)])
    }

    fn take(&self, home: &Home, timeout_seconds: u32) -> IngestReport {
        let connections = self.connection(timeout_seconds);
        let folder = home.delivery();
        let delivery = Delivery { folder: &folder, databases: Databases::Known(&connections) };
        let options = IngestOptions { as_of: date("2026-12-31"), only: None };
        ingest(&home.data(), &home.dir.path().join("rejects"), &home.catalog, delivery, &options, &mut |_| {}).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The process may be the one that became the server, or the one that started it.
        let _ = Command::new("kill").arg(self.process.id().to_string()).status();
        let _ = self.process.wait();
    }
}

/// Makes a table `t` with a row of every type, one of nothings, and one with more decimals than the catalog has.
pub fn table(id: &str) -> String {
    format!(
        "create table t (\"身份证号\" char(20), \"日期\" timestamp, \"金额(元)\" numeric(20,3), \"时间\" timestamptz, \
         \"参保\" boolean, \"类别\" text, \"电话\" text); \
         insert into t values ('{id}', '2026-01-31', 12.500, '2026-01-31 16:00:00+08', true, E'甲\\t\\n\\\\N', '13800000000'), \
         ('{id}', null, null, null, null, null, null), ('{id}', null, 0.125, null, false, '乙', null)"
    )
}

const SOURCE: &str = "kind = \"postgresql\"\nconnection = \"registry\"\n";

#[test]
fn tables_and_queries_are_read_exactly() {
    let Some(server) = Server::start() else { return };
    let a = person(1);
    server.psql(&table(a.as_str())).unwrap();
    let good = [format!("{a}|-|-|-|-|-"), format!("{a}|2026-01-31|1250|1769846400000|true|甲\t\n\\N")];
    let query = format!(
        "{SOURCE}query = '''\nselect \"身份证号\", \"日期\"::date, \"金额(元)\", \"时间\", \"参保\", \"类别\" from t -- rows\n'''"
    );
    for source in [format!("{SOURCE}table = \"public.t\""), query] {
        let home = typed(&source);
        let report = server.take(&home, 60);
        assert!(matches!(outcome(&report, "typed"), Outcome::Published { rows: 2, rejected: 1, .. }), "{report:?}");
        assert!(home.rejects("typed").contains(",3,paid_fen,the number has more than 2 decimals"));
        assert_eq!(show(&home.open(), "typed", &a), good);
    }
    // Nothing of a rehearsal stays but its list.
    let home = typed(&format!("{SOURCE}table = \"t\""));
    let (connections, folder) = (server.connection(60), home.delivery());
    let delivery = Delivery { folder: &folder, databases: Databases::Known(&connections) };
    let options = IngestOptions { as_of: date("2026-12-31"), only: None };
    let rejects = home.dir.path().join("rejects");
    let report = rehearse(&home.data(), Some(&rejects), &home.catalog, delivery, &options, &mut |_| {}).unwrap();
    assert!(matches!(outcome(&report, "typed"), Outcome::Checked { rows: 2, rejected: 1 }), "{report:?}");
    assert!(!report.published && report.snapshot.is_none());
    assert_eq!(home.rejects("typed").lines().count(), 2);
}

#[test]
fn what_is_wrong_is_told_and_nothing_can_be_written() {
    let Some(server) = Server::start() else { return };
    let a = person(1);
    server.psql(&table(a.as_str())).unwrap();
    server
        .psql("create function drop_t() returns text language plpgsql as $$begin drop table t; return ''; end$$")
        .unwrap();
    let columns = "\"日期\", \"金额(元)\", \"时间\", \"参保\", \"类别\"";
    for (rows, wanted) in [
        ("table = \"nowhere\"".to_owned(), vec!["relation \"nowhere\" does not exist", "42P01"]),
        ("query = \"select 1 as one\"".to_owned(), vec!["names none of the columns"]),
        (
            format!("query = '''select drop_t() as \"身份证号\", {columns} from t'''"),
            vec!["read-only transaction", "25006"],
        ),
        (
            format!("query = '''select pg_sleep(20)::text as \"身份证号\", {columns} from t'''"),
            vec!["statement timeout", "57014"],
        ),
        ("query = '''select 1) to stdout; drop table t; --'''".to_owned(), vec!["42601"]),
    ] {
        let message = failure(&server.take(&typed(&format!("{SOURCE}{rows}")), 1), "typed");
        assert!(wanted.iter().all(|part| message.contains(part)), "{message}");
    }
    server.psql("alter table t rename column \"参保\" to \"参保状态\"").unwrap();
    let message = failure(&server.take(&typed(&format!("{SOURCE}table = \"t\"")), 60), "typed");
    assert!(message.contains("the column `参保` (`insured` of the catalog) is missing"), "{message}");
    assert_eq!(server.psql("select count(*) from t").unwrap().trim(), "3");
}

#[test]
fn a_server_that_goes_away_in_the_middle_leaves_the_last_good_data() {
    let Some(server) = Server::start() else { return };
    let a = person(1);
    server.psql(&table(a.as_str())).unwrap();
    let home = typed(&format!("{SOURCE}table = \"t\""));
    let before = server.take(&home, 60).snapshot;
    assert!(before.is_some());
    server.psql("insert into t select t.* from t, generate_series(1, 2000000) where \"类别\" is null").unwrap();
    let connections = server.connection(60);
    let folder = home.delivery();
    let delivery = Delivery { folder: &folder, databases: Databases::Known(&connections) };
    let options = IngestOptions { as_of: date("2026-12-31"), only: None };
    let mut killed = 0;
    let report =
        ingest(&home.data(), &home.dir.path().join("rejects"), &home.catalog, delivery, &options, &mut |progress| {
            if progress.rows > 10_000 && killed == 0 {
                killed = progress.rows;
                let pid = fs::read_to_string(server.dir.path().join("db/postmaster.pid")).unwrap();
                let pid = pid.lines().next().unwrap().to_owned();
                // At once, and every process of it.
                assert!(Command::new("kill").args(["-QUIT", &pid]).status().unwrap().success());
            }
        });
    let report = report.unwrap();
    assert!(killed > 0 && killed < 2_000_000, "{killed}");
    let message = failure(&report, "typed");
    assert!(message.contains("the connection `registry`"), "{message}");
    assert_eq!(report.snapshot, before);
    assert!(!report.published);
    assert_eq!(show(&home.open(), "typed", &a).len(), 2);
    // And now it cannot be reached at all.
    let message = failure(&server.take(&home, 60), "typed");
    // On its way down it still says so; SQLSTATE 57P03 is `cannot_connect_now`.
    assert!(message.contains("cannot be reached") || message.contains("57P03"), "{message}");
}
