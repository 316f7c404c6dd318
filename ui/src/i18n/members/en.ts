import type { English } from "../text";
import type ar from "./ar";

export default {
  admin: "Admin", editor: "Editor", viewer: "Viewer", admin_hint: "Writes, invites and decides about members.", editor_hint: "Reads and writes.", viewer_hint: "Reads only.",
  in_space: "Members of “{title}”", none: "No members yet", none_hint: "Names appear once the space's log has come from the server.",
  count: { one: "one member", other: "{count} members" }, devices: { one: "one device", other: "{count} devices" },
  removed: "removed", invite: "Invite", invite_title: "Invite to “{title}”", role: "Role", uses: "How many times it can be used", expires: "Ends after",
  days: { one: "one day", other: "{count} days" },
  make_invite: "Make the invitation", invite_reads: "Whoever accepts it reads everything in the space, what was written before included.", scan: "Scan this code with a phone, or send the link.",
  copy_link: "Copy the link", another: "Another invitation", no_server: "Connect the space to a server first: an invitation needs it.", to_settings: "To the settings",
  invites: "Open invitations", uses_left: { one: "one use left", other: "{count} uses left" },
  until: "until {date}", by: "made by {name}", revoke: "Revoke", revoke_hint: "Nobody joins with it any more. Whoever has joined stays.", revoked: "Invitation revoked",
  held: "Waiting for your decision", held_hint: "Edits of people who may not write now. Nothing of them is lost.", admit: "Admit", refuse: "Refuse",
  refuse_title: "Refuse these edits?", refuse_hint: "They stay on their author's device and don't enter the space.", admitted: "Edits admitted", refused: "Edits refused", a_document: "A document", membership: "Membership",
  reason_not_a_member: "the device belongs to no member", reason_removed: "the author was removed before they came", reason_role: "the role does not allow writing", reason_invite_unknown: "the invitation is unknown or revoked",
  reason_invite_used_up: "the invitation is used up", reason_invite_expired: "the invitation has expired", reason_entry_unknown: "from a newer version of the app", reason_entry_unfit: "contradicts the log",
  change_role: "Change role", role_changed: "Role changed", remove_person: "Remove from the space", remove_person_title: "Remove {name}?",
  remove_person_hint: "All their devices stop receiving at once. What they hold stays on them; what they write afterwards waits for your decision.", person_removed: "{name} was removed",
  leave: "Leave the space", leave_title: "Leave “{title}”?", leave_hint: "What is on your device stays; nothing new will come.", left: "You left the space",
  first_device: "First device", this_device: "this device", device_removed: "Device removed", lost: "This device is lost", lost_title: "Remove “{label}”?",
  lost_hint: "It stops receiving at once, and so does every device that it added. What was stored on it stays there, so tell whoever is concerned.", remove_device: "Remove the device",
  add_device: "Add a device of mine", pair_no_server: "To add a device of yours, connect the space to a server first: from there your spaces come to the new device.", pair_title: "A second device of yours", pair_step_offer: "Open the app on the new device, choose “Join by invitation”, then scan this code or paste it there.",
  pair_step_answer: "Then paste here the code that the new device shows.", pair_answer: "The new device's code", pair_label: "Name of the device", pair_label_default: "My phone", pair_finish: "Add the device", pair_done: "Device added",
  join_title: "Join by invitation", join_hint: "Paste the invitation's link, or choose a picture of its QR code.", link: "Invitation link", link_unread: "This is no invitation, or part of it was lost while copying.", by_camera: "Photograph the code", picture: "From a picture", picture_failed: "There is no QR code in the picture",
  is_recovery: "This is the code of a recovery sheet, not an invitation.", is_enter: "This link is for founding spaces on a server; it is no invitation.", to_found: "Found a space", joining: "You join a space on", as: "as {name}, {organisation}", join: "Join", joined: "You have joined",
  answer_title: "Show this code to your first device", answer_hint: "Paste it on your first device to finish; your spaces come with the first sync.", nobody: "Say your name and organisation first", to_welcome: "To the beginning",
} as const satisfies English<typeof ar>;
