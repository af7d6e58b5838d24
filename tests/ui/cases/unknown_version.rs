gapi::api! {
    pub mod toys = "toys:v2";
}

fn main() {}
