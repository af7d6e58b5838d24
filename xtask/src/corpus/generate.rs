//! One module per document, on every core.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use gapi_codegen::{Options, Source, generate};
use serde_json::Value;

use super::compile::Compiler;
use super::progress::Progress;
use super::{Counts, stem};
use crate::{Failure, read};

/// What became of one document.
#[derive(Debug)]
pub(super) struct Module {
    /// `sqladmin.v1`
    pub(super) name: String,
    /// What the document holds, counted here and not by the generator.
    pub(super) total: Counts,
    /// What was generated.
    pub(super) made: Counts,
    /// The size of the generated text in bytes.
    pub(super) text_len: usize,
    /// Every failure, with its place.
    pub(super) failures: Vec<String>,
}

/// Generates every document; with a compiler, the texts are left where it reads them.
pub(super) fn all(files: &[PathBuf], compiler: Option<&Compiler>) -> Result<Vec<Module>, Failure> {
    let progress = Progress::new("generating", files.len());
    let next = AtomicUsize::new(0);
    let modules = Mutex::new(Vec::with_capacity(files.len()));
    let failure = Mutex::new(None);
    let work = || {
        while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            progress.working_on(&stem(file));
            match one(file, compiler) {
                Ok(module) => lock(&modules).push(module),
                Err(error) => *lock(&failure) = Some(error),
            }
            progress.done();
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    if let Some(error) = lock(&failure).take() {
        return Err(error);
    }
    let mut modules = modules
        .into_inner()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    modules.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(modules)
}

/// The lock, whatever happened to its last holder: a panic has been reported already, and ends the scope.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn one(file: &Path, compiler: Option<&Compiler>) -> Result<Module, Failure> {
    let (name, label) = (
        stem(file),
        file.file_name().unwrap_or_default().to_string_lossy(),
    );
    let bytes = read(file)?;
    let total = count(&serde_json::from_slice(&bytes).unwrap_or(Value::Null));
    let mut module = Module {
        name,
        total,
        made: Counts::default(),
        text_len: 0,
        failures: Vec::new(),
    };
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            module.failures.push(format!("{label}: {error}"));
            return Ok(module);
        }
    };
    match generate(&Source::new(label.clone(), text), &Options::new()) {
        Ok(generated) => {
            let statistics = generated.statistics;
            module.made = Counts {
                documents: 1,
                methods: statistics.methods,
                schemas: statistics.schemas,
            };
            if (statistics.methods, statistics.schemas) != (total.methods, total.schemas) {
                module.failures.push(format!(
                    "{label}: {} of {} methods and {} of {} schemas were generated",
                    statistics.methods, total.methods, statistics.schemas, total.schemas
                ));
            }
            match generated.to_module_file() {
                Ok(text) => {
                    module.text_len = text.len();
                    if let Some(compiler) = compiler {
                        compiler.add(&module.name, &text)?;
                    }
                }
                Err(error) => module.failures.push(format!("{label}: {error}")),
            }
        }
        Err(errors) => module
            .failures
            .extend(errors.iter().map(ToString::to_string)),
    }
    Ok(module)
}

/// The methods and schemas of a document, by nothing but its JSON.
fn count(document: &Value) -> Counts {
    let schemas = document["schemas"]
        .as_object()
        .map_or(0, serde_json::Map::len);
    Counts {
        documents: 1,
        methods: methods(document),
        schemas,
    }
}

/// The methods of a resource and of all below it.
fn methods(resource: &Value) -> usize {
    let own = resource["methods"]
        .as_object()
        .map_or(0, serde_json::Map::len);
    let below = resource["resources"]
        .as_object()
        .into_iter()
        .flat_map(serde_json::Map::values)
        .map(methods)
        .sum::<usize>();
    own + below
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_of_all_levels_are_counted() {
        let document = serde_json::json!({
            "methods": {"a": {}},
            "resources": {"b": {"methods": {"c": {}, "d": {}}, "resources": {"e": {"methods": {"f": {}}}}}},
            "schemas": {"G": {}, "H": {}},
        });
        assert_eq!(
            count(&document),
            Counts {
                documents: 1,
                methods: 4,
                schemas: 2
            }
        );
        assert_eq!(
            count(&Value::Null),
            Counts {
                documents: 1,
                methods: 0,
                schemas: 0
            }
        );
    }

    #[test]
    fn a_broken_document_is_a_failure_with_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("broken.v1.json");
        std::fs::write(&file, "{\"name\": ").unwrap();

        let modules = all(&[file], None).unwrap();

        assert_eq!(modules[0].made, Counts::default());
        assert!(
            modules[0].failures[0].starts_with("broken.v1.json"),
            "{:?}",
            modules[0].failures
        );
    }
}
