import { Modal } from "@mantine/core";
import type { ReactNode } from "react";

import { useT } from "../i18n/translate";
import { IconButton } from "./Button";
import { useReturnFocus } from "./hooks";
import { useBackCloses, useFreeRoom, usePull } from "./viewport";

interface Props {
  title: string;
  /** What it is about, beside the title. */
  about?: ReactNode;
  /** What has become of what was typed. */
  status?: string;
  /** Without it, the sheet cannot be closed. */
  onClose?: (() => void) | undefined;
  /** A tap beside it and the way back do not close it: what is typed in it would be lost. */
  held?: boolean;
  children: ReactNode;
}

/** On the phone, a layer that rests on the keyboard. A tap beside it, a pull at its head and the way back close it. */
export function Sheet({ title, about, status, onClose, held = false, children }: Props) {
  const t = useT();
  const { top, height, keys } = useFreeRoom();
  const close = onClose ?? (() => undefined);
  const { by, handlers } = usePull(close);
  useReturnFocus();
  useBackCloses(close, !held);
  return (
    <Modal.Root
      opened
      onClose={close}
      size="100%"
      closeOnEscape={onClose !== undefined}
      closeOnClickOutside={!held}
      transitionProps={{ duration: 120, transition: "slide-up" }}
      zIndex={300}
      classNames={{ inner: "sheet-in", content: `sheet${keys ? " keys" : ""}` }}
      styles={{ inner: { top, height } }}
    >
      <Modal.Overlay />
      <Modal.Content style={by === 0 ? {} : { transform: `translateY(${by}px)` }}>
        <header className="sheet-head" {...(held ? {} : handlers)}>
          <i className={held ? "grab no" : "grab"} aria-hidden="true" />
          <div className="row g8">
            {/* It names the element with the role of a dialog. */}
            <Modal.Title>{title}</Modal.Title>
            <span className="sp el md ink2">{about}</span>
            <span className="sm mut nw" role="status">{status}</span>
            {onClose && <IconButton icon="x" label={t("action.close")} onClick={onClose} />}
          </div>
        </header>
        {children}
      </Modal.Content>
    </Modal.Root>
  );
}
