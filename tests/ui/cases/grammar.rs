gapi::api! {
    pub struct Toys;
    pub mod equals "toys:v1";
    pub mod comma = "toys:v1" { boxes.toys.get boxes.toys.insert };
    pub mod dots = "toys:v1" { boxes..toys };
    pub mod end = "toys:v1" { boxes.toys. };
    pub mod number = "toys:v1" { 1 };
    pub mod colons = "toys:v1" { boxes::toys::get };
    pub mod braces = "toys:v1" { boxes.toys {get, insert} };
    pub mod parentheses = "toys:v1" { boxes.toys.get() };
    mod with-dashes = "toys:v1" { boxes.toys.get };
    pub mod slash = "toys/v1" { boxes.toys.get };
    pub mod digit = "toys:1" { boxes.toys.get };
}

fn main() {
    let _ = with_dashes::boxes();
}
