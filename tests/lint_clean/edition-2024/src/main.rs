//! Generated modules in a strict program of edition 2024, where nothing is public and next to nothing is used.

#![deny(warnings, unused, clippy::pedantic)]
#![forbid(missing_docs, unsafe_code)]

google::api! {
    mod sqladmin = "sqladmin:v1";
    pub mod calendar = "calendar:v3" { events.list };
}

fn main() {
    println!("{} {}", sqladmin::NAME, calendar::REVISION);
}
