const TOYS: &str = "toys:v1";

gapi::api! {
    pub mod toys = TOYS;
}

gapi::api! {
    pub mod more_toys = concat!("toys", ":", "v1");
}

fn main() {}
