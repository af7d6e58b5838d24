gapi::api! {
    pub mod toys = "toys:v1" overrides "toys.overrides.json";
}

fn main() {}
