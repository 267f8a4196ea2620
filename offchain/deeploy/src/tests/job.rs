// SPDX-License-Identifier: Apache-2.0

use super::*;
use crate::job::*;
use r1_core::error_chain;
use std::{collections::BTreeSet, fmt::Write};

pub(crate) const DIGEST: &str =
	"sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// A stack that says everything that can be said.
pub(crate) fn shop() -> String {
	format!(
		r#"# A shop and its database.
version: 2
kind: stack
name: shop
tags: [KYB, "REG:EU||REG:US", "!CT:FR"]
gpu: entry
egress: {{hosts: ["mail.example.org:465"]}}
update: stop-first
secrets:
  database: |
    -----BEGIN AGE ENCRYPTED FILE-----
containers:
  web:
    image: registry.example.org:5000/shop/web:1.2@{DIGEST}
    command: [/bin/web]
    arguments: [--port, "8080"]
    environment: {{MODE: production}}
    dynamic_environment:
      DATABASE_URL: ["postgres://", {{address_of: db}}, "/", {{variable: POSTGRES_DB, of: db}}]
    ports:
      http: {{port: 8080, protocol: http}}
    resources: {{cpu_millis: 500, memory_mib: 256, pids: 64}}
    health:
      start_up: {{http: {{port: 8080, path: /ready}}, interval_secs: 2, failures_max: 30}}
      continuous: {{tcp: {{port: 8080}}}}
    restart: {{when: on-failure, attempts_max: 3, pause_secs: 1, pause_secs_max: 60}}
    depends_on: [db]
  db:
    image: docker.io/library/postgres@{DIGEST}
    environment: {{POSTGRES_DB: shop}}
    secrets: {{POSTGRES_PASSWORD: database}}
    volumes:
      data: {{path: /var/lib/postgresql/data, size_mib: 1024}}
    health:
      start_up: {{exec: [pg_isready]}}
    stop_secs: 30
"#
	)
}

/// A container that says nothing more than it must, with further lines.
pub(crate) fn small(lines: &str) -> String {
	format!(
		"version: 2\nkind: container\nname: web\ncontainer:\n  \
		 image: docker.io/library/nginx@{DIGEST}\n{lines}"
	)
}

fn named(name: &str) -> ServedName {
	ServedName::new(name).unwrap()
}

fn read(text: &str) -> JobSpecification {
	JobSpecification::read(text.as_bytes()).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn message(text: &str) -> String {
	error_chain(&JobSpecification::read(text.as_bytes()).expect_err(text))
}

#[test]
#[expect(clippy::too_many_lines, reason = "the snapshot shows all that is written")]
fn stack_should_be_read_in_full() {
	let job = read(&shop());
	let group = job.group().unwrap();
	assert_eq!(group.start_order(), [named("db"), named("web")]);
	let web = &group.containers()[&named("web")];
	assert_eq!(web.image.to_string(), format!("registry.example.org:5000/shop/web@{DIGEST}"));
	assert_eq!(web.restart.reset_secs, limits::RESTART_RESET_SECS_DEFAULT);
	assert_eq!(job.gpu, Some(GpuClass::Entry));
	let json: serde_json::Value = serde_json::from_str(&job.to_json()).unwrap();
	let shown = serde_json::to_string_pretty(&json).unwrap().replace(DIGEST, "sha256:…");
	insta::assert_snapshot!(shown, @r#"
	{
	  "containers": {
	    "db": {
	      "environment": {
	        "POSTGRES_DB": "shop"
	      },
	      "health": {
	        "start_up": {
	          "exec": [
	            "pg_isready"
	          ],
	          "failures_max": 60,
	          "interval_secs": 5,
	          "timeout_secs": 3
	        }
	      },
	      "image": "docker.io/library/postgres@sha256:…",
	      "resources": {
	        "cpu_millis": 250,
	        "memory_mib": 512,
	        "pids": 256
	      },
	      "restart": {
	        "attempts_max": 5,
	        "pause_secs": 10,
	        "pause_secs_max": 600,
	        "reset_secs": 300,
	        "when": "always"
	      },
	      "secrets": {
	        "POSTGRES_PASSWORD": "database"
	      },
	      "stop_secs": 30,
	      "volumes": {
	        "data": {
	          "path": "/var/lib/postgresql/data",
	          "read_only": false,
	          "size_mib": 1024
	        }
	      }
	    },
	    "web": {
	      "arguments": [
	        "--port",
	        "8080"
	      ],
	      "command": [
	        "/bin/web"
	      ],
	      "depends_on": [
	        "db"
	      ],
	      "dynamic_environment": {
	        "DATABASE_URL": [
	          "postgres://",
	          {
	            "address_of": "db"
	          },
	          "/",
	          {
	            "of": "db",
	            "variable": "POSTGRES_DB"
	          }
	        ]
	      },
	      "environment": {
	        "MODE": "production"
	      },
	      "health": {
	        "continuous": {
	          "failures_max": 3,
	          "interval_secs": 5,
	          "tcp": {
	            "port": 8080
	          },
	          "timeout_secs": 3
	        },
	        "start_up": {
	          "failures_max": 30,
	          "http": {
	            "path": "/ready",
	            "port": 8080
	          },
	          "interval_secs": 2,
	          "timeout_secs": 3
	        }
	      },
	      "image": "registry.example.org:5000/shop/web@sha256:…",
	      "ports": {
	        "http": {
	          "port": 8080,
	          "protocol": "http"
	        }
	      },
	      "resources": {
	        "cpu_millis": 500,
	        "memory_mib": 256,
	        "pids": 64
	      },
	      "restart": {
	        "attempts_max": 3,
	        "pause_secs": 1,
	        "pause_secs_max": 60,
	        "reset_secs": 300,
	        "when": "on-failure"
	      },
	      "stop_secs": 10
	    }
	  },
	  "egress": {
	    "hosts": [
	      "mail.example.org:465"
	    ]
	  },
	  "gpu": "entry",
	  "kind": "stack",
	  "name": "shop",
	  "secrets": {
	    "database": "-----BEGIN AGE ENCRYPTED FILE-----\n"
	  },
	  "tags": [
	    "KYB",
	    "REG:EU||REG:US",
	    "!CT:FR"
	  ],
	  "update": "stop-first",
	  "version": 2
	}
	"#);
}

#[test]
fn container_should_need_little_and_get_defaults() {
	let job = read(&small(""));
	let group = job.group().unwrap();
	assert_eq!(group.update().roll_out, RollOut::StartFirst);
	assert_eq!(*group.egress(), Egress::None);
	let container = &group.containers()[&named("web")];
	assert_eq!(container.resources, Resources::default());
	assert_eq!(container.restart, RestartPolicy::default());
	// Whoever writes a volume is stopped before a successor starts.
	let writer = read(&small("  volumes: {data: {path: /data, size_mib: 1}}\n"));
	assert_eq!(writer.group().unwrap().update().roll_out, RollOut::StopFirst);
}

#[test]
fn documents_should_be_read_in_either_version_and_language() {
	let old = specification("digits", content("model"));
	let Document::V1(read_old) = Document::read(old.to_json().as_bytes()).unwrap() else {
		panic!("version 1");
	};
	assert_eq!(read_old, old);
	assert_eq!(
		content(&old.to_json()).to_string(),
		"bafkreid2qnfhy7vcbhjskibnqchnzs5uxrxudq7q2hfuyzett2bs2x2iwu",
		"documents of version 1 keep their CIDs"
	);
	let shop = read(&shop());
	let json = shop.to_json();
	assert_eq!(Document::read(json.as_bytes()).unwrap(), Document::V2(Arc::new(shop)));
	let error = Document::read(br#"{"version":2,"kind":"nothing"}"#).unwrap_err();
	assert!(error.to_string().starts_with("line 1, `kind`: "), "{error}");
	let error = Document::read(br#"{"kind":"nothing"}"#).unwrap_err();
	assert!(error.to_string().starts_with("field `kind`: "), "{error}");
}

#[test]
fn models_and_storage_should_be_read() {
	let (one, two) = (content("one"), content("two"));
	let head = "version: 2\nname: digits\nkind: ";
	let model = read(&format!(
		"{head}model\nmodel: {one}\nformat: onnx\ntolerance: 1e-4\nprobe_range: [0, 16]\n"
	));
	let Work::Model(model) = model.work else {
		panic!("a model");
	};
	assert_eq!((model.model, model.tolerance, model.probe_range), (one, 0.0001, 0.0..16.0));
	assert_eq!(model.audit, Audit::Receipts);
	let fields = format!("{head}model\nmodel: {one}\nformat: onnx\ntolerance: 1e-4\naudit: ");
	for (word, audits) in [("receipts", true), ("planted", false)] {
		let document = Document::read(format!("{fields}{word}\n").as_bytes()).unwrap();
		assert_eq!(document.audits_receipts(), audits, "{word}");
	}
	let error = Document::read(format!("{fields}never\n").as_bytes()).unwrap_err();
	assert!(error.to_string().starts_with("line 7, `audit`: "), "{error}");
	let encrypted = read(&format!("{head}encrypted-model\nmodel: {one}\n"));
	assert_eq!(encrypted.work, Work::EncryptedModel { model: one });
	let storage = read(&format!("{head}storage\nroots: [{one}, {two}]\nsize_mib: 10\n"));
	assert_eq!(storage.work, Work::Storage(Storage { roots: vec![one, two], size_mib: 10 }));
	let learning = read(&format!(
		"{head}learning\nmodel: {one}\ndata: cells\ntraining: {{optimiser: adam, learning_rate: 0.1, \
		 epochs: 3, batch_samples: 8}}\n"
	));
	let training =
		Training { optimiser: Optimiser::Adam, learning_rate: 0.1, epochs: 3, batch_samples: 8 };
	let data = ServedName::new("cells").unwrap();
	assert_eq!(learning.work, Work::Learning(Learning { model: one, data, training }));
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of what can be wrong")]
fn errors_should_name_line_and_path_and_say_how_to_mend_it() {
	let with = |from: &str, to: &str| {
		assert!(shop().contains(from), "{from}");
		message(&shop().replacen(from, to, 1))
	};
	let learning = |from: &str, to: &str| {
		let model = content("model");
		let text = format!(
			"version: 2\nkind: learning\nname: l\nmodel: {model}\ndata: cells\ntraining:\n  optimiser: sgd\n  \
			 learning_rate: 0.1\n  epochs: 3\n  batch_samples: 8\n"
		);
		assert!(text.contains(from), "{from}");
		text.replacen(from, to, 1)
	};
	let image = format!("docker.io/library/postgres@{DIGEST}");
	let messages = [
		message(""),
		message("- a"),
		message("version: 3"),
		message("version: 2\nkind: train"),
		message("version: 2\nkind: storage\nname: s\nsize_mib: 1\nroots: []"),
		message(&learning("data: cells", "data: a-name-of-twenty-eight-chars")),
		message(&learning("learning_rate: 0.1", "learning_rate: 0")),
		message(&learning("epochs: 3", "epochs: 1001")),
		message(&learning("optimiser: sgd", "optimiser: newton")),
		message("version: 2\nkind: [a: {b"),
		message("a: &x 1\nb: *x"),
		message("a: !!str 1"),
		message("a: 1\na: 2"),
		message("{\"version\": 2,\n \"kind\": \"storage\",\n \"kind\": \"storage\"}"),
		message("{\"version\": 2,\n \"kind\": }"),
		with("name: shop", "name: Shop"),
		with("kind: stack", "kind: stack\nreplicas: 3"),
		with("!CT:FR", "!"),
		with("!CT:FR", "CT:F R"),
		with(&image, "docker.io/library/postgres:16"),
		with(&image, &format!("postgres@{DIGEST}")),
		with(&image, "docker.io/library/postgres@sha256:12"),
		with(&image, &format!("docker.io/Library/postgres@{DIGEST}")),
		with(&image, "oci-archive:image.tar"),
		with("\"8080\"", "8080"),
		with("MODE: production", "MODE: production, MODE: other"),
		with("MODE: production", "2MODE: production"),
		with("MODE: production", "R1_TOKEN: mine"),
		with("MODE: production", "DATABASE_URL: mine"),
		with("address_of: db", "address_of: cache"),
		with("POSTGRES_DB, of", "POSTGRES_USER, of"),
		with("{address_of: db}", "{address: db}"),
		with("port: 8080", "port: 80800"),
		with("protocol: http", "protocol: https"),
		with("cpu_millis: 500", "cpu_millis: 0.5"),
		with("/var/lib/postgresql/data", "/var/../etc"),
		with("/var/lib/postgresql/data", "/proc/self"),
		with("/ready", "ready"),
		with("tcp: {port: 8080}", "udp: {port: 8080}"),
		with("[pg_isready]", "[]"),
		with("pause_secs: 1,", "pause_secs: 100,"),
		with("stop_secs: 30", "depends_on: [web]"),
		with("POSTGRES_PASSWORD: database", "POSTGRES_PASSWORD: db"),
		with("update: stop-first", "update: start-first"),
		with("mail.example.org:465", "mail.example.org"),
	];
	let shown = messages.iter().fold(String::new(), |mut shown, message| {
		writeln!(shown, "{message}").unwrap();
		shown
	});
	insta::assert_snapshot!(shown, @r#"
	line 1: malformed: the document is empty
	line 1: not an object
	line 1, `version`: only version 2 is read here; version 1 has no such field
	line 2, `kind`: `train` is not container, stack, model, encrypted-model, storage or learning; write one of these words
	line 5, `roots`: nothing is kept; name at least one root
	line 5, `data`: the name of a data set has at most 27 characters
	line 8, `training.learning_rate`: a learning rate is above 0 and at most 10, such as 0.01
	line 9, `training.epochs`: not from 1 to 1000
	line 7, `training.optimiser`: `newton` is not sgd or adam; write one of these words
	line 3: malformed: while parsing a flow mapping, did not find expected ',' or '}'
	line 1: malformed: anchors are not allowed
	line 1: malformed: YAML tags are not allowed
	line 2: malformed: field `a` is there twice
	line 3: malformed: field `kind` is there twice
	line 2: malformed: expected value
	line 4, `name`: `Shop` is not a name; use 1 to 64 of a to z, 0 to 9 and `-`
	line 4: field `replicas` is unknown; known here: version, kind, name, tags, gpu, secrets, containers, egress, update
	line 5, `tags[2]`: not a tag, which is a word or two with a colon between, such as `REG:EU`
	line 5, `tags[2]`: not a tag, which is a word or two with a colon between, such as `REG:EU`
	line 29, `containers.db.image`: `docker.io/library/postgres:16` is not an image: add the digest, as `name@sha256:…`: a tag alone may be another image tomorrow
	line 29, `containers.db.image`: `postgres@sha256:0123456789abcdef0123456789abcdef0123456789abcdef` is not an image: begin with the registry, such as `docker.io/library/`
	line 29, `containers.db.image`: `docker.io/library/postgres@sha256:12` is not an image: a digest is `sha256:` and 64 of 0 to 9 and a to f
	line 29, `containers.db.image`: `docker.io/Library/postgres@sha256:0123456789abcdef0123456789abcd` is not an image: a name is of a to z, 0 to 9, `.`, `_`, `-` and `/`
	line 29, `containers.db.image`: `oci-archive:image.tar` is not an image: behind the colon belongs the CID of a file or directory in the content store
	line 16, `containers.web.arguments[1]`: not a text; put it in quotes if it is meant as one
	line 17: malformed: field `MODE` is there twice
	line 17, `containers.web.environment.2MODE`: `2MODE` is not the name of a variable; use letters, digits and `_`, and no digit first
	line 17, `containers.web.environment.R1_TOKEN`: `R1_TOKEN` is not free to set; names that begin with `R1_` are the node's
	line 14, `containers.web`: variable `DATABASE_URL` is set twice; remove one
	line 14, `containers.web`: `web` names container `cache`, which is not in this job
	line 14, `containers.web`: `web` takes variable `POSTGRES_USER` of `db`, whose `environment` does not have it
	line 19, `containers.web.dynamic_environment.DATABASE_URL[1]`: write a text, `address_of`, or `variable` and `of`
	line 21, `containers.web.ports.http.port`: not from 1 to 65535
	line 21, `containers.web.ports.http.protocol`: `https` is not http, tcp or udp; write one of these words
	line 22, `containers.web.resources.cpu_millis`: not from 10 to 22000
	line 33, `containers.db.volumes.data.path`: `/var/../etc` is not a path for a volume; write it from the root, without `.`, `..`, `:` and a slash at its end
	line 33, `containers.db.volumes.data.path`: `/proc/self` is not free for a volume; use a path such as `/data`
	line 24, `containers.web.health.start_up.http.path`: `ready` is not the path of a URL; begin with `/`, and encode spaces and other characters
	line 25, `containers.web.health.continuous`: a check has one of `http`, `tcp` and `exec`
	line 35, `containers.db.health.start_up.exec`: the command is empty
	line 26, `containers.web.restart`: `pause_secs` is more than `pause_secs_max`; swap them
	line 29, `containers.db`: `depends_on` goes in a circle: db -> web -> db; remove one of these
	line 29, `containers.db`: the job has no secret `db`; add it to its `secrets`
	line 2: `update: start-first` does not go with volumes that are written: old and new containers would write them together; use `stop-first`
	line 7, `egress.hosts[0]`: `mail.example.org` is not a host and a port; write it as `example.org:443`
	"#);
}

#[test]
fn lists_and_texts_should_be_bounded() {
	let many = |count: usize, item: &dyn Fn(usize) -> String| {
		(0..count).map(item).collect::<Vec<_>>().join(", ")
	};
	let containers = many(17, &|n| format!("c{n}: {{image: r1fs:{}}}", content("i")));
	for (text, expected) in [
		(small(&format!("  command: [{}]\n", many(65, &|_| "a".into()))), "more than 64 words"),
		(small(&format!("  command: [{}]\n", "a".repeat(16_385))), "more than 16384 bytes"),
		(
			small(&format!("  environment: {{{}}}\n", many(129, &|n| format!("A{n}: a")))),
			"more than 128 variables",
		),
		(
			small(&format!("  ports: {{{}}}\n", many(17, &|n| format!("a{n}: {{port: 1}}")))),
			"more than 16 ports",
		),
		(small(&format!("tags: [{}]\n", many(17, &|_| "KYB".into()))), "more than 16 clauses"),
		(
			format!("version: 2\nkind: stack\nname: s\ncontainers: {{{containers}}}"),
			"more than 16 containers",
		),
		(" ".repeat(DOCUMENT_BYTES_MAX + 1), "more than 65536 bytes"),
		("[".repeat(40), "nested too deep"),
		(format!("{{\"a\": {}1{}}}", "[".repeat(40), "]".repeat(40)), "nested too deep"),
		(small("  command: [\"a\\0b\"]\n"), "control characters"),
		(
			small("  volumes: {a: {path: /a, size_mib: 1}, b: {path: /a/b, size_mib: 1}}\n"),
			"two volumes lie in `/a`",
		),
		(small("  ports: {a: {port: 1}, b: {port: 1, protocol: http}}\n"), "port 1 has two names"),
	] {
		let message = message(&text);
		assert!(message.contains(expected), "{message}: {expected}");
		assert!(message.len() < 300, "{message}");
	}
	let invalid = JobSpecification::read(b"version: 2\nkind: \xff").unwrap_err();
	assert_eq!(invalid.to_string(), "line 2: malformed: a byte that is not UTF-8");
}

#[test]
fn tags_should_be_compared_whole() {
	let tags = |texts: &[&str]| -> BTreeSet<Tag> {
		texts.iter().map(|text| text.parse().unwrap()).collect()
	};
	let european = tags(&["KYB", "REG:EU", "CT:FR"]);
	for (clauses, expected) in [
		(&[][..], true),
		(&["KYB"], true),
		(&["KY"], false),
		(&["E"], false),
		(&["REG:E"], false),
		(&["EU"], false),
		(&["REG:EU"], true),
		(&["REG:US||REG:EU"], true),
		(&["REG:US||REG:AS"], false),
		(&["KYB", "REG:EU"], true),
		(&["KYB", "REG:US"], false),
		(&["!CT:FR"], false),
		(&["!CT:F"], true),
		(&["!CT:FR||KYB"], true),
		(&["CT:*"], true),
		(&["C:*"], false),
		(&["!DC:*"], true),
		(&["KYB:*"], false),
	] {
		let expression = TagExpression::parse(clauses.iter().copied()).unwrap();
		assert_eq!(expression.matches(&european), expected, "{clauses:?}");
	}
	for invalid in ["", "!", "!!KYB", "A:", ":B", "A:B:C", "A||", "A B", "*", "A:B:*", "É"] {
		assert!(TagExpression::parse([invalid]).is_err(), "{invalid}");
	}
}
