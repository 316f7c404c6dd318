import type { English } from "../text";
import type ar from "./ar";

export default {
  untitled: "Untitled note", title: "Note title", text: "Text of the note", placeholder: "Write here…",
  none: "No notes yet", none_hint: "Write down what is being said and come back to it any time. Everything is kept on this device.", none_here: "No notes like this", this_space: "This space",
  filter: "Filter", by_tag: "Tag", by_conference: "Conference", any: "All", no_words: "No text yet", unseen: "Changed since you looked", on_device: "On this device only",
  shown_notes: { one: "1 note", other: "{count} notes" },
  format: "Text format", heading: "Heading", heading_1: "Main heading", heading_2: "Smaller heading", bold: "Bold", italic: "Italic", bulleted: "List", numbered: "Numbered list", quote: "Quote", link: "Link", direction_auto: "Direction: automatic", direction_rtl: "Direction: right to left", direction_ltr: "Direction: left to right", redo: "Redo",
  words: { one: "1 word", other: "{count} words" },
  address: "Address", address_hint: "A link, an e-mail address, or a phone number as tel:", address_refused: "Only http, https, mailto and tel are accepted", set_link: "Add a link", change_link: "Change the link", take_link_off: "Remove the link", open_link: "Open the link?", open_link_hint: "This link leads out of the app:", link_closed: "This link cannot be opened:",
  not_sent: "What you wrote last is not saved yet", not_sent_hint: "The text stays on the screen and the app keeps trying.", refused_hint: "The text stays on the screen and can be copied.", stopped_hint: "The text stays on the screen and can be copied; it is saved once the disk can be written.",
  readers: { one: "Only you can read this", other: "{count} people can read this" }, readers_title: "Who can read this note", readers_hint: "Every member of the space “{space}” can read it.", no_organisation: "No organisation",
  more_organisations: { one: "and 1 more organisation", other: "and {count} more organisations" },
  conference: "Conference", agenda_item: "Agenda item", speaker: "Speaker", no_conference: "No conference", change_belonging: "Change what it belongs to", conference_untitled: "Untitled conference", item_untitled: "Untitled item", no_agenda_item: "No item",
  tags: "Tags", add_tag: "Add a tag", remove_tag: "Remove the tag {tag}", new_tag: "New tag",
  attachments: "Attachments", add_picture: "Picture", add_file: "File", attachment_untitled: "Unnamed file", not_here: "Not on this device yet", fetch: "Fetch", fetching: "It will arrive once the device reaches the server.", open_file: "Open {name}", remove_attachment: "Remove {name}", attachment_removed: "Attachment removed", attaching: "Attaching…",
  actions: "Actions", share: "Share into another space…", share_title: "Share the note", share_hint: "A copy of the present text is made, without its history; this note does not change.", share_to: "Into the space", share_who: "It will be read by:", share_action: "Share the copy", shared: "The note was copied to “{space}”", no_other_space: "There is no other space in which you may write.",
  to_bin: "Move to the bin", binned: "The note was moved to the bin", is_binned: "This note is in the bin", is_binned_hint: "Restore it to write in it.",
  to_history: "History of the note", to_since: "What changed since you looked", make_recommendations: "Make recommendations of the text", from_selection: "Make recommendations of the selection",
} satisfies English<typeof ar>;
