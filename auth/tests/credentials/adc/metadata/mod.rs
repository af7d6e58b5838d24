//! The metadata server: requests and responses, time, crowds, and whether there is one.

mod crowd;
mod detection;
mod loopback;
mod requests;
mod responses;
mod signer;
mod time;
