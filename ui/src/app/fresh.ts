// The notes that one made without a title since the app was opened. One that is left as empty as it was is not kept.

import type { DocumentId } from "../engine/types";

export const fresh = new Set<DocumentId>();
