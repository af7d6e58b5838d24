gapi::api! {
    /// The module is there although it is empty, so that paths into it are all that fails.
    pub mod toys = "toys:v1" { boxes.toys.gte };
}

use toys as _;

fn main() {}
