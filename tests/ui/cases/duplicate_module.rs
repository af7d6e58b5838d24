gapi::api! {
    pub mod toys = "toys:v1";
    pub mod toys = "toys:v1" { boxes.toys.get };
}

fn main() {}
