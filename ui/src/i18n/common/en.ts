import type { English } from "../text";
import type ar from "./ar";

export default {
  app: "Multaqa",
  today: "Today", conferences: "Conferences", notes: "Notes", plans: "Plans", search: "Search", write: "Write",
  members: "Members", settings: "Settings", sync: "Sync", bin: "Bin", since_you_looked: "Since you looked", history: "History",
  spaces: "Spaces", switch_space: "Switch space", another_space: "Another space…", no_space: "No space", navigation: "Navigation", list: "List",
  back: "Back", close: "Close", cancel: "Cancel", save: "Save", add: "Add", edit: "Edit", remove: "Remove", restore: "Restore", undo: "Undo",
  done: "Done", retry: "Try again", more: "More", open: "Open", copy: "Copy", copied: "Copied", share: "Share", all: "All", none: "None", optional: "optional",
  yes: "Yes", no: "No", you: "you", unknown_person: "Unknown person", choose: "Choose", increase: "Increase", decrease: "Decrease",
  chooser_empty: "Choose from the list", chooser_empty_hint: "What you open appears here.",
  loading: "Loading…", failed: "This cannot be shown", failed_hint: "Nothing that you wrote is lost. Try again.",
  not_found: "There is no page here", not_found_hint: "The link may be old, or the page has moved.", to_today: "Go to Today",
  offline: "Offline", offline_hint: "Everything you write is kept on this device and sent when the connection is back.",
  read_only: "Read only", read_only_hint: "Your role in this space is to read, not to change.",
  removed: "You were removed from this space", removed_hint: "What was on this device stays; nothing new arrives.",
  waiting: "Joined, not confirmed yet", waiting_hint: "The contents arrive once your device reaches the server.",
  held: "Your joining waits for an admin", held_hint: "What you write now is kept on your device.",
  storage_failed: "This device's disk cannot be written. No changes are accepted until it can. Free some space; the app goes on by itself.",
  start_failed: "Your data could not be opened",
  number_unread: "Type a number such as 3 or ٣", date_unread: "Type a date such as 22/11/2026", date_hint: "day/month/year", open_calendar: "Open the calendar", time_unread: "Type a time such as 9:30",
  sync_no_server: "On this device", sync_current: "On the server", sync_sending: "Sending", sync_receiving: "Receiving",
  sync_offline: "Offline", sync_repairing: "Repairing", sync_no_access: "No access", sync_stopped: "Stopped",
  waiting_edits: { one: "1 document waits to be sent", other: "{count} documents wait to be sent" },
  failure_not_found: "It was not found.", failure_not_allowed: "Your role does not allow this.", failure_invalid: "The value was not accepted.", failure_too_large: "It is larger than allowed.",
  failure_update_needed: "Update the app first.", failure_storage: "The disk cannot be written.", failure_offline: "The server cannot be reached now.", failure_locked: "This device's data is locked.", failure_wrong_passphrase: "This is not the passphrase.",
  failure_built_on: "Others have built on this change, so it cannot be undone.", failure_minutes_closed: "The minutes are approved and closed; set them back to draft before changing them.", failure_not_the_key: "This is not the key of that space, or it was revoked.", failure_internal: "Something went wrong in the app.",
} satisfies English<typeof ar>;
