//! The service in the test's process, and a client that sees every byte.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use anshi::env::Entropy;
use anshi::job::{CallOrder, CallTarget, JobOrder, KeyFile, compose_batch, compose_call, load_key};
use anshi::keys::{SigningKey, TokenKind, sha256};
use anshi::server::Server;
use serde_json::Value;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::home::{Setup, TestHome, block_on, spawn};

/// A test waits so long for bytes, and no longer.
const PATIENCE: Duration = Duration::from_secs(60);

/// A home whose engine serves; the service ends when it is dropped.
pub struct Served {
    pub home: TestHome,
    pub address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    running: Option<JoinHandle<()>>,
}

/// What came back, to the byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    pub status: u16,
    /// In their order, names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// Who calls: the id, the key.
pub type Who<'a> = (&'a str, &'a SigningKey);

/// Sends a request as it is written, and reads until the service closes the connection.
pub fn send_to(address: SocketAddr, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
    try_send(address, PATIENCE, &written(method, path, headers, body)).expect("an answer")
}

/// Sends bytes, and reads until the service closes the connection; `None` where no answer comes within `patience`.
pub fn try_send(address: SocketAddr, patience: Duration, bytes: &[u8]) -> Option<Reply> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(patience)).unwrap();
    // A server may answer before it has read everything.
    let _ = stream.write_all(bytes);
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    bytes.windows(4).any(|window| window == b"\r\n\r\n").then(|| Reply::parse(&bytes))
}

/// A request, to the byte.
pub fn written(method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut head = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n");
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    head += &format!("content-length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

impl Served {
    /// A home with the default setup, served.
    pub fn new() -> Self {
        Self::with(&Setup::default())
    }

    /// A home, served.
    pub fn with(setup: &Setup) -> Self {
        Self::home(TestHome::with(setup))
    }

    /// This home, served.
    pub fn home(home: TestHome) -> Self {
        let (stop, stopped) = oneshot::channel();
        let (address, running) = block_on(async {
            let server = Server::bind(Arc::clone(&home.engine)).await.unwrap();
            let address = server.address().unwrap();
            let stopped = async {
                let _ = stopped.await;
            };
            (address, spawn(server.run(stopped)))
        });
        Self { home, address, stop: Some(stop), running: Some(running) }
    }

    /// Ends the service, as a signal would, and waits until it has ended.
    pub fn stop(&mut self) {
        if let (Some(stop), Some(running)) = (self.stop.take(), self.running.take()) {
            let _ = stop.send(());
            block_on(running).unwrap();
        }
    }

    /// The development key of `file`.
    pub fn key(&self, file: KeyFile) -> SigningKey {
        load_key(&self.home.paths().key(file)).unwrap()
    }

    /// Sends a request as it is written.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        send_to(self.address, method, path, headers, body)
    }

    /// Submits a signed request.
    pub fn submit(&self, token: &str) -> Reply {
        self.send("POST", "/v1/jobs", &[("content-type", "application/jose")], token.as_bytes())
    }

    /// Submits a signed batch.
    pub fn submit_batch(&self, token: &str) -> Reply {
        self.send("POST", "/v1/batches", &[("content-type", "application/jose")], token.as_bytes())
    }

    /// Signs a batch as the home's client.
    pub fn batch_token(&self, orders: &[JobOrder]) -> String {
        compose_batch(orders, &self.home.client, self.home.engine.clock().now(), &Entropy).unwrap()
    }

    /// The token of a call by `who`.
    pub fn call_token(&self, who: Who<'_>, kind: TokenKind, method: &str, path: &str, body: &[u8]) -> String {
        self.call_about(who, kind, (method, path, body), None)
    }

    /// The same about somebody.
    pub fn call_about(
        &self,
        (caller, key): Who<'_>,
        kind: TokenKind,
        (method, path, body): (&str, &str, &[u8]),
        subject: Option<&str>,
    ) -> String {
        let config = self.home.engine.config();
        let order = CallOrder {
            caller,
            audience: &config.ledger,
            public_url: &config.public_url,
            target: CallTarget { method: method.to_owned(), path: path.to_owned(), body: sha256(body) },
            subject: subject.map(str::to_owned),
        };
        compose_call(&order, kind, key, self.home.engine.clock().now(), &Entropy).unwrap()
    }

    /// Calls as `who`.
    pub fn call(&self, who: Who<'_>, method: &str, path: &str) -> Reply {
        let token = self.call_token(who, TokenKind::Call, method, path, b"");
        self.send(method, path, &[("authorization", &format!("JOSE {token}"))], b"")
    }

    /// Calls as the home's client.
    pub fn ask_for(&self, method: &str, path: &str) -> Reply {
        self.call(("smart-finance", &self.home.client), method, path)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Reply {
    /// Reads what came on a connection that was closed behind it.
    pub fn parse(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").expect("a whole head");
        let head = std::str::from_utf8(&bytes[..end]).unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let split = |line: &str| {
            let (name, value) = line.split_once(':').unwrap();
            (name.to_ascii_lowercase(), value.trim().to_owned())
        };
        Self { status, headers: lines.map(split).collect(), body: bytes[end + 4..].to_vec() }
    }

    /// A header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
    }

    /// The body, as text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    /// The body, as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The payload of the token that is this member of the body; not verified.
    pub fn payload_of(&self, member: &str) -> Value {
        let token = self.json()[member].as_str().unwrap().to_owned();
        let payload = data_encoding::BASE64URL_NOPAD.decode(token.split('.').nth(1).unwrap().as_bytes()).unwrap();
        serde_json::from_slice(&payload).unwrap()
    }

    /// The problem's word; empty where it is none.
    pub fn problem(&self) -> String {
        let is_problem = self.header("content-type") == Some("application/problem+json");
        let kind = is_problem.then(|| self.json()["type"].as_str().unwrap().to_owned());
        kind.map(|kind| kind.trim_start_matches("urn:anshi:problem:").to_owned()).unwrap_or_default()
    }
}
