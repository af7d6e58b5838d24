gapi::api! {
    pub mod toys = "wrong.json";
}

fn main() {}
