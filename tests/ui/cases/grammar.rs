gapi::api! {
    pub struct Toys;
    pub mod equals "toys:v1";
    pub mod comma = "toys:v1" { boxes.toys.get boxes.toys.insert };
    pub mod dots = "toys:v1" { boxes..toys };
    pub mod end = "toys:v1" { boxes.toys. };
    pub mod number = "toys:v1" { 1 };
}

fn main() {}
