//! What credentials see of the machine, what its metadata server gives, and what Application Default Credentials make of both.

mod environment;
mod locations;
mod machine;
mod metadata;
mod project;
mod search;
mod table;
