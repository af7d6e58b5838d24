//! A method whose names and types are decided, and nothing that depends on other methods.

use super::{
    Method, Operation, Paging, Parameter, Patching, Scope, Type, TypeDef, Verb, idempotency, media,
};
use crate::document::RestMethod;
use crate::error::Subject;
use crate::{Document, Error, Errors};

/// A method whose names and types are known. What depends on the other methods is not decided yet.
pub(super) struct Draft<'d> {
    pub(super) written: &'d RestMethod,
    /// The path of the method in the document.
    pub(super) at: String,
    pub(super) ident: String,
    pub(super) type_ident: String,
    pub(super) static_ident: String,
    pub(super) wire: String,
    pub(super) path_name: String,
    /// The path of the resource: `projects.locations`.
    pub(super) resource: String,
    pub(super) verb: Verb,
    pub(super) path: String,
    pub(super) required: Vec<Parameter>,
    pub(super) optional: Vec<Parameter>,
    pub(super) request: Option<Type>,
    pub(super) response: Option<Type>,
    pub(super) paging: Option<Paging>,
}

impl<'d> Draft<'d> {
    /// The required parameters, then the others.
    pub(super) fn parameters(&self) -> impl Iterator<Item = &Parameter> {
        self.required.iter().chain(&self.optional)
    }

    pub(super) fn description(&self) -> &'d str {
        self.written.description.as_deref().unwrap_or_default()
    }

    /// How the method takes a patch, where an override states it.
    pub(super) fn patch(&self) -> Option<&'d serde_json::Value> {
        self.written.patch.as_ref()
    }

    /// Makes the method, with what was decided with all methods in view.
    pub(super) fn finish(
        self,
        document: &Document,
        scopes: &[Scope],
        defs: &[TypeDef],
        (operation, patching): (Option<Operation>, Patching),
        errors: &mut Errors,
    ) -> Method {
        let written = self.written;
        let response = match self.response {
            Some(Type::Named(id)) => Some(&defs[id.0]),
            _ => None,
        };
        let raw_response = response.is_some_and(TypeDef::is_raw);
        let parameters: Vec<_> = self.parameters().collect();
        let request_id = idempotency::has_request_id(self.verb, &parameters);
        let (idempotent, preconditions) =
            idempotency::of(document, &self.path_name, self.verb, written, &parameters);
        let mut method = Method {
            id: written.id.clone().unwrap_or_else(|| self.path_name.clone()),
            description: self.description().to_owned(),
            deprecated: written.deprecated,
            scopes: scopes_of(written, scopes),
            api_version: written.api_version.clone(),
            upload: media::upload(written),
            download: media::download(written),
            may_be_empty: raw_response || response.is_none_or(|def| def.fields().is_empty()),
            raw_response,
            request_id,
            idempotent,
            preconditions,
            operation,
            patching,
            ident: self.ident,
            type_ident: self.type_ident,
            static_ident: self.static_ident,
            wire: self.wire,
            path_name: self.path_name,
            verb: self.verb,
            path: self.path,
            required: self.required,
            optional: self.optional,
            request: self.request,
            response: self.response,
            paging: self.paging,
        };
        let overridden = written
            .idempotent
            .map(|idempotent| method.override_idempotent(idempotent));
        if let Some(Err(error)) = overridden {
            let subject = Some(Subject::Method(method.path_name.clone()));
            errors.push(Error {
                path: self.at,
                subject,
                ..error
            });
        }
        method
    }
}

fn scopes_of(method: &RestMethod, scopes: &[Scope]) -> Vec<usize> {
    let index = |url: &String| scopes.binary_search_by(|scope| scope.url.cmp(url)).ok();
    let mut indices: Vec<usize> = method.scopes.iter().filter_map(index).collect();
    indices.sort_unstable();
    indices.dedup();
    indices
}
