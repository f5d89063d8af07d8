//! A server in a process of its own, which can be killed, and whose processor time and memory can be looked at.

use std::fs::File;
use std::io::BufReader;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

/// A process that listens; killed when it is dropped.
pub struct Served {
    child: Child,
    pub address: SocketAddr,
}

impl Served {
    /// Starts `anshi serve` on a home; waits until it listens. What it logs goes to `log`.
    pub fn engine(home: &Path, log: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_anshi"));
        command.args(["--json", "serve", "--config"]).arg(home.join("anshi.toml"));
        Self::start(command, log)
    }

    /// Starts a program that tells first, in JSON on standard output, the address under `listening`.
    pub fn start(mut command: Command, log: &Path) -> Self {
        let log = File::options().create(true).append(true).open(log).unwrap();
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let mut told = serde_json::Deserializer::from_reader(output).into_iter::<serde_json::Value>();
        let told = told.next().expect("it says where it listens").unwrap();
        let address = told["listening"].as_str().unwrap().parse().unwrap();
        Self { child, address }
    }

    /// Kills it as a crash would: nothing is said to it.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to stop, and waits until it has ended well.
    pub fn stop(mut self) {
        let pid = Pid::from_raw(i32::try_from(self.child.id()).unwrap()).unwrap();
        kill_process(pid, Signal::TERM).unwrap();
        assert!(self.child.wait().unwrap().success(), "it ends well when it is asked to");
    }

    /// The processor time that it has used so far, in hundredths of a second.
    pub fn processor(&self) -> Duration {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        // Behind the name, which may hold anything: user and system time are the 12th and 13th, in hundredths of a second.
        let fields = stat.rsplit(") ").next().unwrap().split(' ').skip(11).take(2);
        Duration::from_millis(fields.map(|field| field.parse::<u64>().unwrap() * 10).sum())
    }

    /// Its anonymous memory now, in kB; `None` where it has ended.
    pub fn anonymous_kb(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"))?;
        line.split_whitespace().next()?.parse().ok()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
