import type { ArabicArea } from "../text";

export default {} as const satisfies ArabicArea;
