gapi::api! {
    /// The module is there although it is empty, so that paths into it are all that fails.
    pub mod toys = "toys:v1" { boxes.toys.gte };
}

#[expect(unused_imports, reason = "the module is there, but empty")]
use toys::*;

fn main() {}
