//! How a method takes a change: it merges its body into the resource, sets what a mask names, or replaces the resource.
//!
//! Documents have no field for this. A mask is recognized by its name, format and description; that a method merges, by its
//! description or by that of another PATCH of the same document. Nothing else is assumed.

use serde_json::Value;

use super::draft::Draft;
use super::paging::object;
use super::{
    Field, Location, MaskOf, Parameter, Patching, Refusal, Resource, Shape, TokenIn, Type, TypeDef,
    Verb,
};
use crate::{Error, Errors};

/// Phrases of methods that merge their body into the resource.
const MERGES: [&str; 6] = [
    "patch semantics",
    "merge patch",
    "partial update",
    "partially update",
    "partial entity",
    "unspecified fields are left unchanged",
];

/// Phrases of methods that replace the resource.
const REPLACES: [&str; 4] = [
    "replaces an existing",
    "replaces it with",
    "overwrites the existing",
    "full overwrite",
];

/// Phrases of masks that name what is updated.
const UPDATES: [&str; 7] = [
    "to update",
    "to be updated",
    "should be updated",
    "are updated",
    "like to update",
    "to modify",
    "to change",
];

/// The facts about patches that need all methods.
pub(super) struct Patches {
    /// Whether the document describes the merge of a PATCH that has no mask.
    merges: bool,
}

impl Patches {
    pub(super) fn of(root: &Resource<Draft<'_>>, defs: &[TypeDef]) -> Self {
        let mut methods = root.all_methods();
        let merges = methods.any(|method| {
            method.verb == Verb::Patch
                && method.request.is_some()
                && describes_merge(method.description())
                && mask(method, defs).is_none()
        });
        Self { merges }
    }

    /// Decides for a method. Its override wins.
    pub(super) fn decide(
        &self,
        method: &Draft<'_>,
        defs: &[TypeDef],
        errors: &mut Errors,
    ) -> Patching {
        let Some(wanted) = method.patch() else {
            return decide(method, defs, self.merges);
        };
        overridden(method, defs, wanted).unwrap_or_else(|message| {
            let error = Error::new(&*method.at, message);
            errors.push(error.help("correct the override of its patches"));
            Patching::Refused(Refusal::Silent)
        })
    }
}

fn decide(method: &Draft<'_>, defs: &[TypeDef], merges: bool) -> Patching {
    let Some(request) = &method.request else {
        return Patching::Refused(Refusal::NoBody);
    };
    let Type::Named(id) = request else {
        return Patching::Refused(Refusal::NoObject);
    };
    let def = &defs[id.0];
    if def.is_raw() || !matches!(def.shape, Shape::Object(_)) {
        return Patching::Refused(Refusal::NoObject);
    }
    if matches!(method.verb, Verb::Get | Verb::Head | Verb::Delete) {
        return Patching::Refused(Refusal::Acts);
    }
    if let Some(mask) = mask(method, defs) {
        return match mask {
            (at, Some(of)) => Patching::Mask { at, of },
            (_, None) => Patching::Refused(Refusal::Mask),
        };
    }
    let text = method.description();
    if matches!(method.verb, Verb::Patch | Verb::Put) && describes_merge(text) {
        return Patching::Merge;
    }
    match method.verb {
        Verb::Put => Patching::Refused(Refusal::Replaces),
        Verb::Patch if mentions(text, &REPLACES) => Patching::Refused(Refusal::Replaces),
        Verb::Patch if is_message(def) => Patching::Refused(Refusal::Acts),
        Verb::Patch if begins_with_patch(text) || merges => Patching::Merge,
        Verb::Patch => Patching::Refused(Refusal::Silent),
        _ => Patching::Refused(Refusal::Acts),
    }
}

/// Returns whether the description of a method mentions that it merges its body into the resource.
#[must_use]
pub fn describes_merge(description: &str) -> bool {
    mentions(description, &MERGES)
}

/// Whether the text contains a phrase, in any case and with any line breaks.
fn mentions(text: &str, phrases: &[&str]) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ").to_ascii_lowercase();
    phrases.iter().any(|phrase| text.contains(phrase))
}

fn begins_with_patch(text: &str) -> bool {
    let word = text.split_whitespace().next().unwrap_or_default();
    matches!(&*word.to_ascii_lowercase(), "patch" | "patches")
}

/// Whether the body is a message of its own, and not the resource.
fn is_message(def: &TypeDef) -> bool {
    def.ident.ends_with("Request")
}

/// Returns the mask of a method, and what its paths are relative to, where that is known.
fn mask(method: &Draft<'_>, defs: &[TypeDef]) -> Option<(TokenIn, Option<MaskOf>)> {
    let fields = object(method.request.as_ref()?, defs)?;
    if matches!(method.verb, Verb::Get | Verb::Head | Verb::Delete) {
        return None;
    }
    let parameters = method.parameters();
    let query = parameters
        .filter(|parameter| is_query_mask(parameter) && applies(&parameter.description, method))
        .min_by_key(|parameter| !parameter.wire.starts_with("update"));
    if let Some(parameter) = query {
        let of = of_query(parameter, fields, defs);
        return Some((TokenIn::Query(parameter.wire.clone()), Some(of)));
    }
    let (path, mask) = in_body(method, fields, defs)?;
    let of = within(method, fields, defs, &path, mask).map(MaskOf::Property);
    Some((TokenIn::Body(path), of))
}

fn is_query_mask(parameter: &Parameter) -> bool {
    parameter.location == Location::Query
        && (matches!(&*parameter.wire, "updateMask" | "updateMask.fieldPaths")
            || parameter.ty == Type::FieldMask
                && is_of_updates(&parameter.wire, &parameter.description))
}

fn is_of_updates(wire: &str, description: &str) -> bool {
    wire.starts_with("update") || mentions(description, &UPDATES)
}

/// Whether a mask belongs to this method: descriptions of shared schemas and parameters may name another one.
fn applies(description: &str, method: &Draft<'_>) -> bool {
    let text = description.trim_start();
    !text.starts_with("Only applies to") || text.contains(&format!("`{}`", method.path_name))
}

/// Returns what the paths of a mask in the query are relative to.
fn of_query(parameter: &Parameter, fields: &[Field], defs: &[TypeDef]) -> MaskOf {
    if mentions(&parameter.description, &["fields to be cleared"]) {
        return MaskOf::Cleared;
    }
    if parameter.repeated && parameter.wire.ends_with(".fieldPaths") {
        let map = fields
            .iter()
            .find(|field| field.wire == "fields" && matches!(field.ty, Type::Map(_)));
        if let Some(map) = map {
            return MaskOf::Entries(map.wire.clone());
        }
    }
    // Names of a list's entries, which the description writes as `attributes/{attribute}`.
    let named = fields.iter().find(|field| {
        let Type::List(item) = &field.ty else {
            return false;
        };
        let is_named = object(item, defs).is_some_and(|item| item.iter().any(|f| f.wire == "name"));
        is_named
            && parameter
                .description
                .contains(&format!("`{}/{{", field.wire))
    });
    named.map_or(MaskOf::Body, |list| MaskOf::Names(list.wire.clone()))
}

/// The mask in a body: a property of its own, or in a PATCH one level down.
fn in_body<'d>(
    method: &Draft<'_>,
    fields: &'d [Field],
    defs: &'d [TypeDef],
) -> Option<(String, &'d Field)> {
    let direct = fields
        .iter()
        .filter(|field| field.ty == Type::FieldMask)
        .filter(|field| is_of_updates(&field.wire, &field.description))
        .filter(|field| applies(&field.description, method))
        .min_by_key(|field| !field.wire.starts_with("update"));
    if let Some(field) = direct {
        return Some((field.wire.clone(), field));
    }
    if method.verb != Verb::Patch {
        return None;
    }
    fields.iter().find_map(|outer| {
        let inner = object(&outer.ty, defs)?;
        let mask = inner
            .iter()
            .find(|field| field.ty == Type::FieldMask && field.wire == "updateMask")?;
        Some((format!("{}.{}", outer.wire, mask.wire), mask))
    })
}

/// The property of a body which the paths of the mask beside it are paths of.
fn within(
    method: &Draft<'_>,
    fields: &[Field],
    defs: &[TypeDef],
    path: &str,
    mask: &Field,
) -> Option<String> {
    // Their masks are of each of many resources.
    if ["batch", "import"]
        .iter()
        .any(|verb| method.wire.starts_with(verb))
    {
        return None;
    }
    let holder = path.split('.').next()?;
    let objects: Vec<&Field> = fields
        .iter()
        .filter(|field| field.wire != holder && object(&field.ty, defs).is_some())
        .collect();
    let only = |found: Vec<&Field>| match found.as_slice() {
        [one] => Some(one.wire.clone()),
        _ => None,
    };
    let named = |name: &str| objects.iter().copied().filter(|f| f.wire == name).collect();
    let snake = |field: &Field| heck::ToSnakeCase::to_snake_case(&*field.wire);
    let is_mentioned = |field: &&&Field| {
        [field.wire.clone(), snake(field)]
            .iter()
            .any(|name| mask.description.contains(&format!("`{name}`")))
    };
    only(objects.clone())
        .or_else(|| {
            let mut resources = method.path_name.rsplit('.').skip(1);
            resources.find_map(|resource| only(named(resource.strip_suffix('s')?)))
        })
        .or_else(|| only(objects.iter().filter(is_mentioned).copied().collect()))
}

/// Reads an override: `"merge"`, `"replace"`, or `{"mask": "updateMask", "of": "topic"}`.
fn overridden(method: &Draft<'_>, defs: &[TypeDef], wanted: &Value) -> Result<Patching, String> {
    let fields = method
        .request
        .as_ref()
        .and_then(|ty| object(ty, defs))
        .ok_or("the body of the method is no object, so that it takes no patch")?;
    match wanted {
        Value::String(word) if word == "merge" => return Ok(Patching::Merge),
        Value::String(word) if word == "replace" => {
            return Ok(Patching::Refused(Refusal::Replaces));
        }
        _ => {}
    }
    let text = |name: &str| wanted.get(name).and_then(Value::as_str);
    let mask =
        text("mask").ok_or(r#"a patch is "merge", "replace" or {"mask": ..., "of": ...}"#)?;
    let parameters = method.parameters();
    let mut query = parameters.filter(|p| p.location == Location::Query);
    if query.any(|parameter| parameter.wire == mask) {
        let at = TokenIn::Query(mask.to_owned());
        return Ok(Patching::Mask {
            at,
            of: MaskOf::Body,
        });
    }
    let first = mask.split('.').next().unwrap_or_default();
    let of =
        text("of").ok_or("a mask in the body needs `of`, the property that it names parts of")?;
    for name in [first, of] {
        if !fields.iter().any(|field| field.wire == name) {
            return Err(format!(
                "neither a parameter nor the body is called `{name}`"
            ));
        }
    }
    Ok(Patching::Mask {
        at: TokenIn::Body(mask.to_owned()),
        of: MaskOf::Property(of.to_owned()),
    })
}
