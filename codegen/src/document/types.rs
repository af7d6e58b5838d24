//! The Discovery document as it is written, key by key.
//!
//! Names and meanings follow the Discovery reference
//! (<https://developers.google.com/discovery/v1/reference/apis>). Nothing here is interpreted, and a key of which nothing is made
//! is stored as it is.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde_json::Value;

use super::record::{Absent, By, Record, TWICE, record};

record! {
    /// A whole document (`discovery#restDescription`).
    pub struct Document {
        /// `discovery#restDescription`
        pub kind: Option<String> = "kind",
        /// `sqladmin:v1`
        pub id: Option<Value> = "id",
        /// `sqladmin`
        pub name: Option<String> = "name",
        /// `v1`
        pub version: Option<String> = "version",
        /// The date of the document as digits: `20261018`.
        pub revision: Option<String> = "revision",
        /// The human name of the API.
        pub title: Option<String> = "title",
        /// The name that client libraries should use.
        pub canonical_name: Option<String> = "canonicalName",
        /// What the API is for.
        pub description: Option<String> = "description",
        /// Version of the Discovery format: `v1`.
        pub discovery_version: Option<Value> = "discoveryVersion",
        /// Where the API is documented.
        pub documentation_link: Option<String> = "documentationLink",
        /// `rest`
        pub protocol: Option<String> = "protocol",
        /// Scheme and host, with a trailing slash.
        pub root_url: Option<String> = "rootUrl",
        /// The root URL for mutual TLS.
        pub mtls_root_url: Option<String> = "mtlsRootUrl",
        /// The path between the root URL and every method's path.
        pub service_path: Option<String> = "servicePath",
        /// Root URL and service path (superseded by them).
        pub base_url: Option<String> = "baseUrl",
        /// The service path with a leading slash (superseded).
        pub base_path: Option<String> = "basePath",
        /// The path of batch requests, relative to the root URL.
        pub batch_path: Option<String> = "batchPath",
        /// Authentication.
        pub auth: Option<Auth> = "auth",
        /// Regional endpoints.
        pub endpoints: Vec<RestEndpoint> = "endpoints",
        /// `dataWrapper` where bodies and responses are inside `{"data": ...}`.
        pub features: Option<Value> = "features",
        /// Flags such as `limited_availability`.
        pub labels: Option<Value> = "labels",
        /// Icons by size.
        pub icons: Option<Value> = "icons",
        /// Parameters that every method takes.
        pub parameters: BTreeMap<String, Schema> = "parameters",
        /// Schemas by name.
        pub schemas: BTreeMap<String, Schema> = "schemas",
        /// Methods that belong to no resource.
        pub methods: BTreeMap<String, RestMethod> = "methods",
        /// The top of the resource tree.
        pub resources: BTreeMap<String, RestResource> = "resources",
        /// Who runs the service: a domain.
        pub owner_domain: Option<Value> = "ownerDomain",
        /// Who runs the service: a name.
        pub owner_name: Option<Value> = "ownerName",
        /// A grouping of packages of older client libraries.
        pub package_path: Option<Value> = "packagePath",
        /// Whether older client libraries put the version into the module path.
        pub version_module: Option<Value> = "version_module",
        /// Whether `{+x}` escapes reserved characters inside each segment.
        pub fully_encode_reserved_expansion: Option<Value> = "fullyEncodeReservedExpansion",
        /// Whether clients should back off by default (of old documents).
        pub exponential_backoff_default: Option<Value> = "exponentialBackoffDefault",
        /// The version of the service itself.
        pub service_version: Option<Value> = "serviceVersion",
        /// The entity tag of the document.
        pub etag: Option<Value> = "etag",
    }

    /// Authentication of an API.
    pub struct Auth {
        /// OAuth 2.0
        pub oauth2: Option<OAuth2> = "oauth2",
    }

    /// OAuth 2.0 of an API.
    pub struct OAuth2 {
        /// Scopes by URL.
        pub scopes: BTreeMap<String, AuthScope> = "scopes",
    }

    /// One scope.
    pub struct AuthScope {
        /// What it allows.
        pub description: Option<String> = "description",
    }

    /// A regional endpoint.
    pub struct RestEndpoint {
        /// Its root URL.
        pub endpoint_url: Option<String> = "endpointUrl",
        /// Its location: `europe-west1`.
        pub location: Option<String> = "location",
        /// What it is.
        pub description: Option<String> = "description",
        /// Whether it should no longer be used.
        pub deprecated: bool = "deprecated",
    }

    /// A node of the resource tree.
    pub struct RestResource {
        /// Its methods by name.
        pub methods: BTreeMap<String, RestMethod> = "methods",
        /// Its sub-resources by name.
        pub resources: BTreeMap<String, RestResource> = "resources",
        /// Whether it should no longer be used.
        pub deprecated: bool = "deprecated",
        /// The Rust name that an override gives.
        pub rename: Option<String> = "x-gapi-name",
    }

    /// One method.
    pub struct RestMethod {
        /// `sql.instances.list`
        pub id: Option<String> = "id",
        /// What it does.
        pub description: Option<String> = "description",
        /// The HTTP verb.
        pub http_method: Option<String> = "httpMethod",
        /// The path template, relative to the service path.
        pub path: Option<String> = "path",
        /// The path template in the form of the public documentation.
        pub flat_path: Option<String> = "flatPath",
        /// The order of positional parameters.
        pub parameter_order: Vec<String> = "parameterOrder",
        /// Parameters by name.
        pub parameters: BTreeMap<String, Schema> = "parameters",
        /// The body.
        pub request: Option<Schema> = "request",
        /// The body of the response.
        pub response: Option<Schema> = "response",
        /// OAuth scopes, any of which is enough.
        pub scopes: Vec<String> = "scopes",
        /// Whether it should no longer be used.
        pub deprecated: bool = "deprecated",
        /// The value of the header `x-goog-api-version`.
        pub api_version: Option<String> = "apiVersion",
        /// Whether `alt=media` is offered.
        pub supports_media_download: bool = "supportsMediaDownload",
        /// Whether downloads go to the `download/` service.
        pub use_media_download_service: bool = "useMediaDownloadService",
        /// Whether media can be uploaded.
        pub supports_media_upload: Option<Value> = "supportsMediaUpload",
        /// What can be uploaded.
        pub media_upload: Option<MediaUpload> = "mediaUpload",
        /// Whether the method can be watched.
        pub supports_subscription: Option<Value> = "supportsSubscription",
        /// Whether requests need an entity tag (of old documents).
        pub etag_required: Option<Value> = "etagRequired",
        /// The Rust name that an override gives.
        pub rename: Option<String> = "x-gapi-name",
        /// The property with the items of a page, where an override names it.
        pub items: Option<String> = "x-gapi-items",
        /// Whether calls may be repeated, where an override states it.
        pub idempotent: Option<bool> = "x-gapi-idempotent",
        /// How the method takes a patch, where an override states it.
        pub patch: Option<Value> = "x-gapi-patch",
    }

    /// What a method accepts as media.
    pub struct MediaUpload {
        /// Media ranges: `image/*`.
        pub accept: Vec<String> = "accept",
        /// The largest size: digits, or with `KB`, `MB`, `GB`, `TB`.
        pub max_size: Option<String> = "maxSize",
        /// How to upload.
        pub protocols: Option<Protocols> = "protocols",
    }

    /// How to upload.
    pub struct Protocols {
        /// In one request.
        pub simple: Option<Protocol> = "simple",
        /// In chunks.
        pub resumable: Option<Protocol> = "resumable",
    }

    /// A protocol of uploads.
    pub struct Protocol {
        /// Whether metadata can be sent in the same request.
        pub multipart: bool = "multipart",
        /// The path, relative to the root URL.
        pub path: Option<String> = "path",
    }

    /// A schema, or a part of one; a parameter; the body of a request or a response.
    pub struct Schema {
        /// The name of a schema.
        pub id: Option<Value> = "id",
        /// The name of another schema, which this one means.
        pub reference: Option<String> = "$ref",
        /// `string`, `integer`, `number`, `boolean`, `object`, `array`, `any`.
        pub ty: Option<String> = "type",
        /// A narrower type: `int64`, `byte`, `date-time`, ...
        pub format: Option<String> = "format",
        /// What it means.
        pub description: Option<String> = "description",
        /// Properties of an object.
        pub properties: BTreeMap<String, Schema> = "properties",
        /// The values of a map.
        pub additional_properties: Option<Box<Schema>> = "additionalProperties" by OrBool,
        /// The items of a list.
        pub items: Option<Box<Schema>> = "items",
        /// The values of a string.
        pub values: Vec<String> = "enum",
        /// What the values mean, in the same order.
        pub enum_descriptions: Vec<String> = "enumDescriptions",
        /// Which values should no longer be used, in the same order.
        pub enum_deprecated: Vec<bool> = "enumDeprecated",
        /// The value that the server assumes.
        pub default: Option<Value> = "default",
        /// The smallest value.
        pub minimum: Option<Value> = "minimum",
        /// The largest value.
        pub maximum: Option<Value> = "maximum",
        /// A regular expression (of Java 6).
        pub pattern: Option<String> = "pattern",
        /// Whether only the server sets it.
        pub read_only: bool = "readOnly",
        /// Whether it should no longer be used.
        pub deprecated: bool = "deprecated",
        /// Facts about properties.
        pub annotations: Option<Annotations> = "annotations",
        /// How the forms of a union differ (of old documents).
        pub variant: Option<Value> = "variant",
        /// Of a parameter: `path` or `query`.
        pub location: Option<String> = "location",
        /// Of a parameter: must be given.
        pub required: bool = "required",
        /// Of a parameter: may be given many times.
        pub repeated: bool = "repeated",
        /// Of a method's request: the name of the body.
        pub parameter_name: Option<Value> = "parameterName",
        /// The Rust name that an override gives.
        pub rename: Option<String> = "x-gapi-name",
        /// How an operation of the schema is waited for, where an override states it.
        pub operation: Option<Value> = "x-gapi-operation",
    }

    /// Facts about a property.
    pub struct Annotations {
        /// Ids of the methods that need it.
        pub required: Vec<String> = "required",
    }
}

/// A schema; or, as in JSON Schema, `true` for any value and `false` for none.
struct OrBool(Option<Box<Schema>>);

impl<'de> Deserialize<'de> for OrBool {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = OrBool;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_bool<E: serde::de::Error>(self, any: bool) -> Result<OrBool, E> {
                let schema = || Schema {
                    ty: Some("any".to_owned()),
                    ..Schema::default()
                };
                Ok(OrBool(any.then(|| Box::new(schema()))))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<OrBool, A::Error> {
                let schema = Schema::deserialize(MapAccessDeserializer::new(map))?;
                Ok(OrBool(Some(Box::new(schema))))
            }
        }

        deserializer.deserialize_any(Either)
    }
}
