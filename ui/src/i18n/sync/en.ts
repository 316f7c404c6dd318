import type { English } from "../text";
import type ar from "./ar";

export default {
  title: "Sync", now: "Sync now", asked: "Asking the server", everything: "All spaces",
  no_server: "Everything here is stored on this device.", current: "Everything written here is on the server, and everything on the server is here.", sending: "What was written is stored on this device, and is being sent.",
  receiving: "Receiving what others wrote.", offline: "What was written is stored on this device, and will be sent when the connection returns.", repairing: "The server has gone back to an older copy; both sides are compared, and nothing is lost.",
  no_access: "The server gives this device nothing of this space.", stopped: "Syncing has stopped because of a fault. What was written is stored; open the app again.",
  offline_since: "Offline since {when}", last_contact: "Last contact {when}", why: "Reason", progress: "{done} of {all}",
  waiting: "Only on this device", waiting_hint: "The server has not confirmed these documents yet.", all_sent: "Nothing is waiting to be sent",
  held: { one: "one edit waits for an admin", other: "{count} edits wait for an admin" },
  to_members: "To the members", parked: "Waiting for what came before", parked_hint: "Edits came before those that they build on. They are applied when those arrive; there is nothing for you to do.",
  quarantined: "Could not be applied", quarantined_hint: "Damaged edits were set apart and are not lost. They are tried again after each update of the app; tell whoever runs the server.", untitled: "Untitled",
  bin_empty: "Nothing in the bin", bin_empty_hint: "What is removed stays here until you restore it.", restored: "Restored", removed_from: "Removed from",
} as const satisfies English<typeof ar>;
