gapi::api! {
    pub mod toys = "toys:v1" { boxes.toys.{get, insrt}, boxes.toy.get, boxes.toys.*, shelves.** };
}

fn main() {}
