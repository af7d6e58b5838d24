gapi::api! {
    pub mod toys = "toys:v1"
}

gapi::api! {
    pub mod more_toys = "toys:v1" { boxes.toys.get }
    pub mod other_toys = "toys:v1";
}

// The module after the mistake is there.
use other_toys::Toy as _;

fn main() {}
