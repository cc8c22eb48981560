// Sends the key and opens the page; the key is kept nowhere.
"use strict";

const texts = JSON.parse(document.body.dataset.texts);
const failure = document.getElementById("failure");

document.getElementById("login").addEventListener("submit", async (event) => {
  event.preventDefault();
  failure.textContent = "";
  const body = JSON.stringify({ token: document.getElementById("token").value });
  try {
    const answer = await fetch("/console/login", { method: "POST", headers: { "Content-Type": "application/json" }, body });
    if (answer.ok) location.reload();
    else failure.textContent = texts.wrong;
  } catch (error) {
    failure.textContent = texts.gone;
  }
});
