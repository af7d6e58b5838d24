gapi::api! {
    pub mod toys = "toys:v1" overrides "broken.json";
}

fn main() {}
