//! Attack 60 over HTTP: the connection is cut at every byte of a request and at every stage of its answer, and the same is
//! asked again. What was not whole has cost nothing; what was charged has one answer, at one price.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use anshi::env::weaken::Weakness;
use anshi::job::JobOrder;

use super::run::check;
use crate::support::{Reply, Served, Setup, try_send, written};

const JOSE: (&str, &str) = ("content-type", "application/jose");
/// An answer that is not there by then never comes.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long after the request's last byte it is cut, in microseconds: closely while it is charged, which a quick disk does
/// within a millisecond; then all over the slot of 150 ms, and behind it.
const STAGES_US: [u64; 15] =
    [0, 200, 400, 600, 800, 1_000, 1_500, 2_000, 3_000, 5_000, 10_000, 40_000, 100_000, 160_000, 300_000];
/// After how many bytes of the answer.
const READ: [usize; 4] = [1, 12, 200, 1_500];

/// Sends the first bytes, waits, reads so many, and goes away.
fn cut(served: &Served, bytes: &[u8], wait_us: u64, read: usize) {
    let mut stream = TcpStream::connect(served.address).unwrap();
    let _ = stream.write_all(bytes);
    std::thread::sleep(Duration::from_micros(wait_us));
    let _ = stream.set_read_timeout(Some(PATIENCE));
    let _ = stream.read_exact(&mut vec![0; read]);
}

fn again(served: &Served, bytes: &[u8], when: &str) -> Result<Reply, String> {
    match try_send(served.address, PATIENCE, bytes) {
        None => Err(format!("what was charged is never answered, cut {when}")),
        Some(reply) if reply.status == 200 => Ok(reply),
        Some(reply) => Err(format!("asked again, cut {when}: {} {}", reply.status, reply.text())),
    }
}

/// One request, cut and asked again twice: `jobs` charges, one body. A batch's body says when it was answered, and is given
/// by `says`.
fn once(
    served: &Served,
    bytes: &[u8],
    (wait_us, read): (u64, usize),
    jobs: usize,
    says: fn(&Reply) -> String,
) -> Result<(), String> {
    let when = format!("{wait_us} µs after it was sent, after {read} bytes of the answer");
    let before = served.home.totals().1;
    cut(served, bytes, wait_us, read);
    let (first, second) = (again(served, bytes, &when)?, again(served, bytes, &when)?);
    if says(&first) != says(&second) {
        return Err(format!("one request has two answers, cut {when}"));
    }
    let (entries, charges) = served.home.totals();
    match charges - before == jobs && entries == 2 * charges {
        true => Ok(()),
        false => Err(format!("{} charges for {jobs} jobs and {entries} entries, cut {when}", charges - before)),
    }
}

/// Cut before it was whole, in as many places.
fn parts(served: &Served, bytes: &[u8], step: usize) -> Result<(), String> {
    let before = served.home.totals();
    for place in (0..bytes.len()).step_by(step) {
        cut(served, &bytes[..place], 0, 0);
    }
    match served.home.totals() == before {
        true => Ok(()),
        false => Err("a request that was not whole was charged".to_owned()),
    }
}

fn whole(reply: &Reply) -> String {
    reply.text().to_owned()
}

fn results(reply: &Reply) -> String {
    reply.payload_of("result")["results"].to_string()
}

pub fn attack() -> Result<(), String> {
    let served = Served::with(&Setup::default());
    let home = &served.home;
    let job = |party: u32| written("POST", "/v1/jobs", &[JOSE], home.token(0, party).as_bytes());
    let ways = || STAGES_US.iter().map(|wait| (*wait, 0)).chain(READ.iter().map(|read| (0, *read)));
    for (party, way) in (1..).zip(ways()) {
        once(&served, &job(party), way, 1, whole)?;
    }
    let first = job(20);
    parts(&served, &first, 1)?;
    once(&served, &first, (0, 0), 1, whole)?;
    let batch = |number: u32| {
        let orders: Vec<JobOrder> = (0..3).map(|place| home.order(0, 30 + 3 * number + place)).collect();
        written("POST", "/v1/batches", &[JOSE], served.batch_token(&orders).as_bytes())
    };
    for (number, way) in (0..).zip(ways()) {
        once(&served, &batch(number), way, 3, results)?;
    }
    let first = batch(20);
    parts(&served, &first, 7)?;
    once(&served, &first, (0, 0), 3, results)
}

#[test]
fn held() {
    check(attack, Weakness::LeftWithCaller);
}
