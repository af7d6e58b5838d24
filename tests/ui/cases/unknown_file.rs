gapi::api! {
    pub mod toys = "discovery-docs/toy.v1.json";
}

fn main() {}
