//! The responses of a batch.

use std::{fmt, marker::PhantomData};

use crate::{Error, Response, execute::RawResponse, request::from_response::FromResponse};

/// Identifies a call of a [`Batch`]. [`BatchResponses::take`] returns its response.
#[must_use = "pass it to `take` of the batch's responses"]
pub struct BatchHandle<R> {
    batch: u64,
    index: usize,
    response: PhantomData<fn() -> R>,
}

impl<R> BatchHandle<R> {
    pub(super) fn new(batch: u64, index: usize) -> Self {
        Self {
            batch,
            index,
            response: PhantomData,
        }
    }
}

/// The responses of a [`Batch`](super::Batch), each to be taken once with its handle.
///
/// `Debug` shows the number of calls and of errors.
#[must_use = "the errors of calls are in here"]
pub struct BatchResponses {
    batch: u64,
    results: Vec<Option<Result<RawResponse, Error>>>,
}

impl BatchResponses {
    pub(super) fn new(batch: u64, results: Vec<Result<RawResponse, Error>>) -> Self {
        Self {
            batch,
            results: results.into_iter().map(Some).collect(),
        }
    }

    /// Returns the response to a call.
    ///
    /// # Errors
    /// Any error of this call, and [`ErrorKind::Usage`](crate::ErrorKind::Usage) for the handle of another batch.
    pub fn take<R: FromResponse>(&mut self, handle: BatchHandle<R>) -> Result<R, Error> {
        self.take_with_meta(handle).map(Response::into_inner)
    }

    /// Returns the response to a call, with status and headers.
    ///
    /// # Errors
    /// As for [`take`](Self::take).
    pub fn take_with_meta<R: FromResponse>(
        &mut self,
        handle: BatchHandle<R>,
    ) -> Result<Response<R>, Error> {
        let result = match self.results.get_mut(handle.index) {
            Some(result) if self.batch == handle.batch => result.take(),
            _ => None,
        };
        match result {
            Some(result) => result?.decode(),
            None => Err(Error::usage(
                "these are not the responses of the batch that returned this handle",
            )),
        }
    }

    /// Returns the responses to many calls, in the order of the handles.
    pub fn take_all<R: FromResponse>(
        &mut self,
        handles: impl IntoIterator<Item = BatchHandle<R>>,
    ) -> Vec<Result<R, Error>> {
        handles
            .into_iter()
            .map(|handle| self.take(handle))
            .collect()
    }

    /// Returns the errors that were not taken yet, each with the position of its call in the batch.
    pub fn errors(&self) -> impl Iterator<Item = (usize, &Error)> {
        self.results
            .iter()
            .enumerate()
            .filter_map(|(index, result)| Some((index, result.as_ref()?.as_ref().err()?)))
    }
}

impl fmt::Debug for BatchResponses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BatchResponses")
            .field("calls", &self.results.len())
            .field("errors", &self.errors().count())
            .finish_non_exhaustive()
    }
}

impl<R> fmt::Debug for BatchHandle<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BatchHandle({})", self.index)
    }
}
