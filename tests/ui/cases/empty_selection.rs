gapi::api! {
    pub mod toys = "toys:v1" {};
}

gapi::api! {
    pub mod more_toys = "toys:v1" { boxes.toys.{} };
}

fn main() {}
