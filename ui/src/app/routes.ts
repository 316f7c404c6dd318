// The screens by name, what each needs to know, and where it stands.

import type { DocumentId, ItemId, SpaceId, DeviceId } from "../engine/types";

type Document = { space: SpaceId; document: DocumentId };
type Item = Document & { item: ItemId };

/** Parameters are text, since they live in the address. */
export type Routes = {
  welcome: {}; join: { link?: string }; recover: { link?: string };
  today: {}; conferences: {};
  conference: Document & { tab?: string }; "agenda-item": Item; recommendation: Item;
  "paste-statement": Document & { note?: DocumentId };
  notes: {}; note: Document;
  plans: {}; plan: Document & { view?: string }; "plan-item": Item;
  search: { query?: string };
  history: Document; "since-you-looked": Partial<Document>;
  sync: {}; members: { space?: SpaceId }; invite: { space: SpaceId }; person: { space: SpaceId; member: DeviceId };
  bin: {}; settings: {};
};
export type RouteName = keyof Routes;
export type Route = { [R in RouteName]: { name: R; params: Routes[R] } }[RouteName];

/** What the bottom bar and the navigation mark as the place where one is. */
export type Tab = "today" | "conferences" | "notes" | "plans" | "search";

type Place = {
  /** Where back leads when nothing was open before. */
  parent?: RouteName;
  tab?: Tab;
  /** The list in the middle column of a wide window. */
  list?: RouteName;
  /** A wide window shows this screen, with the same parameters, and the route's own at the inline end. */
  under?: RouteName;
  /** Without the shell around it. */
  isBare?: true;
};

export const places: Record<RouteName, Place> = {
  welcome: { isBare: true },
  join: { isBare: true },
  recover: { isBare: true },
  today: { tab: "today" },
  conferences: { tab: "conferences", list: "conferences" },
  conference: { tab: "conferences", list: "conferences", parent: "conferences" },
  "agenda-item": { tab: "conferences", list: "conferences", parent: "conference" },
  recommendation: { tab: "conferences", list: "conferences", parent: "conference" },
  "paste-statement": { tab: "conferences", parent: "conference" },
  notes: { tab: "notes", list: "notes", parent: "today" },
  note: { tab: "notes", list: "notes", parent: "notes" },
  plans: { tab: "plans" },
  plan: { tab: "plans", parent: "plans" },
  "plan-item": { tab: "plans", parent: "plan", under: "plan" },
  search: { tab: "search" },
  history: { parent: "today" },
  "since-you-looked": { parent: "today" },
  sync: { parent: "today" },
  members: { parent: "today" },
  invite: { parent: "members" },
  person: { parent: "members" },
  bin: { parent: "today" },
  settings: { parent: "today" },
};
