//! Sheets v4: spreadsheets with one sheet, and their values.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::checked::{invalid, not_found, path, query, unimplemented};
use crate::{discovery::Call, rpc::RpcError};

/// Spreadsheets by id.
#[derive(Debug, Default)]
pub(super) struct State(BTreeMap<String, Sheet>);

#[derive(Debug, Default)]
struct Sheet {
    title: String,
    rows: Vec<Vec<Value>>,
}

/// A range of cells, counted from 0; `None` is open.
#[derive(Debug)]
struct Range {
    row: usize,
    column: usize,
    last_row: Option<usize>,
    last_column: Option<usize>,
}

pub(super) fn respond(state: &mut State, call: &Call<'_>, body: Value) -> Result<Value, RpcError> {
    let id = path(call, "spreadsheetId").to_owned();
    if call.method.id == "sheets.spreadsheets.create" {
        let id = format!("spreadsheet-{}", state.0.len() + 1);
        let title = body["properties"]["title"]
            .as_str()
            .unwrap_or("Untitled spreadsheet");
        let sheet = Sheet {
            title: title.to_owned(),
            rows: Vec::new(),
        };
        let response = sheet.resource(&id);
        state.0.insert(id, sheet);
        return Ok(response);
    }
    let missing = || RpcError::new(404, "NOT_FOUND", "Requested entity was not found.");
    let sheet = state.0.get_mut(&id).ok_or_else(missing)?;
    match call.method.id.as_str() {
        "sheets.spreadsheets.get" => Ok(sheet.resource(&id)),
        "sheets.spreadsheets.values.get" => {
            let range = Range::parse(path(call, "range"))?;
            Ok(
                json!({"range": path(call, "range"), "majorDimension": "ROWS", "values": sheet.values(&range)}),
            )
        }
        "sheets.spreadsheets.values.update" => {
            let range = Range::parse(path(call, "range"))?;
            let updated = sheet.write(&range, &body, call)?;
            Ok(
                json!({"spreadsheetId": id, "updatedRange": path(call, "range"), "updatedCells": updated}),
            )
        }
        "sheets.spreadsheets.values.append" => {
            let mut range = Range::parse(path(call, "range"))?;
            // The table grows downwards.
            range.row = range.row.max(sheet.rows.len());
            range.last_row = None;
            let updated = sheet.write(&range, &body, call)?;
            Ok(
                json!({"spreadsheetId": id, "tableRange": path(call, "range"), "updates": {"spreadsheetId": id, "updatedCells": updated}}),
            )
        }
        "sheets.spreadsheets.values.clear" => {
            sheet.rows.clear();
            Ok(json!({"spreadsheetId": id, "clearedRange": path(call, "range")}))
        }
        _ => Err(unimplemented(call)),
    }
}

impl Sheet {
    fn resource(&self, id: &str) -> Value {
        json!({
            "spreadsheetId": id, "properties": {"title": self.title, "locale": "en_US"},
            "sheets": [{"properties": {"sheetId": 0, "title": "Sheet1", "index": 0}}],
            "spreadsheetUrl": format!("https://docs.google.com/spreadsheets/d/{id}/edit"),
        })
    }

    fn cell(&self, row: usize, column: usize) -> Value {
        let cell = self.rows.get(row).and_then(|row| row.get(column));
        match cell.unwrap_or(&Value::Null) {
            Value::String(text) if text.starts_with("=SUM(") => self.sum(text).into(),
            Value::String(text) => text.clone().into(),
            Value::Null => "".into(),
            other => other.to_string().into(),
        }
    }

    /// What `=SUM(B2:B4)` shows.
    fn sum(&self, formula: &str) -> String {
        let inner = formula.trim_start_matches("=SUM(").trim_end_matches(')');
        let Ok(range) = Range::parse(inner) else {
            return "#ERROR!".into();
        };
        let cells = self.values(&range).into_iter().flatten();
        let sum: f64 = cells
            .filter_map(|cell| cell.as_str()?.parse::<f64>().ok())
            .sum();
        sum.to_string()
    }

    /// Formatted values, without what is empty at the ends.
    fn values(&self, range: &Range) -> Vec<Vec<Value>> {
        let last_row = range
            .last_row
            .unwrap_or(usize::MAX)
            .min(self.rows.len().saturating_sub(1));
        let widest = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let last_column = range
            .last_column
            .unwrap_or(usize::MAX)
            .min(widest.saturating_sub(1));
        let mut rows: Vec<Vec<Value>> = (range.row..=last_row)
            .map(|row| {
                (range.column..=last_column)
                    .map(|column| self.cell(row, column))
                    .collect()
            })
            .collect();
        if self.rows.is_empty() {
            rows.clear();
        }
        for row in &mut rows {
            while row.last().is_some_and(|cell| cell == "") {
                row.pop();
            }
        }
        while rows.last().is_some_and(Vec::is_empty) {
            rows.pop();
        }
        rows
    }

    fn write(&mut self, range: &Range, body: &Value, call: &Call<'_>) -> Result<usize, RpcError> {
        if !matches!(
            query(call, "valueInputOption"),
            Some("RAW" | "USER_ENTERED")
        ) {
            return Err(invalid("'valueInputOption' is required but not specified"));
        }
        let mut written = 0;
        for (down, row) in body["values"].as_array().into_iter().flatten().enumerate() {
            for (right, value) in row.as_array().into_iter().flatten().enumerate() {
                let (row, column) = (range.row + down, range.column + right);
                if range.last_row.is_some_and(|last| row > last)
                    || range.last_column.is_some_and(|last| column > last)
                {
                    return Err(invalid(
                        "Requested writing within range, but tried writing to another cell",
                    ));
                }
                if self.rows.len() <= row {
                    self.rows.resize(row + 1, Vec::new());
                }
                if self.rows[row].len() <= column {
                    self.rows[row].resize(column + 1, Value::Null);
                }
                self.rows[row][column] = value.clone();
                written += 1;
            }
        }
        Ok(written)
    }
}

impl Range {
    /// `Sheet1!A1:B3`, `A1`, `A1:B`.
    fn parse(text: &str) -> Result<Self, RpcError> {
        let cells = text.rsplit_once('!').map_or(text, |(_, cells)| cells);
        let bad = || not_found(&format!("Unable to parse range: {text}"));
        let (first, last) = match cells.split_once(':') {
            Some((first, last)) => (first, Some(last)),
            None => (cells, None),
        };
        let (column, row) = cell(first).ok_or_else(bad)?;
        let (last_column, last_row) = match last {
            Some(last) => {
                let (column, row) = cell(last).ok_or_else(bad)?;
                (Some(column), row)
            }
            None => (None, None),
        };
        Ok(Self {
            row: row.unwrap_or(0),
            column,
            last_row,
            last_column,
        })
    }
}

/// Column and row of `B3` or `B`, counted from 0.
fn cell(text: &str) -> Option<(usize, Option<usize>)> {
    let digits = text
        .find(|c: char| c.is_ascii_digit())
        .unwrap_or(text.len());
    let (letters, digits) = text.split_at(digits);
    if letters.is_empty() || !letters.chars().all(|c| c.is_ascii_uppercase()) {
        return None;
    }
    let column = letters.bytes().fold(0, |column, letter| {
        column * 26 + usize::from(letter - b'A') + 1
    }) - 1;
    match digits {
        "" => Some((column, None)),
        digits => Some((column, Some(digits.parse::<usize>().ok()?.checked_sub(1)?))),
    }
}
