// Passkeys: asks the browser for one and sends what it answers by the page's own form.
// <form data-passkey="add" | "use" data-origin data-begin …> with a hidden field "credential".

const bytesOf = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (char) => char.charCodeAt(0));
const textOf = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

function toMake(options) {
  const excludeCredentials = options.excludeCredentials.map((one) => ({ ...one, id: bytesOf(one.id) }));
  const user = { ...options.user, id: bytesOf(options.user.id) };
  return { ...options, challenge: bytesOf(options.challenge), user, excludeCredentials };
}

const toUse = (options) => ({ ...options, challenge: bytesOf(options.challenge), allowCredentials: [] });

function answerOf(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = textOf(credential.response[name]);
  }
  return JSON.stringify({ id: credential.id, rawId: textOf(credential.rawId), type: credential.type, response });
}

// What the service answers as JSON; throws the sentence for people that it refuses with.
async function ask(form) {
  const body = new URLSearchParams(new FormData(form));
  let answer;
  try {
    answer = await fetch(form.dataset.begin, { method: "POST", body, headers: { Accept: "application/json" } });
  } catch { throw new Error(form.dataset.failed); }
  const document = await answer.json();
  if (!answer.ok) throw new Error(document.detail);
  return document;
}

async function credentialFor(form) {
  const options = await ask(form);
  try {
    return form.dataset.passkey === "add"
      ? await navigator.credentials.create({ publicKey: toMake(options) })
      : await navigator.credentials.get({ publicKey: toUse(options) });
  } catch (error) {
    throw new Error(error.name === "InvalidStateError" ? form.dataset.known : form.dataset.givenUp);
  }
}

function tell(form, sentence) {
  const place = form.querySelector("[data-problem]");
  place.hidden = sentence === "";
  place.firstElementChild.textContent = sentence;
}

async function run(form) {
  const button = form.querySelector("button");
  button.disabled = true;
  tell(form, "");
  try {
    const credential = await credentialFor(form);
    form.elements.credential.value = answerOf(credential);
    if (form.elements.current) form.elements.current.disabled = true; // it has been looked at already
    form.submit();
  } catch (error) {
    tell(form, error.message);
    button.disabled = false;
    button.focus();
  }
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const reason = !window.PublicKeyCredential ? "missing" : location.origin !== form.dataset.origin ? "elsewhere" : "";
  const told = reason && document.querySelector(`[data-passkeys-${reason}]`);
  if (told) told.hidden = false;
  form.hidden = reason !== "";
  form.addEventListener("submit", (event) => { event.preventDefault(); run(form); });
}
