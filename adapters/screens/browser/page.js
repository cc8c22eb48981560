// Shows what the gateway says is waiting; the gateway decides what that is, the page only draws it.
"use strict";

const RECONNECT_MS = 2000;
const SILENCE_MS = 40000; // two heartbeats of 15 s missed: the gateway's machine is gone, though nobody hung up
const SAVE_MS = 5000; // a cashier does not wait longer for an answer to a click
const TOLD_MS = 4000;
const SETTLE_MS = 400; // a click or key on its way when a popup came, went or moved was not meant for what is there now
const LONG_TEXT = 140; // characters; more would push the button off a small screen at full size
const SCANNER_MS = 150; // a barcode scanner types its digits and then Enter, faster than anybody can

const texts = JSON.parse(document.body.dataset.texts);
const here = location.pathname;
const given = new URLSearchParams(location.search).get("token");
const token = given ? "?token=" + encodeURIComponent(given) : "";
const api = "/api/v1/registers/" + here.split("/").pop() + "/popups/";
const title = document.title;
const list = document.getElementById("prompts");
const link = document.getElementById("link");
const cards = new Map(); // id -> card, as long as the gateway lists it; null once confirmed or its time is over
let events = null;
let silence = 0;
let retry = 0;
let typedAt = -Infinity;
let movedAt = -Infinity;

function connect() {
  clearTimeout(retry);
  if (events) events.close();
  events = new EventSource(here + "/events" + token);
  events.addEventListener("view", (event) => { heard(); draw(JSON.parse(event.data).popups); });
  events.addEventListener("heartbeat", heard);
  events.onerror = lost;
  listenFor(SILENCE_MS);
}

function heard() {
  state("connected");
  listenFor(SILENCE_MS);
}

function listenFor(milliseconds) {
  clearTimeout(silence);
  silence = setTimeout(lost, milliseconds);
}

// Our own timer and not the browser's: the browser gives up for good on an answer such as 503.
function lost() {
  events.close();
  clearTimeout(silence);
  clearTimeout(retry);
  state("offline");
  retry = setTimeout(connect, RECONNECT_MS);
}

function state(name) {
  if (link.dataset.state === name) return; // said once, not at each heartbeat
  link.dataset.state = name;
  link.lastElementChild.textContent = texts[name];
  document.getElementById("idle-text").textContent = texts[name + "_idle"];
  document.getElementById("idle-hint").textContent = texts[name + "_hint"];
}

function draw(prompts) {
  const listed = new Set(prompts.map((prompt) => prompt.id));
  for (const id of [...cards.keys()]) {
    if (listed.has(id)) continue;
    drop(id);
    cards.delete(id);
  }
  for (const prompt of prompts) {
    if (!cards.has(prompt.id)) add(prompt);
  }
  settle();
}

function add(prompt) {
  const card = document.getElementById("prompt").content.cloneNode(true).firstElementChild;
  const button = card.querySelector("button");
  const text = card.querySelector(".text");
  text.textContent = prompt.text;
  text.id = "text-" + prompt.id;
  button.setAttribute("aria-describedby", text.id);
  button.addEventListener("click", () => confirm(prompt.id, card, button));
  button.addEventListener("keydown", guard);
  if (prompt.text.length > LONG_TEXT) card.dataset.long = "";
  card.style.setProperty("--stays", prompt.stays_seconds + "s");
  setTimeout(() => { if (!("kept" in card.dataset)) drop(prompt.id); }, prompt.stays_seconds * 1000);
  cards.set(prompt.id, card);
  list.append(card);
  movedAt = performance.now();
}

function guard(event) {
  if (event.key !== "Enter" && event.key !== " ") return;
  if (event.repeat || performance.now() - typedAt < SCANNER_MS) event.preventDefault();
}

async function confirm(id, card, button) {
  if (button.getAttribute("aria-disabled") || performance.now() - movedAt < SETTLE_MS) return;
  button.setAttribute("aria-disabled", "true"); // `disabled` would take the focus away
  card.dataset.kept = ""; // once clicked, it goes when it is saved and not before
  card.querySelector(".failure").textContent = "";
  const status = await save(id);
  button.removeAttribute("aria-disabled");
  if (status === 200) { tell(texts.stored); drop(id); }
  else if (status === 409) { tell(texts.late); drop(id); }
  else card.querySelector(".failure").textContent = texts.failed;
}

async function save(id) {
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(), SAVE_MS);
  try {
    const address = api + encodeURIComponent(id) + "/answer" + token;
    const told = { method: "POST", signal: giveUp.signal, headers: { "Content-Type": "application/json" }, body: JSON.stringify({ answer: "congratulated" }) };
    return (await fetch(address, told)).status;
  } catch (error) {
    return 0;
  } finally {
    clearTimeout(timer);
  }
}

function drop(id) {
  const card = cards.get(id);
  if (!card) return;
  card.remove();
  movedAt = performance.now();
  cards.set(id, null); // a list sent before the click may still come; it must not bring the popup back
  settle();
}

function settle() {
  const first = list.querySelector("button");
  const count = list.childElementCount;
  document.getElementById("idle").hidden = count > 0;
  document.title = count ? "(" + count + ") " + title : title;
  if (first && !list.contains(document.activeElement)) first.focus();
}

function tell(text) {
  const told = document.getElementById("told");
  told.textContent = text;
  setTimeout(() => { if (told.textContent === text) told.textContent = ""; }, TOLD_MS);
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" && event.key !== " ") typedAt = performance.now();
}, true);
// A click beside the button takes the focus off it; keys must go on working.
document.addEventListener("click", settle);
document.addEventListener("visibilitychange", () => { if (!document.hidden && link.dataset.state === "offline") connect(); });
window.addEventListener("online", connect);
window.addEventListener("offline", lost);
connect();
