//! Tables are made once for each document and method.

use serde_json::json;

use super::{document, service, small};
use crate::{Service, tables};

#[test]
fn the_same_bytes_have_the_same_tables() {
    let first = service("sqladmin.v1").find("instances.insert").unwrap();
    let second = service("sqladmin.v1").find("sql.instances.insert").unwrap();
    assert!(std::ptr::eq(first.table(), second.table()));
    let other = Service::from_json(document("sqladmin.v1") + "\n").unwrap();
    let other = other.find("instances.insert").unwrap();
    assert!(!std::ptr::eq(first.table(), other.table()));

    // What polls is one table too, and refers to itself.
    let poll = first.operation.unwrap().poll().unwrap();
    let get = service("sqladmin.v1").find("operations.get").unwrap();
    assert!(std::ptr::eq(poll, get.table()));
    assert!(std::ptr::eq(poll, poll.operation.unwrap().poll().unwrap()));
    assert!(poll.operation.unwrap().cancel().is_some());
    assert!(!format!("{poll:?}").is_empty());
}

#[test]
fn many_threads_get_one_table() {
    let text = document("storage.v1");
    let addresses: Vec<usize> = std::thread::scope(|scope| {
        let find = || {
            let service = Service::from_json(&*text).unwrap();
            std::ptr::from_ref(service.find("objects.list").unwrap().table()) as usize
        };
        let threads: Vec<_> = (0..20).map(|_| scope.spawn(find)).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    assert!(addresses.iter().all(|address| *address == addresses[0]));
}

#[test]
fn opening_a_document_again_makes_no_table() {
    let text = small("title", json!("Opened again and again"));
    let open = || {
        let service = Service::from_json(&*text).unwrap();
        let request = service
            .call("things.insert", json!({"thing": "t"}))
            .unwrap();
        request.check().unwrap();
        let tables = tables::of_document(&service.source().text);
        let table = std::ptr::from_ref(request.method().table()) as usize;
        (table, std::ptr::from_ref(tables) as usize, tables.len())
    };
    let first = open();
    assert!((0..200).all(|_| open() == first));
    assert_eq!(first.2, 1);
}
