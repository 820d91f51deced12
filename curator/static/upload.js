// The upload page with JavaScript: several files, progress, pause, going on after a lost connection or a closed page.
// Bytes go by the tus protocol (vendor/tus.min.js). Without this file the form sends everything in one go.

const form = document.getElementById("upload");
const input = document.getElementById("files");
const drop = document.getElementById("drop");
const list = document.getElementById("chosen");
const send = document.getElementById("send");
const onward = document.getElementById("onward");
const row = document.getElementById("row");
const unfinished = document.getElementById("unfinished");
const { group, item, variant, chunk, largest } = form.dataset;
const single = item !== "";
const rows = [];
const AT_ONCE = 3;
const DELAYS = [0, 1000, 3000, 5000, 10000, 20000, 30000, 30000, 60000, 60000];
const say = (name) => form.dataset[`say${name[0].toUpperCase()}${name.slice(1)}`];

function size(bytes) {
  const units = ["B", "kB", "MB", "GB"];
  let value = bytes, unit = 0;
  while (value >= 1000 && unit < 3) { value /= 1000; unit += 1; }
  return `${new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: value < 10 ? 1 : 0 }).format(value)} ${units[unit]}`;
}

function sentenceOf(error) {
  try { return JSON.parse(error.originalResponse.getBody()).detail; } catch { return ""; }
}

function worthRetrying(error) {
  const status = error.originalResponse ? error.originalResponse.getStatus() : 0;
  return status === 0 || status === 408 || status === 409 || status === 423 || (status >= 500 && status !== 507);
}

class Sending {
  constructor(file) {
    this.file = file;
    this.state = "waiting";
    this.wanted = false;
    this.element = row.content.firstElementChild.cloneNode(true);
    this.find = (name) => this.element.querySelector(`.${name}`);
    this.bar = this.element.querySelector("progress");
    this.find("file-name").textContent = file.name;
    this.find("file-size").textContent = size(file.size);
    if (this.find("title")) this.find("title").value = file.name.replace(/\.[^.]*$/, "").replaceAll("_", " ").slice(0, 120);
    this.find("pause").addEventListener("click", () => this.pause());
    this.find("resume").addEventListener("click", () => this.start());
    this.find("remove").addEventListener("click", () => this.remove());
    list.append(this.element);
    this.show("waiting");
    this.recall();
    if (file.size === 0) this.fail(say("empty"));
    else if (file.size > Number(largest)) this.fail(say("large"));
  }

  show(state, words = "") {
    this.state = state;
    this.find("state").textContent = words || say(state) || "";
    this.find("pause").hidden = state !== "sending" && state !== "lost";
    this.find("resume").hidden = state !== "paused" && state !== "stopped";
    this.find("remove").hidden = state === "done" || state === "held" || state === "checking";
    this.element.classList.toggle("problem", state === "failed" || state === "stopped");
    this.element.classList.toggle("arrived", state === "done" || state === "held");
    if (this.find("title")) this.find("title").readOnly = state !== "waiting";
    renew();
  }

  // An upload that was begun earlier keeps the title it was begun with.
  async recall() {
    const earlier = await window.tus.defaultOptions.urlStorage.findUploadsByFingerprint(this.fingerprint());
    const title = earlier[0]?.metadata?.title;
    if (title && this.find("title")) { this.find("title").value = title; this.find("title").disabled = true; }
  }

  // The same file for another group or item is another upload.
  fingerprint() { return ["commonscreen", group, item + variant, this.file.name, this.file.size, this.file.lastModified].join("|"); }

  fail(words) { this.show("failed", words); }

  async start() {
    if (this.state === "sending" || this.state === "checking") return;
    this.show("sending");
    if (!this.upload) {
      this.upload = this.make();
      const earlier = await this.upload.findPreviousUploads();
      if (earlier.length) this.upload.resumeFromPreviousUpload(earlier[0]);
    }
    this.upload.start();
  }

  make() {
    const metadata = { filename: this.file.name, group };
    if (variant) metadata.variant = variant;
    if (single) metadata.item = item; else metadata.title = this.find("title").value;
    return new window.tus.Upload(this.file, {
      endpoint: "/uploads",
      chunkSize: Number(chunk),
      retryDelays: DELAYS,
      removeFingerprintOnSuccess: true,
      headers: { Accept: "application/json" },
      metadata,
      fingerprint: async () => this.fingerprint(),
      onProgress: (sent, all) => {
        this.bar.value = all ? sent / all : 0;
        if (this.state === "lost") this.show("sending");
        if (this.state === "sending") {
          const share = new Intl.NumberFormat(document.documentElement.lang, { style: "percent" }).format(sent / all);
          this.find("state").textContent = sent === all ? say("checking") : `${say("sending")} · ${share}`;
        }
      },
      onShouldRetry: (error) => {
        const again = worthRetrying(error);
        if (again) this.show("lost");
        return again;
      },
      onError: (error) => (worthRetrying(error) || sentenceOf(error) === "" ? this.show("stopped", sentenceOf(error)) : this.refused(error)),
      onSuccess: ({ lastResponse }) => this.arrived(lastResponse),
    });
  }

  refused(error) {
    // Without room the upload waits and may go on; anything else needs another file.
    if (error.originalResponse.getStatus() === 507) this.show("stopped", sentenceOf(error));
    else this.fail(sentenceOf(error));
  }

  arrived(response) {
    this.bar.value = 1;
    const made = response.getHeader("Commonscreen-Item");
    if (made) { const see = this.find("see"); see.href = variant ? `/items/${made}/variants` : `/items/${made}`; see.hidden = false; }
    this.show(response.getHeader("Commonscreen-Outcome") === "held" ? "held" : "done");
  }

  pause() { this.upload.abort(); this.show("paused"); }

  remove() {
    this.upload?.abort(true).catch(() => { /* it expires by itself */ });
    rows.splice(rows.indexOf(this), 1);
    this.element.remove();
    renew();
  }
}

let lock = null;
async function stayAwake(wanted) {
  // A phone that falls asleep stops sending.
  try {
    if (wanted && !lock) lock = await navigator.wakeLock?.request("screen");
    else if (!wanted && lock) { await lock.release(); lock = null; }
  } catch { /* not given: the upload can be resumed */ }
}

function renew() {
  const busy = rows.filter((one) => one.state === "sending" || one.state === "lost").length;
  // Three at a time are quick on a good line and kind to a bad one.
  const next = busy < AT_ONCE && rows.find((one) => one.wanted && one.state === "waiting");
  if (next) { next.start(); return; }
  send.hidden = !rows.some((one) => one.state === "waiting" && !one.wanted);
  onward.hidden = !rows.some((one) => one.state === "done" || one.state === "held");
  stayAwake(busy > 0);
}

function add(files) {
  const kept = single ? [...files].slice(0, 1) : [...files];
  if (single) for (const old of [...rows]) old.remove();
  for (const file of kept) {
    if (!rows.some((one) => one.file.name === file.name && one.file.size === file.size && one.file.lastModified === file.lastModified)) rows.push(new Sending(file));
  }
  input.value = "";
  for (const entry of [...unfinished.querySelectorAll("li")]) if (kept.some((file) => file.name === entry.textContent)) entry.remove();
  unfinished.hidden ||= !unfinished.querySelector("li");
  renew();
  rows.at(-1)?.element.querySelector("input, button:not([hidden])")?.focus();
}

async function tellUnfinished() {
  const all = await window.tus.defaultOptions.urlStorage.findAllUploads();
  const here = all.filter((one) => one.metadata?.group === group && (one.metadata?.item ?? "") === item && (one.metadata?.variant ?? "") === variant);
  for (const one of here) {
    const entry = document.createElement("li");
    entry.textContent = one.metadata.filename;
    unfinished.querySelector("ul").append(entry);
  }
  unfinished.hidden = here.length === 0;
}

if (window.tus?.isSupported) {
  input.required = false;
  input.addEventListener("change", () => add(input.files));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    for (const one of rows) one.wanted ||= one.state === "waiting";
    renew();
  });
  form.querySelector(".with-script").hidden = false;
  for (const name of ["dragover", "dragleave", "drop"]) {
    drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.toggle("over", name === "dragover"); });
  }
  drop.addEventListener("drop", (event) => add(event.dataTransfer.files));
  window.addEventListener("online", () => { for (const one of rows) if (one.state === "stopped" || one.state === "lost") { one.upload.abort(); one.state = "stopped"; one.start(); } });
  window.addEventListener("beforeunload", (event) => { if (rows.some((one) => one.state === "sending")) event.preventDefault(); });
  tellUnfinished();
  renew();
}
