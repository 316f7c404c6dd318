// What crosses between the page and the engine. Written by hand: `e2e/types.test.ts` holds the answers of a running app
// against it.

export type Hash = string; // 64 hex digits: an Automerge change hash, or a blob's SHA-256
export type SpaceId = string; // 64 hex digits
export type DeviceId = string; // 64 hex digits; a member is named by their first device
export type DocumentId = string; // 32 hex digits
export type ItemId = string; // 32 hex digits
export type EnvelopeId = string;
export type DateText = string; // Gregorian, `2026-11-22`
export type Plain = boolean | number | string;

export type DocumentName = { space: SpaceId; document: DocumentId };
/** An item of another document, written `<document id>/<item id>`. */
export type Link = string;
export type Kind = "conference" | "note" | "plan";
export type Role = "admin" | "editor" | "viewer";

// ── Documents ──────────────────────────────────────────────────────────────────────────────────────────────
export type Item<T> = T & { id: ItemId; deleted_at_ms: number | null; conflicting: string[] };

export type AgendaKind = "opening" | "recitation" | "speech" | "discussion" | "closing";
export type Attendance = "present" | "absent" | "excused";
export type MinutesState = "draft" | "circulated" | "approved";
export type Duration = "once" | "ongoing";
export type Status = "open" | "in_progress" | "done" | "not_done" | "not_applicable";
export type Recurrence = "none" | "weekly" | "monthly" | "quarterly" | "yearly";

export type Conference = {
  title: string | null; series: string | null; ordinal: number | null; host: string | null; venue: string | null;
  starts_on: DateText | null; ends_on: DateText | null;
  invitation_number: string | null; invitation_date: DateText | null; minutes_state: MinutesState | null;
  communique: string;
  delegations: Item<Delegation>[]; agenda: Item<AgendaItem>[];
  recommendations: Item<Recommendation>[]; committees: Item<Committee>[];
};
export type Delegation = { organisation: string | null; head: ItemId | null; rapporteur: ItemId | null; members: Item<Person>[] };
export type Person = { honorific: string | null; name: string | null; post: string | null; attendance: Attendance | null };
export type AgendaItem = {
  title: string | null; kind: AgendaKind | null; presenter: string | null; organisation: string | null;
  day: DateText | null; starts_at: string | null /* `09:30` */; planned_minutes: number | null; session: string | null; minutes: string;
};
export type Recommendation = {
  number: number | null; duration: Duration | null; source_note: DocumentId | null;
  source_start: string | null; source_end: string | null; axis: string | null; wording: string; addressees: string[]; carried_by: Link[];
};
export type Committee = { name: string | null; chair: string | null; mandate: string; members: string[] };

export type Plan = { title: string | null; items: Item<PlanItem>[] };
export type PlanItem = {
  responsible: string | null; committee: string | null; due: DateText | null; recurrence: Recurrence | null;
  duration: Duration | null; status: Status | null; progress: number | null; origin: Link | null; wording: string;
  supporting: string[]; depends_on: ItemId[]; remarks: Item<Remark>[]; evidence: Item<Evidence>[];
};
export type Remark = { on: DateText | null; progress: number | null; by: string | null; text: string };
/** A stored file (`blob`), a web address, a note (`address` = `multaqa:note/<document id>`), or just a label. */
export type Evidence = { label: string | null; blob: Hash | null; address: string | null; on: DateText | null };

export type Note = {
  title: string | null; conference: DocumentId | null; agenda_item: Link | null; speaker: string | null;
  tags: string[]; attachments: Item<Attachment>[];
};
export type Attachment = { name: string | null; blob: Hash | null; media_type: string | null; bytes: number | null };

export type Content =
  | ({ kind: "conference" } & Conference) | ({ kind: "note" } & Note) | ({ kind: "plan" } & Plan);

/** One of the values that several people gave a field at once. The field's shown value is the first. */
export type Rival = { value: Plain; by: Who; at_ms: number };
/** Fields set at once to different values: `path` as in `Edit.at`, then the field. */
export type Conflict = { at: string[]; field: string; rivals: Rival[] };

export type DocumentView = {
  name: DocumentName; heads: Hash[]; content: Content; conflicts: Conflict[];
  is_binned: boolean; may_write: boolean; is_on_device_only: boolean;
  /** Whether others changed it since it was last marked as seen. */
  is_unseen: boolean;
  /** The organisations and people who can read it: every member of its space. */
  readers: Who[];
};

/** One line of a list; no document was opened for it. */
export type DocumentLine = {
  name: DocumentName; kind: Kind; title: string; first_words: string; last_edit_ms: number; is_binned: boolean;
  is_on_device_only: boolean; conference: DocumentId | null; agenda_item: Link | null;
  /** Whether others changed it since it was last marked as seen. */
  is_unseen: boolean;
  /** Of a note. */
  tags: string[];
};

/** What the lines of a list have in common. */
export type Only = "all" | "kept" | "binned" | "unseen" | "on_device";

/** Where an item goes: `"first"`, `"last"` or `{after: id}`. */
export type Position = "first" | "last" | { after: ItemId };

/** One precise edit. `at` walks collections and ids from the document: `[]`, `["items", id]`,
 *  `["delegations", id, "members", id]`; for `add` it ends with a collection's name. */
export type Edit =
  | { edit: "set"; at: string[]; field: string; value: Plain | null }
  | { edit: "set_text"; at: string[]; field: string; text: string }
  | { edit: "insert_key"; at: string[]; field: string; key: string }
  | { edit: "remove_key"; at: string[]; field: string; key: string }
  | { edit: "add"; at: string[]; id: ItemId; position: Position }
  | { edit: "move_to"; at: string[]; position: Position }
  | { edit: "remove"; at: string[] }
  | { edit: "restore"; at: string[] };

// ── The note editor ────────────────────────────────────────────────────────────────────────────────────────
// A note's body is one flat sequence: each block is one marker (1 unit) followed by its text, in UTF-16 units.
export type Block = { kind: string; parents: string[]; attrs: Record<string, Plain>; is_embed: boolean };
export type Run = { text: string; marks: Record<string, Plain> };
export type NoteBlock = Block & { runs: Run[] };
export type NoteBody = { heads: Hash[]; blocks: NoteBlock[] };

/** Blocks `from..to` of the body at the named heads were replaced by `blocks`. */
export type ChangedBlocks = { from: number; to: number; blocks: NoteBlock[] };
/** Indexes into the flat body as the editor shows it. */
export type Selection = { anchor: number; head: number };
export type FlushAnswer = {
  /** After this edit alone, on top of the named heads. */
  own: Hash[];
  /** The document as it is now. */
  merged: Hash[];
  /** Applied one after the other they turn the body at `own` into the body at `merged`. */
  edits: BodyEdit[];
  /** The given selection, as it stands at `merged`. */
  selection: Selection | null;
};
/** Indexes are into the flat body, as it is after the edits before. */
export type BodyEdit =
  | { edit: "insert"; at: number; text: string; marks: Record<string, Plain> }
  | { edit: "delete"; at: number; units: number }
  | { edit: "split"; at: number; block: Block }
  | { edit: "join"; at: number }
  | { edit: "set_block"; at: number; block: Block }
  /** `value` null takes the mark off. */
  | { edit: "mark"; from: number; to: number; name: string; value: Plain | null };

// ── People and spaces ──────────────────────────────────────────────────────────────────────────────────────
/** Who did something: a member as this device knows them, or a device that is in no roster (`name` null). */
export type Who = { member: DeviceId | null; device: DeviceId | null; name: string | null; organisation: string | null; is_me: boolean };
export type PersonName = { name: string; organisation: string };
export type Standing =
  | "member"
  /** Joined, and the server has not taken the entry yet. */
  | "waiting"
  | "removed"
  /** The joining waits for an admin. */
  | "held";
export type SpaceView = {
  space: SpaceId; title: string; role: Role | null; standing: Standing;
  /** The server's address; null while the space lives on this device only. */
  server: string | null;
  organisations: string[]; members: number;
};
export type MemberView = {
  member: DeviceId; name: string; organisation: string; role: Role; is_removed: boolean; is_me: boolean;
  devices: DeviceView[];
};
export type DeviceView = { device: DeviceId; label: string; is_removed: boolean; is_this: boolean };
export type InviteView = { key: DeviceId; role: Role; uses_left: number; expires_ms: number; issuer: Who; is_revoked: boolean };
export type HeldReason =
  | "not_a_member" | "removed" | "role" | "invite_unknown" | "invite_used_up" | "invite_expired" | "entry_unknown" | "entry_unfit";
export type HeldView = { envelope: EnvelopeId; by: Who; reason: HeldReason | null; document: DocumentName | null; title: string | null };
export type Members = { members: MemberView[]; invites: InviteView[]; held: HeldView[]; may_decide: boolean };
/** `svg` is the QR code of `link`: black on white, one path. */
export type NewInvite = { key: DeviceId; link: string; svg: string };
/** What an invite link says before anyone joins. */
export type LinkView = { link: "invite" | "recovery"; server: string; space: SpaceId } | { link: "enter"; server: string };
/** `recovery_svg` is the QR code of the whole recovery sheet; null while the space has no server. */
export type Founded = { space: SpaceId; recovery: string; recovery_svg: string | null };
/** How a typed recovery key reads. Groups are counted from 1. */
export type SheetRead =
  | { sheet: "whole" }
  /** Fewer or more groups than a key has. */
  | { sheet: "groups"; groups: number }
  | { sheet: "length" | "wrong"; group: number }
  | { sheet: "letter"; group: number; letter: string }
  | { sheet: "several_wrong" };

// ── The device ─────────────────────────────────────────────────────────────────────────────────────────────
export type Settings = {
  language: "ar" | "en"; digits: "arab" | "latn"; months: "iraqi" | "common";
  week_starts_on: "saturday" | "sunday" | "monday"; text_size: "small" | "normal" | "large" | "larger";
  appearance: "system" | "light" | "dark"; hijri_offset_days: number;
  /** Where new notes go; null until a space exists. */
  home_space: SpaceId | null;
  /** The last first. */
  recent_searches: string[];
};
export type Start = {
  device: DeviceId; person: PersonName | null; settings: Settings; spaces: SpaceView[]; version: string;
  /** What the page had open when it was last closed, as the page stored it. */
  left_at: string | null;
};

// ── Looking back ───────────────────────────────────────────────────────────────────────────────────────────
/** One person's edits with gaps under ten minutes. */
export type Version = { heads: Hash[]; before: Hash[]; by: Who; from_ms: number; to_ms: number; changes: number };
/** A text old against new, in pieces. */
export type Piece = { piece: "kept" | "added" | "removed"; text: string };
export type ChangeLine = {
  by: Who[]; at_ms: number;
  /** What it was done to, `path` as in `Edit.at`; a note's body is `["body"]`. */
  at: string[]; field: string;
  /** The item's own words, for a heading: a wording, a name, a title. */
  about: string | null;
} & (
  | { change: "field"; old: Plain | null; new: Plain | null }
  | { change: "text"; pieces: Piece[] }
  | { change: "key"; added: string[]; removed: string[] }
  | { change: "added" } | { change: "removed" } | { change: "restored" } | { change: "moved" }
);
export type Since = { name: DocumentName; from: Hash[]; to: Hash[]; lines: ChangeLine[] };

export type Hit = {
  name: DocumentName; kind: Kind; title: string; at: string[];
  /** A stretch of the original text; `marks` are the hits in it, in UTF-16 units. */
  excerpt: string; marks: [number, number][];
};

// ── The closing statement ──────────────────────────────────────────────────────────────────────────────────
/** One proposed item of a statement. `start`..`end` is its wording in the text, in UTF-16 units, without its number. */
export type Proposal = {
  number: number | null; start: number; end: number; wording: string;
  committee: string | null; recurrence: Recurrence | null; duration: Duration | null;
  /** The heading that it stands under, as it is written, where the statement has items under several. */
  axis: string | null;
};

// ── Sync ───────────────────────────────────────────────────────────────────────────────────────────────────
/** What the device's data is encrypted with. */
export type Protection = "none" | "key_store" | "passphrase";

export type SyncState = "no_server" | "current" | "sending" | "receiving" | "offline" | "repairing" | "no_access" | "stopped";
export type SpaceSync = {
  space: SpaceId; title: string; server: string | null; state: SyncState;
  /** Documents with something that the server does not have yet. */
  waiting: number; held: number; parked: DocumentLine[]; quarantined: { document: DocumentName; reason: string }[];
  /** Whether a member has written on top of another log than this device has read. */
  has_two_logs: boolean;
  /** Since when the server has not been reached, and when it last was; by this device's clock. */
  offline_since_ms: number | null; last_contact_ms: number | null;
  progress: { position: number; head: number } | null;
  /** Why the server gives nothing of the space, as it said last. */
  no_access: "no_such_space" | "not_a_member" | "removed" | null;
  /** Why syncing does not get on, and the same for whoever runs the server, in English. */
  why: Why | null; detail: string | null;
};
/** Why a sync does not get on, by what whoever waits for it can do. */
export type Why = "unreachable" | "not_the_server" | "certificate" | "clock" | "address" | "busy" | "refused" | "bad_server" | "storage";
export type Sync = { state: SyncState; waiting: number; spaces: SpaceSync[] };

// ── Events ─────────────────────────────────────────────────────────────────────────────────────────────────
export type AppEvent =
  | { event: "document_changed"; name: DocumentName; by: DeviceId[] }
  | { event: "documents_changed" }
  | { event: "members_changed"; space: SpaceId }
  | { event: "sync_changed"; sync: Sync }
  | { event: "opened_link"; link: string }
  /** The device's disk cannot be written: accept nothing more. */
  | { event: "storage_failed"; reason: string }
  | { event: "storage_works" };

/** In UTF-16 code units. */
export type UnitRange = { start: number; end: number };
/** Two cursors around some words of a note. */
export type Span = { start: string; end: string };

/** What a command failed with; `code` is one of a closed list that the page has words for. */
export type CommandError = {
  code: "not_found" | "not_allowed" | "invalid" | "too_large" | "update_needed" | "storage" | "offline" | "locked" | "wrong_passphrase" | "built_on" | "minutes_closed" | "not_the_key" | "internal";
  message: string;
};

// ── Commands ───────────────────────────────────────────────────────────────────────────────────────────────
export type Commands = {
  /** These four answer while the device's data is locked, too. */
  lock_state: { args: {}; result: { protection: Protection; is_locked: boolean } };
  /** With a passphrase; where the key is in the system's key store, that is asked again and the words are not looked at. */
  unlock: { args: { passphrase: string }; result: null };
  /** Puts locked data aside, on this device, and begins a new one. */
  begin_anew: { args: {}; result: null };
  /** `former` is the passphrase until now, if there is one. */
  set_passphrase: { args: { passphrase: string; former: string | null }; result: null };

  start: { args: {}; result: Start };
  set_person: { args: { person: PersonName }; result: null };
  set_settings: { args: { settings: Settings }; result: null };
  leave_at: { args: { place: string }; result: null };

  spaces: { args: {}; result: SpaceView[] };
  found: { args: { title: string; enter_link: string | null }; result: Founded };
  read_link: { args: { link: string }; result: LinkView };
  join: { args: { link: string }; result: SpaceView };
  read_sheet: { args: { key: string }; result: SheetRead };
  /** As a new admin. `link` is the sheet's own, or any invitation to the space, used or not, with the typed key. */
  recover: { args: { key: string; link: string }; result: SpaceView };
  set_server: { args: { space: SpaceId; enter_link: string }; result: null };
  members: { args: { space: SpaceId }; result: Members };
  invite: { args: { space: SpaceId; role: Role; uses: number; expires_ms: number }; result: NewInvite };
  revoke_invite: { args: { space: SpaceId; key: DeviceId }; result: null };
  change_role: { args: { space: SpaceId; member: DeviceId; role: Role }; result: null };
  remove_member: { args: { space: SpaceId; member: DeviceId }; result: null };
  remove_device: { args: { space: SpaceId; device: DeviceId }; result: null };
  decide: { args: { space: SpaceId; envelopes: EnvelopeId[]; admit: boolean }; result: null };
  /** Second device: the old one offers, the new one answers, the old one finishes. Each code is text and QR. */
  pair_offer: { args: {}; result: { code: string; svg: string } };
  pair_answer: { args: { offer: string }; result: { code: string; svg: string } };
  pair_finish: { args: { answer: string; label: string }; result: null };

  /** The last edited first, at most `limit` of them. */
  documents: { args: { space: SpaceId | null; kind: Kind | null; only?: Only; limit?: number }; result: DocumentLine[] };
  create: { args: { space: SpaceId; kind: Kind; title: string; edits: Edit[] }; result: DocumentName };
  document: { args: { name: DocumentName; heads: Hash[] | null }; result: DocumentView };
  /** The record's items that are in the bin, for the bin's page. */
  binned_items: { args: { name: DocumentName }; result: { at: string[]; about: string; deleted_at_ms: number }[] };
  /** With `heads`, the edits are made on top of that version, and what others wrote since stays. The answer names the
   *  document as it is then, with what they wrote. */
  edit: { args: { name: DocumentName; edits: Edit[]; heads?: Hash[] | null }; result: { heads: Hash[] } };
  /** A copy of the present content in another space. */
  share: { args: { name: DocumentName; to: SpaceId }; result: DocumentName };
  carry_out: { args: { conference: DocumentName; recommendations: ItemId[]; plan: DocumentName }; result: null };

  note_body: { args: { name: DocumentName; heads: Hash[] | null }; result: NoteBody };
  note_flush: { args: { name: DocumentName; heads: Hash[]; changed: ChangedBlocks | null; selection: Selection | null }; result: FlushAnswer };

  want_attachment: { args: { space: SpaceId; blob: Hash }; result: null };

  /** Cursors that stay with the words of ranges of a version's flat body. */
  note_cursors: { args: { name: DocumentName; heads: Hash[]; ranges: UnitRange[] }; result: Span[] };
  /** Where the words of a span are now; null if all of them are gone. */
  note_range: { args: { name: DocumentName; span: Span }; result: UnitRange | null };
  search: { args: { query: string; space: SpaceId | null }; result: Hit[] };
  history: { args: { name: DocumentName }; result: Version[] };
  restore_version: { args: { name: DocumentName; heads: Hash[] }; result: null };
  /** What changed between two versions; from the last seen one to now where they are null. */
  since: { args: { name: DocumentName; from: Hash[] | null; to: Hash[] | null }; result: Since };
  mark_seen: { args: { name: DocumentName; heads: Hash[] }; result: null };
  /** Sets back what one line did, as a new edit. */
  undo_line: { args: { name: DocumentName; from: Hash[]; to: Hash[]; line: number }; result: null };

  read_statement: { args: { text: string }; result: Proposal[] };
  sync: { args: {}; result: Sync };
  sync_now: { args: {}; result: null };
  qr: { args: { text: string }; result: string };
  /** Of the window alone: opens an address of the web or of mail in the system's own program. */
  open_outside: { args: { address: string }; result: null };
};

/** Commands that carry bytes beside their arguments: `attach` takes a file, the others give one. */
export type RawCommands = {
  attach: { args: { name: DocumentName; file_name: string; media_type: string }; body: Uint8Array; result: Attachment & { id: ItemId } };
  blob: { args: { space: SpaceId; blob: Hash } }; // → bytes, empty while it is not here
  read_qr: { args: {}; body: Uint8Array; result: string };
  export: { args: {} }; // → a zip; in the window the host asks where to save it and gives nothing
};
