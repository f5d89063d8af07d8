//! Tables on the command line: the wait until their tick, their lines, CSV and picture. Everything shown stands in the
//! receipt.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use indicatif::ProgressBar;

use super::error::CliError;
use super::files::write;
use super::plot::plot;
use super::table::table;
use super::table_words::{TableFacts, TableMessage, of_all};
use super::terminal::Terminal;
use crate::disclosure::{ReleasedCell, ReleasedTable};
use crate::env::Durable;
use crate::job::{Answered, Engine, Failure, JobState, answer, cancel, read_request, state};
use crate::model::{Digest, Lang};

/// How often the time to the tick is shown anew.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Asks, and waits until the tick; an interrupt (Ctrl-C) cancels the job, whose charge stays.
pub async fn wait(engine: Arc<Engine>, token: String, terminal: &Terminal) -> Result<Answered, CliError> {
    let request = read_request(&token, &engine.config()).map_err(CliError::Refused)?;
    let (job, client) = (request.value().job, request.value().client.clone());
    let asking = Arc::clone(&engine);
    let mut answering = tokio::spawn(async move { answer(&asking, &token).await });
    let mut interrupted = tokio::spawn(tokio::signal::ctrl_c());
    let bar = terminal.progress(TableMessage::TableWaiting, 0);
    loop {
        if let Ok(ended) = tokio::time::timeout(LOOK_EVERY, &mut answering).await {
            bar.finish_and_clear();
            interrupted.abort();
            return Ok(ended.unwrap_or(Err(Failure::Stopping))?);
        }
        show_tick(&engine, (&client, job), &bar);
        if !interrupted.is_finished() {
            continue;
        }
        if matches!((&mut interrupted).await, Ok(Ok(()))) && cancel(&engine, &client, job) {
            terminal.say(TableMessage::Cancelling);
        }
        // The next interrupt ends the program, as any other's does.
        interrupted = tokio::spawn(std::future::pending());
    }
}

fn show_tick(engine: &Engine, (client, job): (&str, Digest), bar: &ProgressBar) {
    if let Ok(Some(JobState::Running { tick })) = state(engine, client, job) {
        let left = tick.seconds().saturating_sub(engine.clock().now().seconds());
        let left = u64::try_from(left).unwrap_or_default();
        let length = bar.length().unwrap_or_default().max(left);
        bar.set_length(length);
        bar.set_position(length - left);
    }
}

/// One line for each cell, in the domain's order: the labels, and the figures, or nothing where it is suppressed.
fn rows(released: &ReleasedTable) -> impl Iterator<Item = (Vec<&str>, Option<&ReleasedCell>)> {
    released.cells.iter().enumerate().map(|(cell, figures)| (labels(released, cell), figures.as_ref()))
}

/// The labels of the cell at this place: the last dimension's lie side by side.
pub fn labels(released: &ReleasedTable, cell: usize) -> Vec<&str> {
    let mut rest = cell;
    let mut labels: Vec<&str> = Vec::with_capacity(released.dimensions.len());
    for dimension in released.dimensions.iter().rev() {
        let count = dimension.labels.len().max(1);
        labels.push(dimension.labels.get(rest % count).map_or("", String::as_str));
        rest /= count;
    }
    labels.reverse();
    labels
}

/// Shows a table to a person.
pub fn show_table(released: &ReleasedTable, terminal: &Terminal) {
    show_lines(released, usize::MAX, terminal);
}

/// Shows a table's cells, or of those that are printed the first `most`.
pub fn show_lines(released: &ReleasedTable, most: usize, terminal: &Terminal) {
    let (count, mean) = match terminal.lang() {
        Lang::En => ("units", "mean"),
        Lang::Zh => ("主体数", "均值"),
    };
    let mut head: Vec<String> = released.dimensions.iter().map(|dimension| dimension.name.clone()).collect();
    head.push(count.to_owned());
    for measure in &released.measures {
        head.push(format!("{} ({})", measure.name, measure.unit));
        head.push(mean.to_owned());
    }
    let mut lines = vec![head];
    // Who wants some wants those with figures.
    let wanted = |(_, cell): &(Vec<&str>, Option<&ReleasedCell>)| most == usize::MAX || cell.is_some();
    let printed = rows(released).filter(wanted).count();
    for (labels, cell) in rows(released).filter(wanted).take(most) {
        lines.push(labels.into_iter().map(str::to_owned).chain(figures(released, cell)).collect());
    }
    let shown = lines.len().saturating_sub(1);
    let total = std::iter::once("Σ".to_owned()).chain(released.dimensions.iter().skip(1).map(|_| String::new()));
    lines.push(total.chain(figures(released, Some(&released.total))).collect());
    let mut text = table(&lines);
    if let Some((above, sum)) = text.rsplit_once('\n').filter(|_| shown < printed) {
        // The sum is of all that are printed, and not of those above it alone.
        text = format!("{above}\n{}\n{sum}", of_all(shown, printed, terminal.lang()));
    }
    terminal.say(TableMessage::Table { text, facts: Box::new(facts(released, count)) });
}

fn figures(released: &ReleasedTable, cell: Option<&ReleasedCell>) -> Vec<String> {
    let Some(cell) = cell else { return vec!["—".to_owned(); 1 + 2 * released.measures.len()] };
    let mut figures = vec![cell.count.clone()];
    for (place, sum) in cell.sums.iter().enumerate() {
        figures.push(sum.clone());
        figures.push(cell.means.get(place).cloned().unwrap_or_else(|| "—".to_owned()));
    }
    figures
}

fn facts(released: &ReleasedTable, count: &str) -> TableFacts {
    let measures = released.measures.iter().map(|measure| (measure.name.clone(), measure.noise.interval_95.clone()));
    let gaussian = released.gaussian.as_ref();
    TableFacts {
        noise: released.noise.clone(),
        epsilon: released.epsilon.clone(),
        gaussian: gaussian.map(|loss| (loss.rho.clone(), loss.delta.clone(), loss.epsilon.clone())),
        intervals: std::iter::once((count.to_owned(), released.count.interval_95.clone())).chain(measures).collect(),
        suppressed: released.cells.iter().filter(|cell| cell.is_none()).count(),
        min_units: released.min_units,
    }
}

/// Writes the table as CSV and as a picture.
pub fn write_table(
    released: &ReleasedTable,
    (csv, svg): (Option<&Path>, Option<&Path>),
    terminal: &Terminal,
) -> Result<(), CliError> {
    if let Some(path) = csv {
        write(path, to_csv(released).as_bytes(), Durable::Shared)?;
        terminal.say(TableMessage::TableFile { path: path.display().to_string() });
    }
    if let Some(path) = svg {
        let picture = plot(released, terminal.lang()).map_err(CliError::failed)?;
        write(path, picture.as_bytes(), Durable::Shared)?;
        terminal.say(TableMessage::TableFile { path: path.display().to_string() });
    }
    Ok(())
}

/// RFC 4180: a line for each cell; figures with half of their 95 % interval beside them, empty where suppressed.
pub fn to_csv(released: &ReleasedTable) -> String {
    let mut head: Vec<String> = released.dimensions.iter().map(|dimension| dimension.name.clone()).collect();
    head.extend(["suppressed", "units", "units_interval_95"].map(str::to_owned));
    for measure in &released.measures {
        head.extend(["", "_interval_95", "_mean"].map(|suffix| format!("{}{suffix}", measure.name)));
    }
    let mut text = csv_line(head.iter().map(String::as_str));
    for (labels, cell) in rows(released) {
        let mut line: Vec<&str> = labels;
        line.push(if cell.is_some() { "false" } else { "true" });
        line.push(cell.map_or("", |cell| cell.count.as_str()));
        line.push(cell.map_or("", |_| released.count.interval_95.as_str()));
        for (place, measure) in released.measures.iter().enumerate() {
            let figure = |of: fn(&ReleasedCell) -> &Vec<String>| {
                cell.and_then(|cell| of(cell).get(place)).map_or("", String::as_str)
            };
            line.push(figure(|cell| &cell.sums));
            line.push(cell.map_or("", |_| measure.noise.interval_95.as_str()));
            line.push(figure(|cell| &cell.means));
        }
        text += &csv_line(line.into_iter());
    }
    text
}

fn csv_line<'c>(cells: impl Iterator<Item = &'c str>) -> String {
    let cell = |cell: &str| match cell.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", cell.replace('"', "\"\"")),
        // A spreadsheet would take it for a formula.
        false if cell.starts_with(['=', '+', '@']) => format!("\"'{cell}\""),
        false => cell.to_owned(),
    };
    cells.map(cell).collect::<Vec<_>>().join(",") + "\r\n"
}
