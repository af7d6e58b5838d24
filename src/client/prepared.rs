//! A call together with the client that sends it.

use crate::{
    Client,
    http::RequestContext,
    outlined_box::OutlinedBox,
    request::{Call, options::CallOptions},
    wire::Base64,
};

/// A call, its client and its options. One type for the requests of all methods, so that one executor sends them.
#[derive(Clone, Debug)]
pub(crate) struct Prepared {
    pub(crate) client: Client,
    pub(crate) call: Call,
    /// The options of this call, without the client's defaults.
    pub(crate) options: CallOptions,
}

impl Prepared {
    /// Prepares `call` for `client`, without options of its own.
    pub(crate) fn new(client: &Client, mut call: Call) -> OutlinedBox<Self> {
        if client.inner.base64 == Base64::Standard {
            call.use_standard_base64();
        }
        OutlinedBox::new(Self {
            client: client.clone(),
            call,
            options: CallOptions::default(),
        })
    }

    /// Returns the options of the call, with the client's defaults for those that are unset.
    pub(crate) fn merged_options(&self) -> CallOptions {
        let mut options = self.options.clone().or(&self.client.defaults);
        let root = &self.client.inner.root;
        if root.emulator(self.call.method.api).is_some() {
            // Emulators use plain http, and need no key.
            options.remove_param("key");
        }
        options
    }

    /// Returns the settings of the client that requests depend on.
    pub(crate) fn request_context(&self) -> RequestContext<'_> {
        let client = &*self.client.inner;
        let emulator = client.root.emulator(self.call.method.api);
        RequestContext {
            root: &client.root,
            authorization: emulator.and_then(|emulator| emulator.authorization),
            user_agent: &client.user_agent,
            api_client: &client.api_client,
        }
    }
}
