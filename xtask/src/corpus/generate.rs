//! One module per document, several at a time.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use gapi_codegen::{Generated, Options, Selection, Source, generate};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::compile::Compiler;
use super::module::{Counts, Methods, Module};
use super::patches;
use super::streams::Streams;
use crate::progress::{Progress, lock};
use crate::workspace::{Failure, read, stem};

/// What to make of the documents.
#[derive(Clone, Copy, Debug)]
pub(super) struct Generator<'a> {
    /// Where the texts are left, if they are to be compiled.
    pub(super) compiler: Option<&'a Compiler>,
    pub(super) methods: Methods,
    /// Whether to make files that are not to be compiled.
    pub(super) format: bool,
}

impl Generator<'_> {
    /// Whether formatted files are made.
    pub(super) fn formats(&self) -> bool {
        self.format || self.compiler.is_some()
    }

    /// Generates every document, some at a time.
    pub(super) fn all(&self, files: &[PathBuf], jobs: usize) -> Result<Vec<Module>, Failure> {
        let progress = Progress::new("generating", files.len());
        let next = AtomicUsize::new(0);
        let modules = Mutex::new(Vec::with_capacity(files.len()));
        let failure = Mutex::new(None);
        let work = || {
            while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                progress.working_on(&stem(file));
                match self.one(file) {
                    Ok(module) => lock(&modules).push(module),
                    Err(error) => *lock(&failure) = Some(error),
                }
                progress.done();
            }
        };
        thread::scope(|scope| {
            for _ in 0..jobs {
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

    fn one(&self, file: &Path) -> Result<Module, Failure> {
        let (name, label) = (
            stem(file),
            file.file_name().unwrap_or_default().to_string_lossy(),
        );
        let bytes = read(file)?;
        let document: Skeleton = serde_json::from_slice(&bytes).unwrap_or_default();
        let mut module = Module {
            name,
            total: document.count(self.methods),
            made: Counts::default(),
            text_len: 0,
            recursion_limit: None,
            streams: Streams::default(),
            patches: Vec::new(),
            failures: Vec::new(),
        };
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                module.failures.push(format!("{label}: {error}"));
                return Ok(module);
            }
        };
        let mut options = Options::new();
        if self.methods == Methods::None {
            let mut selection = Selection::default();
            for (index, schema) in document.schemas.keys().enumerate() {
                selection.add_type(index, schema);
            }
            options = options.selection(selection);
        }
        let whole = if self.methods == Methods::All {
            serde_json::from_str(&text).unwrap_or_default()
        } else {
            serde_json::Value::Null
        };
        match generate(&Source::new(label.clone(), text), &options) {
            Ok(generated) => {
                module.streams = Streams::of(&module.name, &whole, &generated.api);
                module.patches = patches::of(&module.name, &generated.api);
                self.add(&generated, &mut module, &label)?;
            }
            Err(errors) => module
                .failures
                .extend(errors.iter().map(ToString::to_string)),
        }
        Ok(module)
    }

    fn add(&self, generated: &Generated, module: &mut Module, label: &str) -> Result<(), Failure> {
        let (statistics, total) = (generated.statistics, module.total);
        module.recursion_limit = generated.recursion_limit;
        module.made = Counts {
            documents: 1,
            methods: statistics.methods,
            schemas: statistics.schemas,
        };
        if module.made != total {
            module.failures.push(format!(
                "{label}: {} of {} methods and {} of {} schemas were generated",
                statistics.methods, total.methods, statistics.schemas, total.schemas
            ));
        }
        if !self.formats() {
            module.text_len = generated.tokens.to_string().len();
            return Ok(());
        }
        match generated.to_module_file() {
            Ok(text) => {
                module.text_len = text.len();
                if let Some(compiler) = self.compiler {
                    compiler.add(&module.name, &text)?;
                }
            }
            Err(error) => module.failures.push(format!("{label}: {error}")),
        }
        Ok(())
    }
}

/// What can be counted in a document or in one of its resources, read by nothing of the generator.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Skeleton {
    schemas: BTreeMap<String, IgnoredAny>,
    methods: BTreeMap<String, IgnoredAny>,
    resources: BTreeMap<String, Skeleton>,
}

impl Skeleton {
    fn count(&self, methods: Methods) -> Counts {
        Counts {
            documents: 1,
            methods: match methods {
                Methods::All => self.methods(),
                Methods::None => 0,
            },
            schemas: self.schemas.len(),
        }
    }

    /// The methods of a resource and of all below it.
    fn methods(&self) -> usize {
        self.methods.len() + self.resources.values().map(Self::methods).sum::<usize>()
    }
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
        let read = |value| serde_json::from_value::<Skeleton>(value).unwrap();
        let document = read(document);
        assert_eq!(
            document.count(Methods::All),
            Counts {
                documents: 1,
                methods: 4,
                schemas: 2
            }
        );
        assert_eq!(document.count(Methods::None).methods, 0);
        assert_eq!(document.count(Methods::None).schemas, 2);
        assert_eq!(read(serde_json::json!({})).count(Methods::All).methods, 0);
    }

    fn generator(methods: Methods, format: bool) -> Generator<'static> {
        Generator {
            compiler: None,
            methods,
            format,
        }
    }

    #[test]
    fn schemas_alone_are_all_schemas() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.v1.json");
        let document = serde_json::json!({
            "kind": "discovery#restDescription", "name": "a", "version": "v1", "rootUrl": "https://a.example/",
            "schemas": {"G": {"id": "G", "type": "object"}, "H": {"id": "H", "type": "object"}},
            "methods": {"get": {"id": "a.get", "httpMethod": "GET", "path": "g", "response": {"$ref": "G"}}},
        });
        std::fs::write(&file, document.to_string()).unwrap();

        for (methods, format, made) in [
            (Methods::All, false, 1),
            (Methods::All, true, 1),
            (Methods::None, false, 0),
        ] {
            let modules = generator(methods, format)
                .all(std::slice::from_ref(&file), 2)
                .unwrap();
            assert_eq!(modules[0].failures, [""; 0]);
            assert_eq!(
                (modules[0].made.methods, modules[0].made.schemas),
                (made, 2)
            );
            assert_eq!(modules[0].made, modules[0].total);
            assert!(modules[0].text_len > 0);
        }
    }

    #[test]
    fn a_broken_document_is_a_failure_with_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("broken.v1.json");
        std::fs::write(&file, "{\"name\": ").unwrap();

        let modules = generator(Methods::All, false).all(&[file], 1).unwrap();

        assert_eq!(modules[0].made, Counts::default());
        assert!(
            modules[0].failures[0].starts_with("broken.v1.json"),
            "{:?}",
            modules[0].failures
        );
    }
}
