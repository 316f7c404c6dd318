import type { English } from "../text";
import type ar from "./ar";

export default {} satisfies English<typeof ar>;
