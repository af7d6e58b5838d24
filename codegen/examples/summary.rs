//! Generates a module from a document that is written here, and prints what it has.
//!
//! ```sh
//! cargo run -p gapi-codegen --example summary
//! ```

use gapi_codegen::{Options, Selection, Source, describe, generate};

/// The part of a document that two methods need.
const LIBRARY: &str = r#"{
  "name": "library", "version": "v1", "rootUrl": "https://library.example.com/",
  "schemas": {
    "Book": {"type": "object", "properties": {"title": {"type": "string"}, "pages": {"type": "integer", "format": "int32"}}},
    "Shelf": {"type": "object", "properties": {"theme": {"type": "string"}}}
  },
  "resources": {"books": {"methods": {
    "get": {"id": "library.books.get", "httpMethod": "GET", "path": "v1/books/{book}", "parameterOrder": ["book"],
      "parameters": {"book": {"type": "string", "location": "path", "required": true}}, "response": {"$ref": "Book"}},
    "shelve": {"id": "library.books.shelve", "httpMethod": "POST", "path": "v1/books", "request": {"$ref": "Book"}, "response": {"$ref": "Shelf"}}
  }}}
}"#;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let document = Source::new("library.v1.json", LIBRARY);
    let options = Options::new().selection(Selection::parse(["books.get"])?);
    let module = generate(&document, &options)?;
    for method in describe::methods(&module.api) {
        println!("{}", method.name);
    }
    let statistics = module.statistics;
    println!(
        "{} of {} methods",
        statistics.methods, statistics.document_methods
    );
    println!(
        "{} of {} schemas",
        statistics.schemas, statistics.document_schemas
    );
    let text = module.to_module_file()?;
    assert!(text.contains("pub struct Book") && !text.contains("pub struct Shelf"));
    println!("{} lines", text.lines().count());
    Ok(())
}
