//! The rules by which changes have their classes.

use std::fmt;

use serde::{Serialize, Serializer};

/// The effect of a change on a program that uses the generated code. Ordered: the worst is the largest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Text changed: descriptions, links, the revision.
    DocsOnly,
    /// Something is new, or deprecated.
    Additive,
    /// Programs may no longer compile, or may mean something else on the wire.
    Breaking,
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::DocsOnly => "docs-only",
            Self::Additive => "additive",
            Self::Breaking => "breaking",
        })
    }
}

/// Defines [`Rule`] with its names, classes and meanings from one table.
macro_rules! rules {
    ($($rule:ident $name:literal $class:ident $meaning:literal;)*) => {
        /// Why a change has its class. Every rule gives one class.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Rule {
            $(#[doc = $meaning] $rule,)*
        }

        impl Rule {
            /// All rules, the breaking ones first.
            pub const ALL: &[Self] = &[$(Self::$rule),*];

            /// Returns the name, such as `property-gone`.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$rule => $name,)* }
            }

            /// Returns the class of the changes that the rule decides.
            #[must_use]
            pub fn class(self) -> Class {
                match self { $(Self::$rule => Class::$class,)* }
            }

            /// Returns what the rule is about, as a clause.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$rule => $meaning,)* }
            }
        }
    };
}

rules! {
    Identity "identity" Breaking "The API has another name or version.";
    Address "address" Breaking "Requests go to another URL: root URL, service path and path together, compared as they are sent.";
    DataWrapper "data-wrapper" Breaking "Bodies travel inside `data`, or no longer do.";
    Verb "verb" Breaking "The HTTP method is another one.";
    MethodId "method-id" Breaking "The method's id, by which mocks, metrics and errors know it, is another one.";
    ApiVersion "api-version" Breaking "The version header is another one.";
    MethodGone "method-gone" Breaking "The method is gone.";
    SchemaGone "schema-gone" Breaking "The schema is gone.";
    PropertyGone "property-gone" Breaking "The property is gone.";
    ParameterGone "parameter-gone" Breaking "The parameter is gone.";
    ValueGone "value-gone" Breaking "The enum's value is gone.";
    ScopeGone "scope-gone" Breaking "The scope is gone, or is no longer enough for the method.";
    EndpointGone "endpoint-gone" Breaking "The regional or mutual TLS endpoint is gone.";
    ParameterNeeded "parameter-needed" Breaking "A required parameter is new, or one became required or optional: its place in the call changes.";
    ArgumentOrder "argument-order" Breaking "The arguments have another order.";
    Location "location" Breaking "The parameter moved between path and query.";
    Repetition "repetition" Breaking "The parameter takes one value instead of many, or many instead of one.";
    Body "body" Breaking "A request or a response has a body and had none, or the reverse.";
    Type "type" Breaking "The type is another one.";
    PropertyNeeded "property-needed" Breaking "A method requires the property.";
    RangeNarrowed "range-narrowed" Breaking "Requests may hold fewer numbers.";
    PatternNarrowed "pattern-narrowed" Breaking "Requests may hold fewer texts, or it is not known.";
    Default "default" Breaking "What is left out of a request means another value.";
    DownloadGone "download-gone" Breaking "The download is gone or has another address.";
    UploadNarrowed "upload-narrowed" Breaking "The upload, one of its protocols, a media type or a size is no longer accepted.";
    Spelling "spelling" Breaking "The wire is the same, and Rust spells a name or a type differently.";
    PagesGone "pages-gone" Breaking "The list has no pages or items any more, or items of another type.";
    WaitGone "wait-gone" Breaking "The method no longer starts an operation that can be waited for.";
    MethodNew "method-new" Additive "The method is new.";
    SchemaNew "schema-new" Additive "The schema is new.";
    PropertyNew "property-new" Additive "The property is new.";
    ParameterNew "parameter-new" Additive "An optional parameter is new, or one of every method is no longer required.";
    ValueNew "value-new" Additive "The enum's value is new; enums are open.";
    ScopeNew "scope-new" Additive "The scope is new, or is enough for the method.";
    EndpointNew "endpoint-new" Additive "The regional or mutual TLS endpoint is new.";
    PropertyNotNeeded "property-not-needed" Additive "A method no longer requires the property.";
    Deprecation "deprecation" Additive "The mark of deprecation came or went: the compiler warns, or no longer does.";
    RangeWidened "range-widened" Additive "Requests may hold more numbers.";
    PatternWidened "pattern-widened" Additive "Requests may hold more texts: the pattern is gone or has more alternatives.";
    Writable "writable" Additive "Requests may set the property, which only the server set.";
    DownloadNew "download-new" Additive "The download is new.";
    UploadWidened "upload-widened" Additive "The upload, one of its protocols, a media type or a size is accepted.";
    PagesNew "pages-new" Additive "The list has pages or items that can be streamed.";
    WaitNew "wait-new" Additive "The method starts an operation that can be waited for.";
    Retries "retries" Additive "Calls of the method are retried in other cases: it has a request id, a precondition, or is known to be idempotent, or no longer.";
    ReadOnly "read-only" DocsOnly "Only the server sets the property: the code is the same, and so is what a program sends.";
    ResponseOnly "response-only" DocsOnly "A range, pattern, default or required mark of what only responses carry, which are read with any content.";
    SameMeaning "same-meaning" DocsOnly "The document writes the same differently: an address, a type, a pattern, a range, an order.";
    Text "text" DocsOnly "A text, a link, the revision, or a key that nothing is made of.";
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_classes_stand_together() {
        let names: std::collections::BTreeSet<&str> =
            Rule::ALL.iter().map(|rule| rule.name()).collect();
        assert_eq!(names.len(), Rule::ALL.len());
        assert!(
            Rule::ALL
                .windows(2)
                .all(|pair| pair[0].class() >= pair[1].class())
        );
    }
}
