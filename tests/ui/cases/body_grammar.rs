gapi::api! {
    pub mod toys = "toys:v1";
}

fn main() {
    let _ = gapi::body!(toys::Toy);
    let _ = gapi::body!(toys::Toy { "name": "a" });
    let _ = gapi::body!(toys::Toy { name "a" });
    let _ = gapi::body!(toys::Toy { name: });
    let _ = gapi::body!(toys::Toy { name: "a", name: "b" });
    let _ = gapi::body!(toys::Toy { name: "a", "box": {} });
    let _ = gapi::body!(toys::Toy { r#box: { "a": 1, b: 2 } });
    let _ = gapi::body!(toys::Toy { ..toys::Toy::default(), name: "a" });
    let _ = gapi::body!(toys::Toy { name: [null] });
    let _ = gapi::body!(toys::Toy { name: ["a"; 3] });
    let _ = gapi::body!(toys::Toy { name: "a" r#box: {} });
    let _ = gapi::body!(toys::Toy { name: "a" } toys::Toy {});
    let _ = gapi::__private::body!(toys::Toy {});
}
