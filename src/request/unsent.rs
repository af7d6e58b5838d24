//! The compiler's error for a request that is awaited, or given options, before it is sent, and for what the request has no function for; the
//! error for a call that is passed on as a future.
//!
//! A request derefs to [`Unsent`], which has the functions of a [`PendingCall`](crate::PendingCall), each with a bound that no type meets.

use gapi_transport::BoxFuture;

use crate::Error;

/// No type implements it. Because of the lifetime, the compiler checks a bound where a function is called, not where it is defined.
#[diagnostic::on_unimplemented(
    message = "this request is not sent yet",
    label = "add `.send(&client)` before this",
    note = "a request is sent by `.send(&client)`; options follow it: `request.send(&client).timeout(limit).await?`"
)]
pub trait Sent<'a> {
    /// Returns a value of any type.
    fn response<R>() -> R;
}

/// The target of the deref of a request.
#[derive(Debug)]
pub struct Unsent;

/// Returns a value of any type, which is possible because this cannot be called.
#[inline]
pub fn unsent<R>() -> R
where
    for<'a> Unsent: Sent<'a>,
{
    Unsent::response()
}

/// Defines functions that take arguments of any type and return anything, so that there is no second error.
macro_rules! functions {
    ($($function:ident $argument:tt)*) => {
        impl Unsent {
            $(functions!(@ $function $argument);)*
        }
    };
    (@ $function:ident ($($argument:ident)*)) => {
        #[allow(non_camel_case_types, missing_docs, clippy::missing_const_for_fn)]
        #[doc(hidden)]
        pub fn $function<$($argument,)* R>(&self, $($argument: $argument),*) -> R
        where
            for<'a> Self: Sent<'a>,
        {
            $(let _ = $argument;)*
            unsent()
        }
    };
}

functions! {
    alt(form)
    attempt_timeout(limit)
    check_patterns(check)
    compress(compress)
    fields(mask)
    header(name value)
    idempotent(idempotent)
    if_match(etag)
    if_none_match(etag)
    key(key)
    location(location)
    options(options)
    param(name value)
    pretty_print(pretty)
    quota_project(project)
    quota_user(user)
    raw()
    request_id(id)
    response_limit(bytes)
    retry(policy)
    scopes(scopes)
    stream()
    text()
    timeout(limit)
    trace(token)
    wait()
    with_meta()
    xgafv(version)
}

macro_rules! decoders {
    ($($function:ident)*) => {$(
        impl Unsent {
            #[allow(missing_docs)]
            #[doc(hidden)]
            pub fn $function<T>(&self) -> BoxFuture<'static, Result<T, Error>>
            where
                for<'a> Self: Sent<'a>,
            {
                unsent()
            }
        }
    )*};
}

decoders! { json select }

/// Defines functions for what requests of other methods can do, which have functions of their own for it, and for other names of `send`.
macro_rules! lacking {
    ($($lack:ident $function:ident($($argument:ident)?) $message:literal $label:literal $note:literal)*) => {$(
        /// No type implements it.
        #[diagnostic::on_unimplemented(
            message = $message,
            label = $label,
            note = $note
        )]
        pub trait $lack<'a> {
            /// Returns a value of any type.
            fn returns<R>() -> R;
        }

        impl Unsent {
            #[allow(missing_docs)]
            #[doc(hidden)]
            #[allow(non_camel_case_types)]
            pub fn $function<$($argument,)? R>(&self $(, $argument: $argument)?) -> R
            where
                for<'a> Self: $lack<'a>,
            {
                $(let _ = $argument;)?
                Self::returns()
            }
        }
    )*};
}

lacking! {
    Download download(client) "this method has no media to download" "the document describes none"
        "send the request: `request.send(&client).await?`"
    Items items(client) "this method has no list of items that `items` could return" "the document describes none"
        "a list within one response is a property of it; of a list with pages, an override names the property with the items"
    Pages pages(client) "this method has no list with pages" "the document describes none"
        "send the request, and read the list in the response: `request.send(&client).await?`"
    Upload upload(media) "this method takes no media" "the document describes none"
        "its body, if it has one, is an argument of the function that makes the request"
    Execute execute() "a request is sent by `send`" "write `.send(&client)`" "await the call for the response: `request.send(&client).await?`"
    Doit doit() "a request is sent by `send`" "write `.send(&client)`" "await the call for the response: `request.send(&client).await?`"
}

/// No type implements it.
#[diagnostic::on_unimplemented(
    message = "a call becomes a future by `into_future`",
    label = "add `.into_future()` to the call",
    note = "`.await` does so itself; functions that take futures, such as `tokio::spawn` and `join_all`, do not",
    note = "before edition 2024, `use std::future::IntoFuture;`"
)]
pub trait IsFuture<'a> {
    /// Returns a value of any type.
    fn returns<R>() -> R;
}

/// Implements an error, by default that for calls, for a type that is no future, but has one: `(generics) Call<generics>: Response`.
macro_rules! is_no_future {
    (($($generic:tt)*) $call:ty: $output:ty) => {
        $crate::request::unsent::is_no_future!(
            [$crate::request::unsent::IsFuture] ($($generic)*) $call: $output
        );
    };
    ([$($never:tt)+] ($($generic:tt)*) $call:ty: $output:ty) => {
        #[doc(hidden)]
        impl<$($generic)*> Future for $call
        where
            for<'a> (): $($never)+<'a>,
        {
            type Output = Result<$output, $crate::Error>;

            fn poll(
                self: std::pin::Pin<&mut Self>,
                _: &mut std::task::Context<'_>,
            ) -> std::task::Poll<Self::Output> {
                <() as $($never)+<'static>>::returns()
            }
        }
    };
}
pub(crate) use is_no_future;

/// Implements the error for a type of requests: `(generics) Request<generics>: Response`.
#[doc(hidden)]
#[macro_export]
macro_rules! __gapi_unsent {
    (($($generic:tt)*) $request:ty: $response:ty) => {
        #[doc(hidden)]
        impl<$($generic)*> ::core::ops::Deref for $request {
            type Target = $crate::generated::v1::Unsent;
            #[inline]
            fn deref(&self) -> &$crate::generated::v1::Unsent {
                &$crate::generated::v1::Unsent
            }
        }
        #[doc(hidden)]
        impl<$($generic)*> ::core::future::Future for $request
        where
            for<'a> $crate::generated::v1::Unsent: $crate::generated::v1::Sent<'a>,
        {
            type Output = ::core::result::Result<$response, $crate::generated::v1::Error>;
            #[inline]
            fn poll(
                self: ::core::pin::Pin<&mut Self>,
                _: &mut ::core::task::Context<'_>,
            ) -> ::core::task::Poll<Self::Output> {
                $crate::generated::v1::unsent()
            }
        }
    };
}
