//! What a client's own rows say is nowhere but in the request: not in what the engine prints at its most talkative, not in
//! the home's files, not in the answer. And what the command line says of a file that does not fit.

use std::path::Path;
use std::process::Command;

use crate::support::{OwnRows, firm, strong};

const CANARY: &str = "CANARY-58213";
const HEADER: &str = "borrower,loan,due_date,owed_fen,is_settled,kind,note,seen_at\n";

fn holds(bytes: &[u8]) -> bool {
    bytes.windows(CANARY.len()).any(|window| window == CANARY.as_bytes())
}

/// The files below `folder` that have the canary.
fn found(folder: &Path) -> Vec<String> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        match entry.path() {
            path if path.is_dir() => files.extend(found(&path)),
            path if holds(&std::fs::read(&path).unwrap()) => files.push(entry.file_name().into_string().unwrap()),
            _ => {}
        }
    }
    files
}

/// A client beside a home whose engine is closed.
struct Desk<'a> {
    home: &'a Path,
    guest: String,
    work: tempfile::TempDir,
}

impl Desk<'_> {
    /// Runs `anshi run` with this file of rows; gives what it printed, and how it ended.
    fn run(&self, file: &str, lang: &str) -> (String, i32) {
        std::fs::write(self.work.path().join("rows.csv"), file).unwrap();
        let (home, party) = (self.home.to_str().unwrap(), format!("enterprise={}", firm(1)));
        let guest = self.home.join("guests").join(&self.guest);
        let mut command = Command::new(env!("CARGO_BIN_EXE_anshi"));
        command.current_dir(self.work.path()).env("ANSHI_LOG", "trace").env("RUST_LOG", "trace");
        command.args(["run", "--home", home, "--policy", "own-rows", "--guest", guest.to_str().unwrap()]);
        command.args(["--party", &party, "--param", "behaviour=0", "--consent", "auto"]);
        command.args(["--rows", "repayments=rows.csv", "--out", "bundle.json", "--force", "--lang", lang]);
        let output = command.output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        (String::from_utf8(text).unwrap(), output.status.code().unwrap())
    }
}

/// Lets `act` work beside a home whose guest reads the rows and answers `yes`.
fn at_desk(act: impl FnOnce(&Desk<'_>)) {
    let columns: &[(&'static str, &[&str])] = &[("loan", &[]), ("note", &[])];
    let OwnRows { home, guest } = OwnRows::new(columns, "(i32.const 1)", "", false);
    let guest = format!("{}.wasm", guest.hex());
    home.while_closed(|home| act(&Desk { home, guest, work: tempfile::tempdir().unwrap() }));
}

#[test]
fn rows_leave_no_trace() {
    let _turn = strong();
    let row = |kind: &str, note: &str| format!("{},{CANARY},2026-06-01,7,true,{kind},{note},\n", firm(1));
    let cases = [
        ([row("INTEREST", CANARY), row("PRINCIPAL", "")], 0, "answer yes"),
        ([row("INTEREST", CANARY), row(CANARY, CANARY)], 3, "row 2, `kind`"),
        ([row("INTEREST", &format!("{CANARY},{CANARY}")), row("INTEREST", CANARY)], 1, "row 1 has 9 cells"),
    ];
    at_desk(|desk| {
        for (rows, code, said) in cases {
            let (printed, ended) = desk.run(&format!("{HEADER}{}", rows.concat()), "en");
            assert_eq!(ended, code, "{printed}");
            assert!(printed.contains(said) && !holds(printed.as_bytes()), "{printed}");
        }
        assert_eq!(found(desk.work.path()), ["rows.csv"], "where it is, it is found");
        assert_eq!(found(desk.home), [""; 0]);
    });
}

#[test]
fn a_file_that_does_not_fit_is_told_in_both_languages() {
    let _turn = strong();
    let row = format!("{},HT-1,2026-06-01,7,true,INTEREST,,\n", firm(1));
    let cases = [
        (String::new(), 1, "lacks `borrower`, `loan`", "首行缺少 `borrower`、`loan`"),
        (HEADER.replace("loan", "loans"), 1, "did you mean `loan`?", "是否指 `loan`？"),
        (HEADER.replace("note", "loan"), 1, "the column `loan` stands there twice", "列 `loan` 出现两次"),
        (format!("{HEADER}{row}").replace("INTEREST", "FEE"), 3, "row 1, `kind`", "第 1 行 `kind`"),
        (format!("{HEADER}{row}").replace(",7,", ",7.5,"), 3, "must be a whole number", "应为整数"),
        (format!("{HEADER}{}", row.repeat(21)), 3, "has 21 rows, the policy takes 20", "有 21 行，政策至多接受 20 行"),
        (format!("{HEADER}{row}"), 0, "2 bits charged", "扣 2 比特"),
    ];
    at_desk(|desk| {
        for (file, code, english, chinese) in cases {
            // The same job again costs nothing, so the last one is asked once.
            let langs: &[(&str, &str)] =
                if code == 0 { &[("zh", chinese)] } else { &[("en", english), ("zh", chinese)] };
            for (lang, wanted) in langs {
                let (printed, ended) = desk.run(&file, lang);
                assert_eq!(ended, code, "{printed}");
                assert!(printed.contains(wanted), "no `{wanted}` in {printed}");
            }
        }
    });
}
