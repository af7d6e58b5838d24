//! What must hold for every document.

use std::thread;

use gapi_codegen::{Generated, Options, Source, describe, generate, text};

use crate::{Random, document};

/// What became of a document.
#[derive(Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// The text of a module.
    Module {
        /// What is to be compiled.
        text: String,
        /// The recursion limit that its crate has to set.
        recursion_limit: Option<usize>,
    },
    /// The generator refuses it, for reasons.
    Refused(String),
}

/// A document, what became of it, and what does not hold.
#[derive(Debug)]
#[non_exhaustive]
pub struct Trial {
    /// The document.
    pub random: Random,
    /// What the generator made of it; nothing where it panicked.
    pub outcome: Option<Outcome>,
    /// What does not hold, one sentence each.
    pub faults: Vec<String>,
}

/// Enough for syn's parser of deep types, which checks what was made.
const STACK: usize = 64 << 20;

/// Generates the document of a seed, and checks what comes out.
#[must_use]
pub fn trial(seed: u64) -> Trial {
    let random = document(seed);
    let source = Source::new("random.json", random.document.to_string());
    let made = thread::scope(|scope| {
        let run = || outcome(&source, &random);
        let thread = thread::Builder::new().stack_size(STACK);
        let thread = thread.spawn_scoped(scope, run);
        thread.map(thread::ScopedJoinHandle::join)
    });
    let (outcome, faults) = match made {
        Ok(Ok((outcome, faults))) => (Some(outcome), faults),
        // The panic has printed why.
        Ok(Err(_)) => (None, vec!["the generator panics".to_owned()]),
        Err(error) => (None, vec![format!("no thread to generate in: {error}")]),
    };
    Trial {
        random,
        outcome,
        faults,
    }
}

fn outcome(source: &Source, random: &Random) -> (Outcome, Vec<String>) {
    let mut faults = Vec::new();
    let generated = match generate(source, &Options::new()) {
        Ok(generated) => generated,
        Err(errors) => {
            if random.refused.is_none() {
                faults.push(format!("refused, although nothing is wrong: {errors}"));
            }
            for error in &errors {
                if !error.path.starts_with("random.json: ") {
                    faults.push(format!("refused without a place: {error}"));
                }
            }
            let text = errors.to_string();
            if text.contains(acts) {
                faults.push(format!("the error acts on a terminal: {text:?}"));
            }
            return (Outcome::Refused(text), faults);
        }
    };
    if let Some(reason) = random.refused {
        faults.push(format!("not refused for its {reason}"));
    }
    if generated.warnings.iter().any(|warning| {
        let text = warning.to_string();
        text.contains(acts) || text.contains('\n')
    }) {
        faults.push(format!(
            "a warning acts on a terminal: {:?}",
            generated.warnings
        ));
    }
    addresses(&generated, random, &mut faults);
    descriptions(&generated, &mut faults);
    let text = file(&generated, &mut faults);
    match generate(source, &Options::new()).map(|again| again.to_module_file()) {
        Ok(Ok(again)) if again == text => {}
        other => faults.push(format!("something else the second time: {other:?}")),
    }
    let recursion_limit = generated.recursion_limit;
    (
        Outcome::Module {
            text,
            recursion_limit,
        },
        faults,
    )
}

fn acts(c: char) -> bool {
    text::is_active(c) && c != '\n'
}

/// The text of the module: Rust, with nothing in it but text.
fn file(generated: &Generated, faults: &mut Vec<String>) -> String {
    let text = match generated.to_module_file() {
        Ok(text) => text,
        Err(error) => {
            faults.push(format!("the module has no text: {error}"));
            return String::new();
        }
    };
    if let Err(error) = syn::parse_file(&text) {
        faults.push(format!("the text is not Rust: {error}"));
    }
    if text.contains(acts) {
        faults.push("the text holds characters that act".to_owned());
    }
    let head = text.lines().take_while(|line| !line.is_empty());
    if head.count() != 1 {
        faults.push("the first comment is not one line".to_owned());
    }
    if text.contains("pub fn injected")
        && syn::parse_file(&text).is_ok_and(|file| has_injected(&file))
    {
        faults.push("the document has written code".to_owned());
    }
    // What the macro gives to the compiler.
    if let Err(error) = syn::parse_str::<syn::File>(&generated.tokens.to_string()) {
        faults.push(format!("the tokens are not Rust: {error}"));
    }
    text
}

fn has_injected(file: &syn::File) -> bool {
    let is = |item: &syn::Item| matches!(item, syn::Item::Fn(item) if item.sig.ident == "injected");
    file.items.iter().any(is)
}

/// Each method is where the document means it to be.
fn addresses(generated: &Generated, random: &Random, faults: &mut Vec<String>) {
    let api = &generated.api;
    let mut count = 0;
    for method in api.root.all_methods() {
        count += 1;
        let found = format!("{}{}{}", api.root_url, api.service_path, method.path);
        match random.addresses.get(&method.path_name) {
            Some(expected) if *expected == found => {}
            Some(expected) => faults.push(format!(
                "{:?} is at {found:?} instead of {expected:?}",
                method.path_name
            )),
            None => faults.push(format!("{:?} is a method of its own", method.path_name)),
        }
    }
    if count < random.addresses.len() && random.refused.is_none() {
        faults.push(format!("{count} of {} methods", random.addresses.len()));
    }
}

/// The output of `gapi show` for each method.
fn descriptions(generated: &Generated, faults: &mut Vec<String>) {
    let api = &generated.api;
    for method in api.root.all_methods() {
        let description = describe::method(api, method, 1);
        if let Err(error) = syn::parse_file(&description.snippet) {
            let name = &method.path_name;
            faults.push(format!("the example of {name:?} is not Rust: {error}"));
        }
    }
}
