//! What a slow, large or stubborn client can take: its own connection, and nothing of others'.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use anshi::keys::TokenKind;
use anshi::server::Server;

use crate::support::{Reply, Served, TestHome, block_on};

fn connect(served: &Served) -> TcpStream {
    let stream = TcpStream::connect(served.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    stream
}

#[test]
fn a_large_body_is_refused_before_it_is_read() {
    let served = Served::new();
    let mut stream = connect(&served);
    let head = "POST /v1/jobs HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/jose\r\ncontent-length: 99999999999\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    assert_eq!(Reply::parse(&bytes).problem(), "too-large");
    // Without a length it is cut off as soon as it is too long.
    let mut stream = connect(&served);
    let head = "POST /v1/jobs HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/jose\r\ntransfer-encoding: chunked\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    let chunk = format!("{:x}\r\n{}\r\n", 1 << 16, "a".repeat(1 << 16));
    let written = (0..64).take_while(|_| stream.write_all(chunk.as_bytes()).is_ok()).count();
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    assert!(written < 64 || Reply::parse(&bytes).problem() == "too-large");
}

#[test]
fn who_shows_no_token_sends_no_megabytes() {
    let served = Served::new();
    let mut stream = connect(&served);
    let head = "POST /v1/guests HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 10000000\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    assert_eq!(Reply::parse(&bytes).problem(), "unauthenticated");
    // Nor does one whose token is not right: it is answered before a byte of its body has come.
    let key = anshi::keys::SigningKey::from_seed([9; 32]);
    let token = served.call_token(("smart-finance", &key), TokenKind::Guest, "POST", "/v1/guests", b"");
    let mut stream = connect(&served);
    let head = format!(
        "POST /v1/guests HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: JOSE {token}\r\ncontent-length: 10000000\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    assert_eq!(Reply::parse(&bytes).problem(), "unknown-client");
}

#[test]
fn a_large_head_is_refused() {
    let served = Served::new();
    let long = "a".repeat(64 << 10);
    let reply = served.send("GET", "/healthz", &[("x-long", &long)], b"");
    assert_eq!(reply.status, 431);
}

#[test]
fn the_service_stays_ready_beside_silent_connections() {
    let served = Served::new();
    let silent: Vec<TcpStream> = (0..200).map(|_| connect(&served)).collect();
    assert_eq!(served.send("GET", "/readyz", &[], b"").status, 200);
    assert_eq!(served.submit(&served.home.token(0, 1)).status, 200);
    drop(silent);
}

/// When a service starts again, all its clients come at once, and its processors may have other things to do. Whose first
/// packet the system drops tries again after a second.
#[test]
fn a_thousand_connections_wait_until_they_are_accepted() {
    const BEFORE_A_SECOND_TRY: Duration = Duration::from_millis(700);
    let home = TestHome::new();
    let server = block_on(Server::bind(Arc::clone(&home.engine))).unwrap();
    let address = server.address().unwrap();
    let came = (0..1_000).map_while(|_| TcpStream::connect_timeout(&address, BEFORE_A_SECOND_TRY).ok());
    assert_eq!(came.collect::<Vec<_>>().len(), 1_000);
}

#[test]
fn an_end_leaves_nothing_charged_unanswered() {
    let mut served = Served::new();
    let token = served.home.token(0, 1);
    let mut stream = connect(&served);
    let head = format!(
        "POST /v1/jobs HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/jose\r\ncontent-length: {}\r\n\r\n{token}",
        token.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    // Charged, and on its way.
    while served.home.totals().1 == 0 {}
    served.stop();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let reply = Reply::parse(&bytes);
    assert_eq!(reply.status, 200);
    served.home.verify(reply.text()).unwrap();
    assert!(TcpStream::connect(served.address).is_err());
}
