//! A call together with the client that sends it.

use crate::{
    Client,
    outlined_box::OutlinedBox,
    request::{Call, options::CallOptions},
};

/// Everything that the executor needs. One type for all methods, so that there is one executor.
#[derive(Clone, Debug)]
pub(crate) struct Prepared {
    pub(crate) client: Client,
    pub(crate) call: Call,
    /// What this call sets; the client's defaults are added when it is executed.
    pub(crate) options: CallOptions,
}

impl Prepared {
    /// `call` through `client`, without options of its own.
    pub(crate) fn new(client: &Client, mut call: Call) -> OutlinedBox<Self> {
        call.write_bytes_for(client);
        OutlinedBox::new(Self {
            client: client.clone(),
            call,
            options: CallOptions::default(),
        })
    }
}
