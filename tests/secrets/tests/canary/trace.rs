//! Everything that is traced in this process, as text.

use std::{
    fmt::{Debug, Write},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};

static TEXT: Mutex<String> = Mutex::new(String::new());

/// Starts to collect, if it has not begun.
pub(crate) fn collect() {
    // A second call fails, and the first one's collector continues.
    let _ = tracing::subscriber::set_global_default(Collector {
        spans: AtomicU64::new(1),
    });
}

/// What was traced so far, by all threads.
pub(crate) fn text() -> String {
    TEXT.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Takes every event and span of every level.
struct Collector {
    spans: AtomicU64,
}

impl Subscriber for Collector {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        line(span.metadata(), |text| span.record(text));
        Id::from_u64(self.spans.fetch_add(1, Ordering::Relaxed))
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        let mut text = Text(String::from("record"));
        values.record(&mut text);
        push(&text.0);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        line(event.metadata(), |text| event.record(text));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

fn line(metadata: &Metadata<'_>, record: impl FnOnce(&mut Text)) {
    let mut text = Text(format!(
        "{} {} {}",
        metadata.level(),
        metadata.target(),
        metadata.name()
    ));
    record(&mut text);
    push(&text.0);
}

fn push(line: &str) {
    let mut text = TEXT.lock().unwrap_or_else(PoisonError::into_inner);
    text.push_str(line);
    text.push('\n');
}

struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        // Writing to a string does not fail.
        let _ = write!(self.0, " {}={value:?}", field.name());
    }
}
