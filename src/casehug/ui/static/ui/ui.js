// Small conveniences. Every page works without this file; nothing here talks to the network.
(() => {
  "use strict";
  const each = (root, selector, act) => {
    if (root.matches?.(selector)) act(root);
    root.querySelectorAll(selector).forEach(act);
  };
  const announce = (text) => {
    const live = document.getElementById("live");
    if (live) { live.textContent = ""; setTimeout(() => { live.textContent = text; }, 50); }
  };

  // Copy buttons: <… data-copy-value> beside <button data-copy>
  async function copy(button) {
    const value = button.parentElement.querySelector("[data-copy-value]");
    const label = button.querySelector("[data-copy-text]");
    try {
      await navigator.clipboard.writeText(value.textContent);
    } catch {
      getSelection().selectAllChildren(value); // no clipboard over plain http: leave it selected
      return;
    }
    const before = label.textContent;
    if (before === label.dataset.done) return;
    label.textContent = label.dataset.done;
    announce(label.dataset.done);
    setTimeout(() => { label.textContent = before; }, 2000);
  }

  // A form with data-once is sent once: the second click waits for the first answer.
  function guard(event) {
    const form = event.target;
    if (!form.matches("form[data-once]")) return;
    if (form.dataset.sent) { event.preventDefault(); event.stopImmediatePropagation(); return; }
    form.dataset.sent = "1";
    const button = event.submitter || form.querySelector("button:not([type=button])");
    button?.setAttribute("aria-busy", "true");
  }
  function release(root) {
    each(root, "form[data-sent]", (form) => { delete form.dataset.sent; });
    each(root, "[aria-busy=true]", (button) => button.removeAttribute("aria-busy"));
  }

  // Relative times stay true while a page is open. Only the short spans move; the server names days and dates.
  const english = document.documentElement.lang.startsWith("en");
  function refreshTimes() {
    each(document, "time[data-ago]", (time) => {
      const seconds = (Date.now() - new Date(time.dateTime)) / 1000;
      if (!english || !(seconds >= 0 && seconds < 6 * 3600)) return;
      const minutes = Math.max(1, Math.round(seconds / 60));
      time.textContent = seconds < 45 ? "just now" : minutes < 60 ? `${minutes} min ago` : `${Math.round(seconds / 3600)} h ago`;
    });
  }

  // File inputs: the whole area takes a drop, and the text names what was chosen.
  function enhanceDropzone(zone) {
    if (zone.classList.contains("is-enhanced")) return;
    const input = zone.querySelector("input[type=file]");
    const text = zone.querySelector("[data-dropzone-text]");
    if (!input || !text) return;
    zone.classList.add("is-enhanced");
    const before = text.textContent;
    const over = (on) => () => zone.classList.toggle("is-over", on);
    zone.addEventListener("dragenter", over(true));
    zone.addEventListener("dragover", over(true));
    zone.addEventListener("dragleave", over(false));
    zone.addEventListener("drop", over(false));
    input.addEventListener("change", () => {
      const names = Array.from(input.files, (file) => file.name);
      text.textContent = names.length ? names.join(", ") : before;
    });
  }

  function enhance(root) {
    each(root, "[data-copy]", (button) => { button.hidden = false; });
    each(root, "[data-dropzone]", enhanceDropzone);
    const summary = root.querySelector?.("[data-focus]");
    if (summary) summary.focus();
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) copy(button);
    document.querySelectorAll("details[data-menu][open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector("details[data-menu][open]");
    if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
  });
  document.addEventListener("submit", guard, true);
  document.addEventListener("htmx:afterRequest", (event) => release(event.detail.elt));
  // An answer that htmx does not show would leave the page as if nothing had been pressed.
  const apologise = (event) => {
    const area = document.querySelector("#messages");
    if (!area || (event.detail.xhr && event.detail.xhr.status === 422)) return;
    const note = document.createElement("p");
    note.className = "callout tone-danger";
    note.setAttribute("role", "alert");
    const lost = event.type === "htmx:sendError" || event.type === "htmx:timeout";
    note.textContent = lost
      ? "The server could not be reached, so nothing was changed. Check your connection and try again."
      : "That did not work, and nothing was changed. Reload the page and try again.";
    area.replaceChildren(note);
  };
  ["htmx:responseError", "htmx:sendError", "htmx:timeout"].forEach((name) => document.addEventListener(name, apologise));
  document.addEventListener("htmx:load", (event) => enhance(event.detail.elt));
  window.addEventListener("pageshow", (event) => { if (event.persisted) release(document); });
  setInterval(refreshTimes, 30000);
  enhance(document.body);
})();
