//! The forms of results.

use std::borrow::Cow;

use clap::ValueEnum;
use console::{Term, measure_text_width, truncate_str};
use gapi_codegen::text::{inert, is_active};
use serde_json::value::RawValue;

use super::columns::{Column, entries_of, fitting, properties, text_of};
use super::destination::Destination;
use super::failure::CallResult;
use super::tokens::{compact, pretty};
use super::yaml;

/// The form of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// JSON, indented; of a list one array
    Json,
    /// JSON, one line for each response or entry
    Jsonl,
    /// YAML; of a list one list
    Yaml,
    /// Aligned columns for people
    Table,
    /// CSV (RFC 4180)
    Csv,
    /// The columns without titles and quotes, with tabs between
    Value,
    /// The bytes of the response
    Raw,
}

impl Format {
    /// Whether it has columns.
    pub(super) fn is_tabular(self) -> bool {
        matches!(self, Self::Table | Self::Csv | Self::Value)
    }
}

/// Writes results in one form.
#[derive(Debug)]
pub(super) struct Printer {
    format: Format,
    columns: Vec<Column>,
    /// Whether the user named the columns.
    is_given: bool,
    /// The property of a response that has the entries of a list.
    items: Option<String>,
    destination: Destination,
    /// Whether control characters have to be escaped.
    is_terminal: bool,
    /// The entries so far.
    count: u64,
}

impl Printer {
    pub(super) fn new(
        format: Format,
        columns: Vec<Column>,
        is_given: bool,
        items: Option<String>,
        destination: Destination,
    ) -> Self {
        Self {
            format,
            columns,
            is_given,
            items,
            is_terminal: destination.is_terminal(),
            destination,
            count: 0,
        }
    }

    /// Writes the response of a call.
    pub(super) fn response(&mut self, json: &str) -> CallResult {
        let text = match self.format {
            Format::Json => pretty(json, 0) + "\n",
            Format::Jsonl => compact(json) + "\n",
            Format::Yaml => yaml::document(json),
            Format::Raw => json.to_owned(),
            Format::Table | Format::Csv | Format::Value => return self.response_as_table(json),
        };
        self.write(&text)
    }

    /// Writes one value of a stream.
    pub(super) fn element(&mut self, json: &str) -> CallResult {
        self.write(&(compact(json) + "\n"))?;
        self.destination.flush()
    }

    /// Writes the entries of a page, in the order of the pages.
    pub(super) fn page(&mut self, entries: &[Box<RawValue>]) -> CallResult {
        match self.format {
            Format::Json => {
                for entry in entries {
                    let before = if self.count == 0 { "[\n  " } else { ",\n  " };
                    self.write(&format!("{before}{}", pretty(entry.get(), 2)))?;
                    self.count += 1;
                }
            }
            Format::Yaml => {
                for entry in entries {
                    self.write(&yaml::entry(entry.get()))?;
                    self.count += 1;
                }
            }
            Format::Jsonl | Format::Raw => {
                for entry in entries {
                    self.element(entry.get())?;
                    self.count += 1;
                }
            }
            Format::Table | Format::Csv | Format::Value => {
                let entries: Vec<&RawValue> = entries.iter().map(|entry| &**entry).collect();
                self.table(&entries)?;
            }
        }
        self.destination.flush()
    }

    /// Ends a list.
    pub(super) fn end_of_list(&mut self) -> CallResult {
        match (self.format, self.count) {
            (Format::Json, 0) => self.write("[]\n"),
            (Format::Json, _) => self.write("\n]\n"),
            (Format::Yaml, 0) => self.write("[]\n"),
            // The titles of an empty list are a result too.
            (Format::Csv, 0) => self.table(&[]),
            _ => Ok(()),
        }
    }

    /// Returns the form of the result.
    pub(super) fn format(&self) -> Format {
        self.format
    }

    /// Writes the bytes of a response. A terminal gets a text that does not act on it.
    pub(super) fn raw(&mut self, bytes: &[u8]) -> CallResult {
        match String::from_utf8_lossy(bytes) {
            text if self.is_terminal => self.write(&text),
            _ => self.bytes(bytes),
        }
    }

    /// Writes bytes as they are.
    pub(super) fn bytes(&mut self, bytes: &[u8]) -> CallResult {
        self.destination.write(bytes)
    }

    /// Ends the result.
    pub(super) fn finish(self) -> CallResult {
        self.destination.finish()
    }

    fn write(&mut self, text: &str) -> CallResult {
        let text = if self.is_terminal {
            escaped(text)
        } else {
            Cow::Borrowed(text)
        };
        self.destination.write(text.as_bytes())
    }

    fn response_as_table(&mut self, json: &str) -> CallResult {
        if let Some(items) = &self.items {
            let entries = entries_of(json, items)?;
            let entries: Vec<&RawValue> = entries.iter().map(|entry| &**entry).collect();
            return self.table(&entries);
        }
        // The document declares one of them.
        if let Ok(list) = serde_json::from_str::<Vec<&RawValue>>(json) {
            return self.table(&list);
        }
        if self.format == Format::Table && !self.is_given {
            return self.names_and_values(json);
        }
        match serde_json::from_str::<&RawValue>(json) {
            Ok(entry) => self.table(&[entry]),
            Err(_) => Ok(()),
        }
    }

    /// Writes an object as a table of its properties.
    fn names_and_values(&mut self, json: &str) -> CallResult {
        let Some(properties) = properties(json) else {
            return self.write(&(text_of(json) + "\n"));
        };
        let lines: Vec<Vec<String>> = properties
            .into_iter()
            .map(|(name, value)| vec![name.into_owned(), text_of(value.get())])
            .collect();
        let text = self.aligned(lines);
        self.write(&text)
    }

    /// Writes entries with the columns; the titles come once.
    fn table(&mut self, entries: &[&RawValue]) -> CallResult {
        let mut lines: Vec<Vec<String>> = entries
            .iter()
            .map(|entry| {
                self.columns
                    .iter()
                    .map(|column| column.cell(entry))
                    .collect()
            })
            .collect();
        let is_first = self.count == 0;
        self.count += entries.len() as u64;
        if is_first && self.format != Format::Value {
            let titles = self.columns.iter().map(|column| column.title.clone());
            lines.insert(0, titles.collect());
        }
        let text = match self.format {
            Format::Csv => lines.iter().map(|line| csv_line(line)).collect(),
            Format::Value => lines
                .iter()
                .map(|line| {
                    let cells: Vec<Cow<'_, str>> = line.iter().map(|cell| inert(cell)).collect();
                    cells.join("\t") + "\n"
                })
                .collect(),
            _ => {
                // A table of nothing is no output.
                if self.count == 0 {
                    return Ok(());
                }
                self.aligned(lines)
            }
        };
        self.write(&text)
    }

    /// Aligns columns. Only a terminal's table leaves out what does not fit.
    fn aligned(&self, lines: Vec<Vec<String>>) -> String {
        let lines: Vec<Vec<String>> = lines
            .into_iter()
            .map(|cells| cells.iter().map(|cell| inert(cell).into_owned()).collect())
            .collect();
        let count = lines.first().map_or(0, Vec::len);
        let mut widths: Vec<usize> = (0..count)
            .map(|column| {
                let width = lines
                    .iter()
                    .map(|cells| measure_text_width(&cells[column]))
                    .max();
                width.unwrap_or(0)
            })
            .collect();
        let mut columns = count;
        let mut line_width = usize::MAX;
        if self.is_terminal {
            line_width = usize::from(Term::stdout().size().1);
            widths
                .iter_mut()
                .for_each(|width| *width = (*width).min(60));
            columns = fitting(&widths, line_width);
        }
        let mut text = String::new();
        for cells in &lines {
            let mut line = String::new();
            for (column, cell) in cells.iter().take(columns).enumerate() {
                let is_last = column + 1 == columns;
                let room = if is_last {
                    line_width.saturating_sub(measure_text_width(&line))
                } else {
                    widths[column]
                };
                let cell = if self.is_terminal {
                    truncate_str(cell, room, "…")
                } else {
                    Cow::Borrowed(&**cell)
                };
                line.push_str(&cell);
                if !is_last {
                    let pad = widths[column].saturating_sub(measure_text_width(&cell)) + 2;
                    line.extend(std::iter::repeat_n(' ', pad));
                }
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }
}

/// Returns a line of CSV. A cell is in quotes where it has a separator, a quote or a line end.
fn csv_line(cells: &[String]) -> String {
    let cells: Vec<Cow<'_, str>> = cells
        .iter()
        .map(|cell| {
            if cell.contains([',', '"', '\r', '\n']) {
                Cow::Owned(format!("\"{}\"", cell.replace('"', "\"\"")))
            } else {
                Cow::Borrowed(cell.as_str())
            }
        })
        .collect();
    cells.join(",") + "\r\n"
}

/// Escapes what acts on a terminal, as in JSON, so that JSON stays the same JSON.
fn escaped(text: &str) -> Cow<'_, str> {
    let acts = |c: char| is_active(c) && c != '\n';
    if !text.contains(acts) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            // Between cells, and at the end of a line.
            '\t' => out.push(c),
            '\r' if chars.peek() == Some(&'\n') => out.push(c),
            c if acts(c) => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}
