//! Puts every command under the window's list of what a page may call.

macro_rules! commands {
    (
        [$($own:ident)*]
        {$($outer:ident($($given:ident: $of:ty),*) -> $gives:ty |$door:ident| $opening:expr;)*}
        $($name:ident($($argument:ident: $type:ty),*) -> $result:ty |$app:ident| $work:expr;)*
    ) => {
        const COMMANDS: &[&str] = &[$(stringify!($own),)* $(stringify!($outer),)* $(stringify!($name)),*];
    };
}

include!("src/command_list.rs");

fn main() {
    println!("cargo:rerun-if-changed=src/command_list.rs");
    let manifest = tauri_build::AppManifest::new().commands(COMMANDS);
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest))
        .expect("the window's settings are read");
}
