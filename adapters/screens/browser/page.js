// Shows what the gateway says is waiting; the gateway decides what that is, the page only draws it.
"use strict";

const RECONNECT_MS = 2000;
const SILENCE_MS = 40000; // two heartbeats of 15 s missed: the gateway's machine is gone, though nobody hung up
const SAVE_MS = 5000; // a cashier does not wait longer for an answer to a click
const AGAIN_MS = 2000; // until the gateway has stored an answer, or says that it is too late
const TOLD_MS = 4000;
const SETTLE_MS = 400; // a click or key on its way when a popup came, went or moved was not meant for what is there now
const LONG_TEXT = 140; // characters; more would push the button off a small screen at full size
const SCANNER_MS = 150; // a barcode scanner types its digits and then Enter, faster than anybody can
const LOOK_MS = 250; // how often it is looked whether a popup is in sight

const texts = JSON.parse(document.body.dataset.texts);
const here = location.pathname;
const given = new URLSearchParams(location.search).get("token");
const token = given ? "?token=" + encodeURIComponent(given) : "";
const api = "/api/v1/registers/" + here.split("/").pop() + "/popups/";
const title = document.title;
const list = document.getElementById("prompts");
const link = document.getElementById("link");
const cards = new Map(); // id -> card, as long as the gateway lists it; null once confirmed or its time is over
const again = new WeakMap(); // card -> the timer of an answer that could not be saved
let events = null;
let silence = 0;
let retry = 0;
let typedAt = -Infinity;
let movedAt = -Infinity;

function connect() {
  clearTimeout(retry);
  if (events) events.close();
  events = new EventSource(here + "/events" + token);
  events.addEventListener("view", (event) => { heard(); draw(JSON.parse(event.data)); });
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
  drawCustomer(null); // who stands there now is not known
  retry = setTimeout(connect, RECONNECT_MS);
}

function state(name) {
  if (link.dataset.state === name) return; // said once, not at each heartbeat
  link.dataset.state = name;
  link.lastElementChild.textContent = texts[name];
  document.getElementById("idle-text").textContent = texts[name + "_idle"];
  document.getElementById("idle-hint").textContent = texts[name + "_hint"];
}

function draw(view) {
  drawPrompts(view.popups);
  drawCustomer(view.card);
  const limited = document.getElementById("limited");
  limited.hidden = !view.limited;
  if (limited.textContent !== view.limited) limited.textContent = view.limited;
  settle();
}

function drawPrompts(prompts) {
  const listed = new Set(prompts.map((prompt) => prompt.id));
  for (const id of [...cards.keys()]) {
    if (listed.has(id)) continue;
    drop(id);
    cards.delete(id);
  }
  for (const prompt of prompts) {
    if (!cards.has(prompt.id)) add(prompt);
    if (cards.get(prompt.id)) tellWhose(cards.get(prompt.id), prompt);
  }
}

function drawCustomer(card) {
  const place = document.getElementById("customer");
  place.hidden = !card;
  if (!card) return;
  place.querySelector(".who").textContent = card.name || texts.unnamed;
  place.querySelector(".level").hidden = !card.level;
  place.querySelector(".level dd").textContent = card.level;
  place.querySelector(".balance dd").textContent = card.balance;
  place.querySelector(".hints").replaceChildren(...card.hints.map((hint) => {
    const row = document.createElement("li");
    row.textContent = hint;
    return row;
  }));
}

function add(prompt) {
  const card = document.getElementById("prompt").content.cloneNode(true).firstElementChild;
  const text = card.querySelector(".text");
  card.querySelector(".say").textContent = prompt.title;
  text.textContent = prompt.text;
  text.id = "text-" + prompt.id;
  for (const [name, answer] of [[".yes", "congratulated"], [".no", "left"]]) {
    const button = card.querySelector(name);
    button.setAttribute("aria-describedby", text.id);
    button.addEventListener("click", () => pressed(prompt.id, card, button, answer));
    button.addEventListener("keydown", guard);
  }
  if (prompt.text.length > LONG_TEXT) card.dataset.long = "";
  card.style.setProperty("--stays", prompt.stays_seconds + "s");
  setTimeout(() => { if (!("kept" in card.dataset)) drop(prompt.id); }, prompt.stays_seconds * 1000);
  if (!prompt.click_needed) watch(prompt, card);
  cards.set(prompt.id, card);
  list.append(card);
  movedAt = performance.now();
  chime();
}

// Another customer may stand there by now: whose it is, and the way to say that he has gone.
function tellWhose(card, prompt) {
  const whose = card.querySelector(".whose");
  if (whose.lastElementChild.textContent === prompt.whose) return;
  whose.lastElementChild.textContent = prompt.whose;
  whose.hidden = !prompt.whose;
  card.querySelector(".no").hidden = !prompt.answers.some((row) => row.answer === "left");
  movedAt = performance.now();
}

// Where the rule needs no click: in sight for so long counts as read. Behind another window it does not.
function watch(prompt, card) {
  card.querySelector(".hint").textContent = texts.counts_itself;
  let left = prompt.seen_after_seconds * 1000;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    if (document.visibilityState === "visible" && inSight(card)) left -= Math.min(now - last, 2 * LOOK_MS);
    last = now;
    if (left <= 0 && card.isConnected) answer(prompt.id, card, card.querySelector(".yes"), "congratulated");
    if (left <= 0 || !card.isConnected) clearInterval(timer);
  }, LOOK_MS);
}

function inSight(card) {
  const box = card.querySelector(".text").getBoundingClientRect();
  return box.top < innerHeight && box.bottom > 0;
}

function guard(event) {
  if (event.key !== "Enter" && event.key !== " ") return;
  if (event.repeat || performance.now() - typedAt < SCANNER_MS) event.preventDefault();
}

function pressed(id, card, button, given) {
  if (performance.now() - movedAt >= SETTLE_MS) answer(id, card, button, given);
}

async function answer(id, card, button, given) {
  if ("saving" in card.dataset || !card.isConnected) return;
  clearTimeout(again.get(card));
  card.dataset.saving = "";
  button.setAttribute("aria-disabled", "true"); // `disabled` would take the focus away
  card.dataset.kept = ""; // once answered, it goes when it is saved and not before
  card.querySelector(".failure").textContent = "";
  const status = await save(id, given);
  button.removeAttribute("aria-disabled");
  delete card.dataset.saving;
  if (status === 200) { tell(texts.stored); drop(id); }
  else if (status === 409) { tell(texts.late); drop(id); }
  else {
    card.querySelector(".failure").textContent = texts.failed;
    again.set(card, setTimeout(() => answer(id, card, button, given), AGAIN_MS));
  }
}

async function save(id, given) {
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(), SAVE_MS);
  try {
    const address = api + encodeURIComponent(id) + "/answer" + token;
    const headers = { "Content-Type": "application/json" };
    const body = JSON.stringify({ answer: given });
    return (await fetch(address, { method: "POST", signal: giveUp.signal, headers, body })).status;
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
  document.body.toggleAttribute("data-popups", count > 0);
  document.getElementById("idle").hidden = count > 0 || !document.getElementById("customer").hidden;
  document.title = count ? "(" + count + ") " + title : title;
  if (first && !list.contains(document.activeElement) && document.activeElement !== sound) first.focus();
}

function tell(text) {
  const told = document.getElementById("told");
  told.textContent = text;
  setTimeout(() => { if (told.textContent === text) told.textContent = ""; }, TOLD_MS);
}

// The sound: two soft notes. A browser plays none before somebody has touched the page.
const sound = document.getElementById("sound");
let audio = null;

function wantsSound() {
  try { return localStorage.getItem("sound") === "on"; } catch (error) { return false; }
}

function drawSound(on) {
  sound.setAttribute("aria-pressed", String(on));
  sound.querySelector("span").textContent = on ? texts.sound_on : texts.sound_off;
}

sound.addEventListener("click", () => {
  const on = sound.getAttribute("aria-pressed") !== "true";
  try { localStorage.setItem("sound", on ? "on" : "off"); } catch (error) { /* until the page is closed */ }
  drawSound(on);
  if (on) chime();
});

function chime() {
  if (sound.getAttribute("aria-pressed") !== "true") return;
  try {
    audio = audio || new AudioContext();
    audio.resume();
    note(660, 0);
    note(880, 0.16);
  } catch (error) { /* no sound is no reason to stop */ }
}

function note(hertz, after) {
  const from = audio.currentTime + after;
  const tone = audio.createOscillator();
  const volume = audio.createGain();
  tone.frequency.value = hertz;
  volume.gain.setValueAtTime(0.0001, from);
  volume.gain.exponentialRampToValueAtTime(0.2, from + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.0001, from + 0.35);
  tone.connect(volume).connect(audio.destination);
  tone.start(from);
  tone.stop(from + 0.4);
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" && event.key !== " ") typedAt = performance.now();
}, true);
// A click beside the button takes the focus off it; keys must go on working.
document.addEventListener("click", (event) => { if (!sound.contains(event.target)) settle(); });
document.addEventListener("visibilitychange", () => { if (!document.hidden && link.dataset.state === "offline") connect(); });
window.addEventListener("online", connect);
window.addEventListener("offline", lost);
drawSound(wantsSound());
connect();
