// The week's editor: paints on the picture of the week, and sends its forms without leaving it.
// A week is 840 bytes: for each day three layers of 40, whose bit i is the i-th five minutes.

const DAY = 120, LAYER = 40, CELL = 6, ROWS = 48, MOST = 200, HOLD = 300;
const LETTERS = ["t", "s", "o"];
const read = (text) => Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
const write = (week) => btoa(String.fromCharCode(...week));
const same = (one, other) => one.every((byte, at) => byte === other[at]);
// Both sides' changes: what both changed they changed alike.
const merged = (base, mine, theirs) => theirs.map((byte, at) => byte ^ ((base[at] ^ mine[at]) & ~(base[at] ^ byte)));
const between = (one, other) => [Math.min(one, other), Math.max(one, other)];

// How many of a cell's six slots are open in a layer.
function count(week, day, layer, row) {
  let found = 0;
  for (let slot = row * CELL; slot < (row + 1) * CELL; slot++) found += (week[day * DAY + layer * LAYER + (slot >> 3)] >> (slot & 7)) & 1;
  return found;
}

function fill(week, day, layer, row, open) {
  for (let slot = row * CELL; slot < (row + 1) * CELL; slot++) {
    const at = day * DAY + layer * LAYER + (slot >> 3), bit = 1 << (slot & 7);
    week[at] = open ? week[at] | bit : week[at] & ~bit;
  }
}

class WeekGrid extends HTMLElement {
  connectedCallback() {
    this.words = JSON.parse(this.dataset.words);
    this.table = this.querySelector("table");
    this.said = this.querySelector(".week-said");
    this.done = [];
    this.undone = [];
    this.here = [0, 18];
    const { seen, mine, theirs } = this.querySelector("#week-state").dataset;
    [this.base, this.mine] = [read(seen), read(mine)];
    this.theirs = theirs && read(theirs);
    this.upgrade();
    this.listen();
    this.draw();
  }

  // The picture becomes a grid of cells that can be reached.
  upgrade() {
    this.table.setAttribute("role", "grid");
    this.table.setAttribute("aria-multiselectable", "true");
    this.table.setAttribute("aria-describedby", "week-hint");
    this.days = [...this.table.tHead.rows[0].cells].slice(1).map((each) => each.dataset.name);
    this.lines = [...this.table.tBodies[0].rows];
    this.times = this.lines.map((each) => each.cells[0].dataset.name);
    this.cells = this.lines.map((line) => [...line.cells].slice(1));
    for (const cell of this.cells.flat()) {
      cell.setAttribute("role", "gridcell");
      cell.tabIndex = -1;
    }
    this.cell(this.here).tabIndex = 0;
  }

  listen() {
    this.table.addEventListener("pointerdown", (event) => this.press(event));
    this.table.addEventListener("contextmenu", (event) => event.preventDefault());
    this.table.addEventListener("keydown", (event) => this.key(event));
    this.table.addEventListener("focusin", (event) => this.stand(this.place(event.target)));
    // A held finger paints, any other scrolls.
    this.table.addEventListener("touchmove", (event) => this.from && event.preventDefault(), { passive: false });
    addEventListener("pointermove", (event) => this.drag(event));
    addEventListener("pointerup", (event) => this.release(event));
    addEventListener("pointercancel", () => this.release());
    this.addEventListener("click", (event) => this.press_button(event.target.closest("button")));
    this.addEventListener("submit", (event) => this.submit(event));
    addEventListener("beforeunload", (event) => { if (this.dirty && !this.leaving) event.preventDefault(); });
    document.addEventListener("visibilitychange", () => this.look());
  }

  get dirty() { return !same(this.base, this.mine); }
  get brush() { return [...this.querySelectorAll("[data-brush][aria-pressed=true]")].map((each) => LETTERS.indexOf(each.dataset.brush)); }

  cell([day, row]) { return this.cells[row][day]; }

  place(element) {
    const cell = element?.closest?.("td[role]");
    return cell && [cell.cellIndex - 1, cell.parentElement.rowIndex - 1];
  }

  stand(place) {
    if (!place) return;
    this.cell(this.here).tabIndex = -1;
    this.here = place;
    this.cell(place).tabIndex = 0;
  }

  // --- painting ---

  press(event) {
    const place = this.place(event.target);
    if (!place || event.button) return;
    this.tapped = place;
    if (event.pointerType === "touch") {
      this.at = [event.clientX, event.clientY];
      this.holding = setTimeout(() => { navigator.vibrate?.(10); this.begin(place); }, HOLD);
      return;
    }
    event.preventDefault();
    this.cell(place).focus({ preventScroll: true });
    this.begin(place);
  }

  begin(from, to = from) {
    this.from = from;
    this.before = this.mine.slice();
    this.opens = !this.brush.every((layer) => count(this.mine, from[0], layer, from[1]) === CELL);
    this.paint(to);
  }

  drag(event) {
    if (this.from) {
      const to = this.place(document.elementFromPoint(event.clientX, event.clientY));
      if (to) this.paint(to);
    } else if (this.at && Math.hypot(event.clientX - this.at[0], event.clientY - this.at[1]) > 8) this.let_go();
  }

  release(event) {
    if (this.holding && event?.pointerType === "touch" && !this.from) this.begin(this.tapped);
    this.let_go();
    if (this.from) this.keep();
  }

  let_go() {
    clearTimeout(this.holding);
    this.holding = this.at = null;
  }

  // The rectangle from where it began up to `to`.
  paint(to) {
    this.mine = this.before.slice();
    this.to = to;
    this.area(this.from, to, (day, row) => { for (const layer of this.brush) fill(this.mine, day, layer, row, this.opens); });
    this.draw();
  }

  keep() {
    const { from, to } = this;
    this.from = null;
    this.remember(this.before);
    this.stand(to);
    const [first, last] = between(from[1], to[1]), [left, right] = between(from[0], to[0]);
    const end = this.times[last + 1] ?? this.times[0];
    const days = left === right ? this.days[left] : `${this.days[left]} ${this.words.to} ${this.days[right]}`;
    this.say(`${days}, ${this.times[first]} ${this.words.to} ${end}: ${this.opens ? this.words.opened : this.words.shut}`);
  }

  area(from, to, act) {
    const [left, right] = between(from[0], to[0]), [first, last] = between(from[1], to[1]);
    for (let day = left; day <= right; day++) for (let row = first; row <= last; row++) act(day, row);
  }

  remember(before) {
    if (same(before, this.mine)) return;
    this.done = [...this.done.slice(-MOST), before];
    this.undone = [];
    this.draw();
  }

  step(back) {
    const [source, target] = back ? [this.done, this.undone] : [this.undone, this.done];
    if (!source.length) return;
    target.push(this.mine);
    this.mine = source.pop();
    this.draw();
    this.say(back ? this.words.undone : this.words.redone);
  }

  // --- the keyboard ---

  key(event) {
    const place = this.place(event.target), control = event.ctrlKey || event.metaKey;
    if (!place) return;
    if (control && /^[zy]$/i.test(event.key)) this.step(event.key.toLowerCase() === "z" && !event.shiftKey);
    else if (event.key === " " || event.key === "Enter") {
      this.begin(this.anchor ?? place, place);
      this.keep();
      this.select();
    } else if (event.key === "Escape") this.select();
    else {
      const to = this.towards(place, event.key, control);
      if (!to) return;
      if (event.shiftKey) this.anchor ??= place;
      else this.anchor = null;
      this.cell(to).focus();
      this.select(this.anchor, to);
    }
    event.preventDefault();
  }

  towards([day, row], key, control) {
    const shown = this.lines.flatMap((line, at) => (line.offsetParent === null ? [] : [at]));
    const at = shown.indexOf(row), line = (to) => shown[Math.max(0, Math.min(to, shown.length - 1))];
    switch (key) {
      case "ArrowUp": return [day, line(at - 1)];
      case "ArrowDown": return [day, line(at + 1)];
      case "ArrowLeft": return [Math.max(day - 1, 0), row];
      case "ArrowRight": return [Math.min(day + 1, 6), row];
      case "PageUp": return [day, line(at - 4)];
      case "PageDown": return [day, line(at + 4)];
      case "Home": return [0, control ? line(0) : row];
      case "End": return [6, control ? line(ROWS) : row];
    }
  }

  select(from = null, to = from) {
    this.anchor = from;
    for (const cell of this.cells.flat()) cell.removeAttribute("aria-selected");
    if (from) this.area(from, to, (day, row) => this.cell([day, row]).setAttribute("aria-selected", "true"));
  }

  // --- what is seen and heard ---

  draw() {
    let outside = false;
    this.cells.forEach((line, row) => line.forEach((cell, day) => {
      const open = LETTERS.map((_, layer) => count(this.mine, day, layer, row));
      const whole = LETTERS.filter((_, layer) => open[layer] === CELL), part = LETTERS.filter((_, layer) => open[layer] % CELL);
      const key = `${whole.join("")}/${part.join("")}/${cell.className}`;
      const bare = cell.dataset.need && !whole.includes(cell.dataset.need);
      outside ||= bare;
      if (cell.key !== key) {
        cell.key = key;
        cell.dataset.f = whole.join("");
        cell.dataset.p = part.join("");
        const names = whole.map((letter) => this.querySelector(`[data-brush=${letter}]`).textContent.trim());
        if (part.length) names.push(this.words.partly);
        const taken = cell.dataset.who && `, ${cell.classList.contains("held") ? this.words.held : this.words.booked}: ${cell.dataset.who}`;
        cell.setAttribute("aria-label", `${this.days[day]}, ${this.times[row]}: ${names.join(", ") || this.words.closed}${taken || ""}`);
        cell.classList.toggle("bare", Boolean(bare));
        cell.key = `${whole.join("")}/${part.join("")}/${cell.className}`;
      }
      cell.classList.toggle("other", Boolean(this.theirs) && LETTERS.some((_, layer) => count(this.base, day, layer, row) !== count(this.theirs, day, layer, row)));
    }));
    this.querySelector("[data-undo]").disabled = !this.done.length;
    this.querySelector("[data-redo]").disabled = !this.undone.length;
    this.toggleAttribute("data-dirty", this.dirty);
    this.outside = outside;
  }

  say(text) {
    const state = this.dirty ? (this.outside ? this.words.outside : this.words.unsaved) : "";
    this.said.textContent = [text, state].filter(Boolean).join(" · ");
  }

  press_button(button) {
    if (!button || button.type !== "button") return;
    if (button.dataset.brush) {
      const pressed = button.getAttribute("aria-pressed") === "true";
      if (!pressed || this.brush.length > 1) button.setAttribute("aria-pressed", String(!pressed));
    } else if (!button.disabled) this.step("undo" in button.dataset);
  }

  // --- sending ---

  async submit(event) {
    if (this.leaving) return;
    const form = event.target;
    event.preventDefault();
    const sent = new URLSearchParams(new FormData(form, event.submitter));
    if (sent.get("act") === "day") return this.copy_day(Number(sent.get("from_day")), sent.get("to_days"));
    if ("afterSave" in form.dataset && this.dirty) {
      await this.send(this.querySelector("#week-paint"));
      if (this.dirty) return;
    }
    await this.send(form, sent);
  }

  copy_day(from, to) {
    const before = this.mine.slice();
    this.mine = this.mine.slice();
    const days = { all: [0, 1, 2, 3, 4, 5, 6], weekdays: [0, 1, 2, 3, 4] }[to] ?? [Number(to)];
    for (const day of days) this.mine.copyWithin(day * DAY, from * DAY, (from + 1) * DAY);
    this.remember(before);
    this.say(this.words.copied);
  }

  async send(form, sent = new URLSearchParams(new FormData(form))) {
    if (this.busy) return;
    this.busy = true;
    const painted = form.id === "week-paint" || form.id === "week-decide";
    if (painted) sent.set("mine", write(this.mine));
    this.said.textContent = this.words.saving;
    try {
      const answer = await fetch(form.action, { method: "POST", body: sent });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (!page.querySelector("week-grid")) return this.leave(form, sent);
      if (sent.get("how") === "theirs") this.mine = this.base;
      this.take(page);
    } catch {
      this.say(this.words.offline);
    } finally {
      this.busy = false;
    }
  }

  // Whatever else was answered is a page of its own: signing in, for example, carries all of this along.
  leave(form, sent) {
    this.leaving = true;
    const whole = document.createElement("form");
    whole.method = "post";
    whole.action = form.action;
    for (const [name, value] of sent) whole.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
    document.body.append(whole);
    whole.submit();
  }

  // The page as it is now takes the place of this one; what is not saved yet stays painted.
  take(page, told) {
    const { seen, theirs } = page.querySelector("#week-state").dataset, base = read(seen);
    const focused = this.table.contains(document.activeElement);
    const mine = merged(this.base, this.mine, base);
    if (!same(mine, this.mine)) [this.done, this.undone] = [[], []];
    [this.base, this.mine, this.theirs] = [base, mine, theirs && read(theirs)];
    for (const fresh of page.querySelectorAll("week-grid [data-fresh]")) {
      const old = this.querySelector(`#${fresh.id}`);
      if ("open" in old && old.open) fresh.open = true;
      old.replaceWith(document.adoptNode(fresh));
    }
    this.table.innerHTML = page.querySelector("#week-table").innerHTML;
    this.upgrade();
    this.draw();
    if (focused) this.cell(this.here).focus({ preventScroll: true });
    const conflict = this.querySelector("#week-conflict [data-focus]");
    conflict?.focus();
    const wrong = page.querySelector(".notice.bad[role=alert]");
    this.say(told ?? (wrong ?? page.querySelector(".toast"))?.textContent.trim() ?? "");
    if (wrong) this.querySelector("[aria-invalid]")?.focus();
  }

  // Back from elsewhere: what another device saved meanwhile comes in by itself.
  async look() {
    if (document.hidden || this.busy || this.theirs) return;
    try {
      const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
      const state = page.querySelector("#week-state");
      if (!state || this.busy || this.from || state.dataset.seen === write(this.base)) return;
      this.take(page, this.words.joined);
    } catch { /* There is time for that. */ }
  }
}

customElements.define("week-grid", WeekGrid);
