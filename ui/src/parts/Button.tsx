// Buttons and links. `isWriting` marks a button that changes something, which a read-only screen refuses.

import { type ReactNode } from "react";
import { Button as AriaButton, Link as AriaLink } from "react-aria-components";
import { hrefTo, go } from "../app/router";
import type { RouteName, Routes } from "../app/routes";
import { Icon, type IconName } from "./Icon";
import { useIsReadOnly } from "./ReadOnly";

type ButtonProps = {
  children?: ReactNode; onPress?: () => void; look?: "primary" | "plain" | "quiet" | "danger"; icon?: IconName;
  /** Names a button that shows an icon alone. */
  label?: string;
  isDisabled?: boolean; isPending?: boolean; isWriting?: boolean; type?: "button" | "submit"; className?: string; slot?: string; autoFocus?: boolean;
};

export function Button({ children, look = "plain", icon, label, isWriting = false, isDisabled = false, className = "", ...rest }: ButtonProps) {
  const isReadOnly = useIsReadOnly();
  return (
    <AriaButton
      {...rest}
      {...(label ? { "aria-label": label } : {})}
      isDisabled={isDisabled || (isWriting && isReadOnly)}
      className={`button ${look} ${children ? "" : "of-icon"} ${className}`}
    >
      {icon && <Icon name={icon} />}
      {children}
    </AriaButton>
  );
}

/** A link to a screen. */
export function To<R extends RouteName>({ route, params, children, className, isCurrent, label, before }: {
  route: R; params?: Routes[R]; children: ReactNode; className?: string; isCurrent?: boolean; label?: string;
  /** What has to be done first. */
  before?: () => Promise<void>;
}) {
  const given = (params ?? {}) as Routes[R];
  return (
    <AriaLink
      href={hrefTo(route, given)}
      className={className ?? "link"}
      {...(isCurrent ? { "aria-current": "page" as const } : {})}
      {...(label ? { "aria-label": label } : {})}
      onClick={(event) => {
        // With a modifier the system opens a window of its own, which only a browser has.
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        const leave = () => (go as (name: R, params: Routes[R]) => void)(route, given);
        if (before) void before().then(leave);
        else leave();
      }}
    >
      {children}
    </AriaLink>
  );
}
