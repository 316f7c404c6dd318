// One's own devices over all spaces, each of which keeps a list of its own.

import { useEffect, useState } from "react";
import { call } from "../../engine/bridge";
import { useApp, watchEvents } from "../../engine/store";
import type { DeviceView, MemberView, SpaceId } from "../../engine/types";

/** `spaces`: those that the device is in. */
export type OwnDevice = DeviceView & { spaces: SpaceId[] };

function gathered(all: { space: SpaceId; members: MemberView[] }[]): OwnDevice[] {
  const found = new Map<string, OwnDevice>();
  for (const { space, members } of all) {
    for (const device of members.filter(({ is_me }) => is_me).flatMap(({ devices }) => devices)) {
      if (device.is_removed) continue;
      const known = found.get(device.device);
      found.set(device.device, { ...device, label: known?.label || device.label, spaces: [...(known?.spaces ?? []), space] });
    }
  }
  return [...found.values()].toSorted((one, other) => Number(other.is_this) - Number(one.is_this));
}

export function useOwnDevices(): OwnDevice[] {
  const { start } = useApp();
  const [devices, setDevices] = useState<OwnDevice[]>([]);
  const spaces = (start?.spaces ?? []).filter(({ standing }) => standing === "member").map(({ space }) => space);
  const key = spaces.join();
  useEffect(() => {
    let isGone = false;
    const read = async () => {
      // A space that does not answer has its own screen to say so.
      const all = await Promise.all(spaces.map((space) => call("members", { space }).then(({ members }) => [{ space, members }], () => [])));
      if (!isGone) setDevices(gathered(all.flat()));
    };
    void read();
    const unwatch = watchEvents((events) => events.some(({ event }) => event === "members_changed") && void read());
    return () => {
      isGone = true;
      unwatch();
    };
  }, [key]);
  return devices;
}
