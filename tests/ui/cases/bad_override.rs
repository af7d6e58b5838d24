gapi::api! {
    pub mod toys = "toys:v1" { boxes.** } overrides "bad.overrides.json";
}

fn main() {}
