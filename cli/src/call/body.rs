//! The body of a request: JSON, and properties that are set over it.

use std::io::Read as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use gapi_codegen::model::{self, MaskOf, Patching, TokenIn, Type};
use gapi_dynamic::Method;
use serde_json::Value;
use serde_json::value::RawValue;

use super::failure::Mistake;
use super::field_path::{self, FieldPath, resolved};
use super::own_options::OwnOptions;
use crate::input;
use crate::redact::without_secret;

/// A body, and the field mask that it needs.
#[derive(Debug, Default)]
pub(super) struct Assembled {
    pub(super) body: Option<Value>,
    /// The body byte for byte, where it is given as a whole.
    pub(super) text: Option<Box<RawValue>>,
    /// The parameter and the paths of a mask that the caller did not set.
    pub(super) mask: Option<(String, String)>,
}

/// Which of the options reads the standard input stream. There is one, and it can be read once.
#[derive(Debug, Default)]
pub(super) struct StandardInput(Option<String>);

impl StandardInput {
    /// Claims the stream for an option.
    pub(super) fn claim(&mut self, option: &str) -> Result<(), Mistake> {
        let other = match &self.0 {
            Some(other) => other,
            None if input::is_taken() => "the document",
            None => {
                self.0 = Some(option.to_owned());
                return Ok(());
            }
        };
        Err(Mistake::new(
            option,
            format!("{other} reads the standard input stream already"),
        ))
    }

    /// Reads a file, or the stream where the name is `-`.
    pub(super) fn read(&mut self, option: &str, name: &str) -> Result<Vec<u8>, Mistake> {
        let failed = |error: std::io::Error| Mistake::file(option, Path::new(name), &error);
        if name != "-" {
            return std::fs::read(name).map_err(failed);
        }
        self.claim(option)?;
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).map_err(failed)?;
        Ok(bytes)
    }
}

/// Makes the body from the options. All mistakes are collected.
pub(super) fn assemble(
    target: &Method,
    options: &OwnOptions,
    stdin: &mut StandardInput,
    mistakes: &mut Vec<Mistake>,
) -> Assembled {
    let method = target.model();
    let Some(ty) = &method.request else {
        if options.body.is_some() || !options.edits.is_empty() {
            mistakes.push(Mistake::new("body", "the method has no body"));
        }
        return Assembled::default();
    };
    let (mut body, text) = match options.body.as_ref().map(|text| whole(text, stdin)) {
        Some(Ok((body, text))) => (Some(body), options.edits.is_empty().then_some(text)),
        Some(Err(mistake)) => {
            mistakes.push(mistake);
            return Assembled::default();
        }
        None => (None, None),
    };
    let mut masks = Vec::new();
    for (option, text) in &options.edits {
        match edit(target, ty, &mut body, option, text, options.no_check, stdin) {
            Ok(path) => masks.push(path),
            Err(mistake) => mistakes.push(mistake),
        }
    }
    let mask = (options.body.is_none() && !masks.is_empty())
        .then(|| mask(method, &mut body, &masks))
        .flatten();
    Assembled { body, text, mask }
}

/// Reads the whole body, as a value and as it is.
fn whole(text: &str, stdin: &mut StandardInput) -> Result<(Value, Box<RawValue>), Mistake> {
    let json = match text.strip_prefix('@') {
        Some(file) => stdin.read("--body", file)?,
        None => text.as_bytes().to_vec(),
    };
    // Some editors begin a file with a mark.
    let json = json.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&json);
    let read = serde_json::from_slice(json);
    let both = read.and_then(|body| Ok((body, serde_json::from_slice(json)?)));
    both.map_err(|error| {
        let help = if text.starts_with('@') {
            ""
        } else {
            "; @FILE reads a file, @- the standard input stream"
        };
        Mistake::new("--body", format!("not a JSON value: {error}{help}"))
    })
}

/// Sets one property, and returns its path in field masks.
fn edit(
    target: &Method,
    ty: &Type,
    body: &mut Option<Value>,
    option: &str,
    text: &str,
    unchecked: bool,
    stdin: &mut StandardInput,
) -> Result<(FieldPath, String), Mistake> {
    let (path_text, value_text) = FieldPath::split(text).ok_or_else(|| {
        let form = match option {
            "--set-json" => "PATH=JSON",
            "--set-file" => "PATH=FILE",
            _ => "PATH=TEXT",
        };
        Mistake::new(option, format!("expected {form}: a value has no `=`"))
    })?;
    let at = format!("body.{}", without_secret(path_text));
    let path = FieldPath::read(target.api(), ty, path_text, !unchecked)
        .map_err(|error| Mistake::new(&at, error.message).nearest(error.nearest))?;
    let value = match option {
        "--set" => typed(target, &path, value_text).map_err(|why| Mistake::new(&at, why))?,
        "--set-json" => serde_json::from_str(value_text).map_err(|error| {
            Mistake::new(
                &at,
                format!("not a JSON value: {error}; --set takes text as it is"),
            )
        })?,
        _ => {
            let bytes = stdin.read(option, value_text).map_err(|mut mistake| {
                // The text may be the secret itself.
                if path.is_secret && value_text != "-" {
                    mistake.message = "cannot read the file; --set takes the text itself".into();
                }
                mistake
            })?;
            match resolved(target.api(), &path.ty).0 {
                // As generated types are written.
                Type::Bytes => Value::from(URL_SAFE.encode(bytes)),
                _ => {
                    let text = String::from_utf8(bytes).map_err(|_| {
                        Mistake::new(&at, format!("{value_text} is not UTF-8 text"))
                    })?;
                    typed(target, &path, &text).map_err(|why| Mistake::new(&at, why))?
                }
            }
        }
    };
    field_path::set(body.get_or_insert(Value::Null), &path.steps, value)
        .map_err(|why| Mistake::new(&at, why))?;
    let mask = path.mask.clone();
    Ok((path, mask))
}

/// Returns a text as a value of the type at a path. It is never guessed: the document decides.
fn typed(target: &Method, path: &FieldPath, text: &str) -> Result<Value, String> {
    let (ty, fields) = resolved(target.api(), &path.ty);
    if fields.is_some() {
        return Err(
            "this is an object; set its properties, or all of it with --set-json".to_owned(),
        );
    }
    let number = |value: Option<Value>, what: &str| {
        value.ok_or_else(|| match path.is_secret {
            true => format!("the value is not {what}"),
            false => format!("`{text}` is not {what}"),
        })
    };
    match ty {
        Type::Bool => number(text.parse::<bool>().ok().map(Value::from), "true or false"),
        Type::I32 => number(
            text.parse::<i32>().ok().map(Value::from),
            "a whole number of 32 bits",
        ),
        Type::U32 => number(
            text.parse::<u32>().ok().map(Value::from),
            "a whole number from 0 to 4294967295",
        ),
        Type::I64 => number(
            text.parse::<i64>().ok().map(|_| Value::from(text)),
            "a whole number of 64 bits",
        ),
        Type::U64 => number(
            text.parse::<u64>().ok().map(|_| Value::from(text)),
            "a whole number from 0 on",
        ),
        Type::F32 | Type::F64 => match text {
            "NaN" | "Infinity" | "-Infinity" => Ok(Value::from(text)),
            _ => number(
                serde_json::from_str::<serde_json::Number>(text)
                    .ok()
                    .map(Value::from),
                "a number",
            ),
        },
        Type::List(_) => {
            Err("this is a list; `PATH[]=TEXT` adds an entry, --set-json sets all of it".to_owned())
        }
        Type::Map(_) => {
            Err("this is a map; `PATH.KEY=TEXT` sets an entry, --set-json all of it".to_owned())
        }
        _ => Ok(Value::from(text)),
    }
}

/// Returns the parameter of the mask and its paths, or sets them in the body, where the mask is there.
fn mask(
    method: &model::Method,
    body: &mut Option<Value>,
    paths: &[(FieldPath, String)],
) -> Option<(String, String)> {
    let Patching::Mask { at, of } = &method.patching else {
        return None;
    };
    let mut names: Vec<String> = paths
        .iter()
        .filter_map(|(path, mask)| masked(of, path, mask))
        .collect();
    names.sort();
    names.dedup();
    // A path covers those below it.
    let all = names.clone();
    names.retain(|name| {
        !all.iter().any(|other| {
            name.strip_prefix(other.as_str())
                .is_some_and(|rest| rest.starts_with('.'))
        })
    });
    if names.is_empty() {
        return None;
    }
    let names = names.join(",");
    match at {
        TokenIn::Query(parameter) => Some((parameter.clone(), names)),
        TokenIn::Body(path) => {
            let steps: Vec<field_path::Step> = path
                .split('.')
                .map(|name| field_path::Step::Name(name.to_owned()))
                .collect();
            let pointer = format!("/{}", path.replace('.', "/"));
            let root = body.as_mut()?;
            if root.pointer(&pointer).is_none() {
                // The mask's own property is no object that something else is in the way of.
                let _ = field_path::set(root, &steps, Value::from(names));
            }
            None
        }
    }
}

/// Returns a set path as a mask of this kind names it.
fn masked(of: &MaskOf, path: &FieldPath, mask: &str) -> Option<String> {
    match of {
        MaskOf::Body => Some(mask.to_owned()),
        MaskOf::Property(name) => {
            let rest = mask.strip_prefix(name.as_str())?.strip_prefix('.')?;
            Some(rest.to_owned())
        }
        MaskOf::Entries(map) => match path.steps.as_slice() {
            [
                field_path::Step::Name(first),
                field_path::Step::Name(key),
                ..,
            ] if first == map => {
                let is_plain = key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                    && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
                Some(if is_plain {
                    key.clone()
                } else {
                    format!("`{}`", key.replace('\\', "\\\\").replace('`', "\\`"))
                })
            }
            _ => None,
        },
        MaskOf::Names(_) | MaskOf::Cleared => None,
    }
}
