import { cleanup, configure } from "@testing-library/react";
import { afterEach } from "vitest";

// A busy machine takes its time to load a screen; only what is never shown fails.
configure({ asyncUtilTimeout: 60_000 });
afterEach(cleanup);
