gapi::api! {
    pub mod toys = "toys:v1" overrides "stale.overrides.json";
}

fn main() {}
