//! Whose code is in this project: every package comes from the two public registries, as its checksum says, under a
//! licence that `.ci/deny.toml` allows. `make audit` asks for known flaws, too, which takes a network.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the project").to_owned()
}

fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The list of that name in a file like `.ci/deny.toml`.
fn allowed() -> BTreeSet<String> {
    let file = text(".ci/deny.toml");
    let list = file.split_once("allow = [").and_then(|(_, rest)| rest.split_once(']')).expect("a list").0;
    list.split(',').map(|item| item.trim().trim_matches('"').to_owned()).filter(|item| !item.is_empty()).collect()
}

/// Whether an expression of SPDX (or cargo's older form, with a stroke) can be met by these licences. One that cannot
/// be read is not met.
fn is_met(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = &words[..];
    either(&mut rest, allowed) == Some(true) && rest.is_empty()
}

fn either(words: &mut &[&str], allowed: &BTreeSet<String>) -> Option<bool> {
    let mut is_met = both(words, allowed)?;
    while let Some((&"OR", rest)) = words.split_first() {
        *words = rest;
        is_met |= both(words, allowed)?;
    }
    Some(is_met)
}

fn both(words: &mut &[&str], allowed: &BTreeSet<String>) -> Option<bool> {
    let mut is_met = one(words, allowed)?;
    while let Some((&"AND", rest)) = words.split_first() {
        *words = rest;
        is_met &= one(words, allowed)?;
    }
    Some(is_met)
}

fn one(words: &mut &[&str], allowed: &BTreeSet<String>) -> Option<bool> {
    let (&first, rest) = words.split_first()?;
    *words = rest;
    if first == "(" {
        let is_met = either(words, allowed)?;
        let (&")", rest) = words.split_first()? else { return None };
        *words = rest;
        return Some(is_met);
    }
    Some(match words {
        [with @ "WITH", exception, rest @ ..] => {
            *words = rest;
            allowed.contains(&format!("{first} {with} {exception}"))
        }
        _ => allowed.contains(first),
    })
}

#[test]
fn a_licence_is_met_only_as_its_words_say() {
    let allowed: BTreeSet<String> = ["MIT", "ISC", "Apache-2.0 WITH LLVM-exception"].map(String::from).into();
    for met in ["MIT", "GPL-3.0 OR MIT", "GPL-3.0/MIT", "(GPL-3.0 OR MIT) AND ISC", "Apache-2.0 WITH LLVM-exception"] {
        assert!(is_met(met, &allowed), "{met}");
    }
    for unmet in ["", "GPL-3.0", "MIT AND GPL-3.0", "Apache-2.0", "(MIT", "MIT OR", "ISC AND (GPL-3.0 OR MPL-2.0)"] {
        assert!(!is_met(unmet, &allowed), "{unmet}");
    }
}

#[test]
fn every_crate_is_from_crates_io_as_its_checksum_says() {
    let lock = text("Cargo.lock");
    let mut crates = 0;
    for package in lock.split("[[package]]").skip(1) {
        let field = |name: &str| {
            let line = package.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(" = "));
            line.map(|value| value.trim_matches('"').to_owned())
        };
        let name = field("name").expect("a name");
        match field("source") {
            Some(source) => {
                assert!(source.starts_with("registry+") && source.ends_with("/crates.io-index"), "{name}: {source}");
                assert_eq!(field("checksum").map(|sum| sum.len()), Some(64), "{name} has a checksum");
                crates += 1;
            }
            None => assert!(["multaqa", "sync-engine", "sync-server", "tests"].contains(&&*name), "{name} is ours"),
        }
    }
    assert!(crates > 100, "{crates} crates");
}

#[test]
fn every_crate_has_a_licence_that_is_allowed() {
    let allowed = allowed();
    let metadata = |filter: &[&str]| {
        let mut command = Command::new(env!("CARGO"));
        command.args(["metadata", "--format-version=1", "--locked", "--offline"]).args(filter).current_dir(root());
        let output = command.output().expect("cargo");
        output.status.success().then_some(output.stdout)
    };
    // Crates of other systems than this one need not have been fetched; then those are asked about that have been.
    let known = metadata(&[]).or_else(|| {
        println!("only the crates of this system are here");
        let host = Command::new(env!("CARGO")).args(["-vV"]).output().expect("cargo").stdout;
        let host = String::from_utf8(host).expect("text");
        let host = host.lines().find_map(|line| line.strip_prefix("host: ")).expect("a host").to_owned();
        metadata(&["--filter-platform", &host])
    });
    let metadata: Value = serde_json::from_slice(&known.expect("the crates are here")).expect("json");
    let packages = metadata["packages"].as_array().expect("packages");
    assert!(packages.len() > 100, "{} packages", packages.len());
    for package in packages {
        let licence = package["license"].as_str().unwrap_or("");
        assert!(is_met(licence, &allowed), "{}: {licence:?}", package["name"]);
    }
}

#[test]
fn every_npm_package_is_from_the_registry_under_a_licence_that_is_allowed() {
    let allowed = allowed();
    for folder in ["ui", "tests/compare"] {
        let lock: Value = serde_json::from_str(&text(&format!("{folder}/package-lock.json"))).expect("json");
        let packages = lock["packages"].as_object().expect("packages");
        assert!(packages.len() > 50, "{folder}: {} packages", packages.len());
        for (name, package) in packages.iter().filter(|(name, _)| !name.is_empty()) {
            assert!(
                package["integrity"].as_str().is_some_and(|sum| sum.starts_with("sha512-")),
                "{name} has a checksum"
            );
            // Where an address stands, it is npm's own; where none does, npm asks its registry.
            let address = package["resolved"].as_str().unwrap_or("https://registry.npmjs.org/");
            assert!(address.starts_with("https://registry.npmjs.org/"), "{name}: {address}");
            assert!(package["link"].is_null(), "{name} is a package and no folder");
            // Its package.json says none; its LICENSE is the Apache licence.
            if name != "node_modules/@react-aria/optimize-locales-plugin" {
                let licence = package["license"].as_str().unwrap_or("");
                assert!(is_met(licence, &allowed), "{name}: {licence:?}");
            }
        }
    }
}
