// Choosing one of several: a list that opens, one that filters by typing, a row of labelled buttons, on and off.

import { type ReactNode } from "react";
import {
  Button as AriaButton, ComboBox as AriaComboBox, Input, Label, ListBox, ListBoxItem, Popover, Radio, RadioGroup, Select as AriaSelect, SelectValue, Switch as AriaSwitch, Text,
} from "react-aria-components";
import { dirOf } from "../arabic/names";
import { useText } from "../i18n/text";
import { Icon } from "./Icon";
import { useIsReadOnly } from "./ReadOnly";
import { Bdi } from "./words";

export type Option<Id extends string = string> = { id: Id; label: string; mark?: ReactNode };
type ChoiceProps<Id extends string> = { label: string; isLabelHidden?: boolean; hint?: ReactNode; options: readonly Option<Id>[] };

function options<Id extends string>(all: readonly Option<Id>[]) {
  return all.map(({ id, label, mark }) => (
    <ListBoxItem key={id} id={id} textValue={label} className="option">
      {mark}
      <Bdi>{label}</Bdi>
    </ListBoxItem>
  ));
}

export function Select<Id extends string>({ label, isLabelHidden, hint, options: all, value, onChange }: ChoiceProps<Id> & { value: Id | null; onChange: (id: Id) => void }) {
  const { t } = useText();
  return (
    <AriaSelect className="field" placeholder={t("common.choose")} selectedKey={value} onSelectionChange={(key) => onChange(key as Id)} isDisabled={useIsReadOnly()}
      {...(isLabelHidden ? { "aria-label": label } : {})}>
      {!isLabelHidden && <Label>{label}</Label>}
      <AriaButton className="input select">
        <SelectValue />
        <Icon name="down" size={16} />
      </AriaButton>
      {hint && <Text slot="description" className="hint">{hint}</Text>}
      <Popover className="popover">
        <ListBox className="options">{options(all)}</ListBox>
      </Popover>
    </AriaSelect>
  );
}

/** Text with proposals: anything may be typed, such as an organisation that is no member. */
export function ComboBox({ label, isLabelHidden, hint, options: all, value, onChange }: ChoiceProps<string> & { value: string; onChange: (text: string) => void }) {
  return (
    <AriaComboBox className="field" allowsCustomValue menuTrigger="focus" inputValue={value} onInputChange={onChange} isReadOnly={useIsReadOnly()}
      {...(isLabelHidden ? { "aria-label": label } : {})}>
      {!isLabelHidden && <Label>{label}</Label>}
      <div className="field-line">
        <Input className="input" dir={dirOf(value)} />
        <AriaButton className="button quiet of-icon"><Icon name="down" size={16} /></AriaButton>
      </div>
      {hint && <Text slot="description" className="hint">{hint}</Text>}
      <Popover className="popover">
        <ListBox className="options">{options(all.map(({ label, mark }) => ({ id: label, label, mark })))}</ListBox>
      </Popover>
    </AriaComboBox>
  );
}

/** A few choices side by side, all seen at once. */
export function Segmented<Id extends string>({ label, isLabelHidden, hint, options: all, value, onChange }: ChoiceProps<Id> & { value: Id | null; onChange: (id: Id) => void }) {
  return (
    <RadioGroup className="field" value={value} onChange={(id) => onChange(id as Id)} orientation="horizontal" isDisabled={useIsReadOnly()} {...(isLabelHidden ? { "aria-label": label } : {})}>
      {!isLabelHidden && <Label>{label}</Label>}
      <div className="segments">
        {all.map(({ id, label, mark }) => (
          <Radio key={id} value={id} className="segment">
            {mark}
            {label}
          </Radio>
        ))}
      </div>
      {hint && <Text slot="description" className="hint">{hint}</Text>}
    </RadioGroup>
  );
}

export function Switch({ children, isOn, onChange }: { children: ReactNode; isOn: boolean; onChange: (isOn: boolean) => void }) {
  return (
    <AriaSwitch className="switch" isSelected={isOn} onChange={onChange} isDisabled={useIsReadOnly()}>
      <span className="switch-track" />
      {children}
    </AriaSwitch>
  );
}
