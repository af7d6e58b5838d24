//! Generation in a build script.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use proc_macro2::TokenStream;
use quote::quote;

use crate::model;
use crate::{Error, Errors, Options, Overrides, Selection, format, lookup};

/// Generates modules in a build script.
///
/// ```no_run
/// // build.rs
/// fn main() -> Result<(), gapi_codegen::Errors> {
///     gapi_codegen::Builder::new()
///         .document("sqladmin:v1").module("sqladmin").methods(["instances.*", "operations.get"])
///         .document("discovery-docs/drive.v3.json").module("drive")
///         .generate()
/// }
/// // lib.rs: include!(concat!(env!("OUT_DIR"), "/gapi.rs"));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Builder {
    jobs: Vec<ModuleSpec>,
    runtime: Option<String>,
    out_file: Option<PathBuf>,
    manifest_dir: Option<PathBuf>,
    /// Methods that were called before any document.
    misplaced: Vec<&'static str>,
}

/// A module to generate.
#[derive(Clone, Debug, Default)]
struct ModuleSpec {
    spec: String,
    module: Option<String>,
    methods: Option<Vec<String>>,
    types: Vec<String>,
    overrides: Option<String>,
}

/// A generated module.
struct Made {
    item: TokenStream,
    name: String,
    warnings: Errors,
}

/// All generated modules.
struct Rendered {
    text: Result<String, Errors>,
    watched: BTreeSet<PathBuf>,
    warnings: Errors,
}

impl Builder {
    /// Returns a builder without documents.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a document: a path relative to the manifest, or `name:version`. The methods that follow configure it.
    #[must_use]
    pub fn document(mut self, spec: impl Into<String>) -> Self {
        self.jobs.push(ModuleSpec {
            spec: spec.into(),
            ..ModuleSpec::default()
        });
        self
    }

    /// Names the module of the last document (default: the name of the API).
    #[must_use]
    pub fn module(self, name: impl Into<String>) -> Self {
        let name = name.into();
        self.job("module", |job| job.module = Some(name))
    }

    /// Selects these methods of the last document.
    #[must_use]
    pub fn methods<I: IntoIterator<Item: Into<String>>>(self, patterns: I) -> Self {
        let patterns = patterns.into_iter().map(Into::into);
        self.job("methods", |job| {
            job.methods.get_or_insert_default().extend(patterns);
        })
    }

    /// Selects these schemas of the last document, besides those that its methods need.
    #[must_use]
    pub fn types<I: IntoIterator<Item: Into<String>>>(self, schemas: I) -> Self {
        let schemas = schemas.into_iter().map(Into::into);
        self.job("types", |job| job.types.extend(schemas))
    }

    /// Corrects the last document with an override file, relative to the manifest.
    #[must_use]
    pub fn overrides(self, path: impl Into<String>) -> Self {
        let path = path.into();
        self.job("overrides", |job| job.overrides = Some(path))
    }

    /// Sets the path of the runtime crate for all modules (default `::gapi`).
    #[must_use]
    pub fn runtime(mut self, path: impl Into<String>) -> Self {
        self.runtime = Some(path.into());
        self
    }

    /// Sets the file to write (default: `gapi.rs` in `OUT_DIR`).
    #[must_use]
    pub fn out_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.out_file = Some(path.into());
        self
    }

    /// Sets the directory that paths are relative to (default: `CARGO_MANIFEST_DIR`).
    #[must_use]
    pub fn manifest_dir(mut self, path: impl Into<PathBuf>) -> Self {
        self.manifest_dir = Some(path.into());
        self
    }

    fn job(mut self, call: &'static str, change: impl FnOnce(&mut ModuleSpec)) -> Self {
        match self.jobs.last_mut() {
            Some(job) => change(job),
            None => self.misplaced.push(call),
        }
        self
    }

    /// Writes the file, and prints for Cargo which files to watch and what to warn of.
    ///
    /// # Errors
    ///
    /// Returns every error of the documents, selections and overrides, and files that cannot be read or written.
    pub fn generate(self) -> Result<(), Errors> {
        let Rendered {
            text,
            watched,
            warnings,
        } = self.render();
        for path in watched {
            println!("cargo::rerun-if-changed={}", path.display());
        }
        for warning in &warnings {
            println!("cargo::warning={warning}");
        }
        let text = text?;
        let file = match self.out_file {
            Some(file) => file,
            None => environment("OUT_DIR")?.join("gapi.rs"),
        };
        // A file with the same bytes is not written, so that its crate is not compiled again.
        if std::fs::read_to_string(&file).is_ok_and(|old| old == text) {
            return Ok(());
        }
        std::fs::write(&file, text).map_err(|error| {
            Error::new(file.display().to_string(), format!("cannot write: {error}")).into()
        })
    }

    /// Returns the text of the file, and with it, even after an error, the files that it depends on and the warnings.
    fn render(&self) -> Rendered {
        let (mut watched, mut warnings) = (BTreeSet::new(), Errors::new());
        Rendered {
            text: self.text(&mut watched, &mut warnings),
            watched,
            warnings,
        }
    }

    fn text(
        &self,
        watched: &mut BTreeSet<PathBuf>,
        warnings: &mut Errors,
    ) -> Result<String, Errors> {
        let mut errors: Errors = self
            .misplaced
            .iter()
            .map(|call| {
                Error::new(
                    "Builder",
                    format!("`{call}` is about a document, and none is named before it"),
                )
            })
            .collect();
        if self.jobs.is_empty() {
            errors.push(
                Error::new("Builder", "no document is named")
                    .help("call `document(\"name:version\")` or `document(\"path.json\")`"),
            );
        }
        let manifest_dir = match &self.manifest_dir {
            Some(dir) => dir.clone(),
            None => environment("CARGO_MANIFEST_DIR")?,
        };
        let runtime = runtime(self.runtime.as_deref().unwrap_or("::gapi"))?;
        let mut items = TokenStream::new();
        let mut names = BTreeSet::new();
        for job in &self.jobs {
            match job.make(&manifest_dir, &runtime, watched) {
                Ok(made) => {
                    warnings.extend(made.warnings);
                    items.extend(made.item);
                    if !names.insert(made.name.clone()) {
                        let error = Error::new(
                            &*job.spec,
                            format!("there is a module `{}` already", made.name),
                        );
                        errors.push(error.help("name the modules with `module`"));
                    }
                }
                Err(more) => errors.extend(more),
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let head = format!(
            "// @generated by gapi-codegen {}. Do not edit.\n\n",
            env!("CARGO_PKG_VERSION")
        );
        Ok(head + &format::items(items)?)
    }
}

impl ModuleSpec {
    fn make(
        &self,
        manifest_dir: &Path,
        runtime: &TokenStream,
        watched: &mut BTreeSet<PathBuf>,
    ) -> Result<Made, Errors> {
        let located = lookup::document(manifest_dir, &self.spec).inspect_err(|_| {
            // So that the build runs again when the file appears.
            watched.insert(manifest_dir.join(&self.spec));
        })?;
        watched.extend(located.files);
        let mut options = Options::new().runtime(runtime.clone());
        if let Some(path) = &self.overrides {
            watched.insert(manifest_dir.join(path));
            options.overrides = Some(Overrides::parse(
                &lookup::overrides(manifest_dir, path)?.source,
            )?);
        }
        options.module = self.module.clone();
        options.selection = Selection::of(self.methods.as_deref(), &self.types)
            .map_err(|errors| errors.within(&self.spec))?;
        let generated = crate::generate(&located.source, &options)?;
        let name = self
            .module
            .clone()
            .unwrap_or_else(|| model::module_name(&generated.api.name));
        let ident: syn::Ident = syn::parse_str(&name).map_err(|_| {
            Error::new(
                &*self.spec,
                format!("`{name}` cannot be the name of a module"),
            )
            .help("use `module`")
        })?;
        Ok(Made {
            item: generated.to_module(&ident),
            name,
            warnings: generated.warnings,
        })
    }
}

fn runtime(path: &str) -> Result<TokenStream, Error> {
    let parsed: Result<syn::Path, _> = syn::parse_str(path);
    parsed.map(|path| quote!(#path)).map_err(|_| {
        Error::new("Builder", format!("the runtime `{path}` is not a path"))
            .help("write it like `::gapi`")
    })
}

fn environment(name: &str) -> Result<PathBuf, Error> {
    std::env::var_os(name).map(PathBuf::from).ok_or_else(|| {
        Error::new(name, "the variable is not set")
            .help("`Builder` is for build scripts, where Cargo sets it")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = r#"{"kind": "discovery#restDescription", "name": "a", "version": "v1", "rootUrl": "https://a/"}"#;

    #[test]
    fn cargo_watches_documents_indexes_and_overrides() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        std::fs::create_dir(path("discovery-docs")).unwrap();
        let index = r#"{"documents": [{"name": "files", "version": "v1", "file": "a.json"}]}"#;
        std::fs::write(path("discovery-docs/index.json"), index).unwrap();
        std::fs::write(path("discovery-docs/a.json"), DOCUMENT).unwrap();
        std::fs::write(path("fix.json"), r#"{"overrides": []}"#).unwrap();
        let builder = Builder::new()
            .manifest_dir(dir.path())
            .document("files:v1")
            .overrides("fix.json");
        let Rendered { text, watched, .. } = builder.document("missing.json").module("b").render();
        assert!(text.is_err());
        // A file that is not there yet counts too: the build runs again when it appears.
        let names = [
            "discovery-docs/a.json",
            "discovery-docs/index.json",
            "fix.json",
            "missing.json",
        ];
        assert_eq!(watched, names.map(path).into());
    }

    #[test]
    fn warnings_are_one_line_each() {
        let dir = tempfile::tempdir().unwrap();
        let method = r#"{"path": "x", "httpMethod": "GET", "request": {"type": "any"}}"#;
        let parts = format!(r#""https://a/", "methods": {{"a\ncargo::error=x": {method}}}}}"#);
        let text = DOCUMENT.replace(r#""https://a/"}"#, &parts);
        std::fs::write(dir.path().join("a.json"), text).unwrap();
        let builder = Builder::new().manifest_dir(dir.path()).document("a.json");
        let Rendered { text, warnings, .. } = builder.render();
        assert!(text.is_ok(), "{text:?}");
        assert_eq!(
            warnings.to_string(),
            r#"a.json: methods."a\ncargo::error=x".request: a GET or HEAD request cannot have a body; it is left out"#
        );
    }

    #[test]
    fn without_cargo_the_directory_must_be_named() {
        let error = environment("GAPI_NO_SUCH_VARIABLE")
            .unwrap_err()
            .to_string();
        assert_eq!(
            error,
            "GAPI_NO_SUCH_VARIABLE: the variable is not set; `Builder` is for build scripts, where Cargo sets it"
        );
    }
}
