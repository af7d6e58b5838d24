//! The table: every method in the scenarios of Google's retry suite for Cloud Storage (`storage/v1/retry_tests.json` of googleapis/conformance-tests).
//!
//! What is expected is written from the classes that Google publishes (<https://cloud.google.com/storage/docs/retry-strategy>), not from the tables of the generator.

use gapi_fakes::storage::Trouble;

use super::tables::Given;

/// Repeating them is always safe.
pub(super) const ALWAYS: [&str; 22] = [
    "bucketAccessControls.get",
    "bucketAccessControls.list",
    "buckets.delete",
    "buckets.get",
    "buckets.getIamPolicy",
    "buckets.insert",
    "buckets.list",
    "buckets.lockRetentionPolicy",
    "buckets.testIamPermissions",
    "defaultObjectAccessControls.get",
    "defaultObjectAccessControls.list",
    "notifications.delete",
    "notifications.get",
    "notifications.list",
    "objectAccessControls.get",
    "objectAccessControls.list",
    "objects.get",
    "objects.list",
    "projects.hmacKeys.delete",
    "projects.hmacKeys.get",
    "projects.hmacKeys.list",
    "projects.serviceAccount.get",
];

/// Repeating them is safe with this.
pub(super) const CONDITIONALLY: [(&str, Given); 11] = [
    ("buckets.patch", Given::Parameter("ifMetagenerationMatch")),
    ("buckets.setIamPolicy", Given::Etag),
    ("buckets.update", Given::Parameter("ifMetagenerationMatch")),
    ("objects.compose", Given::Parameter("ifGenerationMatch")),
    ("objects.copy", Given::Parameter("ifGenerationMatch")),
    ("objects.delete", Given::Parameter("ifGenerationMatch")),
    ("objects.insert", Given::Parameter("ifGenerationMatch")),
    ("objects.patch", Given::Parameter("ifMetagenerationMatch")),
    ("objects.rewrite", Given::Parameter("ifGenerationMatch")),
    ("objects.update", Given::Parameter("ifMetagenerationMatch")),
    ("projects.hmacKeys.update", Given::Etag),
];

/// Repeating them is never safe.
pub(super) const NEVER: [&str; 14] = [
    "bucketAccessControls.delete",
    "bucketAccessControls.insert",
    "bucketAccessControls.patch",
    "bucketAccessControls.update",
    "defaultObjectAccessControls.delete",
    "defaultObjectAccessControls.insert",
    "defaultObjectAccessControls.patch",
    "defaultObjectAccessControls.update",
    "notifications.insert",
    "objectAccessControls.delete",
    "objectAccessControls.insert",
    "objectAccessControls.patch",
    "objectAccessControls.update",
    "projects.hmacKeys.create",
];

/// How the call goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transfer {
    /// As its method does unless more is named: `objects.insert` with media, others without.
    Plain,
    /// In an upload session, with media of this many bytes in chunks of this many.
    Session(usize, usize),
    /// As a download.
    Download,
}

/// One call, and what it meets.
#[derive(Clone, Debug)]
pub(super) struct Case {
    pub(super) scenario: u8,
    pub(super) method: &'static str,
    pub(super) given: Given,
    pub(super) transfer: Transfer,
    pub(super) troubles: Vec<Trouble>,
    pub(super) succeeds: bool,
}

const UNAVAILABLE: Trouble = Trouble::Status(503);
const RESET: Trouble = Trouble::Reset(0);
const UNIT: usize = 256 << 10;

/// What is got over, if the call may be repeated.
const PASSING: [[Trouble; 2]; 3] = [
    [UNAVAILABLE, UNAVAILABLE],
    [RESET, RESET],
    [RESET, UNAVAILABLE],
];

/// All cases.
pub(super) fn all() -> Vec<Case> {
    let always = || ALWAYS.map(|method| (method, Given::Nothing));
    let never = NEVER.map(|method| (method, Given::Nothing));
    let bare = CONDITIONALLY.map(|(method, _)| (method, Given::Nothing));
    let guarded = || always().into_iter().chain(CONDITIONALLY);
    let each = always().into_iter().chain(bare).chain(never);

    let mut cases = Vec::new();
    let mut plain = |scenario, (method, given), troubles: &[Trouble], succeeds| {
        cases.push(Case {
            scenario,
            method,
            given,
            transfer: Transfer::Plain,
            troubles: troubles.to_vec(),
            succeeds,
        });
    };
    for call in always() {
        PASSING.iter().for_each(|met| plain(1, call, met, true));
    }
    for call in CONDITIONALLY {
        PASSING.iter().for_each(|met| plain(2, call, met, true));
    }
    for trouble in [UNAVAILABLE, RESET] {
        for call in bare {
            plain(3, call, &[trouble], false);
        }
        for call in never {
            plain(4, call, &[trouble], false);
        }
    }
    for call in each {
        plain(5, call, &[Trouble::Status(400)], false);
        plain(5, call, &[Trouble::Status(401)], false);
    }
    for call in guarded() {
        plain(6, call, &[UNAVAILABLE, Trouble::Status(400)], false);
        plain(6, call, &[RESET, Trouble::Status(401)], false);
    }
    cases.extend(transfers());
    cases
}

/// Uploads in sessions, and downloads.
fn transfers() -> Vec<Case> {
    let small = Transfer::Session(4 * UNIT, UNIT);
    let large = Transfer::Session(40 * UNIT, 8 * UNIT);
    let at = |units: usize| Trouble::StatusAt(503, (units * UNIT) as u64);
    let upload = |transfer, troubles: &[Trouble]| Case {
        scenario: 7,
        method: "objects.insert",
        given: Given::Parameter("ifGenerationMatch"),
        transfer,
        troubles: troubles.to_vec(),
        succeeds: true,
    };
    let download = |troubles: &[Trouble]| Case {
        scenario: 8,
        method: "objects.get",
        given: Given::Nothing,
        transfer: Transfer::Download,
        troubles: troubles.to_vec(),
        succeeds: true,
    };
    vec![
        upload(small, &[RESET, UNAVAILABLE]),
        upload(small, &[Trouble::Status(408)]),
        upload(small, &[at(1)]),
        upload(large, &[at(32), Trouble::Status(408)]),
        download(&[Trouble::BreakAfter(4), Trouble::BreakAfter(4)]),
        download(&[Trouble::BreakAfter(UNIT as u64)]),
    ]
}
