gapi::api! {
    /// The module has the whole document, so that names in it are not a second error.
    pub mod toys = "toys:v1" { boxes.toys.gte };
    #[overrides = "bad.overrides.json"]
    pub mod more_toys = "toys:v1" { "boxes.toys.get" };
}

fn main() {
    let _ = toys::boxes().toys().get("b", "t");
    let _ = more_toys::boxes().toys().get("b", "t");
    let body = gapi::body!(toys::Toy { name "a" });
    let _ = toys::boxes().toys().insert("b", body);
}
