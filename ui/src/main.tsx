import { createRoot } from "react-dom/client";
import "./look/fonts.css";
import "./look/tokens.css";
import "./look/base.css";
import "./look/screen.css";
import "./parts/parts.css";
import "./app/app.css";
import { placeSpace, takeUp } from "./app/place";
import { goToHash, routeOf } from "./app/router";
import { preload, preloadAll } from "./app/screens";
import { App } from "./app/Shell";
import { boot } from "./engine/store";
import { watchInsets } from "./look/insets";

watchInsets();
// While the engine answers for the first time.
const first = preload(routeOf(location.hash)?.name ?? "today");
boot((start) => {
  const hash = takeUp(start);
  // An address that was asked for goes before the one that was open last.
  if (hash && location.hash.length <= 2) goToHash(hash);
  return placeSpace();
});
void first.then(() => {
  createRoot(document.getElementById("root")!).render(<App />);
  preloadAll();
});
