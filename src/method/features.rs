//! Tables of what a method can do besides: paging, changes, media, jobs.

/// Defines `const` functions that set a field, or an option to `Some`, or a flag.
macro_rules! setters {
    () => {};
    ($(#[$doc:meta])* $setter:ident($field:ident = $value:expr); $($rest:tt)*) => {
        $(#[$doc])*
        #[must_use]
        pub const fn $setter(mut self) -> Self {
            self.$field = $value;
            self
        }
        setters! { $($rest)* }
    };
    ($(#[$doc:meta])* $setter:ident($field:ident: Some<$type:ty>); $($rest:tt)*) => {
        $(#[$doc])*
        #[must_use]
        pub const fn $setter(mut self, $field: $type) -> Self {
            self.$field = Some($field);
            self
        }
        setters! { $($rest)* }
    };
    ($(#[$doc:meta])* $setter:ident($field:ident: $type:ty); $($rest:tt)*) => {
        $(#[$doc])*
        #[must_use]
        pub const fn $setter(mut self, $field: $type) -> Self {
            self.$field = $field;
            self
        }
        setters! { $($rest)* }
    };
}

/// The paging of a list.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Paging {
    /// The part of the request that takes the token of a page.
    pub token: Slot,
    /// The property of the response that holds the token of the next page: `nextPageToken`.
    pub next: &'static str,
    /// The part of the request that takes the size of a page.
    pub size: Option<Slot>,
    /// The property of the response that holds the entries, if it is known.
    pub items: Option<&'static str>,
}

impl Paging {
    /// Makes the paging of a list: the part of the request and the property of the response that hold a token.
    #[must_use]
    pub const fn new(token: Slot, next: &'static str) -> Self {
        Self {
            token,
            next,
            size: None,
            items: None,
        }
    }

    setters! {
        /// Sets the part of the request that takes the size of a page.
        with_size(size: Some<Slot>);
        /// Sets the property of the response that holds the entries.
        with_items(items: Some<&'static str>);
    }
}

/// A part of a request that takes one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Slot {
    /// A query parameter of this name.
    Query(&'static str),
    /// A property of the body.
    Body(&'static str),
}

/// What a method does with a change of its resource, which is a [`Patch`](crate::Patch).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Patching {
    /// Merges the body into the resource (RFC 7396).
    Merge,
    /// Sets the paths of the mask in this slot to the values of the body.
    Mask(Slot, MaskOf),
}

/// What the paths of a mask refer to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MaskOf {
    /// The body.
    Body,
    /// The object that is this property of the body.
    Property(&'static str),
    /// The map of this name in the body: the paths are keys.
    Entries(&'static str),
    /// The list of this name in the body: the paths are the `name`s of entries.
    Names(&'static str),
    /// The body, and only its properties to be cleared: all others are merged.
    Cleared,
}

/// The media that a method accepts.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct MediaUpload {
    /// Media ranges: `image/*`. Empty for all types.
    pub accept: &'static [&'static str],
    /// The maximum size in bytes.
    pub max_size: Option<u64>,
    /// Whether it accepts simple and multipart uploads.
    pub simple: bool,
    /// Whether it accepts resumable uploads.
    pub resumable: bool,
}

impl MediaUpload {
    /// Makes an upload of all media types with no protocol.
    #[must_use]
    #[expect(
        clippy::new_without_default,
        reason = "an upload without a protocol is not useful"
    )]
    pub const fn new() -> Self {
        Self {
            accept: &[],
            max_size: None,
            simple: false,
            resumable: false,
        }
    }

    setters! {
        /// Sets the accepted media ranges.
        with_accept(accept: &'static [&'static str]);
        /// Sets the maximum size in bytes.
        with_max_size(max_size: Some<u64>);
        /// Accepts simple and multipart uploads.
        with_simple(simple = true);
        /// Accepts resumable uploads.
        with_resumable(resumable = true);
    }
}

/// The media that a method returns.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct MediaDownload {
    /// Whether it is downloaded from the URL with `download/` before the path.
    pub service: bool,
}

impl MediaDownload {
    /// Makes a download from the URL of the method (`false`) or the one with `download/` before the path (`true`).
    #[must_use]
    pub const fn new(service: bool) -> Self {
        Self { service }
    }
}

/// The properties by which a job reports its state and is polled. Paths of properties have dots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct JobShape {
    /// The property that holds the state.
    pub state: &'static str,
    /// The property that identifies the job.
    pub name: &'static str,
    /// The states of a job that ended successfully, unless it has an error.
    pub succeeded: &'static [&'static str],
    /// The other states of a job that ended.
    pub failed: &'static [&'static str],
    /// The property that holds the error of a failed job; empty if there is none.
    pub error: &'static str,
    /// The parameters of the methods that get and cancel the job, each with the property that holds its value.
    pub parameters: &'static [(&'static str, &'static str)],
}

impl JobShape {
    /// Makes the shape of jobs with these properties of state and name.
    #[must_use]
    pub const fn new(state: &'static str, name: &'static str) -> Self {
        Self {
            state,
            name,
            succeeded: &[],
            failed: &[],
            error: "",
            parameters: &[],
        }
    }

    setters! {
        /// Sets the states of a job that ended successfully.
        with_succeeded(succeeded: &'static [&'static str]);
        /// Sets the other states of a job that ended.
        with_failed(failed: &'static [&'static str]);
        /// Sets the property that holds the error of a failed job.
        with_error(error: &'static str);
        /// Sets the parameters of the methods that get and cancel the job.
        with_parameters(parameters: &'static [(&'static str, &'static str)]);
    }
}
