//! The call that polls an operation. Its parameters come from the call that started it, and from the operation.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use super::snapshot::Snapshot;
use crate::{
    Error,
    method::{JobShape, Method, OperationShape},
    request::Call,
};

/// Returns the call of `to` for the operation that `origin` started and `snapshot` describes.
///
/// # Errors
/// [`ErrorKind::Usage`](crate::ErrorKind::Usage) when the value of a parameter is not known.
pub(super) fn make(origin: &Call, to: &'static Method, snapshot: &Snapshot) -> Result<Call, Error> {
    if std::ptr::eq(origin.method, to) {
        return Ok(origin.clone());
    }
    if let OperationShape::Job(job) = snapshot.shape {
        return of_job(origin, to, snapshot, job);
    }
    let name = snapshot
        .name()
        .ok_or_else(|| missing(to, "the operation has no name"))?;
    let template = Template::of(to.path);
    let link = snapshot.text("selfLink").unwrap_or_default();
    // AIP-151 names are paths, but not encoded parts of a URL.
    let values = template
        .read(link, decoded)
        .or_else(|| template.read(name, str::to_owned));
    let value_of = |parameter: &str| {
        let mut values = values.iter().flatten();
        values.find_map(|(name, value)| (*name == parameter).then(|| value.clone()))
    };
    let mut call = Call::new(to);
    for (index, part) in template.expressions().enumerate() {
        let value = if index + 1 == template.expressions().count() {
            operation(name, part, &template, value_of(part.name))
        } else {
            let given = origin.parameters().find(|(name, _)| *name == part.name);
            given
                .map(|(_, value)| value.to_owned())
                .or_else(|| value_of(part.name))
                .or_else(|| snapshot.text(part.name).map(last_of_link))
                .ok_or_else(|| missing(to, &format!("the value of {:?} is not known", part.name)))?
        };
        call = call.with(part.name, value);
    }
    Ok(call)
}

/// Returns the call of `to` for a job, with parameters from the job, and from the call that started it if the path needs them.
fn of_job(
    origin: &Call,
    to: &'static Method,
    snapshot: &Snapshot,
    job: &'static JobShape,
) -> Result<Call, Error> {
    let mut call = Call::new(to);
    for parameter in to.parameters {
        let path = job
            .parameters
            .iter()
            .find(|(name, _)| *name == parameter.name);
        let own = path.and_then(|(_, path)| snapshot.at(path)?.as_str());
        let given = || {
            let mut given = origin.parameters();
            given.find_map(|(name, value)| (name == parameter.name).then_some(value))
        };
        let own = own.filter(|value| !value.is_empty());
        // Optional parameters of the first call, such as a view, are not copied.
        let value = if parameter.required {
            own.or_else(given)
        } else {
            own
        };
        match value {
            Some(value) => call = call.with(parameter.name, value.to_owned()),
            None if parameter.required => {
                return Err(missing(
                    to,
                    &format!("the value of {:?} is not known", parameter.name),
                ));
            }
            None => {}
        }
    }
    Ok(call)
}

fn missing(to: &'static Method, why: &str) -> Error {
    Error::usage(format!(
        "the operation cannot be polled with {}: {why}; poll it with another request",
        to.id
    ))
}

/// Returns the name of the operation in the form that the path needs. `full` is the name in the path of a link.
fn operation(
    name: &str,
    part: Expression<'_>,
    template: &Template<'_>,
    full: Option<String>,
) -> String {
    if !part.reserved {
        return last_segment(name).to_owned();
    }
    if template.ends_with_operations() {
        return name.strip_prefix("operations/").unwrap_or(name).to_owned();
    }
    // A short name, although the path needs a full one.
    match full {
        Some(full) if !name.contains('/') && last_segment(&full) == name => full,
        _ => name.to_owned(),
    }
}

fn last_segment(text: &str) -> &str {
    text.rsplit('/').next().unwrap_or(text)
}

/// Returns the last segment of a URL, such as that of a zone, or a plain name.
fn last_of_link(text: &str) -> String {
    let last = last_segment(text);
    if text.contains("://") {
        decoded(last)
    } else {
        last.to_owned()
    }
}

/// An expression `{x}` or `{+x}` of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Expression<'a> {
    name: &'a str,
    /// Whether it matches any number of segments.
    reserved: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Segment<'a> {
    Literal(&'a str),
    Expression(Expression<'a>),
}

/// A path template whose expressions are whole segments, as in all methods that return a resource.
struct Template<'a>(Vec<Segment<'a>>);

impl<'a> Template<'a> {
    fn of(path: &'a str) -> Self {
        let segments = path.split('/').map(|segment| {
            let inner = segment.strip_prefix('{').and_then(|s| s.strip_suffix('}'));
            inner.map_or(Segment::Literal(segment), |inner| {
                let name = inner.trim_start_matches('+');
                Segment::Expression(Expression {
                    name,
                    reserved: name.len() < inner.len(),
                })
            })
        });
        Self(segments.collect())
    }

    fn expressions(&self) -> impl Iterator<Item = Expression<'a>> {
        self.0.iter().filter_map(|segment| match segment {
            Segment::Expression(expression) => Some(*expression),
            Segment::Literal(_) => None,
        })
    }

    /// Returns whether the last expression follows a literal `operations`.
    fn ends_with_operations(&self) -> bool {
        matches!(self.0.as_slice(), [.., Segment::Literal("operations"), _])
    }

    /// Returns the values of the expressions in a URL or a name that ends like the template, each converted by `value`.
    ///
    /// The part before the literal in front of the first expression, such as the version, is ignored.
    fn read(&self, text: &str, value: fn(&str) -> String) -> Option<Vec<(&'a str, String)>> {
        let path = match text.split_once("://") {
            Some((_, rest)) => rest.split(['?', '#']).next()?,
            None => text,
        };
        let segments: Vec<&str> = path.split('/').filter(|s| !s.is_empty()).collect();
        let first = self
            .0
            .iter()
            .position(|segment| matches!(segment, Segment::Expression(_)))?;
        let wanted = &self.0[first.saturating_sub(1)..];
        if let [Segment::Literal(before), Segment::Expression(all)] = wanted
            && all.reserved
        {
            let at = segments.iter().position(|segment| segment == before)?;
            let rest = segments.get(at + 1..).filter(|rest| !rest.is_empty())?;
            return Some(vec![(all.name, value(&rest.join("/")))]);
        }
        let tail = &segments[segments.len().checked_sub(wanted.len())?..];
        let mut values = Vec::new();
        for (segment, text) in wanted.iter().zip(tail) {
            match segment {
                Segment::Literal(literal) if literal == text => {}
                Segment::Expression(expression) if !expression.reserved => {
                    values.push((expression.name, value(text)));
                }
                _ => return None,
            }
        }
        Some(values)
    }
}

fn decoded(text: &str) -> String {
    percent_decode_str(text)
        .decode_utf8()
        .map_or_else(|_| text.to_owned(), Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(template: &str, text: &str) -> Option<Vec<(String, String)>> {
        let values = Template::of(template).read(text, decoded)?;
        Some(
            values
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        )
    }

    fn values(pairs: &[(&str, &str)]) -> Option<Vec<(String, String)>> {
        let owned = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Some(owned.collect())
    }

    #[test]
    fn links_and_names_give_parameters() {
        let zonal = "projects/{project}/zones/{zone}/operations/{operation}";
        let expected = values(&[("project", "p"), ("zone", "z"), ("operation", "o")]);
        assert_eq!(
            read(
                zonal,
                "https://www.googleapis.com/compute/v1/projects/p/zones/z/operations/o"
            ),
            expected
        );
        assert_eq!(read(zonal, "projects/p/regions/z/operations/o"), None);
        assert_eq!(read(zonal, "o"), None);
        // Another version of the same API.
        assert_eq!(
            read(
                "sql/v1beta4/projects/{project}/operations/{operation}",
                "https://h/v1/projects/a%3Ab/operations/o?x=1"
            ),
            values(&[("project", "a:b"), ("operation", "o")])
        );
        assert_eq!(
            read(
                "v1/apps/{appsId}/operations/{operationsId}",
                "apps/a/operations/o"
            ),
            values(&[("appsId", "a"), ("operationsId", "o")])
        );
        assert_eq!(
            read("v1/{+name}", "https://h/v1/projects/1/zones/z/operations/o"),
            values(&[("name", "projects/1/zones/z/operations/o")])
        );
        for nothing in ["", "https://h/v2/projects/1", "v1", "https://h/v1/"] {
            assert_eq!(read("v1/{+name}", nothing), None, "{nothing}");
        }
    }

    #[test]
    fn links_are_decoded_and_names_are_not() {
        let template = Template::of("v1/things/{thing}/operations/{operation}");
        let read = |text, value: fn(&str) -> String| {
            let values = template.read(text, value)?;
            Some(
                values
                    .into_iter()
                    .map(|(_, value)| value)
                    .collect::<Vec<_>>(),
            )
        };
        let link = "https://h/v1/things/a%2520b/operations/o?x";
        let name = "things/a%20b/operations/o";
        let expected = Some(vec!["a%20b".to_owned(), "o".to_owned()]);
        assert_eq!(read(link, decoded), expected);
        assert_eq!(read(name, str::to_owned), expected);
        assert_eq!(last_of_link("https://h/zones/a%2520b"), "a%20b");
        assert_eq!(last_of_link("a%20b"), "a%20b");
    }

    #[test]
    fn names_have_the_form_that_the_path_needs() {
        let value = |template: &str, name: &str, full: Option<&str>| {
            let template = Template::of(template);
            let last = template.expressions().last().expect("an expression");
            operation(name, last, &template, full.map(String::from))
        };
        assert_eq!(value("v1/{+name}", "operations/o", None), "operations/o");
        assert_eq!(value("v1/operations/{+name}", "operations/o", None), "o");
        assert_eq!(value("v1/operations/{+name}", "123", None), "123");
        assert_eq!(value("operations/{name}", "operations/o", None), "o");
        let full = Some("projects/1/zones/z/operations/o");
        assert_eq!(
            value("v1/{+name}", "o", full),
            "projects/1/zones/z/operations/o"
        );
        assert_eq!(value("v1/{+name}", "other", full), "other");
    }
}
