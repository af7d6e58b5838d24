gapi::api! {
    pub mod toys = "toys:v1"
    pub mod more_toys = "toys:v1" { boxes.toys.get }
    pub mod other_toys = "toys:v1";
}

// After the last module it may be left out.
gapi::api! { mod last_toys = "toys:v1" }

fn main() {
    // The module after the mistake is there.
    let _ = other_toys::Toy::default();
    let _ = last_toys::Toy::default();
}
