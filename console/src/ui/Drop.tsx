import { Popover } from "@mantine/core";
import { Fragment, type ReactElement, type ReactNode, type RefObject, useEffect, useEffectEvent, useRef, useState } from "react";

import { Icon, type IconName } from "./Icon";

interface DropProps {
  /** A button that takes `onClick` and the state of what it opens. */
  button: (state: { open: boolean; toggle: () => void }) => ReactElement;
  children: (close: () => void) => ReactNode;
  right?: boolean;
  opened?: boolean;
  onOpened?: (opened: boolean) => void;
  label?: string;
  /** What is inside closes it by Escape, when it is its turn. */
  escapes?: boolean;
}

/** The layer is open a moment before it has the focus, from which on it answers Escape itself. */
function useEscapeOutside(layer: RefObject<HTMLElement | null>, open: boolean, close: () => void): void {
  const listen = useEffectEvent((event: KeyboardEvent) => {
    if (event.key !== "Escape" || event.isComposing || layer.current?.contains(event.target as Node)) return;
    event.preventDefault();
    event.stopPropagation();
    close();
  });
  useEffect(() => {
    if (!open) return;
    const listener = (event: KeyboardEvent) => listen(event);
    window.addEventListener("keydown", listener, true);
    return () => window.removeEventListener("keydown", listener, true);
  }, [open]);
}

/** A layer below a button; Escape closes it and focus returns. */
export function Drop({ button, children, right, opened, onOpened, label, escapes = false }: DropProps) {
  const [inner, setInner] = useState(false);
  const open = opened ?? inner;
  const change = (next: boolean) => {
    setInner(next);
    onOpened?.(next);
  };
  const layer = useRef<HTMLDivElement>(null);
  useEscapeOutside(layer, open, () => change(false));
  return (
    <Popover
      opened={open}
      onChange={change}
      position={right ? "bottom-end" : "bottom-start"}
      offset={4}
      closeOnEscape={!escapes}
      trapFocus
      returnFocus
      shadow="none"
      transitionProps={{ duration: 120 }}
      zIndex={310}
    >
      <Popover.Target>{button({ open, toggle: () => change(!open) })}</Popover.Target>
      <Popover.Dropdown ref={layer} aria-label={label}>{children(() => change(false))}</Popover.Dropdown>
    </Popover>
  );
}

export interface MenuItem {
  label: ReactNode;
  icon?: IconName;
  danger?: boolean;
  on?: boolean;
  /** Above the first item of a group; empty for a line. */
  group?: string;
  act: () => void;
}

function moveFocus(from: HTMLElement, by: number): void {
  const items = [...(from.closest(".menu")?.querySelectorAll<HTMLElement>(".mi") ?? [])];
  items[(items.indexOf(from) + by + items.length) % items.length]?.focus();
}

export function MenuList({ items, close, title }: { items: MenuItem[]; close: () => void; title?: string }) {
  return (
    <div className="menu scroll" role="menu" aria-label={title}>
      {title && <div className="ml">{title}</div>}
      {items.map((item, place) => (
        <Fragment key={place}>
          {item.group !== undefined && (item.group ? <div className="ml">{item.group}</div> : <div className="mr" role="separator" />)}
          <button
            type="button"
            role="menuitem"
            className={`mi${item.danger ? " dg" : ""}`}
            onKeyDown={(event) => {
              if (event.key === "ArrowDown") moveFocus(event.currentTarget, 1);
              if (event.key === "ArrowUp") moveFocus(event.currentTarget, -1);
            }}
            onClick={() => {
              close();
              item.act();
            }}
          >
            {item.icon && <Icon name={item.icon} />}
            <span className="sp">{item.label}</span>
            {item.on && <Icon name="check" />}
          </button>
        </Fragment>
      ))}
    </div>
  );
}
