// Parts of one screen, of which one is shown.

import type { ReactNode } from "react";
import { Tab, TabList, TabPanel, Tabs as AriaTabs } from "react-aria-components";

/** Give `value` and `onChange` to keep the chosen part in the address. */
export function Tabs<Id extends string>({ label, tabs, value, onChange }: {
  label: string; tabs: { id: Id; label: ReactNode; content: ReactNode }[]; value: Id; onChange: (id: Id) => void;
}) {
  return (
    <AriaTabs className="tabs" selectedKey={value} onSelectionChange={(id) => onChange(id as Id)}>
      <TabList aria-label={label} className="tab-list">{tabs.map((tab) => <Tab key={tab.id} id={tab.id} className="tab">{tab.label}</Tab>)}</TabList>
      {tabs.map((tab) => <TabPanel key={tab.id} id={tab.id} className="tab-panel">{tab.content}</TabPanel>)}
    </AriaTabs>
  );
}
