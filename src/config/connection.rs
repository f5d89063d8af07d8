//! `[connection.…]` of a home's configuration: where a department's database is, and who asks. Holds the name of the
//! file with the password, never the password; opens nothing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::document::{Finding, Spanned};
use crate::model::{Chinese, check_name};

const TIMEOUT_SECONDS_DEFAULT: u32 = 3_600;
const POSTGRESQL_PORT: u16 = 5_432;

/// A database that a home may read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Connection {
    /// A PostgreSQL server.
    Postgresql(PostgresqlServer),
    /// What an ODBC driver reaches.
    Odbc(OdbcSource),
}

impl Connection {
    /// The word in TOML.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Postgresql(_) => "postgresql",
            Self::Odbc(_) => "odbc",
        }
    }
}

/// Where a PostgreSQL server is, and who asks it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostgresqlServer {
    /// A name, an address, or the folder of a socket.
    pub host: String,
    /// The port; with a socket, the number in its name.
    pub port: u16,
    /// The database.
    pub dbname: String,
    /// The account; it needs no right but to read.
    pub user: String,
    /// The file with its password, and nothing else; `None` where the server asks for none.
    pub password_file: Option<PathBuf>,
    /// How the connection is protected.
    pub tls: Tls,
    /// How long one dataset's rows may take.
    pub timeout_seconds: u32,
}

/// How a connection is protected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tls {
    /// Not at all: a socket of this machine, or a line that something else protects.
    Off,
    /// The server must show a certificate for its name, signed by an authority of this file (PEM).
    Verified {
        /// The authorities' certificates.
        ca_file: PathBuf,
    },
}

/// A data source of the ODBC driver manager.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OdbcSource {
    /// Its name in `odbc.ini`.
    pub dsn: String,
    /// The account, where the driver wants one.
    pub user: Option<String>,
    /// The file with its password.
    pub password_file: Option<PathBuf>,
    /// How long one dataset's rows may take.
    pub timeout_seconds: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawConnection {
    kind: Spanned<String>,
    host: Option<Spanned<String>>,
    port: Option<Spanned<u16>>,
    dbname: Option<Spanned<String>>,
    tls: Option<Spanned<String>>,
    ca_file: Option<Spanned<String>>,
    dsn: Option<Spanned<String>>,
    user: Option<Spanned<String>>,
    password_file: Option<Spanned<String>>,
    timeout_seconds: Option<Spanned<u32>>,
}

/// One mistake in a connection.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum Mistake {
    #[error("the kind of a connection is `postgresql` or `odbc`")]
    Kind,
    #[error("a connection of kind `{kind}` needs `{key}`")]
    Needed { kind: String, key: &'static str },
    #[error("a connection of kind `{kind}` has no `{key}`")]
    Strange { kind: String, key: &'static str },
    #[error("`tls` is \"verified\", with `ca_file`, or \"off\"")]
    Tls,
    #[error("say how the connection over the network is protected: `tls = \"verified\"` with `ca_file`, or \"off\"")]
    TlsNeeded,
    #[error("a time limit is at least 1")]
    Timeout,
}

impl Chinese for Mistake {
    fn chinese(&self) -> String {
        match self {
            Self::Kind => "连接的 `kind` 应为 `postgresql` 或 `odbc`".to_owned(),
            Self::Needed { kind, key } => format!("`{kind}` 类连接须有 `{key}`"),
            Self::Strange { kind, key } => format!("`{kind}` 类连接没有 `{key}`"),
            Self::Tls => "`tls` 应为 \"verified\"（并写 `ca_file`）或 \"off\"".to_owned(),
            Self::TlsNeeded => "请说明网络连接如何保护：`tls = \"verified\"` 并写 `ca_file`，或 \"off\"".to_owned(),
            Self::Timeout => "时限至少为 1".to_owned(),
        }
    }
}

/// Checks all connections. Files are relative to `home`.
pub(super) fn connections(
    raw: &BTreeMap<String, RawConnection>,
    home: &Path,
    findings: &mut Vec<Finding>,
) -> BTreeMap<String, Connection> {
    let mut checked = BTreeMap::new();
    for (name, connection) in raw {
        if let Err(error) = check_name(name) {
            findings.push(Finding::at(connection.kind.span(), error));
        }
        if let Some(connection) = connection.check(home, findings) {
            checked.insert(name.clone(), connection);
        }
    }
    checked
}

impl RawConnection {
    fn check(&self, home: &Path, findings: &mut Vec<Finding>) -> Option<Connection> {
        let timeout_seconds = self.timeout_seconds.as_ref().map_or(TIMEOUT_SECONDS_DEFAULT, |limit| *limit.get_ref());
        if let Some(limit) = self.timeout_seconds.as_ref().filter(|limit| *limit.get_ref() == 0) {
            findings.push(Finding::at(limit.span(), Mistake::Timeout));
        }
        let text = |value: &Option<Spanned<String>>| value.as_ref().map(|value| value.get_ref().clone());
        let password_file = self.password_file.as_ref().map(|file| home.join(file.get_ref()));
        match self.kind.get_ref().as_str() {
            "postgresql" => {
                self.strange("dsn", &self.dsn, findings);
                let host = self.needed("host", &self.host, findings);
                Some(Connection::Postgresql(PostgresqlServer {
                    tls: self.check_tls(home, &host, findings),
                    host,
                    port: self.port.as_ref().map_or(POSTGRESQL_PORT, |port| *port.get_ref()),
                    dbname: self.needed("dbname", &self.dbname, findings),
                    user: self.needed("user", &self.user, findings),
                    password_file,
                    timeout_seconds,
                }))
            }
            "odbc" => {
                for (key, value) in [("host", &self.host), ("dbname", &self.dbname), ("tls", &self.tls)] {
                    self.strange(key, value, findings);
                }
                self.strange("ca_file", &self.ca_file, findings);
                self.strange("port", &self.port, findings);
                let dsn = self.needed("dsn", &self.dsn, findings);
                Some(Connection::Odbc(OdbcSource { dsn, user: text(&self.user), password_file, timeout_seconds }))
            }
            _ => {
                findings.push(Finding::at(self.kind.span(), Mistake::Kind));
                None
            }
        }
    }

    fn needed(&self, key: &'static str, value: &Option<Spanned<String>>, findings: &mut Vec<Finding>) -> String {
        let value = value.as_ref().map(|value| value.get_ref().clone()).filter(|value| !value.is_empty());
        value.unwrap_or_else(|| {
            let kind = self.kind.get_ref().clone();
            findings.push(Finding::at(self.kind.span(), Mistake::Needed { kind, key }));
            String::new()
        })
    }

    fn strange<T>(&self, key: &'static str, value: &Option<Spanned<T>>, findings: &mut Vec<Finding>) {
        if let Some(value) = value {
            let kind = self.kind.get_ref().clone();
            findings.push(Finding::at(value.span(), Mistake::Strange { kind, key }));
        }
    }

    /// A socket of this machine needs no protection; a network says which it has, always.
    fn check_tls(&self, home: &Path, host: &str, findings: &mut Vec<Finding>) -> Tls {
        let word = self.tls.as_ref().map(|tls| tls.get_ref().as_str());
        match (word, &self.ca_file) {
            (Some("verified"), Some(ca_file)) => Tls::Verified { ca_file: home.join(ca_file.get_ref()) },
            (Some("off"), None) => Tls::Off,
            (None, None) if host.starts_with('/') => Tls::Off,
            (None, None) => {
                findings.push(Finding::at(self.kind.span(), Mistake::TlsNeeded));
                Tls::Off
            }
            _ => {
                let span = self.tls.as_ref().map_or_else(|| self.kind.span(), Spanned::span);
                findings.push(Finding::at(span, Mistake::Tls));
                Tls::Off
            }
        }
    }
}
