// Every command that the page can ask for, once: first those that `window.rs` writes out because they carry bytes or
// need the window, then those that work while the data is locked, then all others, each as
// `name(argument: Type, …) -> Result |app| work`. Read by `commands.rs`, and by `build.rs` for the
// names alone.
commands! {
    [attach blob export open_outside read_qr]

    {
        lock_state() -> Lock |door| Ok(door.lock_state());
        unlock(passphrase: String) -> () |door| door.unlock(&passphrase);
        begin_anew() -> () |door| door.begin_anew();
        set_passphrase(passphrase: String, former: Option<String>) -> () |door| door.set_passphrase(&passphrase, former.as_deref());
    }

    start() -> Start |app| app.start();
    set_person(person: Person) -> () |app| app.set_person(&person);
    set_settings(settings: Settings) -> () |app| app.set_settings(&settings);
    leave_at(place: String) -> () |app| app.leave_at(&place);

    spaces() -> Vec<SpaceView> |app| app.spaces();
    found(title: String, enter_link: Option<String>) -> Founded |app| app.found(&title, enter_link.as_deref());
    read_link(link: String) -> LinkView |app| app.read_link(&link);
    join(link: String) -> SpaceView |app| app.join(&link);
    read_sheet(key: String) -> SheetRead |app| { let _ = app; Ok::<_, CommandError>(crate::recovering::read_sheet(&key)) };
    recover(key: String, link: String) -> SpaceView |app| app.recover(&key, &link);
    set_server(space: SpaceId, enter_link: String) -> () |app| app.set_server(&space, &enter_link);
    members(space: SpaceId) -> Members |app| app.members(&space);
    invite(space: SpaceId, role: Role, uses: u32, expires_ms: u64) -> NewInvite
        |app| app.invite(&space, role, uses, expires_ms);
    revoke_invite(space: SpaceId, key: DeviceId) -> () |app| app.revoke_invite(&space, key);
    change_role(space: SpaceId, member: DeviceId, role: Role) -> () |app| app.change_role(&space, member, role);
    remove_member(space: SpaceId, member: DeviceId) -> () |app| app.remove_member(&space, member);
    remove_device(space: SpaceId, device: DeviceId) -> () |app| app.remove_device(&space, device);
    decide(space: SpaceId, envelopes: Vec<EnvelopeId>, admit: bool) -> () |app| app.decide(&space, &envelopes, admit);
    pair_offer() -> pairing::Code |app| app.pair_offer();
    pair_answer(offer: String) -> pairing::Code |app| app.pair_answer(&offer);
    pair_finish(answer: String, label: String) -> () |app| app.pair_finish(&answer, &label);

    documents(space: Option<SpaceId>, kind: Option<Kind>, only: Option<Only>, limit: Option<u32>) -> Vec<DocumentLine>
        |app| app.documents(&Listed { space, kind: kind.map(Kind::word), only: only.unwrap_or_default(), limit });
    create(space: SpaceId, kind: Kind, title: String, edits: Vec<Edit>) -> DocumentName
        |app| app.create(&space, kind, &title, &edits);
    document(name: DocumentName, heads: Option<Heads>) -> DocumentView |app| app.document(&name, heads.as_ref());
    edit(name: DocumentName, edits: Vec<Edit>, heads: Option<Heads>) -> Edited
        |app| app.edit(&name, &edits, heads.as_ref());
    binned_items(name: DocumentName) -> Vec<BinnedItem> |app| app.binned_items(&name);
    share(name: DocumentName, to: SpaceId) -> DocumentName |app| app.share(&name, &to);
    carry_out(conference: DocumentName, recommendations: Vec<ItemId>, plan: DocumentName) -> ()
        |app| app.carry_out(&conference, &recommendations, &plan);
    want_attachment(space: SpaceId, blob: BlobHash) -> () |app| app.want_attachment(&space, &blob);

    note_body(name: DocumentName, heads: Option<Heads>) -> NoteBody |app| app.note_body(&name, heads.as_ref());
    note_flush(name: DocumentName, heads: Heads, changed: Option<ChangedBlocks>, selection: Option<Selection>) -> FlushAnswer
        |app| app.note_flush(&name, &heads, changed.as_ref(), selection);
    note_cursors(name: DocumentName, heads: Heads, ranges: Vec<Range<usize>>) -> Vec<Span>
        |app| app.note_cursors(&name, &heads, ranges);
    note_range(name: DocumentName, span: Span) -> Option<Range<usize>> |app| app.note_range(&name, &span);

    search(query: String, space: Option<SpaceId>) -> Vec<Hit> |app| app.search(&query, space.as_ref());
    read_statement(text: String) -> Vec<Proposal> |app| app.read_statement(&text);
    history(name: DocumentName) -> Vec<Version> |app| app.history(&name);
    since(name: DocumentName, from: Option<Heads>, to: Option<Heads>) -> Since
        |app| app.since(&name, from.as_ref(), to.as_ref());
    restore_version(name: DocumentName, heads: Heads) -> () |app| app.restore_version(&name, &heads);
    undo_line(name: DocumentName, from: Heads, to: Heads, line: usize) -> () |app| app.undo_line(&name, &from, &to, line);
    mark_seen(name: DocumentName, heads: Heads) -> () |app| app.mark_seen(&name, &heads);

    sync() -> Sync |app| app.sync();
    sync_now() -> () |app| app.sync_now();
    qr(text: String) -> String |app| { let _ = app; crate::qr::svg(&text) };
}
