//! Selections: methods and types of a document, and what they need.

mod pattern;

use std::collections::BTreeSet;

use pattern::Pattern;

use crate::model::{Api, Method, Resource, TypeDef, TypeId, remap};
use crate::{Error, Errors, suggest};

/// A selection of methods and types.
///
/// A pattern names methods by their resource path: `instances.list`. `*` matches one name, `**` one or more, braces
/// alternatives, and a name with odd characters may be quoted: `fhir."Patient-everything"`. `type Service` selects a
/// schema that no selected method needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    terms: Vec<Term>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Term {
    /// Which pattern of the caller this came from.
    index: usize,
    wanted: Wanted,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Wanted {
    Methods(Pattern),
    Type(String),
}

impl Selection {
    /// Returns an empty selection, for which only the API's constants are generated.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads patterns such as `instances.{list, get}`, `operations.*`, `projects.locations.**`,
    /// `fhir."Patient-everything"` and `type Service`.
    ///
    /// # Errors
    ///
    /// Returns an error for each invalid pattern, with its index.
    pub fn parse<I: IntoIterator<Item: AsRef<str>>>(patterns: I) -> Result<Self, Errors> {
        let mut selection = Self::new();
        let mut errors = Errors::new();
        for (index, pattern) in patterns.into_iter().enumerate() {
            if let Err(error) = selection.add(index, pattern.as_ref()) {
                errors.push(error);
            }
        }
        errors.or(selection)
    }

    /// Reads patterns of methods, and adds schemas. `None` without any means all of a document.
    ///
    /// # Errors
    ///
    /// As for [`parse`](Self::parse).
    pub fn of(methods: Option<&[String]>, types: &[String]) -> Result<Option<Self>, Errors> {
        if methods.is_none() && types.is_empty() {
            return Ok(None);
        }
        let methods = methods.unwrap_or_default();
        let mut selection = Self::parse(methods)?;
        for (index, schema) in types.iter().enumerate() {
            selection.add_type(methods.len() + index, schema);
        }
        Ok(Some(selection))
    }

    /// Adds one pattern. Errors about it, now and later, carry `index`.
    ///
    /// # Errors
    ///
    /// Returns an error if it is not a pattern.
    pub fn add(&mut self, index: usize, pattern: &str) -> Result<(), Error> {
        let text = pattern.trim();
        if let Some(name) = text.strip_prefix("type ") {
            self.add_type(index, name.trim());
            return Ok(());
        }
        let bad = |reason: String| {
            Error::new("", format!("`{pattern}` is not a pattern: {reason}"))
                .help("patterns look like `instances.list`, `instances.{list, get}`, `operations.*`, `projects.**` or `type Service`")
                .pattern(index)
        };
        let patterns = pattern::parse(text).map_err(bad)?;
        self.terms.extend(patterns.into_iter().map(|pattern| Term {
            index,
            wanted: Wanted::Methods(pattern),
        }));
        Ok(())
    }

    /// Adds a schema by name. Errors about it carry `index`.
    pub fn add_type(&mut self, index: usize, schema: &str) {
        self.terms.push(Term {
            index,
            wanted: Wanted::Type(schema.to_owned()),
        });
    }
}

/// Returns the part of an API that a selection names, the methods that poll and cancel its operations, and every type that these
/// reach.
///
/// Names do not depend on the selection: they are those of the whole API.
///
/// # Errors
///
/// Returns an error for each pattern that matches nothing, with its index and the nearest names.
pub fn apply(api: &Api, selection: &Selection) -> Result<Api, Errors> {
    let (mut methods, mut types) = named(api, selection)?;
    let polls: BTreeSet<&str> = api
        .root
        .all_methods()
        .filter(|method| methods.contains(&*method.path_name))
        .filter_map(|method| {
            let poll = method.operation.as_ref()?.poll.as_deref()?;
            // One that polls brings nothing along.
            (poll != method.path_name).then_some(poll)
        })
        .collect();
    let cancels = api
        .root
        .all_methods()
        .filter(|method| polls.contains(&*method.path_name))
        .filter_map(|method| method.operation.as_ref()?.cancel.as_deref());
    methods.extend(cancels);
    methods.extend(polls);
    let mut selected = Api {
        root: prune(&api.root, &methods),
        ..api.clone()
    };
    types.extend(selected.root.all_methods().flat_map(used));
    let order: Vec<usize> = remap::reach(&api.types, types)
        .into_iter()
        .map(|id| id.0)
        .collect();
    remap::api(&mut selected, &order);
    Ok(selected)
}

/// Returns the names of the methods, and the types, that a selection itself names.
///
/// # Errors
///
/// As for [`apply`].
pub fn named<'a>(
    api: &'a Api,
    selection: &Selection,
) -> Result<(BTreeSet<&'a str>, BTreeSet<TypeId>), Errors> {
    let all: Vec<(Vec<&str>, &str)> = api
        .root
        .all_methods()
        .map(|method| (split(&method.path_name, &method.wire), &*method.path_name))
        .collect();
    let mut methods: BTreeSet<&str> = BTreeSet::new();
    let mut types: BTreeSet<TypeId> = BTreeSet::new();
    let mut errors = Errors::new();
    for term in &selection.terms {
        match &term.wanted {
            Wanted::Methods(pattern) => {
                let mut matched = all
                    .iter()
                    .filter(|(path, _)| pattern.matches(path))
                    .map(|(_, name)| *name)
                    .peekable();
                if matched.peek().is_none() {
                    errors.push(no_method(api, pattern).pattern(term.index));
                }
                methods.extend(matched);
            }
            Wanted::Type(name) => match type_named(api, name) {
                Some(id) => {
                    types.insert(id);
                }
                None => errors.push(no_type(api, name).pattern(term.index)),
            },
        }
    }
    errors.or((methods, types))
}

/// The names of a path. Method names are never split, should one have a dot.
fn split<'a>(path_name: &'a str, method: &'a str) -> Vec<&'a str> {
    let resource = path_name
        .strip_suffix(method)
        .unwrap_or_default()
        .trim_end_matches('.');
    let mut names: Vec<&str> = resource
        .split('.')
        .filter(|name| !name.is_empty())
        .collect();
    names.push(method);
    names
}

/// The resource with the methods that are selected, and without resources in which none is.
fn prune(resource: &Resource, methods: &BTreeSet<&str>) -> Resource {
    let selected = |method: &&Method| methods.contains(&*method.path_name);
    let children = resource.resources.iter().map(|child| prune(child, methods));
    let is_empty = |child: &Resource| child.methods.is_empty() && child.resources.is_empty();
    let (without, with): (Vec<_>, Vec<_>) = children.partition(is_empty);
    let below = without
        .into_iter()
        .map(|child| (child.ident, format!("{}.*", child.path)));
    let mut unselected: Vec<_> = below.collect();
    // Methods without a resource are in a module.
    if !resource.path.is_empty() {
        let methods = resource.methods.iter().filter(|method| !selected(method));
        unselected.extend(methods.map(|method| (method.ident.clone(), method.path_name.clone())));
    }
    Resource {
        methods: resource.methods.iter().filter(selected).cloned().collect(),
        resources: with,
        unselected,
        ident: resource.ident.clone(),
        wire: resource.wire.clone(),
        path: resource.path.clone(),
        handle: resource.handle.clone(),
        deprecated: resource.deprecated,
    }
}

fn used(method: &Method) -> impl Iterator<Item = TypeId> {
    let parameters = method
        .required
        .iter()
        .chain(&method.optional)
        .map(|parameter| &parameter.ty);
    parameters
        .chain(&method.request)
        .chain(&method.response)
        .filter_map(remap::target)
}

fn type_named(api: &Api, name: &str) -> Option<TypeId> {
    let by = |matches: &dyn Fn(&TypeDef) -> bool| api.types.iter().position(matches).map(TypeId);
    by(&|def| def.schema.as_deref() == Some(name)).or_else(|| by(&|def| def.ident == name))
}

fn no_method(api: &Api, pattern: &Pattern) -> Error {
    let error = Error::new("", format!("no method matches `{pattern}`"));
    let start = pattern.start();
    if let Some(quoted) = start.iter().find(|name| name.contains(['.', '*'])) {
        return error.help(format!("write it without quotes: {quoted}"));
    }
    if let Some(plain) = pattern.plain() {
        if let Some(method) = api.root.all_methods().find(|method| method.id == plain) {
            let path = &method.path_name;
            return error.help(format!(
                "`{plain}` is the method's id; select it as `{path}`"
            ));
        }
        if resource_at(&api.root, &start).is_some() {
            let help = format!(
                "`{plain}` is a resource; select its methods with `{plain}.*`, or those below it too with `{plain}.**`"
            );
            return error.help(help);
        }
        let names = api.root.all_methods().map(|method| &*method.path_name);
        return with_names(error, &suggest::nearest(&plain, names), api);
    }
    let found = (0..=start.len())
        .rev()
        .find_map(|end| resource_at(&api.root, &start[..end]).map(|r| (r, end)));
    if let Some((resource, end)) = found
        && end < start.len()
    {
        let names: Vec<String> = resource
            .resources
            .iter()
            .map(|child| child.path.clone())
            .collect();
        let wanted = start[..=end].join(".");
        return with_names(
            error,
            &suggest::nearest(&wanted, names.iter().map(String::as_str)),
            api,
        );
    }
    with_names(error, &[], api)
}

fn resource_at<'a>(root: &'a Resource, path: &[&str]) -> Option<&'a Resource> {
    path.iter().try_fold(root, |resource, name| {
        resource.resources.iter().find(|child| child.wire == *name)
    })
}

fn with_names(error: Error, names: &[&str], api: &Api) -> Error {
    if let Some(hint) = suggest::did_you_mean(names) {
        return error.help(hint);
    }
    let top: Vec<String> = api
        .root
        .resources
        .iter()
        .map(|resource| format!("`{}`", resource.wire))
        .collect();
    match top.len() {
        0 => error.help("the document has no resources"),
        1..=20 => error.help(format!("the resources are {}", top.join(", "))),
        more => error.help(format!(
            "there are {more} resources, among them {}",
            top[..20].join(", ")
        )),
    }
}

fn no_type(api: &Api, name: &str) -> Error {
    let error = Error::new("", format!("there is no schema `{name}`"));
    let names = api.types.iter().filter_map(|def| def.schema.as_deref());
    match suggest::did_you_mean(&suggest::nearest(name, names)) {
        Some(hint) => error.help(hint),
        None => error,
    }
}
