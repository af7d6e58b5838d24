//! The error of the compiler for a list or stream that is awaited, or that a `for` loop iterates over.
//!
//! The compiler names the missing bound of a trait that has one impl for the type, as `Future` has, and `IntoFuture` has not.

use bytes::Bytes;

use super::{Items, Pages};
use crate::{
    Error, media::Chunks, operation::OperationStream, request::unsent::is_no_future,
    streaming::ResponseStream,
};

/// No type implements it. Because of the lifetime, the compiler checks a bound where one is used, not where the impl is. The bound is of
/// `()`: of the list, the compiler would name `Future` or `Iterator` instead.
#[diagnostic::on_unimplemented(
    message = "a list or stream is read with `try_next`",
    label = "this would need all of it at once",
    note = "one by one: `while let Some(entry) = list.try_next().await? {{ .. }}`; all of a list: `list.try_collect::<Vec<_>>().await?`",
    note = "without `async`: `for entry in gapi::blocking::iter(list)`, with the feature `blocking`"
)]
pub trait AtOnce<'a> {
    /// Returns a value of any type.
    fn returns<R>() -> R;
}

macro_rules! unread {
    ($([$($generic:ident)*] $list:ty: $entry:ty;)*) => {$(
        is_no_future!([AtOnce] ($($generic),*) $list: Vec<$entry>);

        #[doc(hidden)]
        impl<$($generic),*> Iterator for $list
        where
            for<'a> (): AtOnce<'a>,
        {
            type Item = Result<$entry, Error>;

            fn next(&mut self) -> Option<Self::Item> {
                <()>::returns()
            }
        }
    )*};
}

unread! {
    [R T] Items<R, T>: T;
    [R] Pages<R>: R;
    [] Chunks: Bytes;
    [R] ResponseStream<R>: R;
    [R] OperationStream<R>: R;
}
