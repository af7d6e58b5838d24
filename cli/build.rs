//! Sets a condition for tests that need other folders of the repository. This file is in no archive, and so these tests are in none.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-cfg=checkout");
}
