gapi::api! {
    pub mod toys = "tous:v1";
}

fn main() {}
