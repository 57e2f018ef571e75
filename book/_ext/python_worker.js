// Python, apart from the page: Pyodide in a worker, with NumPy and the course.
//
// in   { index, files, course, kept }   once; files null: fetched from index
//      { given, typed, id }             lines to run; id undefined: nothing is judged
// out  { ready } | { said, kept } | { failed }

// A page that was opened as a file may start a classic worker only, which imports modules
// all the same; Pyodide knows the other kind by importScripts, which throws there.
globalThis.importScripts = () => {
  throw new TypeError("Modules are imported here.");
};

const KEPT = "/progress.json"; // where check keeps the best results
let pyodide, inPage;

onmessage = async ({ data }) => {
  try {
    if (data.index) postMessage(await start(data));
    else postMessage({ said: inPage.answer(data.given, data.typed, data.id), kept: kept() });
  } catch (error) {
    postMessage({ failed: String(error.message ?? error) });
  }
};

async function start({ index, files, course, kept }) {
  if (files) serve(index, files);
  const script = (name) => (files ? address(files[name], "text/javascript") : index + name);
  const { loadPyodide } = await import(script("pyodide.mjs"));
  const made = files ? (await import(script("pyodide.asm.mjs"))).default : undefined;
  pyodide = await loadPyodide({
    indexURL: index,
    packages: ["numpy"],
    env: { LSTM_COURSE_PROGRESS: KEPT },
    ...(made && { createPyodideModule: made }),
  });
  pyodide.unpackArchive(course, "zip"); // where Python looks first
  if (kept) pyodide.FS.writeFile(KEPT, kept);
  inPage = pyodide.pyimport("in_page");
  return { ready: true };
}

// What is asked for below index comes from these bytes, and nothing goes to a host.
function serve(index, files) {
  const types = { wasm: "application/wasm", json: "application/json" };
  globalThis.fetch = async (asked) => {
    const name = String(asked.url ?? asked).split("/").pop();
    const type = types[name.split(".").pop()] ?? "application/octet-stream";
    if (files[name]) return new Response(files[name], { headers: { "Content-Type": type } });
    return new Response("", { status: 404 });
  };
}

function address(bytes, type) {
  return URL.createObjectURL(new Blob([bytes], { type }));
}

function kept() {
  return pyodide.FS.analyzePath(KEPT).exists
    ? pyodide.FS.readFile(KEPT, { encoding: "utf8" })
    : null;
}
