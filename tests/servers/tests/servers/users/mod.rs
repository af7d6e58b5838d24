//! Users against npm oidc-provider, a certified authorization server, through Chromium: from the prompt to the success page, with
//! consent, denial, replay, a wrong verifier, refresh, rotation, revocation and a device.

mod flows;
mod pages;
mod support;
