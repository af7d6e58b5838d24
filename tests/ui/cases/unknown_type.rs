gapi::api! {
    pub mod toys = "toys:v1" { boxes.toys.get, type Boxes };
}

fn main() {}
