//! A program that knows gapi through a library alone.

library::gapi::api! { mod own = "toys:v1" { boxes.toys.get }; }

#[derive(library::gapi::Fields)]
#[fields(of = library::toys::Toy)]
struct Theirs {
    name: String,
}

#[derive(library::gapi::Fields)]
#[fields(of = own::Toy)]
struct Ours {
    name: Option<String>,
    r#box: Option<Place>,
}

#[derive(library::gapi::Fields)]
#[fields(of = own::Box)]
struct Place {
    capacity: i64,
}

#[derive(library::gapi::Fields)]
#[fields(crate = library::gapi)]
struct Anything {
    name: Option<String>,
}

fn main() {
    let masks = [
        <Theirs as library::gapi::Fields>::mask(),
        <Ours as library::gapi::Fields>::mask(),
        <Anything as library::gapi::Fields>::mask(),
    ];
    println!("{}", masks.join(" "));
    let _ = library::gapi::body!(own::Toy { name: "a", r#box: { capacity: 2u8 } });
}
