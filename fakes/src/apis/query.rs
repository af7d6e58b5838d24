//! Queries of one table: `SELECT a, b FROM dataset.table WHERE a >= @least ORDER BY b DESC LIMIT 10`.

use std::cmp::Ordering;

use serde_json::{Map, Value};

use super::bigquery::Table;

/// A query that was understood.
#[derive(Debug)]
pub(super) struct Query {
    columns: Vec<String>,
    table: Vec<String>,
    filter: Option<(String, String, Operand)>,
    order: Option<(String, bool)>,
    limit: Option<usize>,
}

#[derive(Debug)]
enum Operand {
    Literal(String),
    Parameter(String),
}

/// Names and types of columns, and rows.
type Found = (Vec<(String, String)>, Vec<Map<String, Value>>);

impl Query {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut words = Words::of(text);
        words.expect("SELECT")?;
        let mut columns = vec![words.next()?];
        while words.take(",") {
            columns.push(words.next()?);
        }
        words.expect("FROM")?;
        let table = words.next()?;
        let table = table
            .trim_matches('`')
            .split('.')
            .map(String::from)
            .collect();
        let filter = if words.take("WHERE") {
            let (column, operator, operand) = (words.next()?, words.next()?, words.next()?);
            let operand = match operand.strip_prefix('@') {
                Some(name) => Operand::Parameter(name.to_owned()),
                None => Operand::Literal(operand.trim_matches(['\'', '"']).to_owned()),
            };
            Some((column, operator, operand))
        } else {
            None
        };
        let order = if words.take("ORDER") {
            words.expect("BY")?;
            let column = words.next()?;
            let down = words.take("DESC");
            if !down {
                words.take("ASC");
            }
            Some((column, down))
        } else {
            None
        };
        let limit = if words.take("LIMIT") {
            let limit = words.next()?;
            Some(
                limit
                    .parse()
                    .map_err(|_| format!("{limit:?} is no number"))?,
            )
        } else {
            None
        };
        match words.0.first() {
            Some(rest) => Err(format!("unexpected {rest:?}")),
            None => Ok(Self {
                columns,
                table,
                filter,
                order,
                limit,
            }),
        }
    }

    /// The dataset, if it is named, and the table.
    pub(super) fn table(&self) -> (Option<&str>, &str) {
        match self.table.as_slice() {
            [.., dataset, table] => (Some(dataset), table),
            [table] => (None, table),
            [] => (None, ""),
        }
    }

    pub(super) fn run(&self, table: &Table, parameters: &Value) -> Result<Found, String> {
        let all = table.columns();
        let known = |name: &str| {
            let column = all.iter().find(|(column, _)| column == name);
            column.ok_or_else(|| format!("Unrecognized name: {name}"))
        };
        let columns = if self.columns == ["*"] {
            all.clone()
        } else {
            let columns = self.columns.iter().map(|name| known(name).cloned());
            columns.collect::<Result<Vec<_>, _>>()?
        };
        let mut rows = table.rows.clone();
        if let Some((column, operator, operand)) = &self.filter {
            known(column)?;
            let operand = match operand {
                Operand::Literal(text) => text.clone(),
                Operand::Parameter(name) => parameter(parameters, name)?,
            };
            let fits = fits(operator)?;
            rows.retain(|row| fits(compare(&text(row.get(column)), &operand)));
        }
        if let Some((column, down)) = &self.order {
            known(column)?;
            rows.sort_by(|a, b| {
                let order = compare(&text(a.get(column)), &text(b.get(column)));
                if *down { order.reverse() } else { order }
            });
        }
        rows.truncate(self.limit.unwrap_or(usize::MAX));
        Ok((columns, rows))
    }
}

fn parameter(parameters: &Value, name: &str) -> Result<String, String> {
    let parameters = parameters.as_array().into_iter().flatten();
    let parameter = parameters
        .into_iter()
        .find(|parameter| parameter["name"] == name);
    let value = parameter.and_then(|parameter| parameter["parameterValue"]["value"].as_str());
    value
        .map(String::from)
        .ok_or_else(|| format!("Query parameter '{name}' not found"))
}

fn fits(operator: &str) -> Result<fn(Ordering) -> bool, String> {
    Ok(match operator {
        "=" => Ordering::is_eq,
        "!=" | "<>" => Ordering::is_ne,
        "<" => Ordering::is_lt,
        "<=" => Ordering::is_le,
        ">" => Ordering::is_gt,
        ">=" => Ordering::is_ge,
        other => return Err(format!("unknown operator {other:?}")),
    })
}

fn text(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
        None => String::new(),
    }
}

/// As numbers where both are some.
fn compare(left: &str, right: &str) -> Ordering {
    match (left.parse::<f64>(), right.parse::<f64>()) {
        (Ok(left), Ok(right)) => left.total_cmp(&right),
        _ => left.cmp(right),
    }
}

struct Words(Vec<String>);

impl Words {
    fn of(text: &str) -> Self {
        let spaced = text.replace(',', " , ");
        Self(spaced.split_whitespace().map(String::from).collect())
    }

    fn next(&mut self) -> Result<String, String> {
        if self.0.is_empty() {
            return Err("unexpected end of the query".into());
        }
        Ok(self.0.remove(0))
    }

    fn take(&mut self, word: &str) -> bool {
        let there = self
            .0
            .first()
            .is_some_and(|first| first.eq_ignore_ascii_case(word));
        if there {
            self.0.remove(0);
        }
        there
    }

    fn expect(&mut self, word: &str) -> Result<(), String> {
        if self.take(word) {
            Ok(())
        } else {
            Err(format!("expected {word}"))
        }
    }
}
