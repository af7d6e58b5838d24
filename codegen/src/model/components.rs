//! Strongly connected components of a graph.

/// Returns the component of each node: two nodes that lead to each other have the same one. A component's number is above those
/// of all that it leads to.
///
/// Tarjan's algorithm, with a stack of its own: documents may nest types deeper than calls can be.
pub(super) fn components<E>(graph: &[Vec<E>], target: impl Fn(&E) -> usize) -> Vec<usize> {
    const NEW: usize = usize::MAX;
    let count = graph.len();
    let (mut order, mut low) = (vec![NEW; count], vec![NEW; count]);
    let (mut component, mut components) = (vec![NEW; count], 0);
    let (mut path, mut next) = (Vec::new(), 0);
    for root in 0..count {
        if order[root] != NEW {
            continue;
        }
        // A node, and how many of its edges are done.
        let mut open = vec![(root, 0)];
        while let Some((node, done)) = open.last_mut() {
            let node = *node;
            if *done == 0 {
                (order[node], low[node]) = (next, next);
                next += 1;
                path.push(node);
            }
            if let Some(edge) = graph[node].get(*done) {
                *done += 1;
                let to = target(edge);
                if order[to] == NEW {
                    open.push((to, 0));
                } else if component[to] == NEW {
                    low[node] = low[node].min(order[to]);
                }
                continue;
            }
            open.pop();
            if let Some((above, _)) = open.last() {
                low[*above] = low[*above].min(low[node]);
            }
            if low[node] == order[node] {
                while let Some(last) = path.pop() {
                    component[last] = components;
                    if last == node {
                        break;
                    }
                }
                components += 1;
            }
        }
    }
    component
}

#[cfg(test)]
mod tests {
    use super::components;

    #[test]
    fn nodes_that_lead_to_each_other_are_one() {
        let of = |graph: &[Vec<usize>]| components(graph, |to| *to);
        assert!(of(&[]).is_empty());
        assert_eq!(of(&[vec![1], vec![0, 2], vec![]]), [1, 1, 0]);
        assert_eq!(
            of(&[vec![0, 0], vec![2], vec![3, 0], vec![1]]),
            [0, 1, 1, 1]
        );
        assert_eq!(of(&[vec![1, 2], vec![3], vec![3], vec![1]]), [2, 0, 1, 0]);
        let ring: Vec<Vec<usize>> = (0..100_000)
            .map(|node| vec![(node + 1) % 100_000])
            .collect();
        assert!(of(&ring).iter().all(|component| *component == 0));
    }
}
