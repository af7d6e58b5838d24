//! What credentials see of the machine, and what Application Default Credentials make of it.

mod environment;
