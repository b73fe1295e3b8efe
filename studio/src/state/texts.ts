/** The texts that can be gone through: those that were opened, or the example's. */
import { computed, signal } from "@preact/signals";
import { subject } from "./subject.js";

export interface OpenTexts {
  name: string;
  source: Blob | URL;
}

const opened = signal<OpenTexts | null>(null);

export const openTexts = (file: File): void => void (opened.value = { name: file.name, source: file });

export const texts = computed<OpenTexts | null>(
  () =>
    opened.value ??
    (subject.value?.isExample
      ? { name: "5,574 text messages, the example's", source: new URL("example/sms-spam.tsv", location.href) }
      : null),
);
