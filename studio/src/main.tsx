/** The studio: a page in which a text classifier is trained, looked into and taken along. Nothing leaves it. */
import { render } from "preact";
import { App } from "./app.js";
import { openFiles } from "./state/open-files.js";
import { routed } from "./state/route.js";
import { openModel } from "./state/subject.js";

render(<App />, document.querySelector("#studio")!);

// What `cellstate studio MODEL` serves, or the example.
const given = routed("open").peek();
if (given) void openModel(new URL(`open/${encodeURIComponent(given)}`, location.href), given);
else void openModel(new URL("example/spam.keras", location.href), "Spam or not, an example", true);

// A file may be dropped anywhere.
document.addEventListener("dragover", (event) => event.preventDefault());
document.addEventListener("drop", (event) => {
  event.preventDefault();
  void openFiles([...(event.dataTransfer?.files ?? [])]);
});

if ("serviceWorker" in navigator) void navigator.serviceWorker.register("./offline.js");
