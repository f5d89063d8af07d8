//! A real PostgreSQL server (Debian's package) and a production home that reads it by the command: with a password, and
//! over a network with a certificate. Where there is no server to start, the tests say so and end.

use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::bureau::{Bureau, anshi, ended};
use crate::support::firm;

const PASSWORD: &str = "correct horse";

/// A server of its own, with accounts that need passwords.
struct Server {
    dir: tempfile::TempDir,
    process: Child,
    bin: PathBuf,
    port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.process.id().to_string()).status();
        let _ = self.process.wait();
    }
}

/// The command as somebody who is not root: the server refuses to run as such.
fn command(program: &Path) -> Command {
    if fs::metadata("/proc/self").map(|own| std::os::unix::fs::MetadataExt::uid(&own)).unwrap() != 0 {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=nobody", "--regid=nogroup", "--clear-groups"]).arg(program);
    command
}

/// A certificate for `localhost`, by an authority of its own, and another authority that signed nothing.
const CERTIFICATES: &str = "
    set -e
    cd \"$1\"
    new='-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes'
    openssl req -x509 $new -days 30 -subj /CN=authority -keyout ca.key -out ca.pem
    openssl req -x509 $new -days 30 -subj /CN=authority -keyout other.key -out other.pem
    openssl req $new -subj /CN=server -keyout server.key -out server.csr
    echo subjectAltName=DNS:localhost > names
    openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile names -out server.pem
    chmod 600 server.key
    chmod 644 ca.pem other.pem";

impl Server {
    #[expect(clippy::print_stdout, reason = "the test run shows what was left out")]
    fn start() -> Option<Self> {
        let mut found: Vec<PathBuf> =
            fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|e| e.path()).collect();
        found.sort();
        let bin = found.into_iter().rev().map(|path| path.join("bin")).find(|path| path.join("initdb").exists());
        let openssl = Command::new("openssl").arg("version").output().is_ok();
        let Some(bin) = bin.filter(|_| openssl) else {
            println!("skipped: no PostgreSQL server here (Debian: apt-get install postgresql openssl)");
            return None;
        };
        let dir = tempfile::tempdir().unwrap();
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o777)).unwrap();
        let at = |name: &str| dir.path().join(name);
        fs::write(at("owner"), PASSWORD).unwrap();
        fs::set_permissions(at("owner"), fs::Permissions::from_mode(0o644)).unwrap();
        let (code, said) = ended(command(Path::new("sh")).args(["-c", CERTIFICATES, "sh"]).arg(dir.path()));
        assert_eq!(code, 0, "{said}");
        let mut initdb = command(&bin.join("initdb"));
        initdb.args(["--auth=scram-sha-256", "--username=owner", "--encoding=UTF8", "--locale=C", "--no-sync"]);
        let (code, said) = ended(initdb.arg("--pwfile").arg(at("owner")).arg("-D").arg(at("db")));
        assert_eq!(code, 0, "{said}");
        // Not by an argument: what the server is told so cannot be changed while it runs.
        let mut config = fs::OpenOptions::new().append(true).open(at("db/postgresql.conf")).unwrap();
        config.write_all(b"ssl = on\n").unwrap();
        // Free a moment ago.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut postgres = command(&bin.join("postgres"));
        postgres.arg("-D").arg(at("db")).arg("-k").arg(dir.path()).arg("-p").arg(port.to_string());
        postgres.args(["-c", "listen_addresses=localhost", "-c", "fsync=off"]);
        for (option, file) in [("ssl_cert_file", "server.pem"), ("ssl_key_file", "server.key")] {
            postgres.args(["-c", &format!("{option}={}", at(file).display())]);
        }
        let process = postgres.stderr(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
        let server = Self { dir, process, bin, port };
        for _ in 0..300 {
            if server.psql("select 1") {
                return Some(server);
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("the server does not start");
    }

    fn speak_tls(&self, on: bool) {
        assert!(self.psql(&format!("alter system set ssl = {on}")) && self.psql("select pg_reload_conf()"));
        let is_set = format!("do $$ begin assert current_setting('ssl')::boolean = {on}; end $$");
        let waited = (0..100).find(|_| {
            std::thread::sleep(Duration::from_millis(50));
            self.psql(&is_set)
        });
        assert!(waited.is_some());
    }

    /// Whether the server does it.
    fn psql(&self, sql: &str) -> bool {
        let mut psql = Command::new(self.bin.join("psql"));
        psql.arg("-h").arg(self.dir.path()).arg("-p").arg(self.port.to_string()).env("PGPASSWORD", PASSWORD);
        psql.args(["-U", "owner", "-d", "postgres", "-qAtX", "-v", "ON_ERROR_STOP=1", "-c", sql]);
        ended(&mut psql).0 == 0
    }
}

/// A bureau whose taxes come from the table `payments`, or whatever `rows` says.
struct Reader<'a> {
    bureau: Bureau,
    server: &'a Server,
    config: String,
}

impl<'a> Reader<'a> {
    fn new(server: &'a Server) -> Self {
        let bureau = Bureau::new();
        let config = fs::read_to_string(bureau.path().join("anshi.toml")).unwrap();
        let reader = Self { bureau, server, config };
        reader.password(PASSWORD);
        reader
    }

    fn password(&self, password: &str) {
        let path = self.bureau.path().join("keys/registry.password");
        fs::write(&path, format!("{password}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    }

    /// How the home reaches the server.
    fn connect(&self, host: &str, more: &str) {
        let port = self.server.port;
        let connection = format!(
            "\n[connection.registry]\nkind = \"postgresql\"\nhost = \"{host}\"\nport = {port}\ndbname = \"postgres\"\n\
             user = \"reader\"\npassword_file = \"keys/registry.password\"\n{more}\n"
        );
        fs::write(self.bureau.path().join("anshi.toml"), format!("{}{connection}", self.config)).unwrap();
    }

    fn ask(&self, rows: &str) {
        let path = self.bureau.path().join("catalog/tax_payment.toml");
        let good = fs::read_to_string(&path).unwrap();
        let (start, _) = good.split_once("[source]").unwrap();
        let (_, end) = good.split_once("[synthetic]").unwrap();
        let source = format!(
            "kind = \"postgresql\"\nconnection = \"registry\"\n{rows}\n\
             decimals = {{ payable_fen = 2, paid_fen = 2 }}\non_bad_id = \"reject\"\n"
        );
        fs::write(&path, format!("{start}[source]\n{source}[synthetic]{end}")).unwrap();
    }

    fn fails(&self, wanted: &str) {
        let (code, said) = self.bureau.ingest("2020-12-31", &[]);
        assert!(code == 1 && said.contains("the connection `registry`") && said.contains(wanted), "{wanted}: {said}");
        assert!(!said.contains(PASSWORD), "{said}");
        assert!(!self.bureau.path().join("data/current").exists());
    }
}

fn fill(server: &Server) {
    let table = format!(
        "create role reader login password '{PASSWORD}';
         create table payments (uscc text, period_end date, tax_kind text, payable_fen numeric, paid_fen numeric(12,2),
             due_date date, paid_date timestamp, phone text);
         insert into payments select '{}', date '2026-01-31' - n, 'VAT', n + 0.5, 1.25, null, timestamp '2026-02-01', 'x'
             from generate_series(1, 5000) n;
         create table secrets (x text)",
        firm(1)
    );
    assert!(server.psql(&table));
}

#[test]
fn tables_and_queries_enter_a_production_home() {
    let Some(server) = Server::start() else { return };
    fill(&server);
    let reader = Reader::new(&server);
    let socket = server.dir.path().display().to_string();
    reader.connect(&socket, "");
    reader.ask("table = \"public.payments\"");
    // The account has no rights yet.
    reader.fails("permission denied");
    assert!(server.psql("grant select on payments to reader"));
    reader.password("wrong");
    reader.fails("password authentication failed");
    reader.password(PASSWORD);
    reader.ask("table = \"payment\"");
    reader.fails("relation \"payment\" does not exist");
    reader.ask("table = \"public.payments\"");
    let (code, said) = reader.bureau.ingest("2020-12-31", &["--dry-run"]);
    assert!(code == 0 && said.contains("5000"), "{said}");
    assert!(!reader.bureau.path().join("data/current").exists());
    let (code, said) = reader.bureau.ingest("2020-12-31", &["--dataset", "tax_payment"]);
    assert!(code == 0 && said.contains("tax_payment: 5000 rows of 1 unit taken, 0 rejected"), "{said}");
    assert!(!said.contains("real_estate"), "only what was asked for is told of: {said}");
    let table = reader.bureau.current();
    let columns = "uscc, period_end, tax_kind, payable_fen, paid_fen, due_date, paid_date";
    reader.ask(&format!("query = \"\"\"\nselect {columns} from payments order by random()\n\"\"\""));
    assert_eq!(reader.bureau.ingest("2020-12-31", &[]).0, 0);
    let entry = |name: &str| {
        let hex = name.trim().trim_start_matches("sha256:");
        let path = reader.bureau.path().join("data/snapshots").join(format!("{hex}.json"));
        let manifest = fs::read_to_string(path).unwrap();
        manifest.split_once("\"datasets\"").unwrap().1.to_owned()
    };
    assert_eq!(entry(&table), entry(&reader.bureau.current()), "table and query hold the same rows");
    assert_eq!(anshi(&["snapshot", "verify", "--home", &reader.bureau.home()]).0, 0);
}

#[test]
fn a_server_on_the_network_is_known_by_its_certificate() {
    let Some(server) = Server::start() else { return };
    fill(&server);
    assert!(server.psql("grant select on payments to reader"));
    let reader = Reader::new(&server);
    reader.ask("table = \"payments\"");
    let verified = |ca: &str| format!("tls = \"verified\"\nca_file = \"{}\"", server.dir.path().join(ca).display());
    // Nobody has said how the connection is protected.
    reader.connect("localhost", "");
    let (code, said) = reader.bureau.ingest("2020-12-31", &[]);
    assert!(code == 1 && said.contains("say how the connection over the network is protected"), "{said}");
    reader.connect("localhost", &verified("other.pem"));
    reader.fails("certificate");
    // The right authority, and another name than the certificate's.
    reader.connect("127.0.0.1", &verified("ca.pem"));
    reader.fails("certificate");
    reader.connect("localhost", &verified("names"));
    reader.fails("certificate");
    reader.connect("localhost", &verified("nowhere"));
    reader.fails("nowhere");
    server.speak_tls(false);
    reader.connect("localhost", &verified("ca.pem"));
    reader.fails("server");
    server.speak_tls(true);
    reader.connect("localhost", &verified("ca.pem"));
    let (code, said) = reader.bureau.ingest("2020-12-31", &[]);
    assert!(code == 0 && said.contains("tax_payment: 5000 rows"), "{said}");
}
