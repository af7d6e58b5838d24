//! Decoding and encoding a page of instances: generated types beside serde's derives.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use gapi_benches::{by_hand, page, sqladmin};

fn decode(c: &mut Criterion) {
    let text = page(2_000);
    let mut group = c.benchmark_group("page of 2,000 instances");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("decode, generated", |b| {
        b.iter(|| {
            serde_json::from_str::<sqladmin::InstancesListResponse>(&text)
                .map(|page| page.items.map(|i| i.len()))
        });
    });
    group.bench_function("decode, serde derives", |b| {
        b.iter(|| {
            serde_json::from_str::<by_hand::Page>(&text).map(|page| page.items.map(|i| i.len()))
        });
    });
    let generated: Option<sqladmin::InstancesListResponse> = serde_json::from_str(&text).ok();
    let by_hand: Option<by_hand::Page> = serde_json::from_str(&text).ok();
    group.bench_function("encode, generated", |b| {
        b.iter(|| serde_json::to_vec(&generated).map(|bytes| bytes.len()));
    });
    group.bench_function("encode, serde derives", |b| {
        b.iter(|| serde_json::to_vec(&by_hand).map(|bytes| bytes.len()));
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = decode
}
criterion_main!(benches);
