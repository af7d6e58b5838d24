//! Several services in one server.

use std::fmt;

use super::{Reply, Request, Service};

/// Gives each request to the service whose path prefix fits best (the longest one), or responds with 404.
#[derive(Default)]
pub struct Routes {
    services: Vec<(String, Box<dyn Service>)>,
}

impl Routes {
    /// No routes yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts `service` under the paths that start with `prefix`. It sees the whole path.
    #[must_use]
    pub fn at(mut self, prefix: &str, service: impl Service) -> Self {
        self.services.push((prefix.to_owned(), Box::new(service)));
        self
    }
}

impl Service for Routes {
    fn respond(&self, request: &Request) -> Reply {
        self.services
            .iter()
            .filter(|(prefix, _)| request.path.starts_with(prefix.as_str()))
            .max_by_key(|(prefix, _)| prefix.len())
            .map_or_else(Reply::not_found, |(_, service)| service.respond(request))
    }
}

impl fmt::Debug for Routes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.services.iter().map(|(prefix, _)| prefix))
            .finish()
    }
}
