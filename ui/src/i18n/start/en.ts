import type { English } from "../text";
import type ar from "./ar";

export default {
  welcome: "Welcome to Multaqa", welcome_hint: "Conference notes and the plans that follow, on your own device first.",
  language: "Language", your_name: "Name", your_organisation: "Organisation", your_organisation_hint: "As in letters, for example: Public Relations Department",
  name_needed: "Write your name", organisation_needed: "Write your organisation's name", continue: "Continue",
  another: "Another space", another_hint: "Your name and organisation stay as they are, and so do your spaces.", notes_here: "Keep my new notes in it",
  how: "How do you begin, {name}?", alone: "Begin alone", alone_hint: "A space on this device for you or your delegation; connect it to a server whenever you like.",
  found: "Found a shared space", found_hint: "A space on a server, to which you invite other organisations.", join: "Join by invitation", join_hint: "With a link or a QR code that an admin sent you.",
  space_title: "Name of the space", space_title_needed: "Write a name for the space", my_space: "Notes of {organisation}", enter_link: "Server link", enter_link_hint: "Whoever runs the server gives it to you.",
  enter_link_needed: "Paste the server link", enter_link_unread: "This is not a server link", found_now: "Found the space", founded: "“{title}” was founded",
  recovery: "Recovery key", recovery_hint: "Print it and keep it safe. Only this brings the space back if all your devices are lost.", recovery_qr: "The code holds the key and where the space is: whoever takes a picture of it comes in as an admin.", recovery_no_server: "The space is on this device only; nothing of it can come back before it is connected to a server.",
  recover: "Recover a space", recover_hint: "You come in as a new admin under this name. Then remove your lost devices on the members page.", recover_intro: "Take a picture of the code on the recovery sheet, or type its key.", recover_now: "Recover the space", recovered: "The space is yours again; its documents are arriving", recover_at: "You recover a space on",
  sheet_hint: "As it was printed: groups of four letters and digits. Capitals, kinds of digits and what stands between the groups do not matter.", sheet_whole: "The key is complete", sheet_read: "The sheet was read; the key need not be typed.",
  sheet_groups: "A key has 18 groups (16 on older sheets); here are {groups}.", sheet_length: "Group {group} does not have four letters.", sheet_letter: "“{letter}” in group {group} is no letter of a key: digits, and A to F.", sheet_wrong: "There is a mistake in group {group}: compare it with the sheet.", sheet_several: "There are mistakes in more than one group: compare the key with the sheet.",
  place: "Link of the space", place_hint: "The sheet's link, or any invitation to the space, even one that expired or was used: it says where the space is.", place_unread: "This is not a link of a space, or a part of it is missing.", place_enter: "This is a server link, which does not say which space. Paste an invitation to it, even an expired one.",
  print: "Print", to_work: "Begin working",
  appearance: "Appearance", system: "As the system", light: "Light", dark: "Dark", text_size: "Text size", small: "Small", normal: "Normal", large: "Large", larger: "Larger",
  writing: "Writing", digits: "Digits", arab: "١٢٣", latn: "123", months: "Month names in Arabic", iraqi: "كانون الثاني، شباط", common: "يناير، فبراير",
  week_start: "Week begins on", saturday: "Saturday", sunday: "Sunday", monday: "Monday", hijri: "Hijri adjustment", hijri_hint: "In days, where the sighting differs from Umm al-Qura.",
  sample: "Today is {date}", person: "You", person_saved: "Your name was saved", space: "New notes", home_space: "Kept in", home_space_hint: "Every member of this space reads them.",
  server: "Server", server_none: "This space is on this device only", connect: "Connect to a server", connected: "The space is connected to the server",
  protection: "Protection of this device", protection_none: "Whoever takes this device reads what is on it. Set a passphrase, and your data is encrypted with it.", protection_key_store: "Your data is encrypted; its key is in the system's key store.", protection_passphrase: "Your data is encrypted, and the app asks for the passphrase whenever it is opened.",
  set_passphrase: "Set a passphrase", change_passphrase: "Change the passphrase", passphrase: "Passphrase", passphrase_former: "The present one", passphrase_new: "The new one", passphrase_again: "The new one again",
  passphrase_hint: "Eight characters or more. If you forget it, nobody opens this device's data; only what has reached the server comes back.", passphrase_short: "Fewer than eight characters", passphrase_differs: "The two differ", passphrase_is_set: "Your data is encrypted with the passphrase",
  locked: "This device's data is locked", locked_hint: "It opens with the passphrase that was set on this device.", locked_key_store: "Its key is in the system's key store, which did not give it. Unlock the store and try again; your data is as it was.", unlock: "Open", begin_anew: "Begin anew", begin_anew_title: "Begin a new device?", begin_anew_hint: "The locked data is put aside, not deleted, and this device begins empty. What has reached the server comes back by an invitation or the recovery sheet.",
  devices: "Your devices", data: "Your data", export: "Export everything you have", export_hint: "A zip with Markdown texts and Automerge files.", exported: "Your data was exported", version: "Version {version}",
} satisfies English<typeof ar>;
