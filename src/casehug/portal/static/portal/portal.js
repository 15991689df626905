// Autosave, questions that appear, and uploads that survive a bad line. Every page works without this file.
(() => {
  "use strict";
  const words = document.getElementById("portal-words")?.dataset;
  if (!words) return;
  document.documentElement.classList.add("has-scripts");
  const token = document.querySelector("input[name=csrfmiddlewaretoken]")?.value || "";
  const headers = { "X-CSRFToken": token, Accept: "application/json" };
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));
  // Resolves when the network may be back: at once when the browser says so, else after a while.
  const connected = (ms) => Promise.race([wait(ms), new Promise((done) => addEventListener("online", done, { once: true }))]);
  // What is on its way is kept for this tab until the server has it: through a reload, or when the phone has put the
  // tab aside. Not longer and not for other tabs, since the phone may be somebody else's. Never a secret.
  const shelf = {
    name: (what) => `intake:${words.intake}:${what}`,
    get(what) { try { return JSON.parse(sessionStorage.getItem(this.name(what))); } catch { return null; } },
    put(what, value) { try { sessionStorage.setItem(this.name(what), JSON.stringify(value)); } catch { /* full or off */ } },
    drop(what) { try { sessionStorage.removeItem(this.name(what)); } catch { /* off */ } },
    // What belongs to another intake, or was sent off with its form and has got us to another page.
    tidy() {
      try {
        for (const key of Object.keys(sessionStorage)) {
          const [kind, intake, ...what] = key.split(":");
          if (kind !== "intake") continue;
          const kept = this.get(what.join(":"));
          if (intake !== words.intake || (kept?.sent && kept.page !== location.pathname)) sessionStorage.removeItem(key);
        }
      } catch { /* off */ }
    },
    clear() { try { sessionStorage.clear(); } catch { /* off */ } },
  };
  shelf.tidy();
  document.querySelector("[data-leave]")?.addEventListener("submit", () => shelf.clear());
  const say = (place, text, tone) => { place.textContent = text; place.dataset.tone = tone; };

  // ---- Questions that depend on other answers. In the order of the page, so one that hides takes its own with it.
  function given(form, name) {
    const inputs = [...form.elements].filter((input) => input.name === name && !input.matches(":disabled"));
    return inputs.filter((input) => !/radio|checkbox/.test(input.type) || input.checked).map((input) => input.value);
  }
  function showAndHide(form) {
    form.querySelectorAll("[data-show-if]").forEach((box) => {
      const known = form.querySelector(`[name="${CSS.escape(box.dataset.showIf)}"]`);
      if (!known) return; // its condition stands in another part: the server has decided
      const wanted = box.dataset.showValues.split("|");
      const shown = given(form, box.dataset.showIf).some((value) => wanted.includes(value));
      box.hidden = !shown;
      box.querySelector("fieldset").disabled = !shown;
    });
  }

  // ---- Autosave: one request at a time per question, the newest value last, kept and sent again when offline.
  const unsaved = new Set();
  const collect = (box) => {
    const data = new URLSearchParams();
    box.querySelectorAll("input, select, textarea").forEach((input) => {
      if (!input.name || input.matches(":disabled") || (/radio|checkbox/.test(input.type) && !input.checked)) return;
      data.append(input.name, input.value);
    });
    return data;
  };
  const keep = (box, sent = false) => {
    if (box.querySelector("[data-secret]")) return;
    const revision = box.querySelector("[data-revision]").value;
    shelf.put(`q:${box.dataset.question}`, { page: location.pathname, sent, revision, values: [...collect(box)] });
  };
  const forget = (box) => { unsaved.delete(box); shelf.drop(`q:${box.dataset.question}`); };
  // Puts kept typing back under the revision it was typed over, so that an answer saved meanwhile is shown as ever.
  function putBack(form, box) {
    const kept = shelf.get(`q:${box.dataset.question}`);
    if (!kept || box.hidden) return;
    if ("problems" in form.dataset || JSON.stringify([...collect(box)]) === JSON.stringify(kept.values)) return forget(box);
    const values = new Map();
    kept.values.forEach(([name, value]) => values.set(name, [...(values.get(name) || []), value]));
    box.querySelectorAll("input, select, textarea").forEach((input) => {
      const typed = values.get(input.name) || [];
      if (/radio|checkbox/.test(input.type)) input.checked = typed.includes(input.value);
      else if (typed.length) [input.value] = typed;
    });
    unsaved.add(box);
    showAndHide(form);
    save(box);
  }
  function offerChoice(box, state, answer) {
    say(state, `${answer.error} ${words.theirsIs} ${answer.theirs}`, "bad");
    const button = (text, act) => {
      const made = document.createElement("button");
      made.type = "button"; made.className = "button button-small"; made.textContent = text;
      made.addEventListener("click", act);
      return made;
    };
    state.append(document.createElement("br"),
      button(words.keep, () => { box.querySelector("[data-revision]").value = answer.revision; save(box); }),
      button(words.theirs, () => { forget(box); location.reload(); }));
  }
  async function settle(box, state, reply) {
    if (reply.status === 401 || reply.status === 404) return say(state, words.gone, "bad");
    const answer = await reply.json();
    if (reply.status === 409) return offerChoice(box, state, answer);
    if (!reply.ok) return say(state, answer.error || words.notSaved, "bad");
    box.querySelector("[data-revision]").value = answer.revision;
    if (!box.again) forget(box);
    say(state, words.saved, "good");
    const secret = box.querySelector("[data-secret]");
    if (secret && answer.secret) { secret.value = ""; box.querySelector("[data-on-file]").hidden = false; }
  }
  async function save(box) {
    box.again = box.busy;
    if (box.busy) return;
    box.busy = true;
    const state = box.querySelector("[data-state]");
    const address = `${box.closest("form").dataset.autosave}${box.dataset.question}/`;
    say(state, words.saving, "wait");
    for (;;) {
      try {
        const reply = await fetch(address, { method: "POST", headers, body: collect(box), redirect: "manual" });
        if (reply.status >= 500) throw new Error("server");
        box.busy = false;
        await settle(box, state, reply);
        break;
      } catch {
        say(state, words.offline, "wait");
        await connected(4000);
      }
    }
    box.busy = false;
    if (box.again) save(box);
  }
  document.querySelectorAll("form[data-autosave]").forEach((form) => {
    const changed = (event, delay) => {
      showAndHide(form);
      const box = event.target.closest("[data-question]");
      if (!box || event.target.type === "hidden") return;
      unsaved.add(box);
      keep(box);
      clearTimeout(box.timer);
      box.timer = setTimeout(() => save(box), delay);
    };
    form.addEventListener("change", (event) => changed(event, event.target.closest(".p-entry, .p-address") ? 600 : 0));
    form.addEventListener("input", (event) => {
      if (!event.target.matches("[data-secret], [type=radio], [type=checkbox], select")) changed(event, 1500);
    });
    form.addEventListener("submit", async (event) => {
      const boxes = [...form.querySelectorAll("[data-question]")];
      boxes.forEach((box) => clearTimeout(box.timer));
      // A save on its way must be through first, or our own older typing would look like another device's.
      if (boxes.some((box) => box.busy)) {
        event.preventDefault();
        while (boxes.some((box) => box.busy)) await wait(50);
        return form.requestSubmit(event.submitter);
      }
      boxes.filter((box) => unsaved.has(box)).forEach((box) => keep(box, true));
      unsaved.clear();
    });
    showAndHide(form);
    form.querySelectorAll("[data-question]").forEach((box) => putBack(form, box));
  });
  addEventListener("beforeunload", (event) => { if (unsaved.size || sending) event.preventDefault(); });

  // ---- Uploads: small pieces, and after an interruption on from where the server stands.
  const PIECE = 256 * 1024;
  let sending = 0;
  const form = (values) => new URLSearchParams(values);
  async function ask(address, options) {
    for (;;) {
      try {
        const reply = await fetch(address, { headers, redirect: "manual", ...options });
        if (reply.status < 500) return reply;
      } catch { /* no network: below */ }
      options.waiting?.();
      await connected(4000);
    }
  }
  async function answerOf(reply) {
    if (reply.status === 401 || reply.status === 404) throw new Error(words.gone);
    const answer = await reply.json();
    if (!reply.ok && !("received" in answer)) throw new Error(answer.error || words.uploadFailed);
    return answer;
  }
  // Tells the same file chosen again, also where a phone gives each choice a new date. Needs https for the digest.
  async function fingerprint(file) {
    const ends = new Blob([file.slice(0, PIECE), file.slice(-PIECE)]);
    const plain = `${file.size}/${file.name}/${file.lastModified}`;
    if (!crypto.subtle) return plain;
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await ends.arrayBuffer()));
    return `${file.size}/${[...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
  }
  // An upload that a reload has cut off, as far as the server has it; null if it is gone or finished.
  async function begun(id, waiting) {
    if (!id) return null;
    const reply = await ask(`/portal/uploads/${id}/`, { waiting });
    return reply.ok ? reply.json() : null;
  }
  async function sendFile(file, start, line) {
    const waiting = () => line.tell(words.uploadWaiting, "wait");
    const post = (body, extra) => ({ method: "POST", body, waiting, ...extra });
    const mark = `f:${start}${await fingerprint(file)}`;
    const upload = (await begun(shelf.get(mark), waiting))
      || await answerOf(await ask(start, post(form({ file_name: file.name, size: file.size }))));
    const here = `/portal/uploads/${upload.id}/`;
    shelf.put(mark, upload.id);
    let { received } = upload;
    let stuck = 0;
    while (received < file.size) {
      line.move(received, file.size);
      const raw = { headers: { ...headers, "Content-Type": "application/octet-stream" } };
      const piece = file.slice(received, received + PIECE);
      const next = (await answerOf(await ask(`${here}pieces/?offset=${received}`, post(piece, raw)))).received;
      stuck = next > received ? 0 : stuck + 1;
      if (stuck > 3) throw new Error(words.uploadFailed);
      received = next;
    }
    line.move(file.size, file.size);
    const reply = await ask(`${here}finish/`, post(""));
    shelf.drop(mark);
    return answerOf(reply);
  }
  function newLine(list, name) {
    const row = document.createElement("li");
    row.innerHTML = '<span class="p-line"><span></span><span class="p-state" role="status"></span></span><progress max="100" value="0"></progress>';
    const [label, state] = row.querySelectorAll(".p-line > span");
    const bar = row.querySelector("progress");
    label.textContent = name;
    bar.setAttribute("aria-label", name);
    list.append(row);
    return {
      row,
      tell: (text, tone) => say(state, text, tone),
      move: (at, size) => { bar.value = Math.floor((at / size) * 100); say(state, `${words.uploading} ${bar.value} %`, ""); },
    };
  }
  async function sendOne(file, send, list) {
    const line = newLine(list, file.name);
    try {
      const answer = await sendFile(file, send.dataset.start, line);
      line.tell(words.uploadDone, "good");
      return answer;
    } catch (problem) {
      line.tell(problem.message, "bad");
      const again = document.createElement("button");
      again.type = "button"; again.className = "button button-small"; again.textContent = words.uploadRetry;
      again.addEventListener("click", () => { line.row.remove(); sendAll([file], send); });
      line.row.append(again);
      return null;
    }
  }
  async function sendAll(files, send) {
    const item = send.closest("[data-item]");
    const list = item.querySelector("[data-uploads]");
    sending += 1;
    const kept = [];
    for (const file of files) kept.push(await sendOne(file, send, list));
    const photos = kept.filter((answer) => answer?.photo);
    let joined = true;
    if (photos.length > 1 && photos.length === files.length) {
      const line = newLine(list, words.joining);
      const body = form(photos.map((answer) => ["document", answer.document]));
      try { await answerOf(await ask(send.dataset.combine, { method: "POST", body })); }
      catch (problem) { line.tell(problem.message, "bad"); joined = false; }
    }
    sending -= 1;
    // The page shows what the firm has now; it stays while something needs a look, or another file is on its way.
    if (!sending && joined && !document.querySelector(".p-uploads [data-tone=bad]")) {
      history.replaceState(null, "", `#${item.id}`);
      location.reload();
    }
  }
  document.querySelectorAll("form[data-start]").forEach((send) => {
    const item = send.closest("[data-item]");
    send.addEventListener("change", (event) => {
      const files = [...event.target.files];
      event.target.value = "";
      if (files.length) sendAll(files, send);
    });
    const over = (on) => (event) => { event.preventDefault(); item.classList.toggle("is-over", on); };
    item.addEventListener("dragover", over(true));
    item.addEventListener("dragleave", over(false));
    item.addEventListener("drop", (event) => {
      over(false)(event);
      const files = [...event.dataTransfer.files];
      if (files.length) sendAll(files, send);
    });
  });
})();
