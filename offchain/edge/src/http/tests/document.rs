// SPDX-License-Identifier: Apache-2.0

use super::super::{openapi, table};
use std::{fs, path::Path};

/// Where the document is committed.
fn committed() -> std::path::PathBuf {
	Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json")
}

#[test]
fn document_should_be_the_committed_one() {
	let document = openapi::describe(&table::routes()).to_pretty_json().unwrap() + "\n";
	if std::env::var_os("UPDATE_OPENAPI").is_some() {
		fs::write(committed(), &document).unwrap();
	}
	let expected = fs::read_to_string(committed()).unwrap();
	assert!(
		document == expected,
		"the routes have changed; look at what `UPDATE_OPENAPI=1 cargo nextest run document` makes \
		 of docs/openapi.json, and commit it"
	);
}

#[test]
fn document_should_have_every_route_once_and_every_schema_that_it_mentions() {
	let routes = table::routes();
	assert_eq!(openapi::repeated_ids(&routes), Vec::<String>::new());
	let document = serde_json::to_value(openapi::describe(&routes)).unwrap();
	for route in &routes {
		let method = route.method.as_str().to_ascii_lowercase();
		let described = &document["paths"][route.path][&method];
		assert!(described["summary"].as_str().is_some_and(|it| !it.is_empty()), "{}", route.path);
		assert!(route.operation.response.is_some(), "{} answers nothing", route.path);
	}
	let mut mentioned = Vec::new();
	references(&document, &mut mentioned);
	assert!(mentioned.len() > 20, "{mentioned:?}");
	for reference in mentioned {
		let name = reference.strip_prefix("#/components/schemas/").unwrap();
		assert!(document["components"]["schemas"][name].is_object(), "{name} is not described");
	}
}

fn references(value: &serde_json::Value, found: &mut Vec<String>) {
	match value {
		serde_json::Value::Object(fields) => {
			let reference = fields.get("$ref").and_then(|it| it.as_str()).map(str::to_owned);
			found.extend(reference);
			fields.values().for_each(|field| references(field, found));
		},
		serde_json::Value::Array(elements) => {
			elements.iter().for_each(|element| references(element, found));
		},
		_ => {},
	}
}
