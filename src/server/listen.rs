//! Listening: connections, TLS, time-outs, and an end that leaves nothing charged unanswered.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig as TlsConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::admin::take_anew;
use super::app::{App, router};
use crate::config::ServerTls;
use crate::env::{FileError, is_private};
use crate::job::Engine;
use crate::model::{Chinese, foreign};

/// A request's head that takes longer than this does not come.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// The same of a TLS handshake.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// The largest head of a request, in bytes.
const HEAD_BYTES_MAX: usize = 32 << 10;
/// The most requests at a time on one HTTP/2 connection.
const STREAMS_MAX: u32 = 200;
/// At the end, connections are given so long beyond their jobs' ticks.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(120);
/// After a failed accept (no descriptors left), so long is waited.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// The service cannot be offered.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address cannot be listened on.
    #[error("cannot listen on `{address}`: {error}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        error: io::Error,
    },
    /// The certificate or its key cannot be used.
    #[error("`{file}` cannot be used for TLS: {error}")]
    Certificate {
        /// The file.
        file: String,
        /// Why.
        error: String,
    },
    /// The private key can be read by others.
    #[error("`{0}` must be a key that only its owner can read (chmod 600)")]
    Exposed(String),
    /// A file.
    #[error(transparent)]
    File(#[from] FileError),
    /// The system's signals cannot be had.
    #[error("the system's signals cannot be received: {0}")]
    Signals(io::Error),
}

impl Chinese for ServeError {
    fn chinese(&self) -> String {
        match self {
            Self::Listen { address, error } => format!("无法在 `{address}` 监听：{}", foreign(error)),
            Self::Certificate { file, error } => format!("`{file}` 不能用于 TLS：{}", foreign(error)),
            Self::Exposed(path) => format!("`{path}` 应为只有其所有者可读的密钥（chmod 600）"),
            Self::File(error) => error.chinese(),
            Self::Signals(error) => format!("无法接收系统信号：{}", foreign(error)),
        }
    }
}

/// A service that listens.
pub struct Server {
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    connections: Arc<Semaphore>,
    app: App,
}

impl Server {
    /// Listens where the engine's configuration says.
    pub async fn bind(engine: Arc<Engine>) -> Result<Self, ServeError> {
        let config = engine.config().server.clone();
        let tls = config.tls.as_ref().map(acceptor).transpose()?;
        let listener = TcpListener::bind(config.listen).await;
        let listener = listener.map_err(|error| ServeError::Listen { address: config.listen, error })?;
        let connections = usize::try_from(config.connections_max).unwrap_or(Semaphore::MAX_PERMITS);
        Ok(Self { listener, tls, connections: Arc::new(Semaphore::new(connections)), app: App::new(engine) })
    }

    /// The address, with the port that was chosen where the configuration says 0.
    pub fn address(&self) -> Option<SocketAddr> {
        self.listener.local_addr().ok()
    }

    /// Serves until `stop`; then takes no connection more, and ends when what was charged is answered.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let graceful = GracefulShutdown::new();
        let routes = router(self.app.clone());
        tokio::pin!(stop);
        loop {
            tokio::select! {
                () = &mut stop => break,
                accepted = self.accept() => match accepted {
                    Ok((stream, place)) => tokio::spawn(connection(stream, self.tls.clone(), routes.clone(), graceful.watcher(), place)),
                    Err(error) => {
                        tracing::warn!(%error, "a connection cannot be accepted");
                        tokio::time::sleep(ACCEPT_PAUSE).await;
                        continue;
                    }
                },
            };
        }
        drop(self.listener);
        if tokio::time::timeout(DRAIN_TIMEOUT, graceful.shutdown()).await.is_err() {
            tracing::warn!("connections are cut: their clients may ask again");
        }
        // Jobs whose clients have gone away are tasks of their own: they end at their ticks.
        self.app.engine.quiesce().await;
    }

    /// The next connection, as soon as there is a place for one.
    async fn accept(&self) -> io::Result<(TcpStream, OwnedSemaphorePermit)> {
        let place = Arc::clone(&self.connections).acquire_owned().await.map_err(io::Error::other)?;
        let (stream, _) = self.listener.accept().await?;
        stream.set_nodelay(true)?;
        Ok((stream, place))
    }

    /// Takes what is on disk anew, as `SIGHUP` asks.
    pub fn reload(engine: &Engine) {
        // What went wrong stands in the log.
        let _ = take_anew(engine);
    }
}

async fn connection(
    stream: TcpStream,
    tls: Option<TlsAcceptor>,
    routes: Router,
    watcher: hyper_util::server::graceful::Watcher,
    place: OwnedSemaphorePermit,
) {
    match tls {
        None => speak(stream, routes, watcher).await,
        Some(tls) => {
            if let Ok(Ok(stream)) = tokio::time::timeout(HANDSHAKE_TIMEOUT, tls.accept(stream)).await {
                speak(stream, routes, watcher).await;
            }
        }
    }
    drop(place);
}

/// Speaks HTTP on a connection until either side ends it; how, is nobody's business but the client's.
async fn speak<S>(stream: S, routes: Router, watcher: hyper_util::server::graceful::Watcher)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT).max_buf_size(HEAD_BYTES_MAX);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS_MAX)
        .max_header_list_size(u32::try_from(HEAD_BYTES_MAX).unwrap_or(u32::MAX))
        .keep_alive_interval(HEAD_TIMEOUT)
        .keep_alive_timeout(HEAD_TIMEOUT);
    let service = TowerToHyperService::new(tower::ServiceExt::map_request(routes, |request: hyper::Request<hyper::body::Incoming>| {
        request.map(Body::new)
    }));
    let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), service).into_owned();
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(%error, "a connection");
    }
}

fn acceptor(tls: &ServerTls) -> Result<TlsAcceptor, ServeError> {
    let bad = |file: &std::path::Path, error: String| ServeError::Certificate { file: file.display().to_string(), error };
    if !is_private(&tls.key_file)? {
        return Err(ServeError::Exposed(tls.key_file.display().to_string()));
    }
    let chain: Result<Vec<_>, _> = CertificateDer::pem_file_iter(&tls.certificate_file)
        .map_err(|error| bad(&tls.certificate_file, error.to_string()))?
        .collect();
    let chain = chain.map_err(|error| bad(&tls.certificate_file, error.to_string()))?;
    let key = PrivateKeyDer::from_pem_file(&tls.key_file).map_err(|error| bad(&tls.key_file, error.to_string()))?;
    let mut config = TlsConfig::builder()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|error| bad(&tls.certificate_file, error.to_string()))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
