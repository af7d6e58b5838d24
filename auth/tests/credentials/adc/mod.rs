//! What credentials see of the machine, what its metadata server gives, and what Application Default Credentials make of both.

mod environment;
mod machine;
mod metadata;
mod places;
mod project;
mod search;
mod table;
