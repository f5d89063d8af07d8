//! An engine elsewhere: what it says of itself, signed calls, and submitting until there is an answer. Owns the HTTP client;
//! trusts nothing that it gets but by signature.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use serde::Deserialize;
use serde_json::Value;
use ureq::http::Response;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Agent, Body};

use super::error::CliError;
use super::files::text;
use super::service_problem::RemoteProblem;
use crate::env::{Clock, Entropy, Stopwatch};
use crate::job::{CallOrder, CallTarget, compose_call, load_key};
use crate::keys::{SigningKey, TokenKind, sha256};
use crate::model::{Lang, Millis};

/// A connection is made by then.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// An answer comes by then: the longest slot, and a queue before it.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(900);
/// The largest answer that is read.
const ANSWER_BYTES_MAX: u64 = 64 << 20;
/// The same of what an engine says of itself.
const DISCOVERY_BYTES_MAX: u64 = 64 << 10;
/// A job is submitted again for so long where the engine is busy or the line breaks.
const SUBMIT_FOR: Duration = Duration::from_secs(100);
/// The wait between two tries where the engine does not say one.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Where the engine is, and who asks.
#[derive(Args)]
pub struct RemoteArgs {
    /// The engine's address
    #[arg(long, value_name = "URL")]
    pub server: String,
    /// A file of certificates (PEM) that the engine's is signed by, instead of the public authorities'
    #[arg(long, value_name = "FILE")]
    pub ca: Option<PathBuf>,
    /// The client that asks
    #[arg(long, value_name = "ID")]
    pub client: String,
    /// The client's private key
    #[arg(long, value_name = "FILE")]
    pub client_key: PathBuf,
}

/// What an engine says of itself to anyone.
#[derive(Clone, Debug, Deserialize)]
pub struct Discovery {
    /// The ledger's id: the audience of requests.
    pub issuer: String,
    /// What `htu` begins with.
    pub public_url: String,
}

/// An engine elsewhere.
pub struct Remote {
    agent: Agent,
    server: String,
    client: String,
    key: SigningKey,
    /// The language that its problems are asked for in.
    lang: &'static str,
    /// What it says of itself.
    pub discovery: Discovery,
}

impl Remote {
    /// Asks the engine what it is.
    pub fn open(args: &RemoteArgs, lang: Lang) -> Result<Self, CliError> {
        let key = load_key(&args.client_key)?;
        let mut config = Agent::config_builder()
            .timeout_connect(Some(CONNECT_TIMEOUT))
            .timeout_global(Some(ANSWER_TIMEOUT))
            .http_status_as_error(false);
        if let Some(path) = &args.ca {
            let certificate = Certificate::from_pem(text(path)?.as_bytes()).map_err(|error| transport(&error))?;
            let roots = RootCerts::new_with_certs(&[certificate]);
            config = config.tls_config(TlsConfig::builder().root_certs(roots).build());
        }
        let agent: Agent = config.build().into();
        let server = args.server.trim_end_matches('/').to_owned();
        let response = agent.get(format!("{server}/.well-known/anshi")).call();
        let mut response = response.map_err(|error| transport(&error))?;
        let bytes = response.body_mut().with_config().limit(DISCOVERY_BYTES_MAX).read_to_vec();
        let discovery = serde_json::from_slice(&bytes.map_err(|error| transport(&error))?)
            .map_err(|_| CliError::failure(RemoteProblem::NotText))?;
        Ok(Self { agent, server, client: args.client.clone(), key, lang: word(lang), discovery })
    }

    /// Who asks.
    pub fn client(&self) -> &str {
        &self.client
    }

    /// The key of who asks.
    pub const fn key(&self) -> &SigningKey {
        &self.key
    }

    /// What anyone may read.
    pub fn public(&self, path: &str) -> Result<String, CliError> {
        let response = self.agent.get(format!("{}{path}", self.server)).call().map_err(|error| transport(&error))?;
        String::from_utf8(self.body(response)?).map_err(|_| CliError::failure(RemoteProblem::NotText))
    }

    /// A signed call without a body.
    pub fn get(&self, path: &str) -> Result<Value, CliError> {
        let token = self.token(TokenKind::Call, "GET", path, b"")?;
        let request = self
            .agent
            .get(format!("{}{path}", self.server))
            .header("authorization", format!("JOSE {token}"))
            .header("accept-language", self.lang);
        self.json(request.call().map_err(|error| transport(&error))?)
    }

    /// Uploads a guest.
    pub fn register(&self, module: &[u8]) -> Result<Value, CliError> {
        let path = "/v1/guests";
        let token = self.token(TokenKind::Guest, "POST", path, module)?;
        let request = self.agent.post(format!("{}{path}", self.server));
        let request = request
            .header("authorization", format!("JOSE {token}"))
            .header("accept-language", self.lang)
            .header("content-type", "application/wasm");
        self.json(request.send(module).map_err(|error| transport(&error))?)
    }

    /// Submits a signed job. Where the line breaks or the engine is busy, the same request is sent again: it is charged once.
    /// Gives the answer, or where it will be.
    pub fn submit(&self, token: &str) -> Result<Submitted, CliError> {
        let stopwatch = Stopwatch::new();
        loop {
            let request = self.agent.post(format!("{}/v1/jobs", self.server));
            let sent =
                request.header("content-type", "application/jose").header("accept-language", self.lang).send(token);
            let is_over = stopwatch.elapsed() > SUBMIT_FOR;
            match sent {
                Err(error) if is_over => return Err(transport(&error)),
                Ok(response) if response.status() == 503 && !is_over => std::thread::sleep(retry_after(&response)),
                Err(_) => std::thread::sleep(RETRY_AFTER),
                Ok(response) if response.status() == 202 => {
                    let location = response.headers().get("location").and_then(|value| value.to_str().ok());
                    let location = location.ok_or_else(|| CliError::failure(RemoteProblem::NotText))?;
                    return Ok(Submitted::At(location.to_owned()));
                }
                Ok(response) => return self.json(response).map(Submitted::Bundle),
            }
        }
    }

    fn token(&self, kind: TokenKind, method: &str, path: &str, body: &[u8]) -> Result<String, CliError> {
        let target = CallTarget { method: method.to_owned(), path: path.to_owned(), body: sha256(body) };
        let Discovery { issuer, public_url } = &self.discovery;
        let order = CallOrder { caller: &self.client, audience: issuer, public_url, target, subject: None };
        compose_call(&order, kind, &self.key, now(), &Entropy).map_err(CliError::failed)
    }

    fn body(&self, mut response: Response<Body>) -> Result<Vec<u8>, CliError> {
        let bytes = response.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_vec();
        let bytes = bytes.map_err(|error| transport(&error))?;
        if response.status().is_success() { Ok(bytes) } else { Err(self.problem(response.status().as_u16(), &bytes)) }
    }

    fn json(&self, response: Response<Body>) -> Result<Value, CliError> {
        let bytes = self.body(response)?;
        serde_json::from_slice(&bytes).map_err(|_| CliError::failure(RemoteProblem::NotText))
    }

    /// What the engine said no with. 4xx of a job are refusals: exit code 3.
    fn problem(&self, status: u16, bytes: &[u8]) -> CliError {
        let json: Value = serde_json::from_slice(bytes).unwrap_or_default();
        let text = |name: &str| json.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let kind = text("type").trim_start_matches("urn:anshi:problem:").to_owned();
        let problem = RemoteProblem::Said { status, kind, title: text("title"), detail: text("detail") };
        if (400..500).contains(&status) { CliError::RefusedThere(problem.into()) } else { CliError::failure(problem) }
    }
}

/// What came of a submission.
pub enum Submitted {
    /// The bundle.
    Bundle(Value),
    /// A table was admitted; its answer will be at this path.
    At(String),
}

const fn word(lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => "zh",
        Lang::En => "en",
    }
}

/// Now, on this machine's clock.
pub fn now() -> Millis {
    Clock::System.now()
}

fn retry_after(response: &Response<Body>) -> Duration {
    let seconds = response.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
    seconds.map_or(RETRY_AFTER, Duration::from_secs)
}

fn transport(error: &ureq::Error) -> CliError {
    CliError::failure(RemoteProblem::Transport(error.to_string()))
}
