// A server: POST a text to /predict, get its label. Nothing but Node and a saved classifier.
//
//   node examples/server.mjs spam.keras [PORT]
//   curl --data "free entry in a weekly draw" http://localhost:8080/predict
import { createServer } from "node:http";
import { TextClassifier } from "cellstate";

const [file = "spam.keras", port = "8080"] = process.argv.slice(2);
const MOST_BYTES = 100_000;
const classifier = await TextClassifier.load(file);

/** The request's body as text; null where it is longer than a message can be. */
async function bodyOf(request) {
  const chunks = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function answer(response, status, body) {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

const server = createServer(async (request, response) => {
  if (request.url !== "/predict" || request.method !== "POST") {
    return answer(response, 404, { error: "POST a text to /predict" });
  }
  try {
    const text = await bodyOf(request);
    if (text === null) return answer(response, 413, { error: `at most ${MOST_BYTES} bytes` });
    // A prediction takes well under a millisecond: it may run on the thread that serves.
    answer(response, 200, classifier.predict(text));
  } catch (error) {
    console.error(error);
    answer(response, 500, { error: "no answer" });
  }
});
server.listen(Number(port), "127.0.0.1", () => {
  console.log(`classifies at http://127.0.0.1:${server.address().port}/predict`);
});
process.once("SIGTERM", () => server.close());
