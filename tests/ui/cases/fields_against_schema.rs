gapi::api! {
    pub mod toys = "toys:v1";
}

#[derive(gapi::Fields)]
#[fields(of = toys::Toy)]
struct Typo {
    nam: String,
}

#[derive(gapi::Fields)]
#[fields(of = toys::Box)]
struct WrongType {
    capacity: Option<String>,
}

#[derive(gapi::Fields)]
#[fields(of = toys::Toy)]
struct WrongSchema {
    r#box: Option<toys::Toy>,
}

#[derive(gapi::Fields)]
#[fields(of = toys::Toy)]
struct WrongRename {
    #[fields(rename = "boxes")]
    place: Option<toys::Box>,
}

fn main() {}
