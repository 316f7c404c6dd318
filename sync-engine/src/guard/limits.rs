//! How much one change, one payload and one document may claim. Part of version 1 of the format: the same
//! on every device, or a change that one of them accepts would be refused by another.

/// The limits that the guard holds bytes to. Tests make smaller ones; everything else uses `Limits::V1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one change, inflated.
    pub change_bytes: usize,
    /// Operations of one change, and rows of any of its columns.
    pub change_ops: u64,
    /// Operations of one change that stand beside others of it, where an honest writer's follow each other.
    pub change_ops_beside: u64,
    /// Dependencies of one change.
    pub change_deps: u64,
    /// Actors that one change names besides its own.
    pub change_actors: u64,
    /// Bytes of the keys of one change, and of its mark names, once every operation has its own copy.
    pub change_text_bytes: u64,
    pub actor_bytes: u64,
    pub message_bytes: u64,
    /// Bytes after the columns of a change, where Automerge keeps the author.
    pub extra_bytes: u64,
    /// Operation counters and sequence numbers lie below this.
    pub counter_max: u64,
    /// Bytes of the changes of one payload, inflated and framed.
    pub payload_bytes: usize,
    /// Changes of one payload.
    pub payload_changes: usize,
    /// Operations of the changes of one payload.
    pub payload_ops: u64,
    /// Bytes of a document's columns, inflated.
    pub document_bytes: usize,
    pub document_ops: u64,
    pub document_changes: u64,
    pub document_actors: u64,
    /// As `change_text_bytes`, for a whole document.
    pub document_text_bytes: u64,
    /// Changes times actors.
    pub document_clock_cells: u64,
}

impl Limits {
    pub const V1: Limits = Limits {
        // Four times the text of a change with the most operations, four bytes to the letter.
        change_bytes: 4 << 20,
        // One operation is one letter: a paste of a hundred pages. Automerge needs some 300 bytes for each
        // while it applies them, so 75 MB on a phone.
        change_ops: 250_000,
        // Ours have none. 65,535 values of one key weigh 74 bytes, and made each look at a document take 45 ms.
        change_ops_beside: 64,
        // As many concurrent branches as devices in a large congress. Automerge walks a change's list of
        // dependencies once for each of them.
        change_deps: 4_096,
        // Automerge rewrites the document's columns for each actor that is new to it.
        change_actors: 1_024,
        // A long paste into maps has 250,000 keys of some ten letters; a run of one long key is not that.
        change_text_bytes: 16 << 20,
        // Ours have 24 bytes, Automerge's own 16.
        actor_bytes: 32,
        // Room for a sentence; this app writes none.
        message_bytes: 4 << 10,
        extra_bytes: 1 << 10,
        // Automerge keeps counters as u32 and fails at the end. At half, nobody's next edit can overflow.
        counter_max: 1 << 31,
        // Some eight changes of the largest kind, so that one payload fits a phone's memory.
        payload_bytes: 32 << 20,
        // A day of typing, one change a second and more.
        payload_changes: 100_000,
        // Four of the largest changes: 110 bytes can truly hold 250,000 operations, so without a sum a payload
        // of 1 MiB could ask for hours of work, and with it for seconds.
        payload_ops: 1_000_000,
        // A document is loaded whole into memory.
        document_bytes: 128 << 20,
        // Sixteen of the largest changes; about a second to load.
        document_ops: 4_000_000,
        document_changes: 1_000_000,
        // Ten thousand cost 343 ms to load; one comes with every opening of the app that edits.
        document_actors: 65_536,
        document_text_bytes: 256 << 20,
        // Automerge keeps a clock of all actors for every sixteenth change: 200 MB at 8 bytes a cell.
        document_clock_cells: 400_000_000,
    };
}
