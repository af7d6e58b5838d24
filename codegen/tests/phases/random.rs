//! Documents made at random. `cargo xtask corpus --random` tries more of them, and compiles what comes out.

use gapi_random_documents::trial;

#[test]
fn random_documents_are_generated_or_refused() {
    for seed in 0..8 {
        let trial = trial(seed);
        assert!(
            trial.faults.is_empty(),
            "seed {seed}: {:#?}\n{}",
            trial.faults,
            trial.random.document
        );
    }
}
