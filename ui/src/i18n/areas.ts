// The message catalogues, one folder for each area of the app.

import commonAr from "./common/ar";
import commonEn from "./common/en";
import conferenceAr from "./conference/ar";
import conferenceEn from "./conference/en";
import lookingAr from "./looking/ar";
import lookingEn from "./looking/en";
import membersAr from "./members/ar";
import membersEn from "./members/en";
import noteAr from "./note/ar";
import noteEn from "./note/en";
import planAr from "./plan/ar";
import planEn from "./plan/en";
import startAr from "./start/ar";
import startEn from "./start/en";
import syncAr from "./sync/ar";
import syncEn from "./sync/en";

export const ar = {
  common: commonAr, start: startAr, members: membersAr, sync: syncAr, conference: conferenceAr, note: noteAr, plan: planAr, looking: lookingAr,
};
export type Areas = typeof ar;
export const en = {
  common: commonEn, start: startEn, members: membersEn, sync: syncEn, conference: conferenceEn, note: noteEn, plan: planEn, looking: lookingEn,
};
