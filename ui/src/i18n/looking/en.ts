import type { English } from "../text";
import type ar from "./ar";

export default {
  search_label: "Search this space", search_hint: "Type a word or a part of one", search_in: "Where to search", this_space: "This space", all_spaces: "All spaces", clear_search: "Clear the search",
  search_begin: "Search conferences, notes and plans", folding: "Letters that are written in several ways find each other: أ إ آ and ا, ة and ه, ى and ي. Vowel marks and stretched letters do not matter, ٣ and 3 are one number, and «العتبات» finds «وللعتبات».",
  no_hits: "Nothing found for “{query}”", no_hits_hint: "Try one word, or a shorter part of it. Hamza, vowel marks and stretching are ignored; ة and ه, ى and ي, and digits of every style find each other.",
  hits_count: { one: "1 hit", other: "{count} hits" },
  more_hits: { one: "Show 1 more hit", other: "Show {count} more hits" },
  recent: "Recent searches", recent_hint: "Kept on this device only.", forget_recent: "Forget them",
  kind_conference: "Conferences", kind_plan: "Plans", kind_note: "Notes", untitled: "Untitled",

  versions: "Versions", version_of: "{name}, {time}", no_versions: "No versions yet", no_versions_hint: "Everyone who writes in the document leaves a version here.", latest: "Current", created: "Created the document", to_versions: "To the list of versions",
  changes_count: { one: "1 change", other: "{count} changes" },
  span_day: "{day}, {from} to {to}", span_days: "{from} to {to}", as_it_was: "As it was", what_changed: "What changed", against_now: "Against now", version_view: "What is shown of the version",
  restore_version: "Restore this version", restore_question: "The document goes back to this version, as a new change that everyone sees. Nothing written after it is lost; it stays in the history.", restore_opens_minutes: "The minutes are approved now and were not in this version: restoring it takes the approval back, and they can be edited again.", restored: "The version was restored", same_as_now: "It does not differ from the document now.", nothing_changed: "Nothing visible changed in this version.", no_text: "There is no text in this version.",

  all_seen: "Nothing new since you looked", all_seen_hint: "What others change from now on appears here.", unseen_count: { one: "1 document has something new", other: "{count} documents have something new" },
  mark_seen: "Mark as seen", mark_all_seen: "Mark all as seen", marked_seen: "Marked as seen", without_organisation: "Without an organisation", more_documents: "More documents with something new",
  undo_change: "Undo this change", undone: "The change was undone", go_there: "Go there", with_others: "with {names}", and_others: "and others",
  conflicts: "Conflicting values",
  rivals: "“{field}” was given several values at once. Choose one.", choose: "Take this", choose_rival: "Take “{value}”", chosen: "The value was taken", no_value: "No value",
  before: "Before", after: "After", empty_value: "empty", added_words: "Added:", removed_words: "Removed:", elided: "…",
  was_added: "Added", was_removed: "Removed", was_restored: "Restored from the bin", was_moved: "Moved", title_line: "{field}:",

  what_document: "Document", what_delegations: "Delegation", what_members: "Delegate", what_agenda: "Agenda item", what_recommendations: "Recommendation", what_committees: "Committee", what_items: "Plan item", what_remarks: "Follow-up", what_evidence: "Evidence", what_attachments: "Attachment", what_body: "Text of the note", what_unknown: "Part of the document",
  field_title: "Title", field_series: "Series", field_ordinal: "Edition", field_host: "Host", field_venue: "Venue", field_starts_on: "Begins", field_ends_on: "Ends", field_invitation_number: "Invitation number", field_invitation_date: "Invitation date", field_minutes_state: "State of the minutes", field_communique: "Closing statement",
  field_organisation: "Organisation", field_head: "Head of delegation", field_rapporteur: "Rapporteur", field_honorific: "Honorific", field_name: "Name", field_post: "Post", field_attendance: "Attendance",
  field_kind: "Kind", field_presenter: "Speaker", field_day: "Day", field_starts_at: "Time", field_planned_minutes: "Planned minutes", field_session: "Session", field_minutes: "Minutes",
  field_axis: "Axis", field_number: "Number", field_duration: "Duration", field_source_note: "Source note", field_source_start: "Beginning of the place", field_source_end: "End of the place", field_wording: "Wording", field_addressees: "Addressees", field_carried_by: "Carried out by", field_chair: "Chair", field_mandate: "Mandate", field_members: "Members",
  field_responsible: "Responsible organisation", field_supporting: "Supporting organisations", field_committee: "Committee", field_due: "Due", field_recurrence: "Recurrence", field_status: "Status", field_progress: "Progress", field_origin: "Origin", field_depends_on: "Depends on", field_on: "Date", field_by: "By", field_text: "Text", field_label: "Description", field_blob: "File", field_address: "Address", field_remarks: "Follow-up", field_evidence: "Evidence",
  field_conference: "Conference", field_agenda_item: "Agenda item", field_speaker: "Speaker", field_tags: "Tags", field_media_type: "Type of file", field_bytes: "Size", field_body: "Text", field_unknown: "A field of a newer version", field_delegations: "Delegations", field_agenda: "Agenda", field_recommendations: "Recommendations", field_committees: "Committees", field_items: "Items", field_attachments: "Attachments",
  value_present: "Present", value_absent: "Absent", value_excused: "Excused", value_draft: "Draft", value_circulated: "Circulated", value_approved: "Approved", value_opening: "Opening", value_recitation: "Recitation", value_speech: "Speech", value_discussion: "Discussion", value_closing: "Closing",
  value_link: "A link to another part", value_file: "A file", minutes_count: { one: "1 minute", other: "{count} minutes" },
} satisfies English<typeof ar>;
