//! The load: keep-alive HTTP/1.1 connections that say what was written beforehand, and time every answer. The same for
//! whatever listens; knows nothing of what it sends.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// An answer takes no longer than this.
const PATIENCE: Duration = Duration::from_secs(60);

/// What came back on a connection that stays open.
#[derive(Clone, Debug)]
pub struct Said {
    pub status: u16,
    pub body: Vec<u8>,
}

/// One connection; the next request follows when the last one is answered.
pub struct Line {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// A request, as bytes: a signed job.
pub fn job_request(token: &str) -> Vec<u8> {
    let head = "POST /v1/jobs HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/jose\r\ncontent-length: ";
    format!("{head}{}\r\n\r\n{token}", token.len()).into_bytes()
}

impl Line {
    pub async fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(16 << 10) })
    }

    /// Sends one request and reads its answer.
    pub async fn ask(&mut self, request: &[u8]) -> io::Result<Said> {
        let asking = async {
            self.stream.write_all(request).await?;
            self.answer().await
        };
        tokio::time::timeout(PATIENCE, asking).await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?
    }

    async fn answer(&mut self) -> io::Result<Said> {
        self.buffer.clear();
        loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let Some(head) = self.buffer.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
            let (status, length) = read_head(&self.buffer[..head])?;
            let end = head + 4 + length;
            if self.buffer.len() < end {
                self.buffer.reserve(end - self.buffer.len());
                while self.buffer.len() < end {
                    if self.stream.read_buf(&mut self.buffer).await? == 0 {
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                }
            }
            return Ok(Said { status, body: self.buffer[head + 4..end].to_vec() });
        }
    }
}

/// The status and the body's length.
fn read_head(head: &[u8]) -> io::Result<(u16, usize)> {
    let odd = || io::Error::from(io::ErrorKind::InvalidData);
    let head = std::str::from_utf8(head).map_err(|_| odd())?;
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|status| status.parse().ok());
    let length =
        lines.filter_map(|line| line.split_once(':')).find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let length = length.and_then(|(_, value)| value.trim().parse().ok());
    Ok((status.ok_or_else(odd)?, length.ok_or_else(odd)?))
}

/// What one load came to.
pub struct Ran {
    pub took: Duration,
    /// Of every answer, line by line: its status, how long it took, and when it came after the start.
    pub answers: Vec<(u16, Duration, Duration)>,
}

impl Ran {
    /// How many had this status.
    pub fn count(&self, status: u16) -> usize {
        self.answers.iter().filter(|answer| answer.0 == status).count()
    }

    pub fn per_second(&self) -> f64 {
        self.answers.len() as f64 / self.took.as_secs_f64()
    }

    /// Answers a second while all `lines` are busy: from the moment that each can have had one until the first of them finds
    /// no request any more.
    pub fn per_second_of_all(&self, lines: usize) -> f64 {
        let mut at: Vec<Duration> = self.answers.iter().map(|answer| answer.2).collect();
        at.sort_unstable();
        let (first, last) = (lines, at.len() - lines);
        assert!(first < last, "more than two requests for each line");
        (last - first) as f64 / (at[last] - at[first]).as_secs_f64()
    }

    pub fn latencies(&self) -> Latencies {
        Latencies::of(self.answers.iter().map(|answer| answer.1).collect())
    }
}

/// Latencies, ascending.
pub struct Latencies(Vec<Duration>);

impl Latencies {
    pub fn of(mut all: Vec<Duration>) -> Self {
        all.sort_unstable();
        Self(all)
    }

    /// The latency that so many of a thousand do not exceed.
    pub fn permille(&self, permille: usize) -> Duration {
        let place = (self.0.len() * permille).div_ceil(1_000).saturating_sub(1);
        self.0.get(place).copied().unwrap_or_default()
    }
}

/// Closed loop: `lines` connections, each of which sends its next request when its last one is answered.
pub async fn closed(address: SocketAddr, lines: usize, requests: Vec<Vec<u8>>) -> Ran {
    let started = Instant::now();
    let next = Arc::new(Mutex::new(VecDeque::from(requests)));
    let take = || {
        let next = Arc::clone(&next);
        move || Some((next.lock().unwrap().pop_front()?, Instant::now()))
    };
    drive(address, lines, started, take).await
}

/// Open loop: requests come at `per_second` whatever is answered; a latency counts from when its request should have been
/// sent, so that what waits for a connection is seen.
pub async fn open(address: SocketAddr, lines: usize, requests: Vec<Vec<u8>>, per_second: f64) -> Ran {
    let started = Instant::now();
    let next = Arc::new(Mutex::new(VecDeque::from(requests).into_iter().enumerate()));
    let take = || {
        let next = Arc::clone(&next);
        move || {
            let (number, request) = next.lock().unwrap().next()?;
            Some((request, started + Duration::from_secs_f64(number as f64 / per_second)))
        }
    };
    drive(address, lines, started, take).await
}

async fn drive<T>(address: SocketAddr, lines: usize, started: Instant, take: impl Fn() -> T) -> Ran
where
    T: FnMut() -> Option<(Vec<u8>, Instant)> + Send + 'static,
{
    let mut tasks = Vec::with_capacity(lines);
    for _ in 0..lines {
        let mut take = take();
        tasks.push(tokio::spawn(async move {
            let mut line = Line::open(address).await.unwrap();
            let mut answers = Vec::new();
            while let Some((request, due)) = take() {
                tokio::time::sleep_until(due.into()).await;
                let said = line.ask(&request).await.unwrap();
                answers.push((said.status, due.elapsed(), started.elapsed()));
            }
            answers
        }));
    }
    let mut answers = Vec::new();
    for task in tasks {
        answers.extend(task.await.unwrap());
    }
    Ran { took: started.elapsed(), answers }
}
