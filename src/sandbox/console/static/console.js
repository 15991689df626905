// Small conveniences; every page works without them.
// 1. [data-refresh] fetches its fragment every two seconds and swaps in the part named by data-pick.
// 2. A card dragged onto a column submits its own Move form.
"use strict";

function refresh(place) {
  if (document.hidden || place.contains(document.activeElement)) return;
  const selection = document.getSelection();
  if (selection && !selection.isCollapsed && place.contains(selection.anchorNode)) return;
  fetch(place.dataset.refresh, { credentials: "same-origin" })
    .then((answer) => (answer.ok ? answer.text() : Promise.reject(answer.status)))
    .then((html) => {
      const parsed = new DOMParser().parseFromString(html, "text/html");
      const fresh = parsed.querySelector(place.dataset.pick);
      const old = place.matches(place.dataset.pick) ? place : place.querySelector(place.dataset.pick);
      if (fresh && old && fresh.innerHTML !== old.innerHTML) old.innerHTML = fresh.innerHTML;
    })
    .catch(() => {}); // the sandbox may be restarting; the next round tries again
}

// On a phone the current tab may lie outside the strip.
document.querySelector(".tabs [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });

for (const place of document.querySelectorAll("[data-refresh]")) {
  setInterval(() => refresh(place), 2000);
}

for (const card of document.querySelectorAll("[data-matter]")) {
  card.addEventListener("dragstart", (event) => {
    event.dataTransfer.setData("text/plain", card.dataset.matter);
    event.dataTransfer.effectAllowed = "move";
    card.classList.add("dragged");
  });
  card.addEventListener("dragend", () => card.classList.remove("dragged"));
}

for (const column of document.querySelectorAll("[data-stage]")) {
  column.addEventListener("dragover", (event) => {
    event.preventDefault();
    column.classList.add("target");
  });
  column.addEventListener("dragleave", (event) => {
    if (!column.contains(event.relatedTarget)) column.classList.remove("target");
  });
  column.addEventListener("drop", (event) => {
    event.preventDefault();
    column.classList.remove("target");
    const card = document.getElementById(`matter-${event.dataTransfer.getData("text/plain")}`);
    if (!card || column.contains(card)) return;
    const form = card.querySelector("form.move");
    form.elements.stage_id.value = column.dataset.stage;
    form.submit();
  });
}
