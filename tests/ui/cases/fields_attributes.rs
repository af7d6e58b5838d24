#[derive(gapi::Fields)]
enum NoStruct {
    A,
}

#[derive(gapi::Fields)]
struct NoNames(String);

#[derive(gapi::Fields)]
struct Nothing {}

#[derive(gapi::Fields)]
struct Generic<T> {
    a: T,
}

#[derive(gapi::Fields)]
#[fields(to = x)]
struct UnknownOption {
    a: String,
}

#[derive(gapi::Fields)]
#[fields(of = String, of = String)]
struct Twice {
    a: String,
}

#[derive(gapi::Fields)]
struct UnknownFieldOption {
    #[fields(name = "b")]
    a: String,
}

#[derive(gapi::Fields)]
struct BadRename {
    #[fields(rename = "")]
    a: String,
}

#[derive(gapi::Fields)]
struct SameProperty {
    a: String,
    #[fields(rename = "a")]
    b: String,
}

fn main() {}
