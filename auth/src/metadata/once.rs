//! Values that do not change while the machine runs.

use std::time::Duration;

use gapi_transport::Clock;
use tokio::sync::Mutex;

use crate::AuthError;

/// How long an error stands for the next callers' too.
const MEMORY: Duration = Duration::from_secs(5);

/// A value that is asked for once, however many callers want it. Whoever waits while another asks shares its error.
#[derive(Debug)]
pub(super) struct Once<V>(Mutex<State<V>>);

#[derive(Debug)]
struct State<V> {
    value: Option<V>,
    failed: Option<(Duration, AuthError)>,
}

impl<V: Clone> Once<V> {
    pub(super) fn new() -> Self {
        Self(Mutex::new(State {
            value: None,
            failed: None,
        }))
    }

    /// The value, if it is known.
    pub(super) fn known(&self) -> Option<V> {
        self.0.try_lock().ok()?.value.clone()
    }

    pub(super) async fn get(
        &self,
        clock: &dyn Clock,
        ask: impl Future<Output = Result<V, AuthError>>,
    ) -> Result<V, AuthError> {
        // A caller who goes away lets the next one ask.
        let mut state = self.0.lock().await;
        if let Some(value) = &state.value {
            return Ok(value.clone());
        }
        if let Some((when, error)) = &state.failed
            && clock.monotonic().saturating_sub(*when) < MEMORY
        {
            return Err(error.clone());
        }
        match ask.await {
            Ok(value) => {
                state.value = Some(value.clone());
                Ok(value)
            }
            Err(error) => {
                state.failed = Some((clock.monotonic(), error.clone()));
                Err(error)
            }
        }
    }
}
