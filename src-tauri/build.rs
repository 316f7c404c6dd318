//! Puts every command under the window's list of what a page may call.

fn main() {
    const COMMANDS: &[&str] = &[
        "start", "set_person", "set_settings", "leave_at", "spaces", "found", "read_link", "join", "set_server",
        "members", "invite", "revoke_invite", "change_role", "remove_member", "remove_device", "decide", "pair_offer",
        "pair_answer", "pair_finish", "documents", "create", "document", "edit", "carry_out", "want_attachment", "note_body", "note_flush", "search", "read_statement", "history", "since", "mark_seen", "sync",
        "sync_now", "qr", "attach", "blob", "read_qr",
    ];
    let manifest = tauri_build::AppManifest::new().commands(COMMANDS);
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest)).expect("the window's settings are read");
}
