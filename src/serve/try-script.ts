/** The script of the page at "/", as text: it runs in the browser alone. */
export const TRY_SCRIPT = String.raw`
const at = (id) => document.getElementById(id);
// Addresses are beside the page's own, whatever stands before it.
const base = new URL(location.pathname.replace(/\/?$/, "/"), location.origin);
let models = [];

const make = (name, text, fields = {}) => Object.assign(document.createElement(name), { textContent: text }, fields);
const chosen = () => models.find(({ name }) => name === at("model").value);

function wrong(message) {
  at("wrong").textContent = message;
  at("wrong").hidden = message === "";
}

async function ask(path, body) {
  const headers = { ...(body ? { "content-type": "application/json" } : {}) };
  if (at("token").value !== "") headers.authorization = "Bearer " + at("token").value;
  const response = await fetch(new URL(path, base), body ? { method: "POST", headers, body: JSON.stringify(body) } : { headers });
  const answer = await response.json();
  if (response.status === 401) at("token-part").hidden = false;
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

const inferPath = (name) => "v2/models/" + encodeURIComponent(name) + "/infer";

/** The request that the form means: an address and a body. */
function request() {
  const model = chosen();
  const lines = at("texts").value.split("\n").filter((line) => line.trim() !== "");
  if (model.takes === "texts") {
    return { path: "predict", asked: lines, body: { model: model.name, texts: lines } };
  }
  const rows = lines.map((line) => line.trim().split(/[\s,]+/).map(Number));
  const inputs = model.inputs.map(({ name, datatype, shape }) => ({
    name, datatype, shape: [rows.length, ...(shape.length === 2 ? [rows[0]?.length ?? 0] : shape.slice(1))], data: rows.flat(),
  }));
  return { path: inferPath(model.name), asked: lines, body: { inputs } };
}

function show() {
  const model = chosen();
  if (!model) return;
  const texts = model.takes === "texts";
  at("what").textContent = texts ? "Texts, one a line" : "Rows of numbers, one a line";
  at("about").textContent = model.name + ", version " + model.version + ": " + model.kind.replace("text-", "") +
    (model.labels.length > 0 ? " of " + model.labels.slice(0, 12).join(", ") + (model.labels.length > 12 ? ", …" : "") : "") +
    (texts ? "" : "; takes " + model.inputs.map(({ name, shape }) => name + " [" + shape.join(", ") + "]").join(", ")) +
    (model.reload_failed ? ". " + model.reload_failed : "");
  const { path, body } = request();
  const quoted = JSON.stringify(body).replaceAll("'", "'\\''");
  const token = at("token").value === "" ? "" : " -H 'authorization: Bearer …'";
  at("command").textContent = "curl " + new URL(path, base) + token + " -H 'content-type: application/json' -d '" + quoted + "'";
}

const percent = (share) => (100 * share).toFixed(1) + " %";

function bars(scores) {
  const box = make("div", "", { className: "bars" });
  const sorted = Object.entries(scores).sort(([, a], [, b]) => b - a).slice(0, 12);
  for (const [label, share] of sorted) {
    const meter = make("meter", percent(share), { min: 0, max: 1, value: share });
    meter.setAttribute("aria-label", label);
    box.append(make("span", label), meter, make("span", percent(share)));
  }
  return box;
}

function cell(answer) {
  const td = make("td", "");
  const said = answer.labels ? answer.labels.join(", ") || "none"
    : answer.rejected ? "rejected (" + answer.rejected + "), perhaps " + answer.guess
    : answer.label ?? (answer.value === undefined ? (answer.outputs ?? []).join(", ") : String(answer.value));
  td.append(make("strong", said));
  if (answer.known === 0) td.append(" no known word: a guess");
  if (answer.scores) td.append(bars(answer.scores));
  return td;
}

/** Rows of the first output of the protocol's answer. */
function rowsOf({ shape, data }) {
  const size = data.length / (shape[0] || 1);
  return Array.from({ length: shape[0] }, (_, row) => ({ outputs: data.slice(row * size, (row + 1) * size) }));
}

async function answer() {
  const { path, asked, body } = request();
  if (asked.length === 0) return wrong("Write something first, one a line.");
  at("ask").disabled = true;
  wrong("");
  try {
    const began = performance.now();
    const given = await ask(path, body);
    const answers = given.answers ?? rowsOf(given.outputs[0]);
    at("answers").replaceChildren(...answers.map((one, row) => {
      const tr = document.createElement("tr");
      tr.append(make("td", asked[row]), cell(one));
      return tr;
    }));
    at("by").textContent = (given.model ?? given.model_name) + " answered in " + Math.round(performance.now() - began) + " ms.";
    at("answered").hidden = false;
  } catch (error) {
    wrong(error.message);
  } finally {
    at("ask").disabled = false;
  }
}

async function list() {
  try {
    ({ models } = await ask("models"));
    wrong("");
  } catch (error) {
    return wrong(error.message);
  }
  const before = at("model").value;
  at("model").replaceChildren(...models.map(({ name }) => make("option", name, { value: name })));
  if (models.some(({ name }) => name === before)) at("model").value = before;
  show();
}

at("form").addEventListener("submit", (event) => {
  event.preventDefault();
  void (models.length === 0 ? list() : answer());
});
at("form").addEventListener("input", show);
at("token").addEventListener("change", list);
at("texts").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) at("form").requestSubmit();
});
void list();
`;
