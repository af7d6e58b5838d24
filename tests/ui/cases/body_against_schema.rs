gapi::api! {
    pub mod kinds = "kinds.json";
}
use kinds::{Part, Thing};

fn main() {
    let count: usize = 5;
    let text = String::from("x");
    // Names.
    let _ = gapi::body!(Thing { display: "a" });
    let _ = gapi::body!(Thing { display: null });
    let _ = gapi::body!(Thing { displayName: "a" });
    let _ = gapi::body!(Thing { mainPrt: { name: "a" } });
    let _ = gapi::body!(Thing { partz: [{ name: "a", part_number: 1 }] });
    // Values.
    let _ = gapi::body!(Thing {
        enabled: true,
        size_bytes: count,
        display_name: count + 1,
    });
    let _ = gapi::body!(Thing { display_name: 5 });
    let _ = gapi::body!(Thing { size_bytes: text });
    let _ = gapi::body!(Thing { size_bytes: Some(count) });
    let _ = gapi::body!(Thing { main_part: "a" });
    let _ = gapi::body!(Thing { color: 1 });
    let _ = gapi::body!(Thing { tags: ["a", count] });
    let _ = gapi::body!(Thing { labels: { "a": 1 } });
    // Forms.
    let _ = gapi::body!(Thing { labels: { team: "blue", other: "red" } });
    let _ = gapi::body!(Thing { parts: { name: "a", part_number: 1 } });
    let _ = gapi::body!(Thing { display_name: { name: "a" } });
    let _ = gapi::body!(Thing { display_name: {} });
    let _ = gapi::body!(Thing { main_part: { "name": "a" } });
    let _ = gapi::body!(Thing { main_part: [{ name: "a" }, { name: "b" }] });
    let _ = gapi::body!(Thing { labels: { "a": { "b": null } } });
    let _ = gapi::body!(Thing { display_name: "a", ..Part::default() });
}
