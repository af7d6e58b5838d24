gapi::api! {
    pub mod toys = "settings.json";
}

fn main() {}
