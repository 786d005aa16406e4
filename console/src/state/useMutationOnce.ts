import { useMutation, type UseMutationOptions, type UseMutationResult } from "@tanstack/react-query";
import { useRef } from "react";

/** A mutation that ignores calls while it runs: a second click may come before the render in which `isPending` is true. */
export function useMutationOnce<D, V = void>(options: UseMutationOptions<D, Error, V>): UseMutationResult<D, Error, V> {
  const running = useRef(false);
  const mutation = useMutation<D, Error, V>({
    ...options,
    onSettled: (...settled) => {
      running.current = false;
      return options.onSettled?.(...settled);
    },
  });
  const mutate: typeof mutation.mutate = (...call) => {
    if (running.current) return;
    running.current = true;
    mutation.mutate(...call);
  };
  return { ...mutation, mutate };
}
