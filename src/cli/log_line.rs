//! A line of a service's log: one JSON object, as `tracing-subscriber` writes it where there are no spans. Every request has
//! one, so it is written without a detour. Never decides what is logged.

use std::fmt::{self, Debug};

use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use crate::env::Timestamp;

/// The form of such a line.
pub(super) struct LogLine;

impl<S, N> FormatEvent<S, N> for LogLine
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let metadata = event.metadata();
        writer.write_str(r#"{"timestamp":""#)?;
        writer.write_str(Timestamp::now().as_str())?;
        writer.write_str(r#"","level":"#)?;
        write_text(&mut writer, metadata.level().as_str())?;
        writer.write_str(r#","fields":{"#)?;
        let mut fields = Fields { writer: writer.by_ref(), is_first: true, written: Ok(()) };
        event.record(&mut fields);
        fields.written?;
        writer.write_str(r#"},"target":"#)?;
        write_text(&mut writer, metadata.target())?;
        writer.write_str("}\n")
    }
}

/// Writes an event's fields.
struct Fields<'w> {
    writer: Writer<'w>,
    is_first: bool,
    written: fmt::Result,
}

impl Fields<'_> {
    fn field(&mut self, field: &Field, value: impl FnOnce(&mut Writer<'_>) -> fmt::Result) {
        self.written = self.written.and_then(|()| {
            if !std::mem::take(&mut self.is_first) {
                self.writer.write_char(',')?;
            }
            write_text(&mut self.writer, field.name())?;
            self.writer.write_char(':')?;
            value(&mut self.writer)
        });
    }
}

impl Visit for Fields<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.field(field, |writer| write_text(writer, value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.field(field, |writer| write!(writer, "{value}"));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.field(field, |writer| write!(writer, "{value}"));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.field(field, |writer| write!(writer, "{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.field(field, |writer| write_text(writer, &format!("{value:?}")));
    }
}

fn write_text(writer: &mut Writer<'_>, text: &str) -> fmt::Result {
    if text.bytes().any(|byte| byte < b' ' || byte == b'"' || byte == b'\\') {
        return writer.write_str(&serde_json::to_string(text).map_err(|_| fmt::Error)?);
    }
    writer.write_char('"')?;
    writer.write_str(text)?;
    writer.write_char('"')
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn say() {
        let problem = io::Error::other("a \"word\" \\ and\na \u{1} line");
        tracing::info!(request = %"0a", method = "GET", status = 200_u16, problem = "", millis = 7_u64, "answered");
        tracing::warn!(left = -1_i64, known = true, name = ?"室", "a message of {}", "parts");
        tracing::error!(%problem, error = &problem as &dyn std::error::Error, "the \"ledger\" stops");
        tracing::info!(target: "a \"target\"", share = 1_u128);
    }

    /// What was written but for the time, which is of one form.
    fn lines(kept: &Kept) -> Vec<String> {
        let text = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
        let line = |line: &str| {
            let (time, rest) = line.strip_prefix(r#"{"timestamp":""#).unwrap().split_once("\",").unwrap();
            assert!(time.len() == 27 && time.ends_with('Z'), "{time}");
            rest.to_owned()
        };
        text.lines().map(line).collect()
    }

    #[test]
    fn a_line_is_what_tracing_subscriber_writes() {
        let (ours, theirs) = (Kept::default(), Kept::default());
        let writer = |kept: &Kept| {
            let kept = kept.clone();
            move || kept.clone()
        };
        let line = tracing_subscriber::fmt().event_format(LogLine).with_writer(writer(&ours)).finish();
        tracing::subscriber::with_default(line, say);
        let json = tracing_subscriber::fmt().json().with_writer(writer(&theirs)).finish();
        tracing::subscriber::with_default(json, say);
        assert_eq!(lines(&ours), lines(&theirs));
        assert_eq!(lines(&ours).len(), 4);
    }
}
