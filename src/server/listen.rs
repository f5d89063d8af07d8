//! Listening: connections, TLS, time-outs, and an end that leaves nothing charged unanswered.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig as TlsConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::admin::take_anew;
use super::app::{App, Service};
use super::places::{Place, Places, Seat};
use crate::config::ServerTls;
use crate::env::{FileError, is_private, raise_descriptors};
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
/// So many connections wait to be accepted while all processors are busy: as many as come at once when a service starts again.
/// The system drops the first packet of further ones, whose clients try again a second later.
const BACKLOG: u32 = 4_096;
/// After a failed accept (no descriptors left), so long is waited.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// So many descriptors are never a connection's: ledger, log, mirror, snapshots and children need them, and the ledger
/// stops for good where it cannot open a file.
const DESCRIPTORS_RESERVED: u64 = 256;
/// So many connections that find no place are told so at a time; further ones are closed without a word.
const TURNED_AWAY_MAX: usize = 64;
/// One that is told so has so long to take it.
const TURN_AWAY_TIMEOUT: Duration = Duration::from_secs(1);
/// What it is told.
const TURNED_AWAY: &str = concat!(
    "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/problem+json\r\ncontent-language: en\r\n",
    "retry-after: 1\r\ncache-control: no-store\r\nconnection: close\r\ncontent-length: 148\r\n\r\n",
    r#"{"type":"urn:anshi:problem:overloaded","title":"There is too much to do; nothing was charged: come again after "#,
    r#"`Retry-After` seconds.","status":503}"#,
);

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
    places: Places,
    turning_away: Arc<Semaphore>,
    app: App,
}

impl Server {
    /// Listens where the engine's configuration says.
    pub async fn bind(engine: Arc<Engine>) -> Result<Self, ServeError> {
        let config = engine.config().server.clone();
        let tls = config.tls.as_ref().map(acceptor).transpose()?;
        let listener = listener(config.listen).map_err(|error| ServeError::Listen { address: config.listen, error })?;
        let places = Places::new(places_max(config.connections_max));
        let turning_away = Arc::new(Semaphore::new(TURNED_AWAY_MAX));
        Ok(Self { listener, tls, places, turning_away, app: App::new(engine) })
    }

    /// The address, with the port that was chosen where the configuration says 0.
    pub fn address(&self) -> Option<SocketAddr> {
        self.listener.local_addr().ok()
    }

    /// Serves until `stop`; then takes no connection more, and ends when what was charged is answered.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let graceful = GracefulShutdown::new();
        let service = Arc::new(Service::new(self.app.clone()));
        tokio::pin!(stop);
        loop {
            tokio::select! {
                () = &mut stop => break,
                accepted = self.accept() => match accepted {
                    Ok((stream, Some(place))) => {
                        tokio::spawn(connection(stream, self.tls.clone(), Arc::clone(&service), graceful.watcher(), place));
                    }
                    Ok((stream, None)) => self.turn_away(stream),
                    Err(error) => {
                        tracing::warn!(%error, "a connection cannot be accepted");
                        tokio::time::sleep(ACCEPT_PAUSE).await;
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

    /// The next connection, and the place that it gets.
    async fn accept(&self) -> io::Result<(TcpStream, Option<Place>)> {
        let (stream, _) = self.listener.accept().await?;
        // A connection that has gone away by now ends by itself.
        let _ = stream.set_nodelay(true);
        Ok((stream, self.places.enter().await))
    }

    /// Tells a connection that there is no place for it. A handshake is not made for that.
    fn turn_away(&self, mut stream: TcpStream) {
        if self.tls.is_some() {
            return;
        }
        let Ok(turn) = Arc::clone(&self.turning_away).try_acquire_owned() else { return };
        let telling = async move {
            stream.write_all(TURNED_AWAY.as_bytes()).await?;
            stream.shutdown().await?;
            // Closed before its request is read, a connection would be reset and the answer with it.
            let mut rest = [0; 4096];
            while stream.read(&mut rest).await? > 0 {}
            io::Result::Ok(())
        };
        tokio::spawn(async move {
            let _ = tokio::time::timeout(TURN_AWAY_TIMEOUT, telling).await;
            drop(turn);
        });
    }

    /// Takes what is on disk anew, as `SIGHUP` asks.
    pub fn reload(engine: &Engine) {
        // What went wrong stands in the log.
        let _ = take_anew(engine);
    }
}

fn listener(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // An address that a service before this one had is free at once.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// How many connections may be open: as many as are configured, unless the system grants too few descriptors.
fn places_max(configured: u32) -> usize {
    let wanted = u64::from(configured);
    let granted = raise_descriptors(wanted + DESCRIPTORS_RESERVED).saturating_sub(DESCRIPTORS_RESERVED).max(1);
    if granted < wanted {
        tracing::warn!(configured, granted, "fewer connections than configured: the limit of open files is too low");
    }
    usize::try_from(wanted.min(granted)).unwrap_or(usize::MAX)
}

async fn connection(
    stream: TcpStream,
    tls: Option<TlsAcceptor>,
    service: Arc<Service>,
    watcher: hyper_util::server::graceful::Watcher,
    place: Place,
) {
    let seat = place.seat();
    let speaking = async move {
        match tls {
            None => speak(stream, service, watcher, seat).await,
            // In a box of its own: it needs three times the room of a connection without.
            Some(tls) => {
                Box::pin(async move {
                    if let Ok(Ok(stream)) = tokio::time::timeout(HANDSHAKE_TIMEOUT, tls.accept(stream)).await {
                        speak(stream, service, watcher, seat).await;
                    }
                })
                .await;
            }
        }
    };
    tokio::select! {
        () = speaking => {}
        () = place.sent_away() => {}
    }
}

/// Speaks HTTP on a connection until either side ends it; how, is nobody's business but the client's.
async fn speak<S>(stream: S, service: Arc<Service>, watcher: hyper_util::server::graceful::Watcher, seat: Seat)
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
    let answering = hyper::service::service_fn(move |request| {
        let (service, seat) = (Arc::clone(&service), seat.clone());
        async move { Ok::<_, Infallible>(service.answer(&seat, request).await) }
    });
    let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), answering).into_owned();
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(%error, "a connection");
    }
}

fn acceptor(tls: &ServerTls) -> Result<TlsAcceptor, ServeError> {
    let bad =
        |file: &std::path::Path, error: String| ServeError::Certificate { file: file.display().to_string(), error };
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

#[cfg(test)]
mod tests {
    use super::TURNED_AWAY;
    use crate::model::Lang;
    use crate::server::problem::ProblemKind;

    #[test]
    fn who_is_turned_away_is_told_the_problem_that_others_are() {
        let (head, body) = TURNED_AWAY.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("content-length: {}", body.len())));
        let problem: serde_json::Value = serde_json::from_str(body).unwrap();
        let kind = ProblemKind::Overloaded;
        assert_eq!(problem["type"], format!("urn:anshi:problem:{}", kind.word()));
        assert_eq!(problem["title"], kind.title(Lang::En));
        assert_eq!(problem["status"], kind.status().as_u16());
    }
}
