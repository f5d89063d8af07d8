//! `anshi serve`: the service, until a signal ends it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};

use super::error::CliError;
use super::service_problem::ServiceProblem;
use super::service_words::ServiceMessage;
use super::terminal::Terminal;
use crate::config::CONFIG_FILE;
use crate::env::{Clock, program};
use crate::job::{Engine, EngineOptions};
use crate::server::{ServeError, Server};

/// Arguments of `anshi serve`.
#[derive(Args)]
#[command(after_help = "Example: anshi serve --config /tmp/anshi-demo/anshi.toml")]
pub struct ServeArgs {
    /// The home's configuration, `anshi.toml`
    #[arg(long, value_name = "FILE")]
    pub config: PathBuf,
}

/// Serves.
pub fn serve(args: &ServeArgs, terminal: &Terminal) -> Result<(), CliError> {
    if args.config.file_name().is_none_or(|name| name != CONFIG_FILE) {
        return Err(CliError::misuse(ServiceProblem::NotAConfiguration(args.config.clone())));
    }
    let home = args.config.parent().filter(|home| !home.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let compiler = program().map_err(CliError::failed)?;
    let engine = Arc::new(Engine::open(home, EngineOptions { clock: Clock::System, compiler })?);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(CliError::failed)?;
    runtime.block_on(listen(engine, terminal))
}

async fn listen(engine: Arc<Engine>, terminal: &Terminal) -> Result<(), CliError> {
    let signals = |kind| signal(kind).map_err(|error| CliError::failed(ServeError::Signals(error)));
    let (mut term, mut interrupt) = (signals(SignalKind::terminate())?, signals(SignalKind::interrupt())?);
    let mut hangup = signals(SignalKind::hangup())?;
    let server = Server::bind(Arc::clone(&engine)).await.map_err(CliError::failed)?;
    let address = server.address().map(|address| address.to_string()).unwrap_or_default();
    let config = engine.config();
    terminal.say(ServiceMessage::Listening { address: address.clone(), public_url: config.public_url.clone() });
    terminal
        .result(&json!({ "listening": address, "public_url": config.public_url, "tls": config.server.tls.is_some() }));
    let reloading = Arc::clone(&engine);
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            let engine = Arc::clone(&reloading);
            let _ = tokio::task::spawn_blocking(move || Server::reload(&engine)).await;
        }
    });
    let stop = async {
        tokio::select! {
            _ = term.recv() => {}
            _ = interrupt.recv() => {}
        }
        terminal.say(ServiceMessage::Stopping);
    };
    server.run(stop).await;
    terminal.say(ServiceMessage::Stopped);
    Ok(())
}
