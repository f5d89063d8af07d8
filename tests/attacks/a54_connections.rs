//! Attack 54: ten thousand connections that say nothing, or never end what they say. Nobody else notices: the service stays
//! ready, answers who shows a token, and answers those whose jobs were under way.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::Duration;

use anshi::env::raise_descriptors;
use anshi::env::weaken::Weakness;

use super::run::check;
use crate::support::{Served, Setup, send_to};

const CROWD: u64 = 10_000;
/// What the rest of the tests and the service itself may have open.
const DESCRIPTORS_OTHERS: u64 = 3_000;
/// An answer is waited for so long, on a busy machine either.
const PATIENCE: Duration = Duration::from_secs(30);

/// How each of them begins.
const BEGINNINGS: [&[u8]; 5] = [
    b"",
    b"G",
    b"GET /readyz HTTP/1.1\r\nhost: x\r\nx-slow: ",
    b"POST /v1/jobs HTTP/1.1\r\nhost: x\r\ncontent-type: application/jose\r\ncontent-length: 1000000\r\n\r\nslow",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0",
];

fn crowd(address: SocketAddr) -> Vec<TcpStream> {
    let granted = raise_descriptors(CROWD + DESCRIPTORS_OTHERS).saturating_sub(DESCRIPTORS_OTHERS).clamp(200, CROWD);
    let mut crowd = Vec::new();
    for (_, beginning) in (0..granted).zip(BEGINNINGS.iter().cycle()) {
        // One that finds no place, or has to leave at once, is no success of the attack.
        let Ok(mut stream) = TcpStream::connect_timeout(&address, PATIENCE) else { continue };
        let _ = stream.write_all(beginning);
        crowd.push(stream);
    }
    crowd
}

/// The status that `request` is answered with.
fn ask(address: SocketAddr, request: &str) -> Result<String, String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE).map_err(|error| error.to_string())?;
    stream.set_read_timeout(Some(PATIENCE)).map_err(|error| error.to_string())?;
    stream.write_all(request.as_bytes()).map_err(|error| error.to_string())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).map_err(|error| error.to_string())?;
    let answer = String::from_utf8_lossy(&answer);
    Ok(answer.split(' ').nth(1).unwrap_or_default().to_owned())
}

pub fn attack() -> Result<(), String> {
    let served = Served::with(&Setup { slot_ms: 2_000, ..Setup::default() });
    let (address, token) = (served.address, served.home.token(0, 1));
    let under_way = thread::spawn(move || {
        send_to(address, "POST", "/v1/jobs", &[("content-type", "application/jose")], token.as_bytes()).status
    });
    while served.home.totals().1 == 0 {
        thread::sleep(Duration::from_millis(1));
    }
    let crowd = crowd(address);
    let told = |what: &str, wanted: &str, status: Result<String, String>| match status {
        Ok(status) if status == wanted => Ok(()),
        status => Err(format!("{what} beside {} connections: {status:?}", crowd.len())),
    };
    let ready = "GET /readyz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    told("asking whether it is ready", "200", ask(address, ready))?;
    let token = served.home.token(0, 2);
    let length = token.len();
    let job = format!(
        "POST /v1/jobs HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/jose\r\ncontent-length: {length}\r\n\r\n{token}"
    );
    told("a job", "200", ask(address, &job))?;
    told("a job that was under way", "200", Ok(under_way.join().unwrap().to_string()))
}

#[test]
fn attack_54_silent_connections_take_nobodys_place() {
    check(attack, Weakness::SilentStay);
}
