//! BigQuery v2: datasets, tables, rows that are streamed in, and queries of a simple kind.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{
    checked::{cut, exists, invalid, not_found, path, query, unimplemented},
    query::Query,
};
use crate::{discovery::Call, rpc::RpcError};

/// Datasets by project and id, and finished queries by job.
#[derive(Debug, Default)]
pub(super) struct State {
    datasets: BTreeMap<(String, String), Dataset>,
    jobs: BTreeMap<String, (Value, Vec<Value>)>,
}

#[derive(Debug)]
struct Dataset {
    resource: Value,
    tables: BTreeMap<String, Table>,
}

/// A table: its resource and its rows.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) resource: Value,
    pub(super) rows: Vec<Map<String, Value>>,
}

impl Table {
    /// Names and types of the columns.
    pub(super) fn columns(&self) -> Vec<(String, String)> {
        let fields = self.resource["schema"]["fields"]
            .as_array()
            .into_iter()
            .flatten();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        fields
            .map(|field| (text(&field["name"]), text(&field["type"])))
            .collect()
    }
}

pub(super) fn respond(state: &mut State, call: &Call<'_>, body: Value) -> Result<Value, RpcError> {
    let project = path(call, "projectId").to_owned();
    let dataset = (project.clone(), path(call, "datasetId").to_owned());
    let table = path(call, "tableId");
    match call.method.id.as_str() {
        "bigquery.datasets.insert" => state.insert_dataset(project, body),
        "bigquery.datasets.get" => Ok(state.dataset(&dataset)?.resource.clone()),
        "bigquery.datasets.delete" => {
            let contents = query(call, "deleteContents") == Some("true");
            if !contents && !state.dataset(&dataset)?.tables.is_empty() {
                return Err(invalid(&format!(
                    "Dataset {}:{} is still in use",
                    dataset.0, dataset.1
                ))
                .error("global", "resourceInUse"));
            }
            state.datasets.remove(&dataset);
            Ok(Value::Null)
        }
        "bigquery.tables.insert" => state.dataset(&dataset)?.insert_table(body),
        "bigquery.tables.list" => {
            let tables = state.dataset(&dataset)?.tables.values().map(|table| {
                json!({"kind": "bigquery#table", "tableReference": table.resource["tableReference"], "type": "TABLE"})
            });
            let (tables, next) = cut(tables.collect(), call, "maxResults", 50)?;
            Ok(json!({"kind": "bigquery#tableList", "tables": tables, "nextPageToken": next}))
        }
        "bigquery.tables.get" => Ok(state.dataset(&dataset)?.table(table)?.resource.clone()),
        "bigquery.tabledata.insertAll" => state.dataset(&dataset)?.table(table)?.insert_rows(&body),
        "bigquery.tabledata.list" => {
            let table = state.dataset(&dataset)?.table(table)?;
            let columns = table.columns();
            let rows: Vec<_> = table.rows.iter().map(|row| wire(&columns, row)).collect();
            let total = rows.len().to_string();
            let (rows, next) = cut(rows, call, "maxResults", 1000)?;
            Ok(
                json!({"kind": "bigquery#tableDataList", "totalRows": total, "rows": rows, "pageToken": next}),
            )
        }
        "bigquery.jobs.query" => state.query(&project, &body),
        "bigquery.jobs.getQueryResults" => state.results(&project, call),
        _ => Err(unimplemented(call)),
    }
}

impl State {
    fn dataset(&mut self, id: &(String, String)) -> Result<&mut Dataset, RpcError> {
        let missing = || not_found(&format!("Dataset {}:{}", id.0, id.1));
        self.datasets.get_mut(id).ok_or_else(missing)
    }

    fn insert_dataset(&mut self, project: String, mut resource: Value) -> Result<Value, RpcError> {
        let Some(id) = resource["datasetReference"]["datasetId"]
            .as_str()
            .map(String::from)
        else {
            return Err(invalid(
                "Required parameter is missing: datasetReference.datasetId",
            ));
        };
        let key = (project.clone(), id.clone());
        if self.datasets.contains_key(&key) {
            return Err(exists(&format!("Dataset {project}:{id}")));
        }
        resource["kind"] = "bigquery#dataset".into();
        resource["id"] = format!("{project}:{id}").into();
        let dataset = Dataset {
            resource: resource.clone(),
            tables: BTreeMap::new(),
        };
        self.datasets.insert(key, dataset);
        Ok(resource)
    }

    fn query(&mut self, project: &str, body: &Value) -> Result<Value, RpcError> {
        if body["useLegacySql"] != false {
            return Err(
                invalid("This server speaks GoogleSQL; set useLegacySql to false.")
                    .error("q", "invalidQuery"),
            );
        }
        let text = body["query"].as_str().unwrap_or_default();
        let query = Query::parse(text).map_err(|why| invalid(&format!("Syntax error: {why}")))?;
        let (dataset, table) = query.table();
        let default = body["defaultDataset"]["datasetId"]
            .as_str()
            .unwrap_or_default();
        let dataset = dataset.unwrap_or(default).to_owned();
        let table = self
            .dataset(&(project.to_owned(), dataset))?
            .table(table)?
            .clone();
        let (columns, rows) = query
            .run(&table, &body["queryParameters"])
            .map_err(|why| invalid(&why))?;
        let fields: Vec<_> = columns
            .iter()
            .map(|(name, kind)| json!({"name": name, "type": kind, "mode": "NULLABLE"}))
            .collect();
        let rows: Vec<_> = rows.iter().map(|row| wire(&columns, row)).collect();
        let job = format!("job_{}", self.jobs.len() + 1);
        let size = body["maxResults"]
            .as_u64()
            .and_then(|size| usize::try_from(size).ok())
            .unwrap_or(1000);
        let next = (rows.len() > size).then(|| format!("page-{size}"));
        let head: Vec<_> = rows.iter().take(size).cloned().collect();
        let schema = json!({"fields": fields});
        let response = json!({
            "kind": "bigquery#queryResponse", "schema": schema, "jobComplete": true, "totalRows": rows.len().to_string(),
            "jobReference": {"projectId": project, "jobId": job, "location": "EU"}, "rows": head, "pageToken": next,
        });
        self.jobs.insert(job, (schema, rows));
        Ok(response)
    }

    fn results(&mut self, project: &str, call: &Call<'_>) -> Result<Value, RpcError> {
        let job = path(call, "jobId");
        let Some((schema, rows)) = self.jobs.get(job).cloned() else {
            return Err(not_found(&format!("Job {project}:{job}")));
        };
        let total = rows.len().to_string();
        let (rows, next) = cut(rows, call, "maxResults", 1000)?;
        Ok(json!({
            "kind": "bigquery#getQueryResultsResponse", "schema": schema, "jobComplete": true, "totalRows": total,
            "jobReference": {"projectId": project, "jobId": job, "location": "EU"}, "rows": rows, "pageToken": next,
        }))
    }
}

impl Dataset {
    fn table(&mut self, id: &str) -> Result<&mut Table, RpcError> {
        let dataset = self.resource["id"].as_str().unwrap_or_default().to_owned();
        self.tables
            .get_mut(id)
            .ok_or_else(|| not_found(&format!("Table {dataset}.{id}")))
    }

    fn insert_table(&mut self, mut resource: Value) -> Result<Value, RpcError> {
        let Some(id) = resource["tableReference"]["tableId"]
            .as_str()
            .map(String::from)
        else {
            return Err(invalid(
                "Required parameter is missing: tableReference.tableId",
            ));
        };
        if self.tables.contains_key(&id) {
            return Err(exists(&format!("Table {id}")));
        }
        resource["kind"] = "bigquery#table".into();
        resource["id"] =
            format!("{}.{id}", self.resource["id"].as_str().unwrap_or_default()).into();
        let table = Table {
            resource: resource.clone(),
            rows: Vec::new(),
        };
        self.tables.insert(id, table);
        Ok(resource)
    }
}

impl Table {
    /// All rows, or, as at Google, none: a row that does not fit keeps the others out.
    fn insert_rows(&mut self, body: &Value) -> Result<Value, RpcError> {
        let columns = self.columns();
        let rows = body["rows"].as_array().cloned().unwrap_or_default();
        let mut errors = Vec::new();
        for (index, row) in rows.iter().enumerate() {
            let row = row["json"].as_object().cloned().unwrap_or_default();
            let unknown = row
                .keys()
                .find(|name| !columns.iter().any(|(column, _)| column == *name));
            if let Some(unknown) = unknown {
                let error = json!({"reason": "invalid", "location": unknown, "message": format!("no such field: {unknown}.")});
                errors.push(json!({"index": index, "errors": [error]}));
            }
        }
        let mut response = json!({"kind": "bigquery#tableDataInsertAllResponse"});
        if errors.is_empty() {
            self.rows.extend(
                rows.iter()
                    .filter_map(|row| row["json"].as_object().cloned()),
            );
        } else {
            response["insertErrors"] = errors.into();
        }
        Ok(response)
    }
}

/// A row as it travels: all values are texts.
fn wire(columns: &[(String, String)], row: &Map<String, Value>) -> Value {
    let cell = |(name, _): &(String, String)| match row.get(name) {
        None | Some(Value::Null) => json!({"v": null}),
        Some(Value::String(text)) => json!({"v": text}),
        Some(other) => json!({"v": other.to_string()}),
    };
    json!({"f": columns.iter().map(cell).collect::<Vec<_>>()})
}
