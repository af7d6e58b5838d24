gapi::api! {
    pub mod toys = "toys:v1" overrides toys;
}

fn main() {}
