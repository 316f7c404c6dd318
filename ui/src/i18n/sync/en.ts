import type { English } from "../text";
import type ar from "./ar";

export default {
  title: "Sync", now: "Sync now", asked: "Asking the server", everything: "All spaces",
  no_server: "Everything here is stored on this device.", current: "Everything written here is on the server, and everything on the server is here.", sending: "What was written is stored on this device, and is being sent.",
  receiving: "Receiving what others wrote.", offline: "What was written is stored on this device, and will be sent when the connection returns.", repairing: "The server has gone back to an older copy; both sides are compared, and nothing is lost.",
  no_access: "The server gives this device nothing of this space.", stopped: "Syncing has stopped because of a fault. What was written is stored; open the app again.",
  offline_since: "Offline since {when}", last_contact: "Last contact {when}", detail: "For whoever runs the server",
  why_unreachable: "The server cannot be reached. See that the device is on a network; it asks again by itself.", why_not_the_server: "Something else than the server answered. Open a browser and log in to the network if it asks for that, or check the server's address.",
  why_certificate: "Nobody there could show the server's certificate, so nothing was sent. The network may want you to log in first: open a browser. If it goes on, tell whoever runs the server: somebody may stand between.",
  why_clock: "The device's clock is far from the server's. Set it to the right time.", why_address: "The server's address is not one, or it lacks encryption. Ask whoever runs it for a new link.", why_busy: "The server is busy or full. It is asked again by itself.",
  why_refused: "The server refused the request. Tell whoever runs it.", why_bad_server: "What the server sent contradicts what it signed, so it was not taken. Tell whoever runs it.", why_storage: "The device's disk cannot be written. Free some space.",
  removed: "You were removed from it. What is on this device stays, and what you write reaches nobody. If that is a mistake, ask an admin for a new invite.", no_such_space: "The server does not keep this space. Tell whoever runs it.", not_a_member: "The server has not confirmed you as a member yet. It is asked again by itself.",
  two_logs: "A member wrote after reading something else from the server than this device did: the server was restored from an old copy, or it shows members different things. Nothing that you wrote is lost; ask whoever runs it.",
  progress: "{done} of {all}",
  waiting: "Only on this device", waiting_hint: "The server has not confirmed these documents yet.", all_sent: "Nothing is waiting to be sent",
  held: { one: "one edit waits for an admin", other: "{count} edits wait for an admin" },
  to_members: "To the members", parked: "Waiting for what came before", parked_hint: "Edits came before those that they build on. They are applied when those arrive; there is nothing for you to do.",
  quarantined: "Could not be applied", quarantined_hint: "Damaged edits were set apart and are not lost. They are tried again after each update of the app; tell whoever runs the server.", untitled: "Untitled",
  bin_empty: "Nothing in the bin", bin_empty_hint: "What is removed stays here until you restore it.", restored: "Restored", removed_from: "Removed from",
} as const satisfies English<typeof ar>;
