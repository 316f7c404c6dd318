import type { English } from "../text";
import type ar from "./ar";

export default {
  new_plan: "New plan", plan_title: "Title of the plan", title_needed: "Write a title for the plan", create: "Create the plan", rename: "Change the title", untitled: "Untitled plan",
  none: "No plans yet", none_hint: "A plan holds what you agreed to do: who is responsible, by when, and how far it has come. Begin with an empty one, or add the recommendations of a conference to it.",
  binned: "The plan was moved to the bin", bin_plan: "Move the plan to the bin", is_binned: "This plan is in the bin.",
  open_count: { one: "1 open item", other: "{count} open items" },
  late_count: { one: "1 late item", other: "{count} late items" },
  owner_count: { one: "1 item needs an owner", other: "{count} items need an owner" },
  date_count: { one: "1 item needs a date", other: "{count} items need a date" },
  items_count: { one: "1 item", other: "{count} items" },

  view: "View", board: "Board", table: "Table", timeline: "Timeline",
  filter: "Filter", filters: "Filter the items", remove_filter: "Remove the filter: {name}", clear_filters: "Clear filters", any: "All",
  mine: "Ours", late: "Late", late_report: "Late: no remark for {date}", needs_owner: "Needs an owner", needs_date: "Needs a date",
  no_items: "The plan is empty", no_items_hint: "Add an item, or open a conference and add its recommendations to this plan.",
  none_match: "No item matches the filters", none_match_hint: "The plan has other items that are not shown now.",

  item: "Item", new_item: "New item", add_item: "Add the item", wording_needed: "Write the item's wording", no_wording: "Item without wording",
  wording: "Wording", responsible: "Responsible organisation", supporting: "Supporting organisations", committee: "Committee", due: "Due", first_due: "First due",
  status: "Status", progress: "Progress", recurrence: "Recurrence", duration: "Duration",
  status_open: "Open", status_in_progress: "In progress", status_done: "Done", status_not_done: "Not done", status_not_applicable: "Not applicable",
  recurrence_none: "Does not recur", recurrence_weekly: "Every week", recurrence_monthly: "Every month", recurrence_quarterly: "Every quarter", recurrence_yearly: "Every year", unsaid: "Not said",
  duration_once: "Once", duration_ongoing: "Ongoing",
  next_due: "Next due: {date}", next_due_needs_first: "Give the first date, and the next is counted from it.", ongoing_no_date: "Ongoing, needs no date.",

  move_to: "Move to…", move_up: "Move up", move_down: "Move down", moved: "Moved to “{status}”", moved_within: "The order was changed", drag: "Drag: {wording}", card_menu: "Move: {wording}",
  unsettled: "Not settled: {fields}",
  drag_role: "draggable item", drag_help: "Press the space bar to pick the item up, the arrow keys to move it, then space to put it down or escape to cancel.",
  drag_started: "Item picked up.", drag_over: "The item is now in “{status}”, place {place} of {count}.", drag_ended: "Item put down in “{status}”.", drag_cancelled: "Moving was cancelled; the item is back in its place.",
  show_more: { one: "Show 1 more item", other: "Show {count} more items" },
  column_empty: "Nothing here",
  sort_by: "Order", own_order: "The plan's own order", table_scroll: "Table of items", timeline_label: "Items by due date",
  this_month: "This month", without_date: "Without a date", without_owner: "Without an owner", months_gap: { one: "1 month without dates", other: "{count} months without dates" },
  no_dates: "No dates yet", no_dates_hint: "Every item with a date appears here. Give an item its date on its own page.",

  close_item: "Close the item", item_gone: "This item is in the bin", item_gone_hint: "It was removed from the plan and can be brought back.", item_removed: "The item was removed", remove_item: "Remove the item",
  add_supporting: "Add a supporting organisation", remove_name: "Remove {name}",
  origin: "Origin", origin_unknown: "A recommendation that is not on this device",
  remarks: "Follow-up", no_remarks: "No follow-up yet.", add_remark: "Add a follow-up", remark_on: "Date", remark_text: "What was done", remark_progress: "Progress reached {percent}", remark_by: "By {name}", remark_needed: "Write what was done, or how far it has come", remark_removed: "The follow-up was removed", remove_remark: "Remove the follow-up of {date}",
  evidence: "Evidence", no_evidence: "No evidence yet.", add_evidence: "Add evidence", add_link: "Link", add_file: "File", add_note: "Note", evidence_label: "Description", address: "Address", address_unread: "Write an address that begins with https://, http://, mailto: or tel:",
  open_link: "Open a link", open_link_hint: "This address opens outside the app:", open_outside: "Open in the browser", choose_note: "Choose a note", no_notes: "There are no notes in this space.", evidence_removed: "The evidence was removed", remove_evidence: "Remove the evidence {name}",
  file_waits: "The file is not on this device yet; it is fetched when the server is reached.", a_link: "Link", a_file: "File", a_note: "Note",
} satisfies English<typeof ar>;
