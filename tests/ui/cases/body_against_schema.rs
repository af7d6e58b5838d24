gapi::api! {
    pub mod toys = "toys:v1";
}

fn main() {
    let _ = gapi::body!(toys::Toy { nam: "a" });
    let _ = gapi::body!(toys::Toy { name: 5 });
    let _ = gapi::body!(toys::Toy { r#box: { capacity: "many" } });
    let _ = gapi::body!(toys::Toy { r#box: { size: 1 } });
    let _ = gapi::body!(toys::Toy { r#box: { "capacity": 1 } });
    let _ = gapi::body!(toys::Toy { r#box: [1] });
    let _ = gapi::body!(toys::Toy { name: "a", ..toys::Box::default() });
    let _ = gapi::body!(toys::Toy { nam: null });
}
