//! Credentials that come from others: impersonation, federation, access boundaries, and Google Distributed Cloud.

use crate::mutate;

mod aws;
mod certificate;
mod crowd;
mod downscoped;
mod executable;
mod external_account;
mod gdch;
mod impersonated;
mod loopback;
mod malformed;
mod reach;
mod recorded;
mod regional_boundary;
mod secrets;
mod support;
mod timeouts;
mod url_policy;
mod workforce_user;
