//! What generated code names, and nothing else does.
//!
//! A generated module holds `use gapi::generated::v1 as __gapi;` and reaches everything through it. When generated
//! code needs another shape of the runtime, it will use another version of this module, so that an old committed file
//! fails with one clear error.

/// The first version.
pub mod v1 {
    // Requests: tables, calls, and what sends them.
    pub use crate::method::{
        Api, Endpoint, JobShape, Location, MaskOf, MediaDownload, MediaUpload, Method, Operation,
        OperationShape, Paging, Parameter, Patching, Slot, Verb,
    };
    pub use crate::paging::PagingSlot;
    pub use crate::patch::{IntoUpdate, UpdateOf};
    pub use crate::{
        Client, Download, Error, HttpBody, HttpRequest, Items, LongRunning, Media, Pages, RawBody,
        Upload, Wait,
    };
    pub use crate::{
        pending::PendingCall,
        request::{
            Call, Request,
            body::{Body, IntoBody},
            from_response::{FromResponse, decode},
        },
    };

    // Values: `wire` and `value`.
    pub use crate::value::{Bytes, Date, DateTime, Duration, Extra, FieldMask};
    pub use crate::wire::open_enum as open_enum_code;
    pub use crate::wire::{
        Leaf, Object, OpenEnum, Param, PropertyMut, PropertyRef, UnknownField, Wire,
    };
    pub use crate::wire::{debug, deserialize, eq, null, serialize};
    pub use crate::wire::{field, field_mut, no_field, no_field_mut};
    pub use crate::{
        __gapi_from_response as from_response, __gapi_object as object,
        __gapi_open_enum as open_enum,
    };
    pub use serde::de::{Deserialize, Deserializer};
    pub use serde::ser::{Serialize, Serializer};
    pub use serde_json::{Error as JsonError, Value};
    pub use std::collections::BTreeMap;
}
