//! The app on a desktop.

// On Windows no console opens behind the window.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() -> anyhow::Result<()> {
    multaqa_app::run()
}
