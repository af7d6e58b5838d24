//! The metadata server: requests and answers, time, crowds, and whether there is one.

mod answers;
mod crowd;
mod detection;
mod loopback;
mod requests;
mod signer;
mod time;
