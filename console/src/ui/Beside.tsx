import { Popover } from "@mantine/core";
import type { ReactNode } from "react";

interface Props {
  label: string;
  /** Of what it is about, on the screen. */
  place: DOMRect;
  below?: boolean | undefined;
  onClose: () => void;
  children: ReactNode;
}

/** A layer beside something; Escape and a click elsewhere close it. */
export function Beside({ label, place, below, onClose, children }: Props) {
  const { left, top, width, height } = place;
  return (
    <Popover opened withRoles={false} onDismiss={onClose} position={below ? "bottom-end" : "right-start"} offset={8} trapFocus returnFocus shadow="none" transitionProps={{ duration: 120 }} zIndex={310} middlewares={{ flip: { fallbackAxisSideDirection: "end" }, shift: { padding: 12 } }}>
      <Popover.Target>
        <span style={{ position: "fixed", left, top, width, height, pointerEvents: "none" }} />
      </Popover.Target>
      <Popover.Dropdown role="dialog" aria-label={label}>{children}</Popover.Dropdown>
    </Popover>
  );
}
