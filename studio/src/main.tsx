/** The studio: a page in which a text classifier is trained, looked into and taken along. Nothing leaves it. */
import { render } from "preact";
import { App } from "./app.js";

render(<App />, document.querySelector("#studio")!);

if ("serviceWorker" in navigator) void navigator.serviceWorker.register("./offline.js");
