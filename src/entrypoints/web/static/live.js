// Where the answer is slow, lines of nothing stand in its place, as high as what was there.
const SLOW = 300;
const waits = document.querySelector("template[data-skeleton]");
const wait = () => waits && setTimeout(() => {
  const place = document.getElementById(waits.dataset.skeleton);
  place.style.minHeight = `${place.getBoundingClientRect().height}px`;
  place.replaceChildren(waits.content.cloneNode(true));
}, SLOW);

// A choice shows what follows from it at once: what depends on it is fetched anew, what was typed stays.
for (const form of document.querySelectorAll("form[data-live]")) {
  let last;
  form.addEventListener("change", async () => {
    last?.abort();
    const mine = (last = new AbortController());
    const way = `${form.getAttribute("action")}?${new URLSearchParams(new FormData(form))}`;
    const slow = wait();
    try {
      const answer = await fetch(way, { signal: mine.signal, headers: { Accept: "text/html" } });
      const found = new DOMParser().parseFromString(await answer.text(), "text/html");
      const parts = [...document.querySelectorAll("[data-part]")].map((part) => [part, found.getElementById(part.id)]);
      if (!answer.ok || parts.some(([, fresh]) => !fresh)) return location.assign(way);
      const at = document.activeElement?.name;
      for (const [part, fresh] of parts) {
        part.style.minHeight = "";
        part.replaceChildren(...fresh.childNodes);
      }
      if (at && document.activeElement === document.body) form.elements[at]?.focus();
      history.replaceState(null, "", way);
    } catch {
      if (!mine.signal.aborted) location.assign(way);
    } finally {
      clearTimeout(slow);
    }
  });
}
