//! Generates two modules under the name that this package gives to gapi.

fn main() -> Result<(), gapi_codegen::Errors> {
    gapi_codegen::Builder::new()
        .runtime("::google")
        .document("translate:v2")
        .module("built")
        .document("../../../discovery-docs/pubsub.v1.json")
        .module("pubsub")
        .methods(["projects.topics.{get, publish}"])
        .types(["Snapshot"])
        .generate()
}
