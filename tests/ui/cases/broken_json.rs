gapi::api! {
    pub mod toys = "broken.json";
}

fn main() {}
