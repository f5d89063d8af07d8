//! `[server]` of a home's configuration: where `anshi serve` listens, how it is protected, and the bounds of what it takes
//! on. Opens nothing.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::document::{Finding, Spanned};
use crate::model::Chinese;

/// Where a server listens by default: this machine alone.
const LISTEN_DEFAULT: ([u8; 4], u16) = ([127, 0, 0, 1], 7700);
const CONNECTIONS_DEFAULT: u32 = 1_000;
const WAITING_DEFAULT: u32 = 2_000;
const CLIENT_SHARE_DEFAULT: u32 = 50;

/// How the service is offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerConfig {
    /// The address and port.
    pub listen: SocketAddr,
    /// Certificate chain and private key, PEM; `None`: a gateway on this machine protects the line.
    pub tls: Option<ServerTls>,
    /// The most connections at a time; then who is silent, and has shown no token, leaves first.
    pub connections_max: u32,
    /// The most jobs that are admitted and not answered; the next one is told to come again.
    pub jobs_waiting_max: u32,
    /// The share of these that one client may hold while others wait, in percent.
    pub client_share_percent: u32,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(LISTEN_DEFAULT),
            tls: None,
            connections_max: CONNECTIONS_DEFAULT,
            jobs_waiting_max: WAITING_DEFAULT,
            client_share_percent: CLIENT_SHARE_DEFAULT,
        }
    }
}

/// The files of a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerTls {
    /// The chain, the server's own certificate first.
    pub certificate_file: PathBuf,
    /// Its private key.
    pub key_file: PathBuf,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawServer {
    listen: Option<Spanned<String>>,
    certificate_file: Option<Spanned<String>>,
    key_file: Option<Spanned<String>>,
    connections_max: Option<Spanned<u32>>,
    jobs_waiting_max: Option<Spanned<u32>>,
    client_share_percent: Option<Spanned<u32>>,
}

/// One mistake in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum Mistake {
    #[error("`listen` is an address and a port: \"127.0.0.1:7700\"")]
    Listen,
    #[error("a certificate needs both `certificate_file` and `key_file`")]
    Half,
    #[error(
        "without `certificate_file` and `key_file` the engine listens on this machine alone, behind a gateway: 127.0.0.1 or [::1]"
    )]
    Open,
    #[error("at least 1")]
    Zero,
    #[error("a share is 1 to 100 percent")]
    Share,
}

impl Chinese for Mistake {
    fn chinese(&self) -> String {
        match self {
            Self::Listen => "`listen` 应为地址与端口，如 \"127.0.0.1:7700\"",
            Self::Half => "证书须同时写 `certificate_file` 与 `key_file`",
            Self::Open => {
                "未写 `certificate_file` 与 `key_file` 时，引擎只在本机监听（127.0.0.1 或 [::1]），由网关对外"
            }
            Self::Zero => "至少为 1",
            Self::Share => "份额应为百分之 1 至 100",
        }
        .to_owned()
    }
}

impl RawServer {
    pub(super) fn check(&self, home: &Path, findings: &mut Vec<Finding>) -> ServerConfig {
        let mut listen = SocketAddr::from(LISTEN_DEFAULT);
        if let Some(text) = &self.listen {
            match text.get_ref().parse() {
                Ok(address) => listen = address,
                Err(_) => findings.push(Finding::at(text.span(), Mistake::Listen)),
            }
        }
        let tls = match (&self.certificate_file, &self.key_file) {
            (Some(certificate), Some(key)) => Some(ServerTls {
                certificate_file: home.join(certificate.get_ref()),
                key_file: home.join(key.get_ref()),
            }),
            (Some(one), None) | (None, Some(one)) => {
                findings.push(Finding::at(one.span(), Mistake::Half));
                None
            }
            (None, None) => {
                if let Some(text) = self.listen.as_ref().filter(|_| !listen.ip().is_loopback()) {
                    findings.push(Finding::at(text.span(), Mistake::Open));
                }
                None
            }
        };
        let mut bound = |value: &Option<Spanned<u32>>, otherwise: u32| match value {
            Some(value) if *value.get_ref() == 0 => {
                findings.push(Finding::at(value.span(), Mistake::Zero));
                otherwise
            }
            value => value.as_ref().map_or(otherwise, |value| *value.get_ref()),
        };
        let connections_max = bound(&self.connections_max, CONNECTIONS_DEFAULT);
        let jobs_waiting_max = bound(&self.jobs_waiting_max, WAITING_DEFAULT);
        let client_share_percent = bound(&self.client_share_percent, CLIENT_SHARE_DEFAULT);
        if let Some(share) = self.client_share_percent.as_ref().filter(|share| *share.get_ref() > 100) {
            findings.push(Finding::at(share.span(), Mistake::Share));
        }
        ServerConfig { listen, tls, connections_max, jobs_waiting_max, client_share_percent }
    }
}
