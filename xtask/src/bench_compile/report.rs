//! The figures as Markdown.

use std::fmt::{self, Write as _};

use super::measure::Cost;
use super::programs::{
    BY_HAND, BY_HAND_RING, CLOUD_SQL, OURS, OURS_PART, RING, SMALL_HTTP2, SQLADMIN,
};
use super::subjects::{DERIVED, FILE, FILE_THREE};

/// Everything that one run found out.
#[derive(Debug, Default)]
pub(super) struct Report {
    /// Where and how it was measured.
    pub(super) conditions: Vec<String>,
    /// One table per API.
    pub(super) tables: Vec<Table>,
    /// Programs with their sizes in bytes.
    pub(super) programs: Vec<(&'static str, u64)>,
    /// The generator's own speed.
    pub(super) speed: Option<Speed>,
}

/// The rows of one API.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// `sqladmin v1`
    pub(super) title: &'static str,
    /// What was compiled.
    pub(super) rows: Vec<Row>,
}

/// One crate: what checking and building it cost, where it was measured.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) label: String,
    pub(super) check: Option<Cost>,
    pub(super) release: Option<Cost>,
}

/// How long the generator takes for a folder of documents, on one core.
#[derive(Clone, Copy, Debug)]
pub(super) struct Speed {
    pub(super) documents: usize,
    /// Megabytes of JSON.
    pub(super) megabytes: f64,
    /// Seconds to the text as the macro takes it.
    pub(super) unformatted: f64,
    /// Seconds to a formatted file, in addition.
    pub(super) formatting: f64,
}

/// Ratios that should stay low: what is divided, by what, and the most that is wanted.
const GOALS: [(&str, &str, &str, f64); 4] = [
    ("sqladmin v1", FILE, "google-sqladmin1", 0.32),
    ("sqladmin v1", FILE, "google-cloud-sql-v1", 0.13),
    ("compute v1", FILE, DERIVED, 0.28),
    ("compute v1", FILE_THREE, FILE, 0.08),
];

impl Table {
    fn find(&self, label: &str) -> Option<&Row> {
        self.rows
            .iter()
            .find(|row| row.label == label)
            .or_else(|| self.rows.iter().find(|row| row.label.starts_with(label)))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for condition in &self.conditions {
            writeln!(f, "* {condition}")?;
        }
        for table in &self.tables {
            write!(f, "\n{table}")?;
        }
        self.goals(f)?;
        self.sizes(f)?;
        if let Some(speed) = self.speed {
            write!(
                f,
                "\n## The generator\n\n{} documents, {:.0} MB of JSON, on one core: {:.1} s to text as the macro takes it, \
                 {:.1} s to formatted files.\n",
                speed.documents,
                speed.megabytes,
                speed.unformatted,
                speed.unformatted + speed.formatting
            )?;
        }
        Ok(())
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let base = self.find(FILE);
        writeln!(f, "## {}\n", self.title)?;
        writeln!(
            f,
            "| | check, s | CPU, s | peak, MiB | × | release, s | CPU, s | peak, MiB | × |"
        )?;
        writeln!(f, "|---|--:|--:|--:|--:|--:|--:|--:|--:|")?;
        for row in &self.rows {
            write!(f, "| {} |", row.label)?;
            for (cost, base) in [
                (row.check, base.and_then(|row| row.check)),
                (row.release, base.and_then(|row| row.release)),
            ] {
                write!(f, "{}", cells(cost, base))?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

/// Four cells: the figures, and how they compare with the whole generated file.
fn cells(cost: Option<Cost>, base: Option<Cost>) -> String {
    let Some(cost) = cost else {
        return " | | | |".to_owned();
    };
    let mut cells = format!(" {:.2} | {:.2} | {:.0} |", cost.wall, cost.cpu, cost.peak);
    let ratio = base.map_or_else(String::new, |base| {
        format!("{:.2}", cost.time() / base.time())
    });
    let _ = write!(cells, " {ratio} |");
    cells
}

impl Report {
    fn goals(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = Vec::new();
        for (title, part, whole, most) in GOALS {
            let Some(table) = self.tables.iter().find(|table| table.title == title) else {
                continue;
            };
            let cost = |label| table.find(label).and_then(|row| row.check).map(Cost::time);
            if let (Some(part_time), Some(whole_time)) = (cost(part), cost(whole)) {
                lines.push(format!(
                    "| {title}: {part} ÷ {whole} | {:.3} | {most} |",
                    part_time / whole_time
                ));
            }
        }
        for (part, whole, most) in [
            (OURS_PART, BY_HAND, 1.1),
            (OURS, CLOUD_SQL, 0.65),
            (RING, SQLADMIN, 1.05),
            (RING, BY_HAND_RING, 1.28),
            (SMALL_HTTP2, SQLADMIN, 0.55),
        ] {
            if let (Some(part_size), Some(whole_size)) = (self.program(part), self.program(whole)) {
                lines.push(format!(
                    "| size: {part} ÷ {whole} | {:.3} | {most} |",
                    part_size / whole_size
                ));
            }
        }
        if lines.is_empty() {
            return Ok(());
        }
        write!(
            f,
            "\n## Goals\n\n| ratio (of `cargo check` times, or of sizes) | measured | at most |\n|---|--:|--:|\n{}\n",
            lines.join("\n")
        )
    }

    /// Megabytes.
    fn program(&self, label: &str) -> Option<f64> {
        let found = self.programs.iter().find(|program| program.0 == label);
        found.map(|program| program.1 as f64 / 1e6)
    }

    fn sizes(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.programs.is_empty() {
            return Ok(());
        }
        write!(
            f,
            "\n## A program that lists instances with a service account's key\n\n\
             Release profile, stripped.\n\n| | MB | × |\n|---|--:|--:|\n"
        )?;
        for (label, bytes) in &self.programs {
            let megabytes = *bytes as f64 / 1e6;
            let ratio = self.program(OURS).map_or(1.0, |ours| megabytes / ours);
            writeln!(f, "| {label} | {megabytes:.2} | {ratio:.2} |")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(label: &str, cpu: f64) -> Row {
        let cost = Cost {
            wall: cpu + 1.0,
            cpu,
            peak: 100.0,
        };
        Row {
            label: label.to_owned(),
            check: Some(cost),
            release: None,
        }
    }

    #[test]
    fn ratios_are_of_processor_time() {
        let report = Report {
            tables: vec![Table {
                title: "sqladmin v1",
                rows: vec![row(FILE, 1.0), row("google-sqladmin1 7", 4.0)],
            }],
            programs: vec![
                (OURS, 7_000_000),
                (OURS_PART, 6_000_000),
                (BY_HAND, 10_000_000),
            ],
            ..Report::default()
        };
        let text = report.to_string();
        assert!(
            text.contains("| google-sqladmin1 7 | 5.00 | 4.00 | 100 | 4.00 | | | | |"),
            "{text}"
        );
        assert!(
            text.contains("÷ google-sqladmin1 | 0.250 | 0.32 |"),
            "{text}"
        );
        assert!(
            text.contains(&format!("| {BY_HAND} | 10.00 | 1.43 |")),
            "{text}"
        );
        assert!(text.contains("| 0.600 | 1.1 |"), "{text}");
        // A goal without its figures is not there.
        assert!(!text.contains("google-cloud-sql-v1"), "{text}");
    }
}
